use streamlite::prelude::*;

type Totals = List<f64>;

pipeline!(
    fn p(readings: Source<(u32, f64)>, out: Sink<f64>) {
        readings
            .key_by(|(sensor, _)| *sensor)
            .process(|ctx| {
                let total: Totals = List::new();

                on_record(|(_, temp)| {
                    total.push(temp);
                    ctx.emit(temp);
                });
            })
            .to(out);
    }
);

fn main() {}
