//! The events of the auction site.

use nexmark::EventGenerator;
use nexmark::config::NexmarkConfig;
use nexmark::event::{Auction, Bid, Event};
use streamlite::prelude::*;

/// Records in memory.
pub(crate) type InMemory<T> = CollectionSource<std::vec::IntoIter<T>>;

/// 2025-05-05T00:00:00Z.
const START: u64 = 1_746_403_200_000;

/// So many events: one in a millisecond, out of order by up to half a second.
pub(crate) fn generated(count: usize) -> Vec<Event> {
    let config = NexmarkConfig {
        base_time: START,
        out_of_order_group_size: 500,
        first_rate: 1_000,
        next_rate: 1_000,
        ..NexmarkConfig::default()
    };
    EventGenerator::new(config).take(count).collect()
}

/// A table beside the stream, for query 13: a name for each of a thousand numbers.
pub(crate) fn side_input() -> InMemory<(usize, String)> {
    let names = (0..1_000).map(|number| (number, format!("shelf {number}")));
    CollectionSource::new(names.collect::<Vec<_>>())
}

/// A time of the generator's.
pub(crate) fn time(millis: u64) -> Timestamp {
    Timestamp::from_millis(i64::try_from(millis).expect("it is a time"))
}

/// When an event happened.
pub(crate) fn time_of(event: &Event) -> Timestamp {
    time(event.timestamp())
}

/// Whether a bid comes while its auction is open.
pub(crate) fn is_in_time(auction: &Auction, bid: &Bid) -> bool {
    (auction.date_time..=auction.expires).contains(&bid.date_time)
}

/// Whether a bid is better than another one: it is higher, or was there earlier.
pub(crate) fn is_better(bid: &Bid, other: &Bid) -> bool {
    let rank = |bid: &Bid| (bid.price, u64::MAX - bid.date_time, usize::MAX - bid.bidder);
    rank(bid) > rank(other)
}
