//! A join of all rows is over when its streams are.

use streamlite::prelude::*;
use streamlite::source::{Partition, Position, ReadStatus, Reader};

struct Endless;

struct Numbers;

impl Source for Endless {
    type Item = u32;
    type Reader = Numbers;

    fn partitions(&mut self) -> streamlite::Result<Vec<Partition>> {
        Ok(vec![Partition::new("all")])
    }

    fn open(&mut self, _: &streamlite::source::Opening<'_>) -> streamlite::Result<Numbers> {
        Ok(Numbers)
    }

    fn describe(&self) -> String {
        "numbers".to_owned()
    }
}

impl Reader for Numbers {
    type Item = u32;

    fn read<F: FnMut(u32) -> std::ops::ControlFlow<()>>(
        &mut self,
        _: usize,
        _: F,
    ) -> streamlite::Result<ReadStatus> {
        Ok(ReadStatus::Pending)
    }

    fn position(&mut self) -> streamlite::Result<Position> {
        Ok(Position::of(&0))
    }
}

fn main() {
    let pairs = pipeline!(from(Endless).join(from([1_u32, 2])).on(|n| *n, |n| *n)).collect();
}
