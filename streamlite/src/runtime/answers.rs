//! How a job answers questions.

use super::driver::Driver;
use super::query::{Query, Questioned};
use crate::control::Control;
use crate::error::Result;
use crate::graph::Graph;
use crate::metrics::Watermarks;

impl Questioned for Driver<'_> {
    fn ask(&mut self, control: &mut Control<'_>) {
        self.control(control);
    }

    fn watermarks(&mut self) -> Watermarks {
        Driver::watermarks(self)
    }

    fn graph(&self) -> &'static Graph {
        Driver::graph(self)
    }
}

impl Driver<'_> {
    /// Answers a question, if the job has not failed.
    pub(crate) fn answered(&mut self, mut query: Box<dyn Query>) -> Result<Box<dyn Query>> {
        self.caught(|driver| {
            query.run(driver);
            Ok(query)
        })
    }
}
