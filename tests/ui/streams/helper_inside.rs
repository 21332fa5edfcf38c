use streamlite::prelude::*;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reading {
    pub sensor: u32,
    pub temp: f64,
    pub name: String,
    pub at: i64,
}

pipeline!(
    fn p(numbers: Source<i64>, out: Sink<i64>) {
        fn double(n: i64) -> i64 {
            n * 2
        }
        numbers.map(double).to(out);
    }
);

fn main() {}
