use streamlite::prelude::*;

pipeline!(
    fn both(numbers: Source<u32>, #[uid = "numbers"] others: Source<u32>, out: Sink<u32>) {
        union(numbers, others).to(out);
    }
);

fn main() {}
