//! Lines that come as they come: over a socket, and by the standard input.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;

use streamlite::prelude::*;

/// A server that does something with its first connection, and where it is.
pub(crate) fn serve(act: impl FnOnce(TcpStream) + Send + 'static) -> String {
    let server = TcpListener::bind("127.0.0.1:0").expect("there is a port");
    let address = server.local_addr().expect("it has one").to_string();
    thread::spawn(move || act(server.accept().expect("the job connects").0));
    address
}

#[test]
fn bad_lines_of_a_socket_are_routed_and_counted() {
    let address = serve(|mut connection| {
        connection
            .write_all(b"one\r\nnot \xff it\n0123456789\nlast")
            .expect("it reads");
    });
    let (bad, seen) = CollectionSink::new();
    let (out, lines) = CollectionSink::new();
    let source = SocketSource::connect(&*address)
        .max_record_bytes(9)
        .on_error(Route(bad));
    let report = pipeline!(from(source).to(out)).run().expect("they are routed");
    assert_eq!(lines.take(), ["one", "last"]);
    let bad: Vec<_> = seen
        .take()
        .into_iter()
        .map(|bad| (bad.file, bad.line, bad.cause))
        .collect();
    let long = "the line has more than 9 bytes, the most that it may; allow more with `.max_record_bytes(…)`";
    assert_eq!(
        bad,
        [
            (address.clone(), 2, "byte 5 is not UTF-8".to_owned()),
            (address, 3, long.to_owned())
        ]
    );
    assert_eq!(report.skipped(), 2);
}

#[test]
fn a_bad_line_is_an_error_unless_something_else_is_said() {
    let address = serve(|mut connection| connection.write_all(b"good\n\xff\ngood\n").expect("it reads"));
    let (out, lines) = CollectionSink::new();
    let error = pipeline!(from(SocketSource::connect(&*address)).to(out)).run();
    let error = error.expect_err("the second line is bad").to_string();
    assert!(
        error.contains(&format!("{address}:2: byte 1 is not UTF-8")),
        "{error}"
    );
    assert_eq!(lines.take(), ["good"]);
}

#[test]
fn that_nobody_listens_is_said_before_anything_runs() {
    let server = TcpListener::bind("127.0.0.1:0").expect("there is a port");
    let address = server.local_addr().expect("it has one").to_string();
    drop(server);
    let error = pipeline!(from(SocketSource::connect(&*address)).to(NullSink)).run();
    let error = error.expect_err("nobody listens").to_string();
    assert!(
        error.starts_with(&format!("connecting to {address}: ")),
        "{error}"
    );
}

pipeline!(
    fn kept(lines: Source<String>, out: Sink<String>) {
        lines.to(out);
    }
);

#[test]
fn a_job_that_is_stopped_hangs_up() {
    let (hung_up, told) = mpsc::channel();
    let address = serve(move |mut connection| {
        connection.write_all(b"one\n").expect("it reads");
        let rest = connection.read(&mut [0; 9]);
        hung_up
            .send(rest.is_ok_and(|read| read == 0))
            .expect("the test waits");
    });
    let (out, results) = mpsc::channel();
    let job = kept(SocketSource::connect(address), ChannelSink::new(out))
        .spawn()
        .expect("it connects");
    assert_eq!(results.recv().expect("the job runs"), "one");
    job.stop();
    job.join().expect("it ends");
    assert!(told.recv().expect("the server runs"), "the connection was closed");
}

#[test]
fn lines_of_the_standard_input_are_read_as_they_come() {
    let mut job = Command::new(env!("CARGO_BIN_EXE_counter"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it is built");
    let mut input = job.stdin.take().expect("it has one");
    let mut output = BufReader::new(job.stdout.take().expect("it has one"));
    let mut answer = |line: &str| {
        input.write_all(line.as_bytes()).expect("it reads");
        let mut answer = String::new();
        output.read_line(&mut answer).expect("it answers");
        answer
    };
    assert_eq!(answer("a\n"), "\"a 1\"\n", "the next line is not waited for");
    assert_eq!(answer("a\n"), "\"a 2\"\n");
    assert_eq!(answer("this line is longer than it may be\nb\n"), "\"b 1\"\n");
    drop(input);
    let ended = job.wait_with_output().expect("it ends");
    assert!(ended.status.success());
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "1 bad\n");
}
