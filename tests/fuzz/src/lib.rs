//! What the targets share: how the bytes of an input become what is damaged.

use std::io::Write as _;
use std::path::Path;

use streamlite_tests::saved::Frame;

/// The part of a frame that an input is put in the place of.
fn part(frame: &mut Frame, is_head: bool) -> &mut Vec<u8> {
    if is_head { &mut frame.head } else { &mut frame.body }
}

/// Puts an input into one of the frames: two bytes say which, and the highest bit of the first whether it is the head.
/// Returns nothing if there is no such frame.
pub fn put<'a>(input: &[u8], frames: impl IntoIterator<Item = &'a mut Frame>) -> Option<()> {
    let (&[high, low], bytes) = input.split_first_chunk()?;
    let number = usize::from(high & 0x7f) << 8 | usize::from(low);
    let frame = frames.into_iter().nth(number)?;
    *part(frame, high & 0x80 != 0) = bytes.to_vec();
    Some(())
}

/// Writes the inputs that change nothing: what a fuzzer begins with.
///
/// # Panics
/// If the disk does not take them.
pub fn write_seeds<'a>(dir: &Path, frames: impl IntoIterator<Item = &'a mut Frame>) {
    std::fs::create_dir_all(dir).expect("a directory");
    for (number, frame) in frames.into_iter().enumerate() {
        for is_head in [false, true] {
            let number = u16::try_from(number).expect("there are few") | u16::from(is_head) << 15;
            let mut file = std::fs::File::create(dir.join(format!("{number}"))).expect("there is room");
            let written = file.write_all(&[&number.to_be_bytes()[..], part(frame, is_head)].concat());
            written.expect("there is room");
        }
    }
}

/// Where the first inputs are to be written, before anything is tried.
#[must_use]
pub fn seeds() -> Option<std::path::PathBuf> {
    std::env::var_os("SEEDS").map(Into::into)
}
