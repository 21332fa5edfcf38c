//! How logs are followed.

use std::sync::Arc;

use crate::fs::Fs;
use crate::time::TimeDelta;

/// How files are followed.
#[derive(Clone, Debug)]
pub(super) struct Following {
    pub(super) fs: Arc<dyn Fs>,
    pub(super) poll: TimeDelta,
    pub(super) from_end: bool,
    pub(super) accepts_loss: bool,
}
