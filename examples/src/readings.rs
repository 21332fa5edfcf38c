//! `readings.csv`, made by a small seeded generator, so that anyone can make it again.
//!
//! Forty sensors report every twenty seconds or so, for several hours. The flaws are those of real data: records come
//! up to five seconds out of order, some far later than that, some temperatures are `NaN`, and two lines are broken.

use std::fmt::Write;

/// How many lines of readings the file has.
pub const LINES: usize = 60_000;

/// The first reading: 2026-03-01T00:00:00Z.
const START: i64 = 1_772_323_200_000;
const SENSORS: u64 = 40;
/// Milliseconds between two readings of all sensors together.
const PACE: u64 = 500;

/// Lines that are no readings, and where they stand.
const BROKEN: [(usize, &str); 2] = [(20_000, "17,21.4"), (40_000, "sensor-9,20.1,1772340000000")];

/// The text of `readings.csv`.
#[must_use]
pub fn csv() -> String {
    let mut random = Random(2_026);
    let mut text = String::from("sensor,temp,at\n");
    for line in 0..LINES {
        if let Some((_, broken)) = BROKEN.iter().find(|(place, _)| *place == line) {
            text += broken;
            text.push('\n');
            continue;
        }
        let sensor = random.below(SENSORS);
        let at = START + millis(line as u64 * PACE) - delay(&mut random);
        let temp = temperature(sensor, line, &mut random);
        let _written = writeln!(text, "{sensor},{temp},{at}");
    }
    text
}

/// How late a reading comes, in milliseconds.
fn delay(random: &mut Random) -> i64 {
    match random.below(1_000) {
        0..2 => 60_000 + millis(random.below(120_000)),
        2..5 => 5_000 + millis(random.below(20_000)),
        _ => millis(random.below(4_500)),
    }
}

/// Around 20 to 30 degrees, each sensor with a mood of its own; a few overheat for some minutes.
fn temperature(sensor: u64, line: usize, random: &mut Random) -> String {
    if random.below(400) == 0 {
        return "NaN".to_owned();
    }
    let overheats = sensor.is_multiple_of(7) && (line / 3_000) % 5 == usize::from(sensor.is_multiple_of(2));
    let base = 200 + sensor + if overheats { 620 } else { 0 };
    let tenths = base + random.below(60);
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn millis(value: u64) -> i64 {
    i64::try_from(value).expect("the generator's times are small")
}

/// SplitMix64: small, and the same on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; the slight bias of the remainder does not matter here.
    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}
