use streamlite::prelude::*;

pipeline!(
    fn counted(numbers: Source<u32>, out: Sink<u64>) {
        #[uid = "counts#1"]
        let counts = numbers.running().count();
        counts.to(out);
    }
);

fn main() {}
