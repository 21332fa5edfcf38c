use streamlite::prelude::*;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reading {
    pub sensor: u32,
    pub temp: f64,
    pub name: String,
    pub at: i64,
}

pipeline!(
    fn p(numbers: Source<f64>, out: Sink<f64>) {
        numbers
            .window(count(3))
            .fold(0.0 |sum, n| sum + n)
            .map(|w| w.value)
            .to(out);
    }
);

fn main() {}
