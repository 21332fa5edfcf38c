use streamlite::prelude::*;

fn main() {
    let _ = pipeline!({
        from(5).map(|n| n + 1)
    });
}
