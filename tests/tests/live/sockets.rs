//! Records of other formats over sockets, from several senders at once, and to a server.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use streamlite::format::{Csv, Json};
use streamlite::prelude::*;

use super::lines::serve;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Trade {
    symbol: String,
    price: f64,
}

fn trade(symbol: &str, price: f64) -> Trade {
    let symbol = symbol.to_owned();
    Trade { symbol, price }
}

pipeline!(
    fn kept(trades: Source<Trade>, out: Sink<Trade>) {
        trades.to(out);
    }
);

#[test]
fn csv_over_a_socket_has_a_header_and_quoted_line_ends() {
    let address = serve(|mut connection| {
        let text = "price,symbol\n1.5,\"A\nB\"\nx,C\n2,D";
        connection.write_all(text.as_bytes()).expect("it reads");
    });
    let (bad, seen) = CollectionSink::new();
    let (out, trades) = CollectionSink::new();
    let source = SocketSource::connect(&*address).csv().on_error(Route(bad));
    kept(source, out).run().expect("the third is routed");
    assert_eq!(trades.take(), [trade("A\nB", 1.5), trade("D", 2.0)]);
    let bad = seen.take();
    assert_eq!((bad[0].line, &*bad[0].column, bad.len()), (4, "price", 1));
}

#[test]
fn a_format_has_its_options_over_a_socket_too() {
    let address = serve(|mut connection| connection.write_all(b"A;1\n#B;2\nC;3\n").expect("it reads"));
    let (out, trades) = CollectionSink::new();
    let format = Csv::<Trade>::default()
        .delimiter(b';')
        .comment(b'#')
        .without_header();
    kept(SocketSource::connect(address).format(format), out)
        .run()
        .expect("they are trades");
    assert_eq!(trades.take(), [trade("A", 1.0), trade("C", 3.0)]);
}

#[test]
fn the_names_that_a_live_source_does_not_find_are_reported() {
    let address = serve(|mut connection| {
        let text = "{\"symbol\":\"A\",\"price\":1,\"venue\":\"X\"}\n";
        connection.write_all(text.as_bytes()).expect("it reads");
    });
    let (out, _) = CollectionSink::new();
    let report = kept(SocketSource::connect(address).json(), out).run();
    let report = report.expect("it is a trade");
    assert_eq!(report.sources[0].unmatched.columns, ["venue"]);
}

/// A record of one byte is emitted, though nothing follows it for long.
#[test]
fn a_short_first_line_does_not_wait_for_more() {
    let (done, wait) = mpsc::channel();
    let address = serve(move |mut connection| {
        connection.write_all(b"7\n").expect("it reads");
        wait.recv().expect("the test runs");
    });
    let (out, results) = mpsc::channel();
    pipeline!(
        fn numbers(numbers: Source<u32>, out: Sink<u32>) {
            numbers.to(out);
        }
    );
    let job = numbers(SocketSource::connect(address).json(), ChannelSink::new(out));
    let job = job.spawn().expect("it connects");
    assert_eq!(results.recv_timeout(Duration::from_secs(20)), Ok(7));
    done.send(()).expect("the server waits");
    job.join().expect("the server has closed");
}

#[cfg(unix)]
#[test]
fn a_unix_socket_is_read_and_written() {
    use std::os::unix::net::UnixListener;

    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("socket");
    let server = UnixListener::bind(&path).expect("it is free");
    let serving = thread::spawn(move || {
        let (mut first, _) = server.accept().expect("the source connects");
        first
            .write_all(b"{\"symbol\":\"A\",\"price\":1}\n")
            .expect("it reads");
        drop(first);
        let (mut second, _) = server.accept().expect("the sink connects");
        let mut text = String::new();
        second.read_to_string(&mut text).expect("it is text");
        text
    });
    let (out, trades) = CollectionSink::new();
    kept(SocketSource::connect_unix(&path).json(), out)
        .run()
        .expect("it is there");
    let trades = trades.take();
    assert_eq!(trades, [trade("A", 1.0)]);
    kept(from(trades), SocketSink::connect_unix(&path).csv())
        .run()
        .expect("it is there");
    assert_eq!(serving.join().expect("it ends"), "symbol,price\nA,1.0\n");
    let error = kept(
        from([]),
        SocketSink::connect_unix(folder.path().join("none")).json(),
    )
    .run()
    .expect_err("nobody is there");
    assert!(error.to_string().starts_with("connecting to "), "{error}");
}

/// What is written at the other end of a connection.
fn send(to: std::net::SocketAddr, bytes: &[u8]) {
    let mut socket = TcpStream::connect(to).expect("the job listens");
    socket.write_all(bytes).expect("the job reads");
}

