use streamlite::prelude::*;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reading {
    pub sensor: u32,
    pub temp: f64,
    pub name: String,
    pub at: i64,
}

pipeline!(
    fn piece(temps: Stream<f64>, limit: f64) -> Stream<f64> {
        temps.filter(move |t| *t > limit)
    }

    fn p(readings: Source<Reading>, out: Sink<f64>) {
        piece(readings.map(|r| r.temp), "80").to(out);
    }
);

fn main() {}
