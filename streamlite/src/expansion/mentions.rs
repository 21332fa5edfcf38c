//! Parameters that several statements mention: each mention but the last gets a clone.

use std::fmt;
use std::marker::PhantomData;

/// What a parameter must be to be mentioned several times.
#[diagnostic::on_unimplemented(
    message = "this parameter is mentioned several times, so every mention but the last gets a clone: `{Self}` must be `Clone`",
    label = "mentioned again further down",
    note = "`#[derive(Clone)]` on `{Self}`, or take an `Arc<{Self}>`"
)]
pub trait Mentioned {}

#[diagnostic::do_not_recommend]
impl<T: Clone> Mentioned for T {}

/// The type of a parameter.
pub fn type_of<T>(_parameter: &T) -> PhantomData<fn(T)> {
    PhantomData
}

/// Says that a parameter of this type is mentioned again later.
pub fn mentioned_again<T: Mentioned>(_parameter: PhantomData<fn(T)>) {}

/// A parameter that is mentioned again later.
pub struct Parameter<'a, T>(&'a T);

impl<T> fmt::Debug for Parameter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Parameter")
    }
}

/// A parameter that is mentioned again later.
pub fn parameter<T>(parameter: &T) -> Parameter<'_, T> {
    Parameter(parameter)
}

impl<T: Clone> Parameter<'_, T> {
    /// A clone for one mention.
    #[must_use]
    pub fn for_a_mention(&self) -> T {
        self.0.clone()
    }
}

/// There is no clone: rustc says so at the mention, and nothing is run.
pub trait NoClone<T> {
    /// Of the right type, so that nothing more is said.
    fn for_a_mention(&self) -> T;
}

impl<T> NoClone<T> for Parameter<'_, T> {
    fn for_a_mention(&self) -> T {
        unreachable!("what does not compile does not run")
    }
}
