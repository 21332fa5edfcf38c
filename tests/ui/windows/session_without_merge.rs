use streamlite::prelude::*;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reading {
    pub sensor: u32,
    pub temp: f64,
    pub name: String,
    pub at: i64,
}

pipeline!(
    fn p(readings: Source<Reading>) {
        readings
            .event_time(|r| r.at)
            .key_by(|r| r.sensor)
            .window(session(30s))
            .fold(0.0, |sum, r| sum + r.temp)
            .for_each(|_| {});
    }
);

fn main() {}
