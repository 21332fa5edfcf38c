//! Whether a check holds.

/// The check holds.
#[derive(Clone, Copy, Debug)]
pub struct Yes;

/// The check does not hold; nothing implements [`Never`].
#[derive(Clone, Copy, Debug)]
pub struct No;

/// Nothing implements it.
pub trait Never {}
