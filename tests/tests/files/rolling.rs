//! Output in files of some size or age, one after the other.

use streamlite::prelude::*;
use streamlite_tests::Folder;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Row {
    number: u64,
    text: String,
}

pipeline!(
    fn rows(numbers: Source<u64>, out: Sink<Row>) {
        numbers
            .map(|number| Row {
                number,
                text: "x".repeat(90),
            })
            .to(out);
    }
);

/// The files with numbers in a folder, in order, and the rows of each.
fn read(folder: &Folder) -> Vec<(String, Vec<u64>)> {
    let mut files: Vec<String> = folder
        .names()
        .into_iter()
        .filter(|name| name.starts_with("out-"))
        .collect();
    files.sort();
    let rows = |name: &String| {
        let text = folder.read(name);
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("number,text"), "each file has a header");
        let numbers = lines.map(|line| line.split(',').next().and_then(|number| number.parse().ok()));
        numbers.map(|number| number.expect("a number")).collect()
    };
    files.iter().map(|name| (name.clone(), rows(name))).collect()
}

#[test]
fn a_file_that_is_large_enough_is_followed_by_the_next_one() {
    let folder = Folder::new();
    let sink = || {
        CsvSink::create(folder.path("out.csv"))
            .expect("it can be")
            .roll_at(200_000)
    };
    rows(CollectionSource::new(0..10_000), sink())
        .run()
        .expect("it runs");
    let files = read(&folder);
    let names: Vec<&str> = files.iter().map(|(name, _)| &name[..]).collect();
    assert_eq!(&names[..3], ["out-00001.csv", "out-00002.csv", "out-00003.csv"]);
    let all: Vec<u64> = files.iter().flat_map(|(_, rows)| rows.clone()).collect();
    assert_eq!(all, (0..10_000).collect::<Vec<_>>());
    for (name, _) in &files[..files.len() - 1] {
        let bytes = folder.read(name).len();
        assert!((200_000..400_000).contains(&bytes), "{name} has {bytes} bytes");
    }

    // Another run overwrites none of them.
    let before = files.len();
    rows(CollectionSource::new(0..3), sink()).run().expect("it runs");
    let files = read(&folder);
    assert_eq!(
        files[..before].iter().map(|(_, rows)| rows.len()).sum::<usize>(),
        10_000
    );
    assert_eq!(
        files[before],
        (format!("out-{:05}.csv", before + 1), vec![0, 1, 2])
    );
}

#[test]
fn a_file_that_is_old_enough_is_followed_by_the_next_one() {
    let folder = Folder::new();
    let sink = CsvSink::create(folder.path("out.csv"))
        .expect("it can be")
        .roll_every(TimeDelta::ZERO);
    rows(CollectionSource::new(0..4000), sink).run().expect("it runs");
    let files = read(&folder);
    assert!(
        files.len() > 4,
        "as often as something is written: {}",
        files.len()
    );
    let all: Vec<u64> = files.into_iter().flat_map(|(_, rows)| rows).collect();
    assert_eq!(all, (0..4000).collect::<Vec<_>>());
}

/// With checkpoints, too: each row once, over two runs, the first of which ends on its way.
#[test]
fn files_with_numbers_go_on_after_a_crash() {
    let folder = Folder::new();
    let job = || {
        let sink = CsvSink::create(folder.path("out.csv"))
            .expect("it can be")
            .roll_at(150_000);
        let job = rows(CollectionSource::new(0..9_000), sink).batch_size(1000);
        job.checkpoints(Checkpoints::in_dir(folder.path("state")))
    };
    let mut running = job().start().expect("it starts");
    for _ in 0..4 {
        running.step().expect("nothing fails");
    }
    running.checkpoint().expect("it is stored");
    running.step().expect("nothing fails");
    drop(running);
    let committed: usize = read(&folder).iter().map(|(_, rows)| rows.len()).sum();
    assert_eq!(committed, 4000);
    job().run().expect("it goes on");
    let files = read(&folder);
    assert!(files.len() > 3);
    let all: Vec<u64> = files.into_iter().flat_map(|(_, rows)| rows).collect();
    assert_eq!(all, (0..9_000).collect::<Vec<_>>());
}
