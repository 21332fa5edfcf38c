use streamlite::prelude::*;

pipeline!(
    fn p(readings: Source<(u32, f64)>, out: Sink<f64>) {
        readings
            .key_by(|(sensor, _)| *sensor)
            .process(7)
            .to(out);
    }
);

fn main() {}
