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
        readings.key_by(|r| r.sensor).event_time(|r| r.at).window(tumbling(1min)).count().to(out);
    }
);

fn main() {}
