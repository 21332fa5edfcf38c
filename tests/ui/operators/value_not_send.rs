use std::cell::Cell;
use std::rc::Rc;

use streamlite::prelude::*;

pipeline!(
    fn p(numbers: Source<u32>, out: Sink<u32>) {
        let seen: Rc<Cell<u32>> = Rc::default();
        let (even, odd) = numbers.inspect(|n| seen.set(*n)).split(|n| n % 2 == 0);
        even.to(out);
        odd.for_each(|n| println!("{n}"));
    }
);

fn main() {}
