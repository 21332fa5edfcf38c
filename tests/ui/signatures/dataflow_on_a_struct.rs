use streamlite::prelude::*;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reading {
    pub sensor: u32,
    pub temp: f64,
    pub name: String,
    pub at: i64,
}

#[streamlite::dataflow]
struct Limits {
    low: f64,
}

fn main() {}
