//! What the macro knows of operators by their names: one table. Everything else about them is rustc's to check.
//!
//! The names suffice: a method of a stream's own goes before any of a trait with the same name.

use super::process::Inputs;

/// An operator that the macro knows.
#[derive(Debug)]
pub(crate) struct Known {
    name: &'static str,
    kind: Kind,
    /// It keeps something for itself, wherever it is used.
    keeps_state: bool,
    /// It emits one record, to one of its outputs, for each that it takes.
    one_to_one: bool,
    /// Its duration is longer than zero.
    positive: bool,
    /// Its number of records is at least one.
    counts: bool,
}

/// What an operator is, and so where it is allowed and what it makes of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Records to one stream of records.
    Records,
    /// Records to several streams.
    Split,
    /// Two streams to one as they are: its one argument is the other stream.
    Union,
    /// Two streams to one by keys: its one argument is the other stream.
    Join,
    /// Two streams to one by keys and the latest row: its one argument is the other stream.
    AsOf,
    /// Two streams to one process by keys: its one argument is the other stream.
    Connect,
    /// A stream to a process of another one by keys: its one argument is that one.
    Broadcast,
    /// A setting of a join.
    JoinSetting,
    /// Gives records event time.
    Time,
    /// A setting of event time.
    TimeSetting,
    Key,
    Window,
    WindowSetting,
    /// Makes the aggregate after it one that emits with every record.
    Running,
    /// An aggregate in its short form: it has a result at the end of the input unless a window or `running` stands before
    /// it.
    Aggregate,
    /// An aggregate expression.
    AggregateExpression,
    /// A process.
    Process,
    /// The end of a chain.
    End,
    /// No operator, but a function in an argument.
    Function,
}

const fn known(name: &'static str, kind: Kind) -> Known {
    Known {
        name,
        kind,
        keeps_state: matches!(
            kind,
            Kind::Aggregate
                | Kind::AggregateExpression
                | Kind::Union
                | Kind::Join
                | Kind::AsOf
                | Kind::Connect
                | Kind::Broadcast
                | Kind::Time
                | Kind::Process
        ),
        one_to_one: matches!(
            kind,
            Kind::Split | Kind::Time | Kind::TimeSetting | Kind::Key | Kind::End
        ),
        positive: false,
        counts: false,
    }
}

impl Known {
    /// It emits one record for each that it takes.
    const fn one_to_one(self) -> Self {
        Self {
            one_to_one: true,
            ..self
        }
    }

    /// Its number of records is at least one.
    const fn counts(self) -> Self {
        Self { counts: true, ..self }
    }

    /// Its duration is longer than zero.
    const fn positive(self) -> Self {
        Self {
            positive: true,
            ..self
        }
    }
}

/// All of them.
const OPERATORS: [Known; 66] = [
    known("map", Kind::Records).one_to_one(),
    known("filter", Kind::Records),
    known("filter_map", Kind::Records),
    known("flat_map", Kind::Records),
    known("inspect", Kind::Records).one_to_one(),
    known("rebalance", Kind::Records).one_to_one(),
    known("broadcast", Kind::Records).one_to_one(),
    known("partition_by", Kind::Records).one_to_one(),
    known("partition_with", Kind::Records).one_to_one(),
    known("try_map", Kind::Split),
    known("split", Kind::Split),
    known("union", Kind::Union).one_to_one(),
    known("join", Kind::Join),
    known("left_join", Kind::Join),
    known("right_join", Kind::Join),
    known("full_join", Kind::Join),
    known("join_latest", Kind::AsOf),
    known("left_join_latest", Kind::AsOf),
    known("connect", Kind::Connect),
    known("broadcast_to", Kind::Broadcast),
    known("on", Kind::JoinSetting),
    known("within", Kind::JoinSetting),
    known("event_time", Kind::Time),
    known("watermark", Kind::TimeSetting),
    known("idle_after", Kind::TimeSetting).positive(),
    known("max_future_skew", Kind::TimeSetting),
    known("processing_time", Kind::Time),
    known("key_by", Kind::Key),
    known("key_by_ref", Kind::Key),
    known("window", Kind::Window),
    known("allowed_lateness", Kind::WindowSetting),
    known("with_late", Kind::WindowSetting),
    known("discarding", Kind::WindowSetting),
    known("accumulating", Kind::WindowSetting),
    known("trigger", Kind::WindowSetting),
    known("running", Kind::Running),
    known("count", Kind::Aggregate).counts(),
    known("sum", Kind::Aggregate),
    known("mean", Kind::Aggregate),
    known("min", Kind::Aggregate),
    known("max", Kind::Aggregate),
    known("min_by_key", Kind::Aggregate),
    known("max_by_key", Kind::Aggregate),
    known("reduce", Kind::Aggregate),
    known("fold", Kind::Aggregate),
    known("aggregate", Kind::AggregateExpression),
    known("process", Kind::Process),
    known("to", Kind::End),
    known("for_each", Kind::End),
    known("tumbling", Kind::Function).positive(),
    known("sliding", Kind::Function).positive(),
    known("session", Kind::Function).positive(),
    known("session_by", Kind::Function),
    known("global", Kind::Function),
    known("every", Kind::Function).positive().counts(),
    known("on_watermark", Kind::Function),
    known("on_count", Kind::Function).counts(),
    known("on_delta", Kind::Function),
    known("on_processing_time", Kind::Function).positive(),
    known("every_processing", Kind::Function).positive(),
    known("purging", Kind::Function),
    known("bounded", Kind::Function),
    known("ascending", Kind::Function),
    known("periodic", Kind::Function).positive(),
    known("punctuated", Kind::Function),
    known("from", Kind::Function),
];

