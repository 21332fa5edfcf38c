//! The handlers of a process: which there are, and what they use.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::Pat;

/// `on_record(|record| …);`
pub(crate) struct Handler<B> {
    pub(crate) name: Ident,
    pub(crate) parameters: Vec<Pat>,
    pub(crate) body: B,
}

/// What a process handles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inputs {
    /// One stream.
    One,
    /// Two connected streams.
    Two,
    /// A stream, and one that is broadcast to it.
    Broadcast,
}

impl Inputs {
    /// What goes into such a process.
    pub(super) fn name(self) -> &'static str {
        match self {
            Inputs::One => "one stream",
            Inputs::Two => "connected streams",
            Inputs::Broadcast => "`broadcast_to`",
        }
    }
}

/// A handler that there is.
pub(super) struct Known {
    pub(super) name: &'static str,
    /// How many parameters its closure has.
    pub(super) parameters: usize,
    /// How it is written.
    pub(super) form: &'static str,
    /// The processes that must have it; others have it not. None: all may.
    needed_by: &'static [Inputs],
}

impl Known {
    const fn new(
        name: &'static str,
        parameters: usize,
        form: &'static str,
        needed_by: &'static [Inputs],
    ) -> Self {
        Self {
            name,
            parameters,
            form,
            needed_by,
        }
    }

    /// Whether a process may have it.
    pub(super) fn may_be_in(&self, inputs: Inputs) -> bool {
        self.needed_by.is_empty() || self.needed_by.contains(&inputs)
    }
}

const HANDLERS: [Known; 6] = [
    Known::new(
        "on_record",
        1,
        "on_record(|record| { … });",
        &[Inputs::One, Inputs::Broadcast],
    ),
    Known::new("on_left", 1, "on_left(|record| { … });", &[Inputs::Two]),
    Known::new("on_right", 1, "on_right(|record| { … });", &[Inputs::Two]),
    Known::new(
        "on_broadcast",
        1,
        "on_broadcast(|record| { … });",
        &[Inputs::Broadcast],
    ),
    Known::new("on_timer", 1, "on_timer(|at| { … });", &[]),
    Known::new("on_end", 0, "on_end(|| { … });", &[]),
];

/// The handlers that a process must have.
pub(super) fn needed(inputs: Inputs) -> impl Iterator<Item = &'static Known> {
    HANDLERS
        .iter()
        .filter(move |known| known.needed_by.contains(&inputs))
}

/// The handlers that a process may have.
fn possible(inputs: Inputs) -> impl Iterator<Item = &'static Known> {
    HANDLERS.iter().filter(move |known| known.may_be_in(inputs))
}

/// The handler of a name in a process; what is wrong with it, if there is none.
pub(super) fn find(name: &str, inputs: Inputs) -> Result<&'static Known, String> {
    match HANDLERS.iter().find(|known| known.name == name) {
        Some(known) if known.may_be_in(inputs) => Ok(known),
        Some(known) => Err(format!(
            "`{name}` is for {}: this process has {}",
            known.needed_by.first().map_or("", |needed_by| needed_by.name()),
            named(inputs)
        )),
        None => Err(unknown(name, inputs)),
    }
}

/// The handlers of a process, as one would say them.
fn named(inputs: Inputs) -> String {
    let names: Vec<_> = possible(inputs)
        .map(|known| format!("`{}`", known.name))
        .collect();
    let (last, others) = names.split_last().expect("a process has handlers");
    format!("{} and {last}", others.join(", "))
}

/// The methods of the context that set timers.
pub(super) const TIMERS: [&str; 3] = ["timer_at", "timer_after", "processing_timer_after"];

/// The methods of the context that are about a key.
pub(super) const ABOUT_KEY: [&str; 8] = [
    "key",
    "time_domain",
    "timer_at",
    "timer_after",
    "delete_timer",
    "processing_timer_after",
    "delete_processing_timer",
    "clear",
];

/// The methods of the context that emit nothing.
pub(super) const QUIET: [&str; 11] = [
    "key",
    "timestamp",
    "watermark",
    "processing_time",
    "time_domain",
    "timer_at",
    "timer_after",
    "delete_timer",
    "processing_timer_after",
    "delete_processing_timer",
    "clear",
];

/// What to say of a handler that there is not.
fn unknown(name: &str, inputs: Inputs) -> String {
    let nearest = possible(inputs)
        .map(|known| known.name)
        .min_by_key(|known| distance(known, name));
    match nearest {
        Some(near) if distance(near, name) <= 3 => {
            format!("unknown handler `{name}`: did you mean `{near}`?")
        }
        _ => format!(
            "unknown handler `{name}`: there are {}; define what a handler calls inside of it",
            named(inputs)
        ),
    }
}

/// How many letters differ, by insertions, deletions and replacements.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (place, letter) in one.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = place + 1;
        for (column, byte) in other.bytes().enumerate() {
            let replaced = diagonal + usize::from(letter != byte);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

/// The methods of the context that are called; `None` where it is used in another way.
pub(super) fn context_uses(tokens: &TokenStream, ctx: &Ident) -> Vec<Option<Ident>> {
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let is_dot =
        |tree: Option<&TokenTree>| matches!(tree, Some(TokenTree::Punct(punct)) if punct.as_char() == '.');
    let mut uses = Vec::new();
    for (place, tree) in trees.iter().enumerate() {
        match tree {
            TokenTree::Group(group) => uses.extend(context_uses(&group.stream(), ctx)),
            // After a dot it is a field, or a handler that is half typed.
            TokenTree::Ident(word) if word == ctx && place > 0 && is_dot(trees.get(place - 1)) => {
                uses.push(None);
            }
            TokenTree::Ident(word) if word == ctx => {
                uses.push(match (is_dot(trees.get(place + 1)), trees.get(place + 2)) {
                    (true, Some(TokenTree::Ident(method))) => Some(method.clone()),
                    _ => None,
                });
            }
            _ => {}
        }
    }
    uses
}
