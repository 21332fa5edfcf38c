//! The buckets of a quantile, as they are made and as they are read back.
//!
//! The crate that counts them believes whatever it reads: an index beyond its buckets would end the job, and other bounds could
//! not be merged.

use serde::{Deserialize, Deserializer, Serialize, de};
use sketches_ddsketch::{Config, DDSketch};

/// How far a quantile may be from the true one, as a share of it.
const RELATIVE_ERROR: f64 = 0.01;

/// Enough for every finite number, so that the error holds whatever the numbers are; there are only as many as the numbers
/// ask for.
const MOST_BUCKETS: u32 = 1 << 17;

fn config() -> Config {
    Config::new(RELATIVE_ERROR, MOST_BUCKETS, f64::MIN_POSITIVE)
}

#[cold]
pub(super) fn empty() -> Box<DDSketch> {
    Box::new(DDSketch::new(config()))
}

/// Reads buckets that can be.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Box<DDSketch>>, D::Error> {
    let Some(saved) = Option::<Saved>::deserialize(from)? else {
        return Ok(None);
    };
    if !saved.can_be() {
        return Err(de::Error::custom(
            "the buckets of a quantile contradict one another",
        ));
    }
    // Its fields are private: what was checked takes the way through bytes once more.
    let bytes = postcard::to_allocvec(&saved).map_err(de::Error::custom)?;
    postcard::from_bytes(&bytes).map(Some).map_err(de::Error::custom)
}

/// The fields of a [`DDSketch`].
#[derive(Serialize, Deserialize)]
struct Saved {
    config: Config,
    positive: SavedBuckets,
    negative: SavedBuckets,
    min: f64,
    max: f64,
    sum: f64,
    zeros: u64,
}

/// The buckets on one side of zero: the first of them is that of the key `offset`.
#[derive(Serialize, Deserialize)]
struct SavedBuckets {
    counts: Vec<u64>,
    count: u64,
    least_key: i32,
    greatest_key: i32,
    offset: i32,
    most: usize,
    is_collapsed: bool,
}

impl Saved {
    fn can_be(&self) -> bool {
        let numbers = self
            .positive
            .count
            .checked_add(self.negative.count)
            .and_then(|count| count.checked_add(self.zeros));
        self.config == config()
            && numbers.is_some_and(|count| count > 0)
            && self.min <= self.max
            && self.positive.can_be(&self.config)
            && self.negative.can_be(&self.config)
    }
}

