//! What stands in the files of a checkpoint, under checksums that hold.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::{Corpus, fuzz_target};
use streamlite_tests::saved::{File, Frame, Stored, go_on};
use streamlite_tests_fuzz::{put, seeds, write_seeds};

static STORED: LazyLock<Stored> = LazyLock::new(Stored::new);

fn frames(files: &mut [(String, File)]) -> impl Iterator<Item = &mut Frame> {
    files.iter_mut().flat_map(|(_, file)| &mut file.frames)
}

fuzz_target!(
    init: {
        if let Some(dir) = seeds() {
            write_seeds(&dir, frames(&mut STORED.files.clone()));
        }
    },
    |input: &[u8]| -> Corpus {
        let mut files = STORED.files.clone();
        match put(input, frames(&mut files)) {
            Some(()) => {
                drop(go_on(&STORED.with(&files)));
                Corpus::Keep
            }
            None => Corpus::Reject,
        }
    }
);
