use streamlite::prelude::*;

pipeline!(
    fn p(readings: Source<(u32, f64)>, out: Sink<f64>) {
        let (temps, hot) = readings.key_by(|(sensor, _)| *sensor).process(|ctx| {


            on_record(|(_, temp)| {
                ctx.emit(temp);

            });
        });
        union(temps, hot).to(out);
    }
);

fn main() {}
