use streamlite::prelude::*;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reading {
    pub sensor: u32,
    pub temp: f64,
    pub name: String,
    pub at: i64,
}

pipeline!(
    fn p(readings: Source<Reading>, limits: Source<f64>, out: Sink<Reading>) {
        readings.filter(|r| limits.contains(&r.temp)).to(out);
        limits.for_each(|_| {});
    }
);

fn main() {}
