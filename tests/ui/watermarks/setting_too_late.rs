use streamlite::prelude::*;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reading {
    pub sensor: u32,
    pub temp: f64,
    pub mark: Option<i64>,
    pub at: i64,
}

pipeline!(
    fn p(readings: Source<Reading>, out: Sink<Reading>) {
        readings.event_time(|r| r.at).filter(|r| r.temp > 0.0).idle_after(1min).to(out);
    }
);

fn main() {}
