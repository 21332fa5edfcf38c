//! What stands in a savepoint, under checksums that hold.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::{Corpus, fuzz_target};
use streamlite_tests::saved::{File, restore, whole};
use streamlite_tests_fuzz::{put, seeds, write_seeds};

static WHOLE: LazyLock<File> = LazyLock::new(whole);

fuzz_target!(
    init: {
        if let Some(dir) = seeds() {
            write_seeds(&dir, &mut WHOLE.clone().frames);
        }
    },
    |input: &[u8]| -> Corpus {
        let mut file = WHOLE.clone();
        match put(input, &mut file.frames) {
            Some(()) => {
                drop(restore(&file.write()));
                Corpus::Keep
            }
            None => Corpus::Reject,
        }
    }
);
