use streamlite::prelude::*;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reading {
    pub sensor: u32,
    pub temp: f64,
    pub name: String,
    pub at: i64,
}

#[derive(Clone)]
pub struct Place(u32);

pipeline!(
    fn p(readings: Source<Reading>) {
        readings
            .window(tumbling(1min))
            .aggregate(|_window, rows| rows.collect(|r| Place(r.sensor)).len())
            .for_each(|_| {});
    }
);

fn main() {}
