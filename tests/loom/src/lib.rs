//! What threads share in streamlite, in every order in which they can run: the library's own source, with loom's locks in
//! place of those of the system.

#![allow(rustdoc::broken_intra_doc_links, reason = "the library's pages are not here")]

#[cfg_attr(not(test), allow(dead_code, reason = "the tests use all of it"))]
#[path = "../../../streamlite/src/connector/bell.rs"]
pub mod bell;

mod sync {
    pub(super) use loom::sync::atomic::{AtomicBool, Ordering};
    pub(super) use loom::sync::{Arc, Condvar, Mutex, MutexGuard};
    pub(super) use std::sync::PoisonError;
}

#[cfg(test)]
mod tests {
    use loom::sync::atomic::{AtomicUsize, Ordering};
    use loom::sync::{Arc, Mutex};
    use loom::thread;

    use crate::bell::{Bell, Bells};

    /// Tries the orders in which no thread is interrupted more than three times: all faults that are known of such code
    /// show there, and all orders would take hours.
    fn each_order(run: impl Fn() + Send + Sync + 'static) {
        let mut model = loom::model::Builder::new();
        model.preemption_bound = Some(3);
        model.check(run);
    }

    /// Puts something in, and rings.
    fn put(queue: &Mutex<usize>, bell: &Bell) {
        *queue.lock().expect("nobody panics") += 1;
        bell.ring();
    }

    /// Takes out what is there.
    fn take(queue: &Mutex<usize>) -> usize {
        std::mem::take(&mut *queue.lock().expect("nobody panics"))
    }

    /// What a driver does: it hears, asks those that rang, and waits where there was nothing. A wake-up that is lost is a
    /// deadlock, which loom reports.
    fn read_all(bells: &Bells, queues: &[Arc<Mutex<usize>>], all: usize) {
        let mut taken = 0;
        while taken < all {
            let mut read = 0;
            bells.hear(|number| read += take(&queues[number as usize]));
            taken += read;
            if read == 0 {
                bells.wait(None);
            }
        }
    }

    #[test]
    fn no_ring_of_one_bell_is_lost() {
        each_order(|| {
            let (bells, queue) = (Bells::default(), Arc::new(Mutex::new(0)));
            let bell = bells.bell(0);
            let ringing: Vec<_> = (0..2)
                .map(|_| {
                    let (queue, bell) = (Arc::clone(&queue), bell.clone());
                    thread::spawn(move || put(&queue, &bell))
                })
                .collect();
            read_all(&bells, &[queue], 2);
            ringing
                .into_iter()
                .for_each(|thread| thread.join().expect("it ends"));
        });
    }

    #[test]
    fn no_ring_of_several_bells_is_lost() {
        each_order(|| {
            let bells = Bells::default();
            let queues: Vec<_> = (0..2).map(|_| Arc::new(Mutex::new(0))).collect();
            let ringing: Vec<_> = (0..2_u32)
                .map(|number| {
                    let (queue, bell) = (Arc::clone(&queues[number as usize]), bells.bell(number));
                    thread::spawn(move || put(&queue, &bell))
                })
                .collect();
            read_all(&bells, &queues, 2);
            ringing
                .into_iter()
                .for_each(|thread| thread.join().expect("it ends"));
        });
    }

    #[test]
    fn a_call_is_never_lost() {
        each_order(|| {
            let (bells, stop) = (Bells::default(), Arc::new(AtomicUsize::new(0)));
            let calling = {
                let (bells, stop) = (bells.clone(), Arc::clone(&stop));
                thread::spawn(move || {
                    stop.store(1, Ordering::Relaxed);
                    bells.call();
                })
            };
            loop {
                bells.attend();
                if stop.load(Ordering::Relaxed) == 1 {
                    break;
                }
                bells.hear(|_| {});
                bells.wait(None);
            }
            calling.join().expect("it ends");
        });
    }
}
