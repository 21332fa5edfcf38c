//! What a running job adds to a picture of its graph.

use std::collections::BTreeMap;

/// What is written into a box besides.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Note {
    pub(crate) lines: Vec<String>,
    /// What somebody should look at.
    pub(crate) warnings: Vec<String>,
    /// How many records go through it each second.
    pub(crate) rate: f64,
}

/// What is written into the boxes of a picture besides, and below it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Notes {
    pub(crate) caption: String,
    /// By the identities that the boxes have in the picture.
    pub(crate) boxes: BTreeMap<String, Note>,
}

impl Notes {
    /// How much goes through a box, of what goes through the one with the most: from 0 to 1.
    pub(super) fn share(&self, note: &Note) -> f64 {
        let most = self.boxes.values().map(|note| note.rate).fold(0.0, f64::max);
        if most > 0.0 { note.rate / most } else { 0.0 }
    }
}
