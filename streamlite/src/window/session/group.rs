//! The sessions of one key.

use std::marker::PhantomData;

use crate::aggregate::Aggregate;
use crate::state::{Decoder, Encoder, StateError};
use crate::time::{TimeDelta, Timestamp};
use crate::window::event_window::Window;
use crate::window::firing::Firing;
use crate::window::span::Span;

/// The sessions of one key that are not closed: most often one, which is stored inline.
#[derive(Debug)]
pub(super) struct Group<A> {
    /// The session that a record came to last.
    current: Option<Session<A>>,
    /// The others, in the order of time, if there are any: in a box, as every key has room for it.
    #[expect(
        clippy::box_collection,
        reason = "8 bytes an entry instead of 24, and nearly always none"
    )]
    others: Option<Box<Vec<Session<A>>>>,
    /// When the key is looked at next, if it waits.
    alarm: Timestamp,
    waits: bool,
}

/// A session that is not closed.
#[derive(Debug)]
pub(super) struct Session<A> {
    pub(super) span: Span,
    /// When its first record came.
    pub(super) order: u64,
    /// Whether it has fired, and nothing has made it longer since.
    pub(super) has_fired: bool,
    /// How often it has fired, and any of those that became one in it.
    pub(super) firings: u32,
    /// What is in it; nothing if that was emitted, and results are to add up.
    pub(super) acc: Option<A>,
}

/// What is in sessions, and how that of two becomes one.
pub(super) trait Contents<A> {
    /// What is in a session without records.
    fn empty(&self) -> A;

    /// Adds what is in a later session.
    fn merge(&self, into: &mut A, later: A);
}

/// Accumulators of records of one type.
pub(super) struct Accumulators<'a, T, X> {
    aggregate: &'a X,
    record: PhantomData<fn(T)>,
}

impl<'a, T, X> Accumulators<'a, T, X> {
    pub(super) fn of(aggregate: &'a X) -> Self {
        Self {
            aggregate,
            record: PhantomData,
        }
    }
}

impl<T, X: Aggregate<T>> Contents<X::Acc> for Accumulators<'_, T, X> {
    fn empty(&self) -> X::Acc {
        self.aggregate.zero()
    }

    fn merge(&self, into: &mut X::Acc, later: X::Acc) {
        self.aggregate.merge_owned(into, later);
    }
}

/// What a record did.
pub(super) enum Added<'a, A> {
    /// It came too late for the session that it would have made.
    Late,
    /// It is in a session, which may have to fire at once.
    To(&'a mut Session<A>),
}

impl<A> Default for Group<A> {
    fn default() -> Self {
        Self {
            current: None,
            others: None,
            alarm: Timestamp::MAX,
            waits: false,
        }
    }
}

/// Whether windows touch or overlap.
fn meet(one: Span, other: Span) -> bool {
    one.start <= other.end && other.start <= one.end
}

fn union(one: Span, other: Span) -> Span {
    Span::new(one.start.min(other.start), one.end.max(other.end))
}

impl<A> Session<A> {
    /// It fires: how often it had before.
    pub(super) fn fire(&mut self) -> u32 {
        self.has_fired = true;
        let index = self.firings;
        self.firings = index.saturating_add(1);
        index
    }

    /// Its window, if it fired now.
    pub(super) fn window_now(&self, watermark: Timestamp) -> Window {
        let firing = if self.span.end <= watermark {
            Firing::Late
        } else {
            Firing::Early
        };
        Window::fired(self.span, firing, self.firings)
    }

    /// When the key has to be looked at for it: when it ends, or when it closes.
    pub(super) fn due(&self, lateness: TimeDelta) -> Timestamp {
        if self.has_fired {
            self.span.end + lateness
        } else {
            self.span.end
        }
    }
}

impl<A> Group<A> {
    /// The session that a record came to last, if this one belongs to it and to no other: by far the most common case.
    #[inline]
    pub(super) fn extend(&mut self, span: Span) -> Option<&mut Session<A>> {
        let current = self.current.as_mut()?;
        let others = self.others.iter().flat_map(|others| others.iter());
        if current.has_fired
            || !meet(current.span, span)
            || others.into_iter().any(|other| meet(other.span, span))
        {
            return None;
        }
        current.span = union(current.span, span);
        Some(current)
    }

