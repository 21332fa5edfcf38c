//! What the macro knows of operators by their names. Everything else about them is rustc's to check.

/// Aggregates in their short form: without a window or `running` they have a result at the end of the input.
const AGGREGATES: [&str; 10] = [
    "count",
    "sum",
    "mean",
    "min",
    "max",
    "min_by",
    "max_by",
    "reduce",
    "fold",
    "aggregate",
];

/// Operators that keep something for themselves.
const STATEFUL: [&str; 2] = ["event_time", "union"];

pub(crate) fn is_aggregate(name: &str) -> bool {
    AGGREGATES.contains(&name)
}

/// Whether it is an aggregate by its own name.
pub(crate) fn is_short_form(name: &str) -> bool {
    is_aggregate(name) && name != "aggregate"
}

pub(crate) fn is_stateful(name: &str) -> bool {
    is_aggregate(name) || STATEFUL.contains(&name)
}

/// Settings of a window.
const WINDOW_SETTINGS: [&str; 5] = [
    "allowed_lateness",
    "with_late",
    "discarding",
    "accumulating",
    "trigger",
];

/// Operators on records.
const ON_RECORDS: [&str; 9] = [
    "map",
    "filter",
    "filter_map",
    "flat_map",
    "inspect",
    "try_map",
    "split",
    "to",
    "for_each",
];

/// Operators on records whose output is one stream.
const MAPPING: [&str; 5] = ["map", "filter", "filter_map", "flat_map", "inspect"];

/// Whether its output is one stream of records, each from one record.
pub(crate) fn maps_records(name: &str) -> bool {
    MAPPING.contains(&name)
}

/// Operators that give one record, to one of their outputs, for each that they take.
const CONSERVING: [&str; 12] = [
    "map",
    "inspect",
    "event_time",
    "watermark",
    "idle_after",
    "key_by",
    "key_by_ref",
    "union",
    "split",
    "try_map",
    "to",
    "for_each",
];

pub(crate) fn conserves(name: &str) -> bool {
    CONSERVING.contains(&name)
}

pub(crate) fn is_window_setting(name: &str) -> bool {
    WINDOW_SETTINGS.contains(&name)
}

pub(crate) fn is_on_records(name: &str) -> bool {
    ON_RECORDS.contains(&name)
}

/// What stands in front of an aggregate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Extent {
    /// The whole input.
    #[default]
    Whole,
    /// The whole input, for each key.
    Keyed,
    /// A window.
    Window,
    /// The records so far.
    Running,
}

impl Extent {
    /// The extent behind an operator.
    pub(crate) fn behind(self, name: &str) -> Self {
        match name {
            "window" => Extent::Window,
            "running" => Extent::Running,
            "key_by" | "key_by_ref" => Extent::Keyed,
            name if is_aggregate(name) => Extent::Whole,
            _ => self,
        }
    }

    /// Whether an operator has a result only at the end of the input.
    pub(crate) fn makes_final(self, name: &str) -> bool {
        matches!(self, Extent::Whole | Extent::Keyed) && is_aggregate(name)
    }
}

#[cfg(test)]
mod tests {
    use super::Extent;

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
