//! Channels: every record of every sender, in its order, and an end when the last sender is gone.

use std::sync::mpsc;
use std::thread;

use streamlite::metrics::Delivery;
use streamlite::prelude::*;
use streamlite_tests::Folder;

#[test]
fn every_record_of_every_sender_comes_in_its_order() {
    let (sender, receiver) = mpsc::channel();
    let senders: Vec<_> = (0..4_u64)
        .map(|number| {
            let sender = sender.clone();
            thread::spawn(move || {
                for n in 0..20_000_u64 {
                    sender.send((number, n)).expect("it is received");
                }
            })
        })
        .collect();
    drop(sender);
    let all = pipeline!(from(ChannelSource::new(receiver)))
        .collect()
        .expect("it ends");
    senders
        .into_iter()
        .for_each(|sender| sender.join().expect("it has sent all"));
    assert_eq!(all.len(), 80_000);
    for number in 0..4 {
        let of_one = all
            .iter()
            .filter(|(sender, _)| *sender == number)
            .map(|(_, n)| *n);
        assert!(of_one.eq(0..20_000), "those of sender {number}");
    }
}

#[test]
fn a_bounded_channel_slows_its_sender_down() {
    let (sender, receiver) = mpsc::sync_channel(1);
    let sent = thread::spawn(move || (0..100_000_u32).take_while(|n| sender.send(*n).is_ok()).count());
    let sum = pipeline!(from(ChannelSource::new(receiver)).map(u64::from).sum(|n| *n)).collect();
    assert_eq!(sum.expect("it ends"), [4_999_950_000]);
    assert_eq!(sent.join().expect("it has sent all"), 100_000);
}

#[test]
fn a_crossbeam_channel_is_read_and_written() {
    let (sender, receiver) = crossbeam_channel::bounded(8);
    let (out, results) = crossbeam_channel::unbounded();
    let job = thread::spawn(move || {
        let source = ChannelSource::new(receiver);
        pipeline!(from(source).map(|n: i32| -n).to(ChannelSink::new(out))).run()
    });
    (0..100).for_each(|n| sender.send(n).expect("it is received"));
    drop(sender);
    job.join().expect("it ends").expect("it runs");
    assert!(
        results.iter().eq((0..100).map(|n| -n)),
        "and it is closed at the end"
    );
}

#[test]
fn that_nobody_receives_is_an_error_that_says_so() {
    let (sender, receiver) = mpsc::sync_channel(1);
    drop(receiver);
    let error = pipeline!(from([1]).to(ChannelSink::new(sender))).run();
    assert_eq!(
        error.expect_err("nobody receives").to_string(),
        "writing to a channel: nobody receives any more: keep the receiver until the job has ended"
    );
}

pipeline!(
    fn sums(numbers: Source<u32>, out: Sink<u32>) {
        numbers
            .key_by(|_| ())
            .running()
            .sum(|n| *n)
            .map(|(_, sum)| sum as u32)
            .to(out);
    }
);

#[test]
fn a_channel_cannot_be_saved_unless_the_loss_is_accepted() {
    let numbers = || {
        let (sender, receiver) = mpsc::channel();
        (1..=3_u32).for_each(|n| sender.send(n).expect("the receiver is there"));
        receiver
    };
    let folder = Folder::new();
    let checkpoints = || Checkpoints::in_dir(folder.path("state"));
    let error = sums(ChannelSource::new(numbers()), NullSink)
        .checkpoints(checkpoints())
        .run();
    assert_eq!(
        error.expect_err("it could not go on").to_string(),
        "reading a channel: nothing can be read of it again, so that the job cannot be saved; read from something that is \
         kept, such as a file; or `.accept_loss()`: what was read after the last checkpoint is lost in a crash"
    );
    let mut results = Vec::new();
    for _ in 0..2 {
        let (out, seen) = CollectionSink::new();
        let source = ChannelSource::new(numbers()).accept_loss();
        let report = sums(source, out).checkpoints(checkpoints()).run();
        let delivery = report.expect("it goes on").sinks[0].delivery;
        assert!(matches!(delivery, Delivery::MayBeLost { .. }), "{delivery:?}");
        results.extend(seen.take());
    }
    assert_eq!(
        results,
        [1, 3, 6, 7, 9, 12],
        "the sum is restored, and new records are read"
    );
}
