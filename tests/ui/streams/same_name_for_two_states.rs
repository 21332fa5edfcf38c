use streamlite::prelude::*;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reading {
    pub sensor: u32,
    pub temp: f64,
    pub name: String,
    pub at: i64,
}

pipeline!(
    fn p(readings: Source<Reading>, out: Sink<Windowed<u32, u64>>) {
        let counts = readings.key_by(|r| r.sensor).window(tumbling(1min)).count();
        let counts = counts.key_by(|c| c.key).window(tumbling(1h)).count();
        counts.to(out);
    }
);

fn main() {}