#[test]
fn many_senders_are_read_at_once() {
    let source = ListeningSource::listen("127.0.0.1:0").expect("a port is free");
    let port = source.local_address();
    let (out, results) = mpsc::channel();
    let job = kept(source.csv().on_error(Skip), ChannelSink::new(out))
        .spawn()
        .expect("it listens");
    // This one keeps its connection, in the middle of a record.
    let mut slow = TcpStream::connect(port).expect("the job listens");
    slow.write_all(b"symbol,price\nslow,").expect("it reads");
    let senders: Vec<_> = (0..20)
        .map(|sender| {
            thread::spawn(move || {
                let records: String = (0..50).map(|n| format!("{n},s{sender}\nx,bad\n")).collect();
                send(port, format!("price,symbol\n{records}").as_bytes());
            })
        })
        .collect();
    let mut seen: Vec<Trade> = results.iter().take(1000).collect();
    slow.write_all(b"7\n").expect("it reads");
    assert_eq!(results.recv(), Ok(trade("slow", 7.0)));
    for sender in senders {
        sender.join().expect("it has sent");
    }
    for sender in 0..20 {
        let symbol = format!("s{sender}");
        let of_one: Vec<f64> = seen
            .extract_if(.., |trade| trade.symbol == symbol)
            .map(|trade| trade.price)
            .collect();
        let sent: Vec<f64> = (0..50).map(f64::from).collect();
        assert_eq!(of_one, sent, "each sender's records are in order");
    }
    job.stop();
    let report = job.join().expect("it ends, though one is connected");
    assert_eq!(report.skipped(), 1000);
    let rest = slow.read(&mut [0; 9]);
    assert!(rest.map_or(true, |read| read == 0), "it was hung up on");
}

#[test]
fn a_bad_record_of_one_sender_ends_the_job() {
    let source = ListeningSource::listen("127.0.0.1:0").expect("a port is free");
    let port = source.local_address();
    let (out, results) = mpsc::channel();
    let job = kept(source.json(), ChannelSink::new(out))
        .spawn()
        .expect("it listens");
    let _idle = TcpStream::connect(port).expect("the job listens");
    send(port, b"{\"symbol\":\"A\",\"price\":1}\n{\"symbol\":7}\n");
    assert_eq!(results.recv(), Ok(trade("A", 1.0)));
    let error = job.join().expect_err("the second is bad").to_string();
    assert!(error.contains(":2: ") && error.contains("127.0.0.1:"), "{error}");
}

#[test]
fn a_sender_that_breaks_off_is_one_that_ends() {
    let source = ListeningSource::listen("127.0.0.1:0").expect("a port is free");
    let port = source.local_address();
    let (out, results) = mpsc::channel();
    pipeline!(
        fn lines(lines: Source<String>, out: Sink<String>) {
            lines.to(out);
        }
    );
    let job = lines(source, ChannelSink::new(out)).spawn().expect("it listens");
    let mut socket = TcpStream::connect(port).expect("the job listens");
    socket.write_all(b"whole\nhalf").expect("it reads");
    assert_eq!(results.recv().as_deref(), Ok("whole"));
    socket.shutdown(Shutdown::Both).expect("it is open");
    assert_eq!(results.recv().as_deref(), Ok("half"));
    send(port, b"next\n");
    assert_eq!(results.recv().as_deref(), Ok("next"));
    job.stop();
    job.join().expect("it ends");
}

#[test]
fn only_this_computer_may_send_unless_that_is_said() {
    let error = ListeningSource::listen("0.0.0.0:0")
        .expect_err("all could")
        .to_string();
    assert!(
        error.contains("0.0.0.0:0") && error.contains("listen_to_all"),
        "{error}"
    );
    let source = ListeningSource::listen_to_all("0.0.0.0:0").expect("it is said");
    let port = source.local_address().port();
    let (out, results) = mpsc::channel();
    let job = kept(source.json(), ChannelSink::new(out))
        .spawn()
        .expect("it listens");
    send(([127, 0, 0, 1], port).into(), b"{\"symbol\":\"A\",\"price\":1}\n");
    assert_eq!(results.recv(), Ok(trade("A", 1.0)));
    job.stop();
    job.join().expect("it ends");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = taken.local_addr().expect("it has one").to_string();
    let error = ListeningSource::listen(&address).expect_err("it is taken");
    assert!(
        error
            .to_string()
            .starts_with(&format!("listening at {address}: ")),
        "{error}"
    );
}

#[test]
fn a_server_that_closes_the_connection_is_an_error() {
    let address = serve(drop);
    let records = (0..).map(|n| trade("A", f64::from(n)));
    let error = kept(
        from(records.take(5_000_000)),
        SocketSink::connect(&*address).json(),
    )
    .run()
    .expect_err("nobody reads");
    let streamlite::Error::Io {
        doing, path, cause, ..
    } = &error
    else {
        panic!("{error}");
    };
    assert_eq!((*doing, path.to_str()), ("writing", Some(&*address)));
    assert!(matches!(
        cause.kind(),
        ErrorKind::BrokenPipe | ErrorKind::ConnectionReset
    ));
}

#[test]
fn what_a_job_sends_another_receives() {
    let source = ListeningSource::listen("127.0.0.1:0").expect("a port is free");
    let port = source.local_address().to_string();
    let (out, results) = mpsc::channel();
    let job = kept(source.format(Json::default()), ChannelSink::new(out))
        .spawn()
        .expect("it listens");
    let sent: Vec<Trade> = (0..10_000)
        .map(|n| trade("\"\n\u{2028}", f64::from(n) / 3.0))
        .collect();
    kept(from(sent.clone()), SocketSink::connect(port).json())
        .run()
        .expect("the other reads");
    let received: Vec<Trade> = results.iter().take(sent.len()).collect();
    assert_eq!(received, sent);
    job.stop();
    job.join().expect("it ends");
}
