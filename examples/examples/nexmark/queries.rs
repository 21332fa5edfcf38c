//! The queries: each takes all events.

use nexmark::event::{Auction, Bid, Event, Person};
use streamlite::prelude::*;

use crate::events::{is_better, is_in_time, time, time_of};

pipeline!(
    fn bids(events: Stream<Event>) -> Stream<Bid> {
        events
            .event_time(time_of)
            .watermark(bounded(1s))
            .filter_map(|event| match event {
                Event::Bid(bid) => Some(bid),
                Event::Person(_) | Event::Auction(_) => None,
            })
    }
);

pipeline!(
    pub(crate) fn every_bid(events: Source<Event>, out: Sink<(u64, usize, usize)>) {
        bids(events)
            .map(|bid| (bid.date_time, bid.auction, bid.bidder))
            .to(out);
    }
);

pipeline!(
    pub(crate) fn in_euros(events: Source<Event>, out: Sink<(u64, usize, usize)>) {
        bids(events)
            .map(|bid| (bid.date_time, bid.auction, bid.price * 908 / 1_000))
            .to(out);
    }
);

pipeline!(
    pub(crate) fn some_auctions(events: Source<Event>, out: Sink<(usize, usize)>) {
        bids(events)
            .filter(|bid| bid.auction % 123 == 0)
            .map(|bid| (bid.auction, bid.price))
            .to(out);
    }
);

pipeline!(
    pub(crate) fn local_items(events: Source<Event>, out: Sink<(String, String, String, usize)>) {
        match events {
            Event::Person(person) if ["or", "id", "ca"].contains(&&*person.state) => people = person,
            Event::Auction(auction) if auction.category == 10 => auctions = auction,
            _ => {}
        }
        auctions
            .join(people)
            .on(|auction| auction.seller, |person| person.id)
            .map(|(auction, person)| (person.name, person.city, person.state, auction.id))
            .to(out);
    }
);

pipeline!(
    /// Each auction that has ended, with the bid that won it, at the time at which it ended.
    fn sales(events: Stream<Event>) -> Stream<(Auction, Bid)> {
        let timed = events.event_time(time_of).watermark(bounded(1s));
        match timed {
            Event::Auction(auction) => auctions = auction,
            Event::Bid(bid) => bids = bid,
            Event::Person(_) => {}
        }
        auctions
            .connect(bids)
            .on(|auction| auction.id, |bid| bid.auction)
            .process(|ctx| {
                let open: Value<Auction> = Value::new();
                let best: Value<Bid> = Value::new();
                // Bids that are there before their auction.
                let early: List<Bid> = List::new();

                on_left(|auction| {
                    ctx.timer_at(time(auction.expires));
                    let in_time = early.take().into_iter().filter(|bid| is_in_time(&auction, bid));
                    if let Some(first) =
                        in_time.reduce(|one, other| if is_better(&other, &one) { other } else { one })
                    {
                        best.set(first);
                    }
                    open.set(auction);
                });

                on_right(|bid| match open.get() {
                    Some(auction) => {
                        if is_in_time(auction, &bid) && best.get().is_none_or(|best| is_better(&bid, best)) {
                            best.set(bid);
                        }
                    }
                    None => {
                        // By then its auction is there, or has ended.
                        ctx.timer_at(time(bid.date_time));
                        early.push(bid);
                    }
                });

                on_timer(|at| {
                    if open.get().is_none_or(|auction| time(auction.expires) == at) {
                        if let (Some(auction), Some(bid)) = (open.take(), best.take()) {
                            ctx.emit((auction, bid));
                        }
                        ctx.clear();
                    }
                });
            })
    }
);

pipeline!(
    pub(crate) fn mean_by_category(events: Source<Event>, out: Sink<(usize, u64)>) {
        sales(events)
            .key_by(|(auction, _)| auction.category)
            .aggregate(|category, rows| (*category, rows.mean(|(_, bid)| bid.price)))
            .map(|(category, mean)| (category, mean.to_bits()))
            .to(out);
    }
);

