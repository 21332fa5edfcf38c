use streamlite::prelude::*;

pipeline!(
    fn p(clock: Source<u32>, out: Sink<u32>) {
        clock.map(|n| n + 1).to(out);
    }
);

fn main() {}
