use streamlite::prelude::*;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reading {
    pub sensor: u32,
    pub temp: f64,
    pub name: String,
    pub at: i64,
}

pipeline!(
    fn all(a: Stream<i64>, b: Stream<i64>, c: Stream<i64>, d: Stream<i64>, e: Stream<i64>) -> Stream<i64> {
        union(a, b, c, d, e)
    }
);

fn main() {}
