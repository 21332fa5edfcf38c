//! How a source wakes the job that waits for it.

use std::fmt;
use std::time::Duration;

use super::sync::{Arc, AtomicBool, Condvar, Mutex, MutexGuard, Ordering, PoisonError};

/// Wakes a job that waits for records; its clones are the same bell.
///
/// A reader that returns [`ReadStatus::Pending`](crate::source::ReadStatus::Pending) promises to ring, from whatever thread, once it
/// has something: records, an end, or an error. A ring is never lost, also where it comes between a read and the wait that
/// follows it; several before the next read are one. Ringing costs little, and nothing where the bell has not been
/// heard since.
#[derive(Clone)]
pub struct Bell {
    of: Arc<OfOne>,
    bells: Bells,
}

/// One bell.
struct OfOne {
    number: u32,
    /// It is in the list of those that were rung.
    is_rung: AtomicBool,
}

/// All bells of a job.
#[derive(Clone, Default)]
pub(crate) struct Bells {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    rung: Condvar,
}

#[derive(Default)]
struct State {
    rung: Vec<Arc<OfOne>>,
    /// Somebody wants the job to look up, about no source.
    called: bool,
    waiting: bool,
}

impl Bell {
    /// Wakes the job.
    pub fn ring(&self) {
        // The list has it already: what was done before this ring is seen once the list is taken.
        if self.of.is_rung.swap(true, Ordering::AcqRel) {
            return;
        }
        let mut state = self.bells.state();
        state.rung.push(Arc::clone(&self.of));
        self.bells.wake(state);
    }
}

impl Bells {
    /// The bell of a source, by a number of its own.
    pub(crate) fn bell(&self, number: u32) -> Bell {
        Bell {
            of: Arc::new(OfOne {
                number,
                is_rung: AtomicBool::new(false),
            }),
            bells: self.clone(),
        }
    }

    /// Wakes the job, about no source.
    pub(crate) fn call(&self) {
        let mut state = self.state();
        state.called = true;
        self.wake(state);
    }

    /// Whoever has called is attended to now.
    pub(crate) fn attend(&self) {
        self.state().called = false;
    }

    /// Visits the bells that were rung since this was asked last.
    pub(crate) fn hear(&self, mut visit: impl FnMut(u32)) {
        let mut state = self.state();
        for one in state.rung.drain(..) {
            // A swap, so that whatever was done before any ring is seen.
            one.is_rung.swap(false, Ordering::AcqRel);
            visit(one.number);
        }
    }

    /// Waits until somebody rings who has not been heard, or calls who has not been attended to; at most for `most`, if there is one.
    pub(crate) fn wait(&self, most: Option<Duration>) {
        let mut state = self.state();
        while state.rung.is_empty() && !state.called {
            state.waiting = true;
            let Some(most) = most else {
                let woken = self.shared.rung.wait(state);
                state = woken.unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            // Woken for nothing, it returns early: whoever waits asks again.
            let woken = self.shared.rung.wait_timeout(state, most);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
            break;
        }
        state.waiting = false;
    }

    fn wake(&self, state: MutexGuard<'_, State>) {
        let waiting = state.waiting;
        drop(state);
        if waiting {
            self.shared.rung.notify_all();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Bell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bell")
    }
}

impl fmt::Debug for Bells {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bells")
    }
}
