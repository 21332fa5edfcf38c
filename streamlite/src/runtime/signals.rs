//! Ctrl-C and the request to terminate, while a job runs.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{SigId, flag};

use crate::error::{Error, Result};

const SIGNALS: [i32; 2] = [SIGINT, SIGTERM];
/// What the shell expects of a process that a signal has ended.
const ENDED_BY_SIGNAL: i32 = 128;

/// How many jobs listen. The system's own answer to a signal, which ends the process, is not there any more once somebody
/// has listened, so it is given in its place where no job listens.
static LISTENING: Mutex<usize> = Mutex::new(0);
static NOBODY_LISTENS: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// As long as this lives, the first SIGINT or SIGTERM sets a flag, and a second one ends the process at once.
#[derive(Debug)]
pub(super) struct Signals {
    registered: Vec<SigId>,
}

impl Signals {
    /// Listens.
    pub(super) fn stopping(pipeline: &str, stop: &Arc<AtomicBool>) -> Result<Self> {
        change_listeners(|listening| listening + 1);
        let mut signals = Self {
            registered: Vec::new(),
        };
        signals
            .listen(stop)
            .map_err(|cause| Error::io("listening for signals to", pipeline, cause))?;
        Ok(signals)
    }

    fn listen(&mut self, stop: &Arc<AtomicBool>) -> io::Result<()> {
        static DEFAULTS: OnceLock<()> = OnceLock::new();
        if DEFAULTS.set(()).is_ok() {
            for signal in SIGNALS {
                flag::register_conditional_default(signal, Arc::clone(nobody_listens()))?;
            }
        }
        for signal in SIGNALS {
            // In this order: the flag that the first one sets lets the second one end the process.
            let code = ENDED_BY_SIGNAL + signal;
            let ending = flag::register_conditional_shutdown(signal, code, Arc::clone(stop))?;
            self.registered.push(ending);
            self.registered.push(flag::register(signal, Arc::clone(stop))?);
        }
        Ok(())
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        for id in self.registered.drain(..) {
            signal_hook::low_level::unregister(id);
        }
        change_listeners(|listening| listening - 1);
    }
}

fn nobody_listens() -> &'static Arc<AtomicBool> {
    NOBODY_LISTENS.get_or_init(Arc::default)
}

fn change_listeners(change: impl FnOnce(usize) -> usize) {
    let mut listening = LISTENING.lock().unwrap_or_else(PoisonError::into_inner);
    *listening = change(*listening);
    nobody_listens().store(*listening == 0, Ordering::SeqCst);
}