impl SavedBuckets {
    fn can_be(&self, config: &Config) -> bool {
        if self.most != MOST_BUCKETS as usize || self.is_collapsed {
            return false;
        }
        if self.counts.is_empty() {
            let Self {
                count,
                least_key,
                greatest_key,
                ..
            } = self;
            return (*count, *least_key, *greatest_key) == (0, i32::MAX, i32::MIN);
        }
        let (least, greatest) = (config.key(f64::MIN_POSITIVE), config.key(f64::MAX));
        let end = i64::from(self.offset) + self.counts.len() as i64;
        let mut counts = self.counts.iter();
        self.counts.len() <= self.most
            && least <= self.least_key
            && self.offset <= self.least_key
            && self.least_key <= self.greatest_key
            && self.greatest_key <= greatest
            && i64::from(self.greatest_key) < end
            && counts.try_fold(0_u64, |sum, count| sum.checked_add(*count)) == Some(self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::super::quantile::Buckets;
    use super::{Saved, config};

    /// Numbers at the ends of what there is, and some in between.
    const NUMBERS: [f64; 12] = [
        f64::MAX,
        f64::MIN,
        f64::MIN_POSITIVE,
        -f64::MIN_POSITIVE,
        5e-324,
        0.0,
        1.0,
        1.0,
        -3.5,
        1e9,
        f64::INFINITY,
        f64::NAN,
    ];

    fn of(numbers: &[f64]) -> Buckets {
        let mut buckets = Buckets::default();
        numbers.iter().for_each(|number| buckets.add(*number));
        buckets
    }

    fn read(bytes: &[u8]) -> Option<Buckets> {
        postcard::from_bytes(bytes).ok()
    }

    /// All that is asked of buckets.
    fn all_of(buckets: &mut Buckets) -> Vec<Option<u64>> {
        let mut all = Vec::new();
        for step in 0..3 {
            let shares = [0.0, 0.1, 0.5, 0.9, 1.0];
            all.extend(shares.map(|share| buckets.quantile(share).map(f64::to_bits)));
            match step {
                0 => NUMBERS.iter().for_each(|number| buckets.add(*number)),
                _ => buckets.merge(&of(&[-2.0, 7.0])),
            }
        }
        all
    }

    #[test]
    fn what_was_written_is_read() {
        for first in 0..NUMBERS.len() {
            for end in first..=NUMBERS.len() {
                let numbers = &NUMBERS[first..end];
                let mut merged = of(&NUMBERS[..first]);
                merged.merge(&of(numbers));
                for mut buckets in [of(numbers), merged] {
                    let bytes = postcard::to_allocvec(&buckets).expect("it can be written");
                    let mut restored = read(&bytes).expect("it was written");
                    assert_eq!(postcard::to_allocvec(&restored), Ok(bytes), "{numbers:?}");
                    assert_eq!(all_of(&mut restored), all_of(&mut buckets), "{numbers:?}");
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let (mut refused, mut restored) = (0, 0);
        for numbers in [&[1.0, 1.0, 2.0][..], &[-3.5, 1e9], &[0.0]] {
            let bytes = postcard::to_allocvec(&of(numbers)).expect("it can be written");
            let mut try_out = |bytes: &[u8]| match read(bytes) {
                Some(mut buckets) => {
                    all_of(&mut buckets);
                    restored += 1;
                }
                None => refused += 1,
            };
            for place in 0..bytes.len() {
                for byte in [0, 1, 2, 0x7f, 0x80, 0xff].into_iter().chain([bytes[place] ^ 1]) {
                    let mut edited = bytes.clone();
                    edited[place] = byte;
                    try_out(&edited);
                    edited.insert(place, byte);
                    try_out(&edited);
                }
                let mut edited = bytes.clone();
                edited.remove(place);
                try_out(&edited);
            }
        }
        assert!(
            refused > 5_000 && restored > 100,
            "{refused} refused, {restored} restored"
        );
    }

    #[test]
    fn each_contradiction_is_refused() {
        let (_, sketch, _): (u8, Saved, u64) = {
            let bytes = postcard::to_allocvec(&of(&[1.0, 1.0, 2.0, -4.0])).expect("it can be written");
            postcard::from_bytes(&bytes).expect("a sketch, and how many are no numbers")
        };
        let least = config().key(f64::MIN_POSITIVE);
        let wrongs: [fn(&mut Saved); 13] = [
            |saved| saved.config.gamma += 0.1,
            |saved| saved.min = saved.max + 1.0,
            |saved| saved.min = f64::NAN,
            |saved| saved.zeros = u64::MAX,
            |saved| saved.positive.most += 1,
            |saved| saved.positive.is_collapsed = true,
            |saved| saved.positive.count += 1,
            |saved| saved.positive.counts[0] = u64::MAX,
            |saved| saved.negative.least_key = saved.negative.offset - 1,
            |saved| saved.negative.greatest_key = saved.negative.offset + saved.negative.counts.len() as i32,
            |saved| saved.negative.greatest_key = saved.negative.least_key - 1,
            |saved| saved.negative.counts = Vec::new(),
            |saved| saved.positive.counts.resize(super::MOST_BUCKETS as usize + 1, 0),
        ];
        let copy = |saved: &Saved| -> Saved {
            let bytes = postcard::to_allocvec(saved).expect("it can be written");
            postcard::from_bytes(&bytes).expect("it was written")
        };
        assert!(sketch.can_be());
        for (number, wrong) in wrongs.into_iter().enumerate() {
            let mut saved = copy(&sketch);
            wrong(&mut saved);
            assert!(!saved.can_be(), "{number}");
        }
        // Keys at the ends of what floats have, and beyond.
        for (beyond, can_be) in [(0, true), (1, false)] {
            let mut low = copy(&sketch);
            (low.positive.offset, low.positive.least_key) = (least - beyond, least - beyond);
            low.positive.greatest_key = least - beyond;
            assert_eq!(low.can_be(), can_be, "{beyond} below the least");
            let mut high = copy(&sketch);
            let greatest = config().key(f64::MAX) + beyond;
            (high.positive.offset, high.positive.greatest_key) = (greatest, greatest);
            high.positive.least_key = greatest;
            assert_eq!(high.can_be(), can_be, "{beyond} above the greatest");
        }
        let mut none = copy(&sketch);
        none.positive = copy(&sketch).negative;
        (none.positive.counts, none.positive.count) = (vec![0; 128], 0);
        none.negative = copy(&none).positive;
        none.zeros = 0;
        assert!(!none.can_be(), "it says that there is no number");
        none.zeros = 1;
        assert!(none.can_be());
    }
}
