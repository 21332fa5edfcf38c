use streamlite::prelude::*;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reading {
    pub sensor: u32,
    pub temp: f64,
    pub name: String,
    pub at: i64,
}

use std::cell::Cell;
use std::rc::Rc;

pipeline!(
    fn p(readings: Source<Reading>, out: Sink<Reading>, seen: Rc<Cell<u32>>) {
        readings.inspect(|_| seen.set(seen.get() + 1)).to(out);
    }
);

fn main() {}
