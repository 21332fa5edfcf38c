//! The protocol holds in every state, and each broken rule is found.

use std::collections::HashSet;

use stateright::{Checker, HasDiscoveries, Model};
use streamlite_model::{Bounds, CommitModel, Protocol, State, plants};

/// How many states there are; an error says which property does not hold, and after which faults.
fn check(protocol: Protocol, bounds: Bounds) -> Result<usize, String> {
    let model = CommitModel { protocol, bounds };
    // The breadth first, so that what is found is as short as it can be.
    let checker = model
        .checker()
        .finish_when(HasDiscoveries::AnyFailures)
        .spawn_bfs()
        .join();
    let found = checker
        .discoveries()
        .into_iter()
        .filter(|(name, _)| *name != "it ends");
    let found = found.min_by_key(|(_, path)| path.clone().into_vec().len());
    match found {
        None => {
            assert!(checker.discovery("it ends").is_some(), "the world is not empty");
            Ok(checker.unique_state_count())
        }
        Some((name, path)) => {
            let faults = path.last_state().faults();
            let length = path.into_vec().len() - 1;
            Err(format!(
                "\"{name}\" does not hold after {length} actions and {faults}"
            ))
        }
    }
}

#[test]
fn the_protocol_holds() {
    let states = check(Protocol::proved(), Bounds::SMOKE).expect("it holds");
    // As many as the prototype had; fewer would mean that faults do not happen.
    println!("{states} states");
    assert!(states > 30_000, "{states}");
}

/// What takes minutes and gigabytes: `LARGE=1 cargo test --release -p streamlite-model`.
#[test]
fn the_protocol_holds_in_a_large_world() {
    if std::env::var_os("LARGE").is_none() {
        return;
    }
    for bounds in [
        Bounds {
            crashes: 3,
            sinks: 1,
            lost_answers: 0,
            late_messages: 0,
            ..Bounds::LARGE
        },
        Bounds {
            retained: 1,
            sinks: 1,
            ..Bounds::LARGE
        },
        Bounds::LARGE,
    ] {
        let model = CommitModel {
            protocol: Protocol::proved(),
            bounds,
        };
        // The depth first, which takes far less memory.
        let checker = model
            .checker()
            .finish_when(HasDiscoveries::AnyFailures)
            .spawn_dfs()
            .join();
        let failures: Vec<_> = checker
            .discoveries()
            .into_keys()
            .filter(|name| *name != "it ends")
            .collect();
        assert!(failures.is_empty(), "{failures:?}");
        println!("{bounds:?}: {} states", checker.unique_state_count());
    }
}

#[test]
fn every_broken_rule_is_found() {
    let plants = plants::all();
    assert!(plants.len() > 40);
    for plant in plants {
        let found = check(plant.protocol, plant.bounds);
        let shows = found.expect_err(plant.name);
        println!("{}: {shows}", plant.name);
    }
}

/// The good and the bad ends are reached, so that the world of the model is not empty.
#[test]
fn what_may_happen_happens() {
    let model = CommitModel {
        protocol: Protocol::proved(),
        bounds: Bounds::SMOKE,
    };
    let wanted: [(&str, fn(&State) -> bool); 4] = [
        ("names whose sync has failed", State::has_stuck_names),
        ("going on from an older checkpoint", State::went_back),
        ("a refusal for a reason", State::is_refused_for_a_reason),
        ("a manifest that names two tokens", State::carries_two),
    ];
    let mut missing: Vec<_> = wanted.iter().collect();
    let (mut known, mut next) = (HashSet::new(), model.init_states());
    while let Some(state) = next.pop() {
        missing.retain(|(_, happens)| !happens(&state));
        let mut actions = Vec::new();
        model.actions(&state, &mut actions);
        let states = actions
            .into_iter()
            .filter_map(|action| model.next_state(&state, action));
        for state in states {
            if known.insert(state.clone()) {
                next.push(state);
            }
        }
    }
    let missing: Vec<_> = missing.iter().map(|(what, _)| what).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
