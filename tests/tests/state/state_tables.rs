//! The tables that keyed state and windows stand on, against maps and lists that share no code with them.

use std::collections::BTreeMap;

use proptest::prelude::*;
use streamlite::state::{KeyTable, Slot, Table};

#[derive(Clone, Debug)]
enum Step {
    /// Find a key, and add to its value.
    Add(u8, u32),
    Remove(u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (0_u8..24, any::<u32>()).prop_map(|(key, by)| Step::Add(key, by)),
        2 => (0_u8..24).prop_map(Step::Remove),
    ];
    prop::collection::vec(step, 0..200)
}

proptest! {
    /// A key keeps its slot until it is removed, nobody else has it meanwhile, and values are those of a map.
    #[test]
    fn slots_never_move(steps in steps()) {
        let mut table = KeyTable::<String, u64>::default();
        let mut model = BTreeMap::<String, (Slot, u64)>::new();
        for step in steps {
            match step {
                Step::Add(key, by) => {
                    let key = format!("key {key}");
                    let slot = table.slot_of_ref(key.as_str(), || 1_000);
                    let known = model.entry(key.clone()).or_insert((slot, 1_000));
                    prop_assert_eq!(known.0, slot);
                    known.1 += u64::from(by);
                    let now = table.update(slot, |stored, value| {
                        *value += u64::from(by);
                        (stored.clone(), *value)
                    });
                    prop_assert_eq!(now, (key, known.1));
                }
                Step::Remove(key) => {
                    if let Some((slot, value)) = model.remove(&format!("key {key}")) {
                        prop_assert_eq!(table.remove(slot, 0), Some(value));
                        prop_assert_eq!(table.remove(slot, 0), None);
                    }
                }
            }
            prop_assert_eq!(table.count(), model.len());
            for key in (0_u8..24).map(|key| format!("key {key}")) {
                let mut expected = model.get(&key).map(|(_, value)| *value);
                prop_assert_eq!(table.get(&key), expected.as_ref());
                prop_assert_eq!(table.get_mut(&key), expected.as_mut());
            }
            let mut slots: Vec<_> = model.values().map(|(slot, _)| format!("{slot:?}")).collect();
            slots.sort();
            slots.dedup();
            prop_assert_eq!(slots.len(), model.len());
        }
        let mut slots = Vec::new();
        table.for_each_slot(|slot, key, value| slots.push((key.clone(), (slot, *value))));
        prop_assert!(slots.is_sorted_by_key(|(_, (slot, _))| *slot));
        slots.sort();
        prop_assert_eq!(slots, model.clone().into_iter().collect::<Vec<_>>());
        let mut entries: Vec<_> = table.in_order().map(|(key, value)| (key.clone(), *value)).collect();
        let mut drained = Vec::new();
        table.drain_in_order(|key, value| drained.push((key, value)));
        prop_assert_eq!(&entries, &drained);
        prop_assert_eq!(table.count(), 0);
        prop_assert_eq!(table.in_order().count(), 0);
        entries.sort();
        let expected: Vec<_> = model.into_iter().map(|(key, (_, value))| (key, value)).collect();
        prop_assert_eq!(entries, expected);
    }

    /// Slots that were emptied are used again, so that a table is as large as its keys were at most.
    #[test]
    fn a_slot_is_used_again(keys in 1_u32..50, rounds in 1_u32..20) {
        let mut table = KeyTable::<u32, u32>::default();
        let mut known = Vec::<Slot>::new();
        for round in 0..rounds {
            let slots: Vec<Slot> = (0..keys).map(|key| table.slot_of(round * 1_000 + key, || key)).collect();
            if round > 0 {
                prop_assert!(slots.iter().all(|slot| known.contains(slot)));
            }
            known.clone_from(&slots);
            for slot in slots {
                prop_assert!(table.remove(slot, 0).is_some());
            }
        }
        prop_assert_eq!(table.count(), 0);
    }

    /// A table that is filled and emptied by turns, as those of windows, knows the same keys as a map, in the order in which they came.
    #[test]
    fn a_table_that_is_emptied_and_filled_again_is_a_map_in_order(
        rounds in prop::collection::vec(prop::collection::vec((0_u64..40, any::<u32>()), 0..100), 1..4),
    ) {
        let mut table = KeyTable::<u64, u32>::default();
        for round in rounds {
            let mut model = Vec::<(u64, u32)>::new();
            for (key, value) in round {
                match model.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, known)) => {
                        *known = value;
                        *table.get_mut(&key).expect("it came before") = value;
                    }
                    None => {
                        prop_assert_eq!(table.get_mut(&key), None);
                        table.insert(key, value);
                        model.push((key, value));
                    }
                }
                prop_assert_eq!(table.get(&key), Some(&value));
            }
            prop_assert_eq!(table.get(&40), None);
            prop_assert_eq!(table.count(), model.len());
            prop_assert_eq!(table.in_order().map(|(key, value)| (*key, *value)).collect::<Vec<_>>(), model.clone());
            let mut drained = Vec::new();
            table.drain_in_order(|key, value| drained.push((key, value)));
            prop_assert_eq!(drained, model);
            prop_assert_eq!(table.count(), 0);
        }
    }

    /// Without removal entries are in the order in which their keys came.
    #[test]
    fn without_removal_keys_are_in_the_order_of_arrival(keys in prop::collection::vec(0_u64..40, 0..200)) {
        let mut table = KeyTable::<u64, ()>::default();
        let mut arrived = Vec::new();
        for key in keys {
            table.slot_of(key, || ());
            if !arrived.contains(&key) {
                arrived.push(key);
            }
        }
        prop_assert_eq!(table.in_order().map(|(key, ())| *key).collect::<Vec<_>>(), arrived);
    }
}
