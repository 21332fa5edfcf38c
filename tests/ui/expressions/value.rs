use streamlite::prelude::*;

fn main() {
    let _ = pipeline!({
        let limit: i32 = 3;
        from([1, 2]).filter(|n| *n < limit)
    });
}
