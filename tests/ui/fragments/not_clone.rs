use streamlite::prelude::*;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reading {
    pub sensor: u32,
    pub temp: f64,
    pub name: String,
    pub at: i64,
}

pipeline!(
    fn piece<T>(records: Stream<T>, keep: impl Fn(&T) -> bool) -> Stream<T> {
        let a = records.filter(|r| keep(r));
        records.union(a)
    }
);

fn main() {}
