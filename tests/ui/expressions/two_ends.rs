use streamlite::prelude::*;

fn main() {
    let _ = pipeline!({
        let (a, b) = from([1, 2]).split(|n| *n > 1);
        (a, b)
    });
}
