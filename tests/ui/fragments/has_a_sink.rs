use streamlite::prelude::*;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reading {
    pub sensor: u32,
    pub temp: f64,
    pub name: String,
    pub at: i64,
}

pipeline!(
    fn piece(temps: Stream<f64>, others: Sink<f64>) -> Stream<f64> {
        temps
    }
);

fn main() {}
