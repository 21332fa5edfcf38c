//! The same by plain loops over all events, however slow.

use std::collections::{BTreeMap, BTreeSet};

use nexmark::event::{Auction, Bid, Event, Person};

use crate::events::{is_better, is_in_time};

fn bids(events: &[Event]) -> impl Iterator<Item = &Bid> {
    events.iter().filter_map(|event| match event {
        Event::Bid(bid) => Some(bid),
        Event::Person(_) | Event::Auction(_) => None,
    })
}

fn auctions(events: &[Event]) -> impl Iterator<Item = &Auction> {
    events.iter().filter_map(|event| match event {
        Event::Auction(auction) => Some(auction),
        Event::Person(_) | Event::Bid(_) => None,
    })
}

fn people(events: &[Event]) -> BTreeMap<usize, &Person> {
    let people = events.iter().filter_map(|event| match event {
        Event::Person(person) => Some((person.id, person)),
        Event::Auction(_) | Event::Bid(_) => None,
    });
    people.collect()
}

/// Each auction with a bid, and the best one, in the order of the events.
fn sales(events: &[Event]) -> Vec<(&Auction, &Bid)> {
    let by_id: BTreeMap<usize, &Auction> = auctions(events).map(|auction| (auction.id, auction)).collect();
    let mut best: BTreeMap<usize, &Bid> = BTreeMap::new();
    for bid in bids(events) {
        let is_open = by_id
            .get(&bid.auction)
            .is_some_and(|auction| is_in_time(auction, bid));
        if is_open && best.get(&bid.auction).is_none_or(|best| is_better(bid, best)) {
            best.insert(bid.auction, bid);
        }
    }
    let sold = auctions(events).filter_map(|auction| Some((auction, *best.get(&auction.id)?)));
    sold.collect()
}

fn millis(time: u64) -> i64 {
    i64::try_from(time).expect("it is a time")
}

pub(crate) fn every_bid(events: &[Event]) -> Vec<(u64, usize, usize)> {
    bids(events)
        .map(|bid| (bid.date_time, bid.auction, bid.bidder))
        .collect()
}

pub(crate) fn in_euros(events: &[Event]) -> Vec<(u64, usize, usize)> {
    bids(events)
        .map(|bid| (bid.date_time, bid.auction, bid.price * 908 / 1_000))
        .collect()
}

pub(crate) fn some_auctions(events: &[Event]) -> Vec<(usize, usize)> {
    let some = bids(events).filter(|bid| bid.auction % 123 == 0);
    some.map(|bid| (bid.auction, bid.price)).collect()
}

pub(crate) fn local_items(events: &[Event]) -> Vec<(String, String, String, usize)> {
    let people = people(events);
    let mut items = Vec::new();
    for auction in auctions(events).filter(|auction| auction.category == 10) {
        if let Some(person) = people.get(&auction.seller)
            && matches!(&*person.state, "or" | "id" | "ca")
        {
            let [name, city, state] = [&person.name, &person.city, &person.state].map(String::clone);
            items.push((name, city, state, auction.id));
        }
    }
    items
}

pub(crate) fn mean_by_category(events: &[Event]) -> Vec<(usize, u64)> {
    let mut prices: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (auction, bid) in sales(events) {
        prices.entry(auction.category).or_default().push(bid.price);
    }
    #[expect(clippy::cast_precision_loss, reason = "the sums are far below 2^53")]
    let mean = |prices: Vec<usize>| prices.iter().sum::<usize>() as f64 / prices.len() as f64;
    let means = prices.into_iter();
    means
        .map(|(category, prices)| (category, mean(prices).to_bits()))
        .collect()
}

pub(crate) fn hot_items(events: &[Event]) -> Vec<(i64, u64, usize)> {
    let mut windows: BTreeMap<i64, BTreeMap<usize, u64>> = BTreeMap::new();
    for bid in bids(events) {
        let at = millis(bid.date_time);
        let first = at - at.rem_euclid(2_000) + 2_000;
        for end in (0..5).map(|later| first + later * 2_000) {
            *windows.entry(end).or_default().entry(bid.auction).or_default() += 1;
        }
    }
    let mut hot = Vec::new();
    for (end, counts) in windows {
        let most = counts.values().copied().max().unwrap_or(0);
        let most_wanted = counts.into_iter().filter(|(_, count)| *count == most);
        hot.extend(most_wanted.map(|(auction, count)| (end, count, auction)));
    }
    hot
}

pub(crate) fn last_ten_by_seller(events: &[Event]) -> Vec<(usize, u64, usize)> {
    let mut sales = sales(events);
    sales.sort_by_key(|(auction, _)| auction.expires);
    let mut by_seller: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut means = Vec::new();
    for (auction, bid) in sales {
        let prices = by_seller.entry(auction.seller).or_default();
        prices.push(bid.price);
        let last = &prices[prices.len().saturating_sub(10)..];
        means.push((
            auction.seller,
            auction.expires,
            last.iter().sum::<usize>() / last.len(),
        ));
    }
    means
}

pub(crate) fn highest_bids(events: &[Event]) -> Vec<(i64, usize)> {
    let mut highest: BTreeMap<i64, usize> = BTreeMap::new();
    for bid in bids(events) {
        let at = millis(bid.date_time);
        let price = highest.entry(at - at.rem_euclid(10_000)).or_default();
        *price = (*price).max(bid.price);
    }
    highest.into_iter().collect()
}

pub(crate) fn new_sellers(events: &[Event]) -> Vec<(usize, String)> {
    let window = |at: u64| at / 10_000;
    let sold: BTreeSet<(usize, u64)> = auctions(events)
        .map(|auction| (auction.seller, window(auction.date_time)))
        .collect();
    let people = people(events);
    let new = people
        .values()
        .filter(|person| sold.contains(&(person.id, window(person.date_time))));
    new.map(|person| (person.id, person.name.clone())).collect()
}

pub(crate) fn winning_bids(events: &[Event]) -> Vec<(usize, usize, usize, u64)> {
    let sales = sales(events).into_iter();
    sales
        .map(|(auction, bid)| (auction.id, bid.price, bid.bidder, bid.date_time))
        .collect()
}

pub(crate) fn sessions(events: &[Event]) -> Vec<(usize, i64, u64)> {
    let mut times: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
    for bid in bids(events) {
        times.entry(bid.bidder).or_default().push(millis(bid.date_time));
    }
    let mut sessions = Vec::new();
    for (bidder, mut times) in times {
        times.sort_unstable();
        let mut from = 0;
        for place in 1..=times.len() {
            if place == times.len() || times[place] > times[place - 1] + 10_000 {
                sessions.push((bidder, times[from], (place - from) as u64));
                from = place;
            }
        }
    }
    sessions
}

pub(crate) fn bids_by_the_clock(events: &[Event]) -> Vec<(usize, u128)> {
    let mut counts: BTreeMap<usize, u128> = BTreeMap::new();
    for bid in bids(events) {
        *counts.entry(bid.bidder).or_default() += 1;
    }
    counts.into_iter().collect()
}

pub(crate) fn with_side_input(events: &[Event]) -> Vec<(usize, usize, String)> {
    bids(events)
        .map(|bid| (bid.auction, bid.bidder, format!("shelf {}", bid.auction % 1_000)))
        .collect()
}
