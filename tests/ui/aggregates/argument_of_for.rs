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
            .aggregate(|_window, rows| {
                let mut sum = 0;
                for limit in [1.0, 2.0] {
                    sum += rows.filter(|r| r.temp > limit).count();
                }
                sum
            })
            .for_each(|_| {});
    }
);

fn main() {}
