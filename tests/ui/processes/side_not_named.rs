use streamlite::prelude::*;

pipeline!(
    fn p(readings: Source<(u32, f64)>, out: Sink<f64>) {
        let temps = readings.key_by(|(sensor, _)| *sensor).process(|ctx| {
            let hot: Side<f64>;

            on_record(|(_, temp)| {
                ctx.emit(temp);
                hot.emit(temp);
            });
        });
        temps.to(out);
    }
);

fn main() {}