pipeline!(
    pub(crate) fn hot_items(events: Source<Event>, out: Sink<(i64, u64, usize)>) {
        let counts = bids(events)
            .key_by(|bid| bid.auction)
            .window(sliding(10s).every(2s))
            .count();
        // Windows end every two seconds, so what comes of one is in one window of two seconds.
        counts
            .window(tumbling(2s))
            .aggregate(|window, rows| {
                (
                    window.end.as_millis(),
                    rows.max(|counted| counted.value),
                    rows.collect(|counted| (counted.key, counted.value)),
                )
            })
            .flat_map(|(end, most, all)| {
                let hot = all.into_iter().filter(move |(_, count)| *count == most);
                hot.map(move |(auction, count)| (end, count, auction))
            })
            .to(out);
    }
);

pipeline!(
    pub(crate) fn last_ten_by_seller(events: Source<Event>, out: Sink<(usize, u64, usize)>) {
        sales(events)
            .key_by(|(auction, _)| auction.seller)
            .process(|ctx| {
                let last: List<usize> = List::new();

                on_record(|(auction, bid)| {
                    last.push(bid.price);
                    if last.len() > 10 {
                        last.pop_front();
                    }
                    let mean = last.iter().sum::<usize>() / last.len();
                    ctx.emit((auction.seller, auction.expires, mean));
                });
            })
            .to(out);
    }
);

pipeline!(
    pub(crate) fn highest_bids(events: Source<Event>, out: Sink<(i64, usize)>) {
        bids(events)
            .window(tumbling(10s))
            .aggregate(|window, rows| (window.start.as_millis(), rows.max(|bid| bid.price)))
            .to(out);
    }
);

pipeline!(
    pub(crate) fn new_sellers(events: Source<Event>, out: Sink<(usize, String)>) {
        let timed = events.event_time(time_of).watermark(bounded(1s));
        match timed {
            Event::Person(person) => people = person,
            Event::Auction(auction) => auctions = auction,
            Event::Bid(_) => {}
        }
        let sellers = auctions
            .key_by(|auction| auction.seller)
            .window(tumbling(10s))
            .count();
        people
            .join(sellers)
            .on(|person: &Person| person.id, |seller| seller.key)
            .window(tumbling(10s))
            .map(|(person, _)| (person.id, person.name))
            .to(out);
    }
);

pipeline!(
    pub(crate) fn winning_bids(events: Source<Event>, out: Sink<(usize, usize, usize, u64)>) {
        sales(events)
            .map(|(auction, bid)| (auction.id, bid.price, bid.bidder, bid.date_time))
            .to(out);
    }
);

pipeline!(
    pub(crate) fn sessions(events: Source<Event>, out: Sink<(usize, i64, u64)>) {
        bids(events)
            .key_by(|bid| bid.bidder)
            .window(session(10s))
            .count()
            .map(|counted| (counted.key, counted.window.start.as_millis(), counted.value))
            .to(out);
    }
);

pipeline!(
    pub(crate) fn bids_by_the_clock(events: Source<Event>, out: Sink<(usize, u128)>) {
        events
            .filter_map(|event| match event {
                Event::Bid(bid) => Some(bid.bidder),
                Event::Person(_) | Event::Auction(_) => None,
            })
            .processing_time()
            .key_by(|bidder| *bidder)
            .window(tumbling(10s))
            .count()
            .key_by(|counted| counted.key)
            .aggregate(|bidder, rows| (*bidder, rows.sum(|counted| counted.value)))
            .to(out);
    }
);

pipeline!(
    pub(crate) fn with_side_input(
        events: Source<Event>,
        table: Source<(usize, String)>,
        out: Sink<(usize, usize, String)>,
    ) {
        bids(events)
            .join(table)
            .on(|bid| bid.auction % 1_000, |(number, _)| *number)
            .map(|(bid, (_, name))| (bid.auction, bid.bidder, name))
            .to(out);
    }
);
