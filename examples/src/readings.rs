//! `readings.csv`, made by a small seeded generator, so that anyone can make it again.
//!
//! Forty sensors report every twenty seconds or so, for several hours. The flaws are those of real data: records come
//! up to five seconds out of order, some far later than that, some temperatures are `NaN`, and two lines are broken.

use std::fmt::Write;

use crate::random::Random;

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
    let mut random = Random::new(2_026);
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
