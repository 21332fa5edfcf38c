use streamlite::prelude::*;

struct Total(f64);

pipeline!(
    fn p(readings: Source<(u32, f64)>, out: Sink<f64>) {
        readings
            .key_by(|(sensor, _)| *sensor)
            .process(|ctx| {
                let total: List<Total> = List::new();

                on_record(|(_, temp)| {
                    total.push(Total(temp));
                    ctx.emit(total.last().map_or(0.0, |total| total.0));
                });
            })
            .to(out);
    }
);

fn main() {}
