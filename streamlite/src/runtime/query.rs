//! A question that a running job answers between two reads, whatever it is about.

use std::any::Any;
use std::fmt;

use crate::control::Control;
use crate::graph::Graph;
use crate::metrics::Watermarks;

/// A question, and its answer once it was asked.
pub(crate) trait Query: fmt::Debug + Send {
    /// Asks; to be called between two reads.
    fn run(&mut self, job: &mut dyn Questioned);

    /// What it is.
    fn into_any(self: Box<Self>) -> Box<dyn Any>;
}

/// A job that can be asked.
pub(crate) trait Questioned {
    /// Passes a control signal through the whole job.
    fn ask(&mut self, control: &mut Control<'_>);

    /// How far event time has come.
    fn watermarks(&mut self) -> Watermarks;

    /// Its graph.
    fn graph(&self) -> &'static Graph;
}
