use streamlite::prelude::*;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reading {
    pub sensor: u32,
    pub temp: f64,
    pub name: String,
    pub at: i64,
}

pipeline!(
    fn piece<T, K: std::hash::Hash + Eq + Clone>(records: Stream<T>, key: impl Fn(&T) -> K) -> Stream<(K, u64)> {
        records.key_by(|r| key(r)).running().count()
    }
);

fn main() {}
