//! What sources cost whose records come as they come: `cargo run --release --bin live [thousands of records] [rounds]`.
//!
//! JSON lines over a socket, lines of a log that is there already, and records of a channel, summed; beside each the loop that one
//! would write, in turn. The loop of the socket and of the channel reads on one thread, without a queue. Time is CPU time of the
//! whole process, with that of the sender, which is the same for both.

#![expect(clippy::disallowed_methods, reason = "a benchmark measures time")]

use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::mpsc;
use std::thread;

use cpu_time::ProcessTime;
use streamlite::prelude::*;
use streamlite_benches::random::Random;

/// A record.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Trade {
    symbol: u32,
    price: f64,
    at: i64,
}

fn trades(count: u64) -> impl Iterator<Item = Trade> {
    Random::new(7).zip(0..count).map(|(bits, number)| Trade {
        symbol: (bits % 10_000) as u32,
        price: (bits >> 40) as f64 / 7.0,
        at: number.cast_signed(),
    })
}

/// All of them as JSON lines.
fn text(count: u64) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut text = Vec::new();
    for trade in trades(count) {
        serde_json::to_writer(&mut text, &trade)?;
        text.push(b'\n');
    }
    Ok(text)
}

/// Sends a text to whoever connects.
fn serve(text: &'static [u8]) -> Result<String, Box<dyn Error>> {
    let server = TcpListener::bind("127.0.0.1:0")?;
    let address = server.local_addr()?.to_string();
    thread::spawn(move || server.accept().and_then(|(mut socket, _)| socket.write_all(text)));
    Ok(address)
}

fn add(sum: &mut f64, trade: &Trade) {
    *sum += trade.price * f64::from(trade.symbol % 3);
}

fn socket(text: &'static [u8]) -> Result<f64, Box<dyn Error>> {
    let mut sum = 0.0;
    let trades = SocketSource::connect(serve(text)?).json::<Trade>();
    pipeline!(from(trades).for_each(|trade| add(&mut sum, &trade))).run()?;
    Ok(sum)
}

fn socket_by_hand(text: &'static [u8]) -> Result<f64, Box<dyn Error>> {
    let mut sum = 0.0;
    let mut lines = BufReader::with_capacity(64 << 10, TcpStream::connect(serve(text)?)?);
    let mut line = String::new();
    while lines.read_line(&mut line)? > 0 {
        add(&mut sum, &serde_json::from_str(&line)?);
        line.clear();
    }
    Ok(sum)
}

/// A log never ends: the job does when all records were there.
fn log(path: &Path, count: u64) -> Result<f64, Box<dyn Error>> {
    let (mut sum, mut seen) = (0.0, 0);
    let trades = TailSource::open(path)?.json::<Trade>();
    let run = pipeline!(from(trades).for_each(|trade| {
        add(&mut sum, &trade);
        seen += 1;
        assert!(seen < count, "all are there");
    }))
    .run();
    // It ends in the panic of the last record, which a job makes an error.
    drop(run.expect_err("a log never ends"));
    Ok(sum)
}

fn log_by_hand(path: &Path) -> Result<f64, Box<dyn Error>> {
    let mut sum = 0.0;
    let mut lines = BufReader::with_capacity(64 << 10, std::fs::File::open(path)?);
    let mut line = String::new();
    while lines.read_line(&mut line)? > 0 {
        add(&mut sum, &serde_json::from_str(&line)?);
        line.clear();
    }
    Ok(sum)
}

fn send(count: u64) -> mpsc::Receiver<Trade> {
    let (sender, receiver) = mpsc::sync_channel(4096);
    thread::spawn(move || trades(count).try_for_each(|trade| sender.send(trade)));
    receiver
}

fn channel(count: u64) -> Result<f64, Box<dyn Error>> {
    let mut sum = 0.0;
    let trades = ChannelSource::new(send(count));
    pipeline!(from(trades).for_each(|trade| add(&mut sum, &trade))).run()?;
    Ok(sum)
}

fn channel_by_hand(count: u64) -> f64 {
    let mut sum = 0.0;
    for trade in send(count) {
        add(&mut sum, &trade);
    }
    sum
}

/// How long something takes, and what it gives.
fn timed<R>(act: impl FnOnce() -> R) -> (f64, R) {
    let began = ProcessTime::now();
    let done = act();
    (began.elapsed().as_secs_f64(), done)
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>());
    let count = 1_000 * arguments.next().transpose()?.unwrap_or(1_000);
    let rounds = arguments.next().transpose()?.unwrap_or(5);
    // What ends the job of the log is no news.
    std::panic::set_hook(Box::new(|_| {}));
    let text: &'static [u8] = text(count)?.leak();
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("log");
    std::fs::write(&path, text)?;
    for work in ["socket", "log", "channel"] {
        let mut ratios = Vec::new();
        for _ in 0..rounds {
            let ((ours, sum), (by_hand, expected)) = match work {
                "socket" => (timed(|| socket(text)), timed(|| socket_by_hand(text))),
                "log" => (timed(|| log(&path, count)), timed(|| log_by_hand(&path))),
                _ => (timed(|| channel(count)), timed(|| Ok(channel_by_hand(count)))),
            };
            if (sum? - expected?).abs() > 1e-3 {
                return Err("the sums differ".into());
            }
            ratios.push((ours / by_hand, ours, by_hand));
        }
        ratios.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (ratio, ours, by_hand) = ratios[ratios.len() / 2];
        let nanos = |secs: f64| secs * 1e9 / count as f64;
        println!(
            "{work}: {ratio:.2} of the loop ({:.2} to {:.2}); {:.0} ns a record, by hand {:.0}",
            ratios[0].0,
            ratios[ratios.len() - 1].0,
            nanos(ours),
            nanos(by_hand)
        );
    }
    Ok(())
}
