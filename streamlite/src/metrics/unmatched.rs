//! Names that did not find each other.

use serde::Serialize;

/// Names that did not find each other: what looks like a misspelling, where a field may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Unmatched {
    /// The fields that were in no record.
    pub fields: Vec<String>,
    /// Some of the columns that no field took.
    pub columns: Vec<String>,
}

impl Unmatched {
    /// So many columns are named.
    const MOST: usize = 8;

    /// What is not matched in several partitions together: fields that none of them has.
    pub(crate) fn joined(known: Option<Self>, other: Option<Self>) -> Option<Self> {
        match (known, other) {
            (Some(mut known), Some(other)) => {
                known.join(&other);
                Some(known)
            }
            (known, other) => known.or(other),
        }
    }

    fn join(&mut self, other: &Self) {
        self.fields.retain(|field| other.fields.contains(field));
        for column in &other.columns {
            if self.columns.len() < Self::MOST && !self.columns.contains(column) {
                self.columns.push(column.clone());
            }
        }
    }
}
