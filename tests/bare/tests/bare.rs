//! The engine without its features: `cargo test --manifest-path tests/bare/Cargo.toml`.

use std::path::Path;

use streamlite::Job;
use streamlite::prelude::*;

pipeline!(
    fn lengths(lines: Source<String>, out: Sink<String>) {
        lines
            .event_time(|line| line.len() as i64)
            .watermark(bounded(1s))
            .key_by(|line| line.len() % 2)
            .window(tumbling(2ms))
            .count()
            .map(|w| format!("{} {}", w.window, w.value))
            .to(out);
    }
);

fn job(folder: &Path) -> streamlite::Result<Job> {
    let lines = LinesSource::open(folder.join("in.txt"))?;
    let out = LinesSink::create(folder.join("out.txt"))?;
    Ok(lengths(lines, out).checkpoints(Checkpoints::in_dir(folder.join("state"))))
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a test writes its input and reads its output"
)]
fn the_engine_works_without_its_features() {
    let folder = tempfile::tempdir().expect("there is room");
    std::fs::write(folder.path().join("in.txt"), "a\nbb\nccc\nd\n").expect("there is room");
    let report = job(folder.path())
        .expect("it can be")
        .run()
        .expect("nothing goes wrong");
    assert_eq!(report.records_read(), 4);
    let text = std::fs::read_to_string(folder.path().join("out.txt")).expect("it is there");
    assert_eq!(text.lines().count(), 3, "{text}");
    assert!(lengths::GRAPH.mermaid().to_string().contains("window"));
    let again = job(folder.path())
        .expect("it can be")
        .run()
        .expect("there is nothing more");
    assert_eq!(again.records_read(), 4);
}

#[test]
fn what_is_compressed_names_the_feature() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("in.gz");
    std::fs::write(&path, [0x1f, 0x8b, 8, 0, 0]).expect("there is room");
    let lines = LinesSource::open(&path).expect("it is there");
    let error = pipeline!(from(lines))
        .collect()
        .expect_err("it cannot be read")
        .to_string();
    assert!(error.contains("switch on the feature `gzip`"), "{error}");
    let error = LinesSink::create(folder.path().join("out.gz")).expect_err("it cannot be written");
    assert!(
        error.to_string().contains("switch on the feature `gzip`"),
        "{error}"
    );
}
