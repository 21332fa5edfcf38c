use streamlite::prelude::*;

pipeline!(
    fn p(readings: Source<(u32, f64)>, out: Sink<f64>) {
        readings
            .key_by(|(sensor, _)| *sensor)
            .process(|ctx| {
                on_record(|_sensor, temp| ctx.emit(temp));
            })
            .to(out);
    }
);

fn main() {}
