//! What a process is.

use super::context::ProcessContext;
use super::side::Sides;
use super::spec::StateSpec;
use super::state::States;
use crate::time::Timestamp;

/// What is done with the records and timers of each key, by states of its own: Flink's `KeyedProcessFunction`.
///
/// The process closure of [`pipeline!`](crate::pipeline) is the short way to write one; see
/// [`KeyedStream::process`](crate::flow::KeyedStream::process). In plain Rust:
///
/// ```
/// use streamlite::prelude::*;
/// use streamlite::process::{KeyedProcess, ProcessContext, StateSpec};
///
/// /// Says of each key when nothing has come for a while.
/// #[derive(Clone)]
/// struct Silence {
///     after: TimeDelta,
/// }
///
/// impl KeyedProcess<u32, (u32, i64)> for Silence {
///     type States = (Value<u64>, Value<Timestamp>);
///     type Out = (u32, u64);
///     type Sides = ();
///
///     fn specs(&self) -> Vec<StateSpec> {
///         vec![StateSpec::new("count"), StateSpec::new("due")]
///     }
///
///     fn first(&mut self) -> Self::States {
///         (Value::new(), Value::new())
///     }
///
///     fn on_record(
///         &mut self,
///         _record: (u32, i64),
///         (count, due): &mut Self::States,
///         _sides: &mut (),
///         ctx: &mut ProcessContext<'_, u32, Self::Out>,
///     ) {
///         *count.get_or_insert_with(|| 0) += 1;
///         if let Some(earlier) = due.take() {
///             ctx.delete_timer(earlier);
///         }
///         due.set(ctx.timer_after(self.after));
///     }
///
///     fn on_timer(
///         &mut self,
///         _at: Timestamp,
///         (count, _due): &mut Self::States,
///         _sides: &mut (),
///         ctx: &mut ProcessContext<'_, u32, Self::Out>,
///     ) {
///         let key = *ctx.key();
///         ctx.emit((key, count.take().unwrap_or(0)));
///         ctx.clear();
///     }
/// }
///
/// let silence = Silence { after: TimeDelta::from_secs(1) };
/// let counts = pipeline!(
///     from([(7, 0), (7, 400), (8, 1_500), (7, 5_000)])
///         .event_time(|(_, at)| *at)
///         .key_by(|(key, _)| *key)
///         .process(silence)
/// )
/// .collect()?;
/// assert_eq!(counts, [(7, 2), (8, 1), (7, 1)]);
/// # Ok::<(), streamlite::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no process of `{T}` by keys `{K}`",
    label = "not a process",
    note = "a process is a block of states and handlers, `.process(|ctx| {{ … }})`, or a `KeyedProcess` of these types"
)]
pub trait KeyedProcess<K, T> {
    /// The states of one key: a tuple of [`Value`](super::Value), [`List`](super::List), [`Map`](super::Map) and
    /// [`Reducing`](super::Reducing). For those that expire write [`Expiring`](super::Expiring) in their type, such as
    /// `List<f64, Expiring>`, and a TTL in their [`StateSpec`].
    type States: States;
    /// What it emits.
    type Out;
    /// Its outputs besides: `()`, or a tuple of [`Side`](super::Side)s.
    type Sides: Sides;

    /// Whether it sets timers. One that says no is not held up by watermarks, and timers that it sets never fire.
    const HAS_TIMERS: bool = true;
    /// Whether it does something at the end of the input.
    const HAS_END: bool = true;

    /// The names of its states, which are part of their identity in a savepoint, and how long their values live: as many
    /// as there are states, in their order.
    fn specs(&self) -> Vec<StateSpec>;

    /// The states of a key that is new.
    fn first(&mut self) -> Self::States;

    /// Handles a record.
    fn on_record(
        &mut self,
        record: T,
        states: &mut Self::States,
        sides: &mut Self::Sides,
        ctx: &mut ProcessContext<'_, K, Self::Out>,
    );

    /// Handles a timer that was set for `at`.
    fn on_timer(
        &mut self,
        _at: Timestamp,
        _states: &mut Self::States,
        _sides: &mut Self::Sides,
        _ctx: &mut ProcessContext<'_, K, Self::Out>,
    ) {
    }

    /// Handles the end of the input, after the last timers: once for each key that has states, in the order in which the
    /// keys came.
    fn on_end(
        &mut self,
        _states: &mut Self::States,
        _sides: &mut Self::Sides,
        _ctx: &mut ProcessContext<'_, K, Self::Out>,
    ) {
    }
}
