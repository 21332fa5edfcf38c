//! What an operator's saved state is: which operator wrote it, with which settings, keys and aggregates.

use std::any::type_name;
use std::fmt;

use serde::{Deserialize, Serialize};

/// What an operator is, as far as its saved state depends on it. It is saved beside the state's bytes, which two
/// operators may encode alike: a state is restored only into an operator of the same shape.
///
/// Settings that only steer what comes next, such as how far out of order records may be, are no part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    operator: String,
    parts: Vec<(String, String)>,
}

impl Shape {
    /// An operator of this kind.
    #[must_use]
    pub fn new(operator: &str) -> Self {
        Self {
            operator: operator.to_owned(),
            parts: Vec::new(),
        }
    }

    /// What kind of operator it is.
    pub(crate) fn operator(&self) -> &str {
        &self.operator
    }

    /// The same with a part: a setting, a type, what is aggregated.
    #[must_use]
    pub fn with(mut self, part: &str, value: impl fmt::Display) -> Self {
        self.parts.push((part.to_owned(), value.to_string()));
        self
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.operator)?;
        for (place, (part, value)) in self.parts.iter().enumerate() {
            let before = if place == 0 { " with" } else { "," };
            write!(f, "{before} {part} {value}")?;
        }
        Ok(())
    }
}

/// The name of a type without the paths of its modules, so that a type may move.
#[must_use]
pub fn name_of<T: ?Sized>() -> String {
    without_paths(type_name::<T>())
}

/// The name of a type without its parameters, and without the paths of its modules.
#[must_use]
pub fn head_of<T: ?Sized>() -> String {
    let name = type_name::<T>();
    without_paths(name.split('<').next().unwrap_or(name))
}

fn without_paths(name: &str) -> String {
    let (mut text, mut word) = (String::new(), String::new());
    for char in name.chars() {
        match char {
            ':' => word.clear(),
            char if char.is_alphanumeric() || char == '_' => word.push(char),
            char => {
                text.push_str(&word);
                word.clear();
                text.push(char);
            }
        }
    }
    text + &word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_no_paths() {
        assert_eq!(name_of::<(u32, Option<String>)>(), "(u32, Option<String>)");
        assert_eq!(name_of::<[Vec<&str>; 3]>(), "[Vec<&str>; 3]");
        assert_eq!(head_of::<Vec<std::collections::BTreeMap<u8, u8>>>(), "Vec");
    }

    #[test]
    fn a_shape_is_read_as_a_sentence() {
        let shape = Shape::new("window").with("size", "10ms").with("key", "u32");
        assert_eq!(shape.to_string(), "`window` with size 10ms, key u32");
        assert_eq!(Shape::new("union").to_string(), "`union`");
    }
}