fn find(name: &str) -> Option<&'static Known> {
    OPERATORS.iter().find(|known| known.name == name)
}

/// What an operator is; `None` for one that the macro does not know.
pub(crate) fn kind(name: &str) -> Option<Kind> {
    find(name).map(|known| known.kind)
}

pub(crate) fn is_aggregate(name: &str) -> bool {
    matches!(kind(name), Some(Kind::Aggregate | Kind::AggregateExpression))
}

/// Whether it is an aggregate by its own name.
pub(crate) fn is_short_form(name: &str) -> bool {
    kind(name) == Some(Kind::Aggregate)
}

/// Whether it keeps something for itself.
pub(crate) fn is_stateful(name: &str) -> bool {
    find(name).is_some_and(|known| known.keeps_state)
}

/// Whether it takes a second stream.
pub(crate) fn takes_stream(name: &str) -> bool {
    matches!(
        kind(name),
        Some(Kind::Union | Kind::Join | Kind::AsOf | Kind::Connect | Kind::Broadcast)
    )
}

/// Whether it is a setting of a join.
pub(crate) fn is_join_setting(name: &str) -> bool {
    kind(name) == Some(Kind::JoinSetting)
}

/// Whether its output is one stream of records, each from one record.
pub(crate) fn maps_records(name: &str) -> bool {
    kind(name) == Some(Kind::Records)
}

/// Whether it emits one record, to one of its outputs, for each that it takes.
pub(crate) fn conserves(name: &str) -> bool {
    find(name).is_some_and(|known| known.one_to_one)
}

/// Whether it takes a number of records that is at least one.
pub(crate) fn takes_records(name: &str) -> bool {
    find(name).is_some_and(|known| known.counts)
}

/// Whether it takes a duration that is longer than zero.
pub(crate) fn takes_positive_duration(name: &str) -> bool {
    find(name).is_some_and(|known| known.positive)
}

pub(crate) fn is_window_setting(name: &str) -> bool {
    kind(name) == Some(Kind::WindowSetting)
}

/// Whether it is a setting of event time.
pub(crate) fn is_time_setting(name: &str) -> bool {
    kind(name) == Some(Kind::TimeSetting)
}

/// Whether it is about records, and so not about windows or keys.
pub(crate) fn is_on_records(name: &str) -> bool {
    matches!(
        kind(name),
        Some(
            Kind::Records
                | Kind::Split
                | Kind::Union
                | Kind::Join
                | Kind::AsOf
                | Kind::Connect
                | Kind::Broadcast
                | Kind::Time
                | Kind::Process
                | Kind::End
        )
    )
}

/// Whether it is a process, which has states of its own for each key.
pub(crate) fn is_process(name: &str) -> bool {
    kind(name) == Some(Kind::Process)
}

/// Whether it makes windows.
pub(crate) fn is_window(name: &str) -> bool {
    kind(name) == Some(Kind::Window)
}

/// Whether it makes a stream a keyed one.
pub(crate) fn is_key(name: &str) -> bool {
    kind(name) == Some(Kind::Key)
}

/// Whether it says by which keys two streams are joined.
pub(crate) fn is_join_key(name: &str) -> bool {
    is_join_setting(name) && name == "on"
}

/// Whether a chain ends with it.
pub(crate) fn is_end(name: &str) -> bool {
    kind(name) == Some(Kind::End)
}

