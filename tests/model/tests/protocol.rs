//! The protocol holds in every state, and each broken rule is found.

use stateright::{Checker, HasDiscoveries, Model};
use streamlite_model::{Bounds, CommitModel, Protocol, State, plants};

/// How many states there are; an error says which property does not hold, and after which faults.
fn check(protocol: Protocol, bounds: Bounds) -> Result<usize, String> {
    let model = CommitModel { protocol, bounds };
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

#[test]
fn every_broken_rule_is_found() {
    for plant in plants::all() {
        let started = std::time::Instant::now();
        let found = check(plant.protocol, plant.bounds);
        println!("{}: {found:?} {:?}", plant.name, started.elapsed());
    }
}