    /// Puts a record of this span into its session, which may join several that there are; `is_late` says whether the
    /// session that it makes is closed for it, which then changes nothing.
    pub(super) fn add(
        &mut self,
        span: Span,
        order: u64,
        contents: &impl Contents<A>,
        is_late: impl FnOnce(Span) -> bool,
        add: impl FnOnce(&mut A),
    ) -> Added<'_, A> {
        let whole = self
            .sessions()
            .filter(|session| meet(session.span, span))
            .fold(span, |whole, session| union(whole, session.span));
        if is_late(whole) {
            return Added::Late;
        }
        if self.current.is_none() && self.others.is_none() {
            let mut acc = contents.empty();
            add(&mut acc);
            return Added::To(self.current.insert(Session {
                span,
                order,
                has_fired: false,
                firings: 0,
                acc: Some(acc),
            }));
        }
        let (mut met, others): (Vec<_>, Vec<_>) =
            self.take_all().partition(|session| meet(session.span, span));
        self.set_others(others);
        met.sort_by_key(|session| session.order);
        let mut met = met.into_iter();
        let mut session = met.next().unwrap_or_else(|| Session {
            span,
            order,
            has_fired: false,
            firings: 0,
            acc: None,
        });
        for later in met {
            session.firings = session.firings.max(later.firings);
            match (&mut session.acc, later.acc) {
                (Some(acc), Some(later)) => contents.merge(acc, later),
                (acc, later) => *acc = acc.take().or(later),
            }
        }
        session.span = whole;
        session.has_fired = false;
        add(session.acc.get_or_insert_with(|| contents.empty()));
        Added::To(self.current.insert(session))
    }

    /// Takes out the sessions that are due at a watermark, and keeps what `keep` returns back of them. Says when the next
    /// one is due; `None` if none is left.
    pub(super) fn take_due(
        &mut self,
        watermark: Timestamp,
        lateness: TimeDelta,
        mut keep: impl FnMut(Session<A>) -> Option<Session<A>>,
    ) -> Option<Timestamp> {
        if self.others.is_none()
            && let Some(current) = &self.current
            && current.due(lateness) > watermark
        {
            return Some(current.due(lateness));
        }
        let mut left: Vec<_> = self
            .take_all()
            .filter_map(|session| {
                if session.due(lateness) <= watermark {
                    keep(session)
                } else {
                    Some(session)
                }
            })
            .collect();
        self.current = left.pop();
        self.set_others(left);
        self.due(lateness)
    }

    /// When the key is due by now, if it waits for `at`: its session may have grown.
    pub(super) fn move_alarm(&mut self, at: Timestamp, lateness: TimeDelta) -> Option<Timestamp> {
        if !self.waits_for(at) {
            return None;
        }
        let due = self.due(lateness);
        self.set_alarm(due);
        due
    }

    /// Whether the key waits for this time.
    pub(super) fn waits_for(&self, at: Timestamp) -> bool {
        self.waits && self.alarm == at
    }

    /// Lets the key wait for a time, or for none.
    pub(super) fn set_alarm(&mut self, at: Option<Timestamp>) {
        self.waits = at.is_some();
        self.alarm = at.unwrap_or(Timestamp::MAX);
    }

    /// Lets the key wait for a time, if it would be looked at only after it.
    pub(super) fn wake_at(&mut self, due: Timestamp) -> bool {
        let is_earlier = !self.waits || due < self.alarm;
        if is_earlier {
            self.set_alarm(Some(due));
        }
        is_earlier
    }

    /// All sessions, to be changed.
    pub(super) fn sessions_mut(&mut self) -> impl Iterator<Item = &mut Session<A>> {
        self.current
            .iter_mut()
            .chain(self.others.iter_mut().flat_map(|others| others.iter_mut()))
    }

    /// All sessions, in the order of time.
    pub(super) fn in_order(&self) -> Vec<&Session<A>> {
        let mut sessions: Vec<_> = self.sessions().collect();
        sessions.sort_by_key(|session| session.span);
        sessions
    }

    /// All sessions.
    fn sessions(&self) -> impl Iterator<Item = &Session<A>> {
        self.current
            .iter()
            .chain(self.others.iter().flat_map(|others| others.iter()))
    }

    /// Takes all sessions out.
    fn take_all(&mut self) -> impl Iterator<Item = Session<A>> + use<A> {
        let others = self.others.take().map_or_else(Vec::new, |others| *others);
        self.current.take().into_iter().chain(others)
    }

    fn set_others(&mut self, mut others: Vec<Session<A>>) {
        others.sort_by_key(|session| session.span);
        self.others = (!others.is_empty()).then(|| Box::new(others));
    }

    /// When the first session is due.
    pub(super) fn due(&self, lateness: TimeDelta) -> Option<Timestamp> {
        self.sessions().map(|session| session.due(lateness)).min()
    }

    /// Writes every session; what is in it by `write`.
    pub(super) fn save(
        &self,
        to: &mut Encoder,
        mut write: impl FnMut(&A, &mut Encoder) -> Result<(), StateError>,
    ) -> Result<(), StateError> {
        to.plain(&(self.sessions().count() as u64))?;
        for session in self.sessions() {
            let Session {
                span,
                order,
                has_fired,
                firings,
                acc,
            } = session;
            to.plain(&(span, order, has_fired, firings, acc.is_some()))?;
            acc.iter().try_for_each(|acc| write(acc, to))?;
        }
        Ok(())
    }

    /// Reads what was saved; what is in a session by `read`.
    pub(super) fn restore(
        from: &mut Decoder<'_>,
        mut read: impl FnMut(&mut Decoder<'_>) -> Result<A, StateError>,
    ) -> Result<Self, StateError> {
        let mut sessions = Vec::new();
        for _ in 0..from.plain::<u64>()? {
            let (span, order, has_fired, firings, has_acc) = from.plain::<(Span, u64, bool, u32, bool)>()?;
            let acc = if has_acc { Some(read(from)?) } else { None };
            sessions.push(Session {
                span,
                order,
                has_fired,
                firings,
                acc,
            });
        }
        let mut group = Self {
            current: sessions.pop(),
            ..Self::default()
        };
        group.set_others(sessions);
        Ok(group)
    }
}
