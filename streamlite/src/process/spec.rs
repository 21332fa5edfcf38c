//! What a process says of its states besides their types.

use super::times::{FieldTtl, TimeDomain};
use crate::time::TimeDelta;

/// What a process says of one of its states: its name, and how long its values live.
///
/// ```
/// use streamlite::TimeDelta;
/// use streamlite::process::StateSpec;
///
/// let recent = StateSpec::new("recent").ttl(TimeDelta::from_hours(1));
/// assert_eq!(recent.name(), "recent");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateSpec {
    name: &'static str,
    ttl: Option<TimeDelta>,
    domain: Option<TimeDomain>,
}

impl StateSpec {
    /// A state of this name, which is part of its identity in a savepoint.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            ttl: None,
            domain: None,
        }
    }

    /// Its values expire this long after they were written last: by event time, and by the clock where the stream has no
    /// event time.
    #[must_use]
    pub const fn ttl(self, ttl: TimeDelta) -> Self {
        Self {
            ttl: Some(ttl),
            ..self
        }
    }

    /// Its values expire by the clock in any case.
    #[must_use]
    pub const fn by_processing_time(self) -> Self {
        Self {
            domain: Some(TimeDomain::Processing),
            ..self
        }
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// How long its values live; `None` if they stay.
    #[must_use]
    pub const fn lifetime(&self) -> Option<TimeDelta> {
        self.ttl
    }

    /// By what time it expires on a stream with event time or without.
    pub(crate) fn resolve(&self, has_event_time: bool) -> FieldTtl {
        let usual = if has_event_time {
            TimeDomain::Event
        } else {
            TimeDomain::Processing
        };
        FieldTtl {
            ttl: self.ttl.unwrap_or(TimeDelta::MAX),
            domain: self.domain.unwrap_or(usual),
        }
    }
}
