use streamlite::prelude::*;

fn main() {
    let _ = pipeline!({
        let a = from([1, 2]).map(|n| n + 1);
    });
}
