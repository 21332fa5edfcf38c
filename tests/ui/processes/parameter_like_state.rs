use streamlite::prelude::*;

pipeline!(
    fn p(readings: Source<(u32, f64)>, out: Sink<f64>) {
        readings
            .key_by(|(sensor, _)| *sensor)
            .process(|ctx| {
                let temp: f64 = 0.0;

                on_record(|(_, temp)| ctx.emit(temp));
            })
            .to(out);
    }
);

fn main() {}
