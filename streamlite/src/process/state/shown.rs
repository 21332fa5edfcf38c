//! Whatever is done to lists and maps shows their stretches before: what checkpoints have of them is what was in them at the
//! barriers.

use std::collections::BTreeMap;
use std::mem;
use std::rc::Rc;
use std::sync::Arc;

use super::expiry::{Expiring, Expiry, Forever};
use super::list::List;
use super::map::Map;
use super::states::{States, StoredStates};
use super::stretches::Stretches;
use crate::epoch::{Epoch, Incarnation};
use crate::process::times::{FieldTtl, TimeDomain, Times};
use crate::state::{Captured, Decoder, Durable, Encoder, KeyTable, Ranks, Room, Table, capture_in_slices};
use crate::time::{TimeDelta, Timestamp};

/// What a handler changes.
type Both<E> = (List<u64, E>, Map<u32, u64, E>);

/// Numbers that a test looks random with.
struct Random(u64);

impl Random {
    fn below(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % below
    }
}

/// What is in them, in order, each with the time it was written, if it expires.
type Contents = (Vec<(Timestamp, u64)>, Vec<(Timestamp, (u32, u64))>);

fn contents<E: Expiry>((list, map): &Both<E>) -> Contents {
    let entries = map.iter().map(|(key, value)| (*key, *value));
    (
        list.stamps().zip(list.iter().copied()).collect(),
        map.stamps().zip(entries).collect(),
    )
}

/// One thing that a handler does.
fn change<E: Expiry>((list, map): &mut Both<E>, random: &mut Random) {
    let n = random.below(1 << 40);
    let key = u32::try_from(random.below(300)).expect("it is small");
    let (now_and_then, rarely) = (n.is_multiple_of(5), n.is_multiple_of(9));
    match random.below(90) {
        0..=19 => list.push(n),
        20..=29 => {
            list.pop_front();
        }
        30..=38 => {
            list.pop_back();
        }
        39 => list.extend(0..n % 100),
        40 if now_and_then => list.retain(|n| !n.is_multiple_of(4)),
        41 if rarely => list.clear(),
        42 if rarely => {
            let mut taken = mem::take(list);
            list.extend(taken.take());
        }
        43 if rarely => *list = List::new(),
        44 if rarely => {
            list.take();
        }
        45..=64 => {
            map.insert(key, n);
        }
        65..=69 => *map.get_or_insert_with(key, || 0) += 1,
        70..=74 => {
            if let Some(value) = map.get_mut(&key) {
                *value ^= n;
            }
        }
        75..=80 => {
            map.remove(&key);
        }
        81 if now_and_then => map.retain(|_, value| !value.is_multiple_of(4)),
        82 if rarely => map.clear(),
        83 if rarely => *map = Map::new(),
        // Most of a map goes, so that it moves together.
        84 if rarely => {
            for key in 0..200 {
                map.remove(&key);
            }
        }
        85 if rarely => list.extend(0..400),
        // So much that what expires is counted anew.
        86 if now_and_then => {
            for _ in 0..list.len() * 3 / 4 {
                list.pop_front();
            }
        }
        _ => {}
    }
}

/// What the stretches in a checkpoint have.
fn stored<E: Expiry>(rows: &BTreeMap<u32, Vec<u8>>) -> Contents {
    let mut all: Vec<(u32, u64, &[u8])> = rows
        .values()
        .map(|row| {
            let mut from = Decoder::new(row);
            let (place, turn, field): (u32, u64, u32) = from.plain().expect("a row");
            let bytes = from.framed().expect("a stretch");
            assert_eq!(place, 0);
            from.end().expect("nothing more");
            (field, turn, bytes)
        })
        .collect();
    all.sort_unstable();
    let (mut list, mut map) = (Vec::new(), Vec::new());
    for (field, _turn, bytes) in all {
        let mut from = Decoder::new(bytes);
        let count: u64 = from.plain().expect("a number");
        for _ in 0..count {
            let stamp = if E::EXPIRES {
                from.plain().expect("when it was written")
            } else {
                Timestamp::MAX
            };
            match field {
                0 => list.push((stamp, from.plain().expect("a value"))),
                _ => map.push((stamp, from.plain().expect("an entry"))),
            }
        }
        from.end().expect("nothing more");
    }
    (list, map)
}

