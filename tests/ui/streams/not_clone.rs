use streamlite::prelude::*;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reading {
    pub sensor: u32,
    pub temp: f64,
    pub name: String,
    pub at: i64,
}

pub struct Once(u32);

pipeline!(
    fn p(ones: Source<Once>, first: Sink<Once>, second: Sink<Once>) {
        ones.to(first);
        ones.to(second);
    }
);

fn main() {}
