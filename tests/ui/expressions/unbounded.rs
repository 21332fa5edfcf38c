use streamlite::prelude::*;

struct Endless;

struct Never;

impl streamlite::source::Reader for Never {
    type Item = u32;

    fn read<F: FnMut(u32) -> std::ops::ControlFlow<()>>(
        &mut self,
        _: usize,
        _: F,
    ) -> streamlite::Result<streamlite::source::ReadStatus> {
        unreachable!()
    }

    fn position(&mut self) -> streamlite::Result<streamlite::source::Position> {
        unreachable!()
    }
}

impl Source for Endless {
    type Item = u32;
    type Reader = Never;

    fn partitions(&mut self) -> streamlite::Result<Vec<streamlite::source::Partition>> {
        Ok(Vec::new())
    }

    fn open(&mut self, _: &streamlite::source::Opening<'_>) -> streamlite::Result<Never> {
        unreachable!()
    }

    fn describe(&self) -> String {
        String::new()
    }
}

fn main() {
    let _ = pipeline!({
        from(Endless).count()
    });
}
