use streamlite::prelude::*;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reading {
    pub sensor: u32,
    pub temp: f64,
    pub name: String,
    pub at: i64,
}

pipeline!(
    fn p(readings: Source<Reading>) {
        readings
            .event_time(|r| r.at)
            .window(tumbling(1min))
            .aggregate(|_window, rows| match rows.max(|r| r.temp) {
                limit if limit > 1.0 => rows.filter(|r| r.temp > limit).count(),
                _ => 0,
            })
            .for_each(|_| {});
    }
);

fn main() {}
