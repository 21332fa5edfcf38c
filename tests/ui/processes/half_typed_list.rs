use streamlite::prelude::*;

pipeline!(
    fn p(readings: Source<(u32, f64)>, out: Sink<f64>) {
        let sums = readings.key_by(|(sensor, _)| *sensor).process(|ctx| {
            let recent: List<f64> = List::new();

            on_record(|(_, temp)| {
                recent.
                ctx.emit(temp);
            });
        });
        sums.to(out);
    }
);

fn main() {}
