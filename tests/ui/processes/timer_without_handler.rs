use streamlite::prelude::*;

pipeline!(
    fn p(readings: Source<(u32, f64)>, out: Sink<f64>) {
        readings
            .key_by(|(sensor, _)| *sensor)
            .process(|ctx| {
                on_record(|(_, temp)| {
                    ctx.timer_after(5s);
                    ctx.emit(temp);
                });
            })
            .to(out);
    }
);

fn main() {}
