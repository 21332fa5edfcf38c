use streamlite::prelude::*;

pipeline!(
    fn p(readings: Source<(u32, f64)>, out: Sink<f64>) {
        readings
            .event_time(|(sensor, _)| i64::from(*sensor))
            .window(tumbling(5s))
            .process(|ctx| {
                on_record(|(_, temp)| ctx.emit(temp));
            })
            .to(out);
    }
);

fn main() {}