/// What precedes an aggregate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Extent {
    /// The whole input.
    #[default]
    Whole,
    /// The whole input, for each key.
    Keyed,
    /// A window.
    Window,
    /// A window for all records, which fires when the input ends.
    Global,
    /// The records so far.
    Running,
    /// Two streams that are joined by keys yet to be said.
    Joining,
    /// A join of all rows.
    Joined,
    /// A join within bounds.
    Interval,
    /// A join in windows.
    JoinedInWindows,
    /// Two streams that are joined with the latest row, by keys yet to be said.
    MatchingLatest,
    /// A join with the latest row.
    Latest,
    /// A join with the latest row, if it is not too old.
    LatestWithin,
    /// Two streams that are handled together by keys yet to be said.
    Connecting,
    /// Two streams that are handled together by a process yet to be said.
    Connected,
    /// A stream and another one that it is broadcast to, by keys yet to be said.
    Broadcasting,
    /// A stream and another one that it is broadcast to, by a process yet to be said.
    Broadcast,
}

impl Extent {
    /// The extent after an operator.
    pub(crate) fn behind(self, name: &str) -> Self {
        match kind(name) {
            Some(Kind::Window) if self == Extent::Joined => Extent::JoinedInWindows,
            Some(Kind::Window) => Extent::Window,
            Some(Kind::Running) => Extent::Running,
            Some(Kind::Key) => Extent::Keyed,
            Some(Kind::Join) => Extent::Joining,
            Some(Kind::AsOf) => Extent::MatchingLatest,
            Some(Kind::JoinSetting) if self == Extent::MatchingLatest => Extent::Latest,
            Some(Kind::JoinSetting) if self == Extent::Latest => Extent::LatestWithin,
            Some(Kind::Connect) => Extent::Connecting,
            Some(Kind::Broadcast) => Extent::Broadcasting,
            Some(Kind::JoinSetting) if matches!(self, Extent::Connecting | Extent::Connected) => {
                Extent::Connected
            }
            Some(Kind::JoinSetting) if matches!(self, Extent::Broadcasting | Extent::Broadcast) => {
                Extent::Broadcast
            }
            Some(Kind::JoinSetting) if name == "within" => Extent::Interval,
            Some(Kind::JoinSetting) => Extent::Joined,
            Some(Kind::Aggregate | Kind::AggregateExpression | Kind::Process) => Extent::Whole,
            // It may fire before the input ends.
            _ if self == Extent::Global && name == "trigger" => Extent::Window,
            _ => self,
        }
    }

    /// Whether an operator belongs to the join before it.
    pub(crate) fn is_continued_by(self, name: &str) -> bool {
        match self {
            // Whatever it is: the keys are missing, or the process.
            Extent::Joining
            | Extent::MatchingLatest
            | Extent::Connecting
            | Extent::Connected
            | Extent::Broadcasting
            | Extent::Broadcast => true,
            Extent::Joined | Extent::Latest | Extent::LatestWithin => {
                is_join_setting(name) || is_window(name) || is_window_setting(name)
            }
            Extent::Interval | Extent::JoinedInWindows => is_join_setting(name) || is_window_setting(name),
            Extent::Whole | Extent::Keyed | Extent::Window | Extent::Global | Extent::Running => false,
        }
    }

    /// What a process handles here.
    pub(crate) fn inputs(self) -> Inputs {
        match self {
            Extent::Connected => Inputs::Two,
            Extent::Broadcast => Inputs::Broadcast,
            _ => Inputs::One,
        }
    }

    /// Whether the chain so far has results only at the end of the input.
    pub(crate) fn is_final(self) -> bool {
        self == Extent::Joined
    }

    /// Whether an operator has a result only at the end of the input.
    pub(crate) fn makes_final(self, name: &str) -> bool {
        matches!(self, Extent::Whole | Extent::Keyed | Extent::Global) && is_aggregate(name)
    }
}

#[cfg(test)]
mod tests {
    use super::Extent;

    #[test]
    fn an_aggregate_over_one_window_for_all_is_final() {
        assert!(Extent::Global.makes_final("count"));
        assert!(Extent::Global.behind("allowed_lateness").makes_final("aggregate"));
        assert!(!Extent::Global.behind("trigger").makes_final("aggregate"));
        assert!(!Extent::Global.behind("count").makes_final("map"));
    }

    fn finals(chain: &[&'static str]) -> Vec<&'static str> {
        let mut extent = Extent::default();
        let mut finals = Vec::new();
        for &name in chain {
            if extent.makes_final(name) {
                finals.push(name);
            }
            extent = extent.behind(name);
        }
        finals
    }

    #[test]
    fn an_aggregate_is_final_unless_a_window_or_running_stands_before_it() {
        assert_eq!(finals(&["key_by", "count"]), ["count"]);
        assert!(finals(&["key_by", "window", "allowed_lateness", "count"]).is_empty());
        assert!(finals(&["running", "sum"]).is_empty());
        assert_eq!(finals(&["window", "count", "map", "sum"]), ["sum"]);
    }
}
