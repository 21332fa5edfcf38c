//! Operators where they have nothing to work on.
//!
//! rustc would say that there is no such method, which is true and helps nobody: the method is there once a window or an
//! aggregate precedes it. Only names that the library itself has are looked at, so that a user's own extension
//! traits stay possible.

use proc_macro2::{Ident, Span};

use crate::errors::Errors;
use crate::model::graph::Operator;
use crate::model::operators::{
    Extent, is_join_setting, is_on_records, is_process, is_time_setting, is_window, is_window_setting,
};

/// Checks one operator against those before it; says whether it is allowed there.
pub(crate) fn operator(method: &Ident, before: &[Operator], extent: Extent, errors: &mut Errors) -> bool {
    let name = method.to_string();
    let mistake = match extent {
        _ if is_time_setting(&name) && !ends_in_event_time(before) => {
            format!("`{name}` is a setting of event time: write `.event_time(|record| …)` just before it")
        }
        Extent::Joining | Extent::MatchingLatest if name != "on" => {
            format!("a join needs keys: write `.on(|left| …, |right| …)` before `{name}`")
        }
        Extent::Connecting if name != "on" => {
            format!("connected streams need keys: write `.on(|left| …, |right| …)` before `{name}`")
        }
        Extent::Connected if !is_process(&name) => format!(
            "connected streams go into a process: write `.process(|ctx| {{ on_left(…); on_right(…); }})` before `{name}`"
        ),
        Extent::Broadcasting if name != "on" => {
            format!("what is broadcast to is handled by keys: write `.on(|record| …)` before `{name}`")
        }
        Extent::Broadcast if !is_process(&name) => format!(
            "what is broadcast goes into a process: write `.process(|ctx| {{ on_broadcast(…); on_record(…); }})` before `{name}`"
        ),
        Extent::Joined if name == "on" => "the keys of this join are said already".to_owned(),
        Extent::Joined if is_window_setting(&name) => format!(
            "`{name}` belongs to a join in time: write `.within(-5min..=5min)` or `.window(tumbling(5min))` before it"
        ),
        Extent::Latest if name == "on" => "the keys of this join are said already".to_owned(),
        Extent::LatestWithin if is_join_setting(&name) => {
            format!("`{name}` was given already: `.join_latest(other).on(…)` takes one `.within(1h)`")
        }
        Extent::Latest | Extent::LatestWithin
            if is_window(&name) || (is_window_setting(&name) && name != "with_late") =>
        {
            format!(
                "`{name}` is about windows, and each row of this join is joined with the latest by itself: `.join(other).on(…).window(…)` joins windows"
            )
        }
        Extent::Interval | Extent::JoinedInWindows if is_join_setting(&name) => format!(
            "`{name}` was given already, or comes too late: `.join(other).on(…)` takes one `.within(…)` or `.window(…)`, right after it"
        ),
        Extent::JoinedInWindows if matches!(&*name, "accumulating" | "discarding") => {
            format!("`{name}` is about aggregates: a window of a join that fires again emits all its pairs")
        }
        Extent::Interval if is_window_setting(&name) && name != "with_late" => format!(
            "`{name}` is a setting of a window: a join `within` bounds has none; for windows write `.on(…).window(tumbling(5min))`"
        ),
        Extent::Whole | Extent::Keyed | Extent::Running | Extent::Window | Extent::Global
            if is_join_setting(&name) =>
        {
            format!("`{name}` is a setting of a join: write `.join(other)` before it")
        }
        Extent::Whole | Extent::Keyed | Extent::Running if is_window_setting(&name) => {
            format!("`{name}` is a setting of a window: write `.window(tumbling(5min))` before it")
        }
        Extent::Window | Extent::Global if is_on_records(&name) => format!(
            "windows are not records yet: say what is aggregated before `{name}`, such as `.count()` or `.aggregate(|window, rows| …)`"
        ),
        Extent::Running if is_on_records(&name) => {
            format!(
                "`running` is about an aggregate: say which one before `{name}`, such as `.running().count()`"
            )
        }
        Extent::Keyed if name == "key_by" => {
            "the records have a key already: for two write one key of both, `.key_by(|r| (r.a, r.b))`"
                .to_owned()
        }
        Extent::Keyed if is_on_records(&name) && !is_process(&name) => format!(
            "a keyed stream is for windows and aggregates: write `{name}` before `key_by`, or aggregate first, such as with `.count()`"
        ),
        _ => return true,
    };
    errors.at(method.span(), mistake);
    false
}

/// Checks how many keys two streams have; says whether it is right.
pub(crate) fn keys(on: &Ident, given: usize, extent: Extent, errors: &mut Errors) -> bool {
    let text = match (extent, given) {
        (Extent::Broadcasting, 1) | (Extent::Joining | Extent::MatchingLatest | Extent::Connecting, 2) => {
            return true;
        }
        (Extent::Broadcasting, _) => {
            "what is broadcast has no key: write that of the records which it is broadcast to, `.on(|record| …)`"
        }
        _ => "write a key of each of the two streams: `.on(|left| …, |right| …)`",
    };
    errors.at(on.span(), text);
    false
}

/// Says that a join needs keys, and connected streams a process; says
/// whether what it returns is of no use.
pub(crate) fn unfinished(extent: Extent, last: Span, errors: &mut Errors) -> bool {
    let text = match extent {
        Extent::Joining | Extent::MatchingLatest => {
            "a join needs keys: write `.on(|left| …, |right| …)` after it"
        }
        Extent::Connecting => "connected streams need keys: write `.on(|left| …, |right| …)` after it",
        Extent::Connected => {
            "connected streams go into a process: write `.process(|ctx| { on_left(…); on_right(…); })` after it"
        }
        Extent::Broadcasting => "what is broadcast to is handled by keys: write `.on(|record| …)` after it",
        Extent::Broadcast => {
            "what is broadcast goes into a process: write `.process(|ctx| { on_broadcast(…); on_record(…); })` after it"
        }
        _ => return false,
    };
    errors.at(last, text);
    !matches!(extent, Extent::Joining | Extent::MatchingLatest)
}

/// Whether the last operator, or the one that the last settings belong to, is `event_time`.
fn ends_in_event_time(operators: &[Operator]) -> bool {
    let calls = operators.iter().rev().map_while(|operator| match operator {
        Operator::Call(call) => Some(call.method.to_string()),
        Operator::Aggregate(_) | Operator::Process(_) => None,
    });
    let mut owners = calls.skip_while(|name| is_time_setting(name));
    owners.next().is_some_and(|name| name == "event_time")
}

/// Says that a window is part of the statement that aggregates it, and so is `running`.
pub(crate) fn unaggregated(extent: Extent, last: Span, errors: &mut Errors) -> bool {
    let text = match extent {
        Extent::Window | Extent::Global => {
            "a window is aggregated in its own statement: write `.count()`, or another aggregate, after it"
        }
        Extent::Running => {
            "`running` makes the aggregate after it emit with every record: write `.running().count()`"
        }
        _ => return false,
    };
    errors.at(last, text);
    true
}
