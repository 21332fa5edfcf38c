use streamlite::prelude::*;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reading {
    pub sensor: u32,
    pub temp: f64,
    pub name: String,
    pub at: i64,
}

pipeline!(
    fn p(readings: Source<Reading>, limit: f64) {
        readings
            .event_time(|r| r.at)
            .window(tumbling(1min))
            .aggregate(|_window, rows| {
                if let Some(limit) = Some(rows.max(|r| r.temp)) {
                    rows.filter(|r| r.temp > limit).count()
                } else {
                    0
                }
            })
            .for_each(|_| {});
    }
);

fn main() {}
