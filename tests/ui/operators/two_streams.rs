use streamlite::prelude::*;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reading {
    pub sensor: u32,
    pub temp: f64,
    pub name: String,
    pub at: i64,
}

pipeline!(
    fn p(a: Source<i64>, b: Source<i64>, c: Source<i64>, out: Sink<i64>) {
        a.union(b, c).to(out);
    }
);

fn main() {}
