use streamlite::prelude::*;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reading {
    pub sensor: u32,
    pub temp: f64,
    pub name: String,
    pub at: i64,
}

pipeline!(
    fn p(readings: Source<Reading>, counts: Sink<(u32, u64)>) {
        readings.key_by(|r| r.sensor).count().to(counts);
    }
);

struct Endless;

struct Never;

impl streamlite::source::Reader for Never {
    type Item = Reading;

    fn read<F: FnMut(Reading) -> std::ops::ControlFlow<()>>(
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
    type Item = Reading;
    type Reader = Never;

    fn partitions(&mut self) -> streamlite::Result<Vec<streamlite::source::Partition>> {
        Ok(Vec::new())
    }

    fn open(&mut self, _: &streamlite::source::Opening<'_>) -> streamlite::Result<Self::Reader> {
        unreachable!()
    }

    fn describe(&self) -> String {
        String::new()
    }
}

fn main() {
    let (counts, _) = CollectionSink::new();
    let _ = p(Endless, counts).run();
}
