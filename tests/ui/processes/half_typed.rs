use streamlite::prelude::*;

pipeline!(
    fn p(readings: Source<(u32, f64)>, out: Sink<f64>) {
        let sums = readings.key_by(|(sensor, _)| *sensor).process(|ctx| {
            let total: f64 = 0.0;

            on_record(|(_, temp)| {
                *total += temp;
                ctx.
            });
        });
        sums.to(out);
    }
);

fn main() {}
