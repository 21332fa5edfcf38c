//! `text.txt`, made by a small seeded generator: words of an invented language, some of them as frequent as the words of
//! a real one.

use crate::random::Random;

/// How many lines the text has.
pub const LINES: usize = 2_500;

const SYLLABLES: [&str; 16] = [
    "ba", "den", "fi", "gor", "hu", "ka", "lis", "mo", "nar", "o", "pel", "ru", "sta", "tu", "ven", "zi",
];

/// The text of `text.txt`.
#[must_use]
pub fn text() -> String {
    let mut random = Random::new(42);
    let mut text = String::new();
    for _ in 0..LINES {
        for place in 0..8 + random.below(5) {
            let word = word(frequent(&mut random));
            let word = if place == 0 { capitalized(&word) } else { word };
            text += if place == 0 { "" } else { " " };
            text += &word;
        }
        text += ".\n";
    }
    text
}

/// The rank of a word: the first ones come far more often than the last, as Zipf found.
fn frequent(random: &mut Random) -> u64 {
    let most = 1 + random.below(1_500);
    random.below(most)
}

/// The word of a rank: the frequent ones are short.
fn word(rank: u64) -> String {
    let (mut rest, mut word) = (rank + 1, String::new());
    while rest > 0 {
        word += SYLLABLES[usize::try_from(rest % 16).expect("it is below 16")];
        rest /= 16;
    }
    word
}

fn capitalized(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}
