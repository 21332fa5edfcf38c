use streamlite::prelude::*;
use streamlite::process::{KeyedProcess, ProcessContext, StateSpec};

pub struct Total(f64);

pub struct Sums;

impl KeyedProcess<u32, (u32, f64)> for Sums {
    type States = (Value<Total>,);
    type Out = f64;
    type Sides = ();

    fn specs(&self) -> Vec<StateSpec> {
        vec![StateSpec::new("total")]
    }

    fn first(&mut self) -> Self::States {
        (Value::new(),)
    }

    fn on_record(
        &mut self,
        (_, temp): (u32, f64),
        (total,): &mut Self::States,
        _sides: &mut (),
        ctx: &mut ProcessContext<'_, u32, f64>,
    ) {
        total.get_or_insert_with(|| Total(0.0)).0 += temp;
        ctx.emit(temp);
    }
}

pipeline!(
    fn p(readings: Source<(u32, f64)>, out: Sink<f64>) {
        readings.key_by(|(sensor, _)| *sensor).process(Sums).to(out);
    }
);

fn main() {}
