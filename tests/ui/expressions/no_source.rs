use streamlite::prelude::*;

fn main() {
    let numbers = vec![1, 2];
    let _ = pipeline!({
        numbers.map(|n| n + 1)
    });
}