fn run<E: Expiry>(seed: u64) -> usize {
    capture_in_slices(Some(32));
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut table = KeyTable::<u32, u32>::default();
    table.insert(7, 0);
    let ranks = Rc::new(Ranks::first(&table));
    let stretches = Stretches::default();
    let mut both: Both<E> = (List::new(), Map::new());
    let mut rows: BTreeMap<u32, Vec<u8>> = BTreeMap::new();
    let (mut compared, mut now) = (0, 0);
    for number in 1..30 {
        for _ in 0..random.below(120) {
            handle(&mut both, &mut random, &mut now, &stretches);
        }
        let mut to = Encoder::with_gaps(
            Epoch {
                incarnation: Incarnation(1),
                number,
            },
            false,
        );
        stretches.note_barrier();
        let saved = stretches.placed().save(&mut to, &ranks, |of, to| {
            StoredStates::<Durable>::write_stretch(&both, of.field as usize, of.turn, to)
        });
        saved.expect("they are numbers");
        let (list, map) = contents(&both);
        // What is short is with its key.
        let expected = (
            if is_long(&both.0) { list } else { Vec::new() },
            if is_long(&both.1) { map } else { Vec::new() },
        );
        let captured = loop {
            for _ in 0..random.below(6) {
                handle(&mut both, &mut random, &mut now, &stretches);
            }
            let mut room = Room::of_a_slice();
            let is_done = stretches.placed().go_on(&mut room, |of, to| {
                StoredStates::<Durable>::write_stretch(&both, of.field as usize, of.turn, to)
            });
            if is_done {
                break stretches.placed().finish();
            }
        };
        let captured = captured.expect("it is beside").expect("they are numbers");
        take(&mut rows, &captured);
        assert_eq!(stored::<E>(&rows), expected, "seed {seed}, checkpoint {number}");
        compared += expected.0.len() + expected.1.len();
    }
    capture_in_slices(None);
    let long = usize::from(is_long(&both.0)) + usize::from(is_long(&both.1));
    assert_eq!(Arc::strong_count(&stretches), 1 + long);
    compared
}

/// What is done for a record: a little later, or so much that all that was there has expired.
fn handle<E: Expiry>(both: &mut Both<E>, random: &mut Random, now: &mut i64, stretches: &Stretches) {
    *now += [0, 1, 1, 2, 3, 5, 8, 13][random.below(8) as usize] + 1_000 * i64::from(random.below(700) == 0);
    let ttl = FieldTtl {
        ttl: TimeDelta::from_millis(400),
        domain: TimeDomain::Event,
    };
    let of_record = Timestamp::from_millis(*now + random.below(90).cast_signed());
    let times = Times::new(of_record, Timestamp::from_millis(*now), Timestamp::MIN);
    both.enter(&times, &[ttl, ttl]);
    for _ in 0..1 + random.below(3) {
        change(both, random);
    }
    both.refresh(&times, &[ttl, ttl]);
    if random.below(150) == 0 {
        both.restamp(0, Timestamp::from_millis(*now));
        both.restamp(1, Timestamp::from_millis(*now));
    }
    StoredStates::<Durable>::settle(both, 0, 0, Some(stretches));
}

/// Whether what is written with the key says that the elements are elsewhere.
fn is_long(state: &impl StoredStates<Durable>) -> bool {
    let mut head = Encoder::default();
    state.write(&mut head).expect("they are numbers");
    let stretches: u64 = Decoder::new(&head.into_bytes()).plain().expect("a number");
    stretches > 0
}

/// What a checkpoint has is put over what those before have.
fn take(rows: &mut BTreeMap<u32, Vec<u8>>, captured: &Captured) {
    for part in captured.renewed() {
        let slots = part * crate::state::PART..(part + 1) * crate::state::PART;
        rows.retain(|slot, _| !slots.contains(slot));
    }
    let visited = captured.for_each(|slot, row| {
        match row {
            Some(row) => rows.insert(slot, row.to_vec()),
            None => rows.remove(&slot),
        };
        Ok::<(), ()>(())
    });
    visited.expect("nothing fails");
}

#[test]
fn what_checkpoints_have_of_lists_and_maps_is_what_was_in_them_at_the_barrier() {
    let compared: usize = (1..60).map(run::<Forever>).sum();
    assert!(compared > 100_000, "{compared}");
    let compared: usize = (1..60).map(run::<Expiring>).sum();
    assert!(compared > 50_000, "{compared}");
}
