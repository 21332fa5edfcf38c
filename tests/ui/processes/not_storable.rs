use streamlite::prelude::*;

struct Total(f64);

pipeline!(
    fn p(readings: Source<(u32, f64)>, out: Sink<f64>) {
        readings
            .key_by(|(sensor, _)| *sensor)
            .process(|ctx| {
                let total: Total = Total(0.0);

                on_record(|(_, temp)| {
                    total.0 += temp;
                    ctx.emit(total.0);
                });
            })
            .to(out);
    }
);

fn main() {}
