use std::rc::Rc;

use streamlite::prelude::*;

pipeline!(
    fn p(numbers: Source<u32>, out: Sink<u32>, least: u32, most: Rc<u32>) {
        numbers.filter(|n| *n >= least).filter(|n| *n <= *most).to(out);
    }
);

fn main() {}
