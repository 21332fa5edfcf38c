use streamlite::prelude::*;

#[derive(Clone, Debug)]
pub struct Reading {
    pub sensor: u32,
    pub temp: f64,
}

pipeline!(
    fn p(readings: Source<Reading>, out: Sink<(u32, Reading)>) {
        readings.key_by(|r| r.sensor).running().max_by_key(|r| r.temp).to(out);
    }
);

fn main() {}
