use streamlite::prelude::*;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reading {
    pub sensor: u32,
    pub temp: f64,
    pub name: String,
    pub at: i64,
}

pub struct Once(i64);

pipeline!(
    fn p(readings: Source<Reading>, out: Sink<Reading>, once: Once) {
        readings.filter(|r| once.0 > r.at).filter(|r| once.0 < r.at).to(out);
    }
);

fn main() {}
