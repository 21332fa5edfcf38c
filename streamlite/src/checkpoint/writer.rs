//! The thread that writes checkpoints and tells the sinks, beside the records.

use std::fmt;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::JoinHandle;

use super::coordinator::{Coordinator, NotStored, Stored};
use super::image::Image;
use crate::connector::Bells;
use crate::epoch::Epoch;
use crate::error::{Error, Result};
use crate::time::Timestamp;

/// A coordinator on a thread of its own.
pub(crate) struct CheckpointWriter {
    /// `None` once it is being dropped, which ends the thread.
    requests: Option<Sender<Request>>,
    answers: Receiver<Answer>,
    thread: Option<JoinHandle<()>>,
}

struct Request {
    epoch: Epoch,
    image: Image,
    taken_at: Timestamp,
}

/// What became of a checkpoint.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) epoch: Epoch,
    pub(crate) stored: Result<Stored, NotStored>,
}

impl CheckpointWriter {
    /// Starts the thread, which wakes the job whenever it has an answer.
    pub(crate) fn new(mut coordinator: Coordinator, bells: Bells) -> Result<Self> {
        let (requests, to_do) = mpsc::channel::<Request>();
        let (done, answers) = mpsc::channel();
        let storage = coordinator.storage.describe();
        let run = move || {
            for request in to_do {
                let Request {
                    epoch,
                    image,
                    taken_at,
                } = request;
                let stored = coordinator.store(epoch, &image, taken_at);
                if done.send(Answer { epoch, stored }).is_err() {
                    break;
                }
                bells.call();
            }
        };
        let thread = std::thread::Builder::new()
            .name("checkpoints".to_owned())
            .spawn(run)
            .map_err(|cause| Error::io("starting a thread for the checkpoints in", storage, cause))?;
        Ok(Self {
            requests: Some(requests),
            answers,
            thread: Some(thread),
        })
    }

    /// Has a checkpoint stored.
    pub(crate) fn store(&self, epoch: Epoch, image: Image, taken_at: Timestamp) -> Result<()> {
        let request = Request {
            epoch,
            image,
            taken_at,
        };
        let requests = self.requests.as_ref().ok_or_else(gone)?;
        requests.send(request).map_err(|_| gone())
    }

    /// What became of the last one, if that is known by now.
    pub(crate) fn answer(&self) -> Result<Option<Answer>> {
        match self.answers.try_recv() {
            Ok(answer) => Ok(Some(answer)),
            Err(mpsc::TryRecvError::Empty) => Ok(None),
            Err(mpsc::TryRecvError::Disconnected) => Err(gone()),
        }
    }

    /// What became of the last one, once it is known.
    pub(crate) fn wait(&self) -> Result<Answer> {
        self.answers.recv().map_err(|_| gone())
    }
}

/// The thread ends by itself only if a sink's code panics.
fn gone() -> Error {
    Error::Checkpoint {
        doing: "storing a checkpoint",
        storage: "the thread for checkpoints".to_owned(),
        cause: "it panicked in the code of a sink or of the storage".to_owned(),
    }
}

impl Drop for CheckpointWriter {
    /// Waits until nothing is under way: afterwards another job may have the directory.
    fn drop(&mut self) {
        self.requests = None;
        if let Some(thread) = self.thread.take() {
            // A panic in it has been told as an error.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for CheckpointWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckpointWriter").finish_non_exhaustive()
    }
}
