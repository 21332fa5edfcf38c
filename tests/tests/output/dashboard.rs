//! The page of a running job: what it answers, and what it refuses.

#![expect(
    clippy::disallowed_methods,
    reason = "a test waits for a job on another thread"
)]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{self, Sender};
use std::time::{Duration, Instant};

use streamlite::prelude::*;
use streamlite::{Dashboard, JobHandle};

pipeline!(
    fn clicked(clicks: Source<(i64, char)>, out: Sink<u64>) {
        let timed = clicks.event_time(|click| click.0);
        let counts = timed.key_by(|click| click.1).window(tumbling(1s)).count();
        counts.map(|count| count.value).to(out);
    }
);

struct Served {
    address: SocketAddr,
    job: JobHandle,
    clicks: Sender<(i64, char)>,
}

impl Served {
    fn new() -> Self {
        let dashboard = Dashboard::bind("127.0.0.1:0").expect("there is a port");
        let address = dashboard.address();
        let (clicks, clicked_on) = mpsc::channel();
        let (out, _counts) = CollectionSink::new();
        let job = clicked(ChannelSource::new(clicked_on), out).dashboard(dashboard);
        Self {
            address,
            job: job.spawn().expect("it starts"),
            clicks,
        }
    }

    fn connect(&self) -> TcpStream {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            match TcpStream::connect(self.address) {
                Ok(stream) => {
                    let patience = Some(Duration::from_secs(20));
                    stream.set_read_timeout(patience).expect("it may be set");
                    return stream;
                }
                Err(error) => assert!(Instant::now() < deadline, "{error}"),
            }
        }
    }

    /// What is answered to these bytes.
    fn told(&self, request: &[u8]) -> String {
        let mut stream = self.connect();
        // It may be refused before all was sent.
        let _ = stream.write_all(request);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8(answer).expect("it is text")
    }

    fn get(&self, path: &str) -> String {
        let host = self.address;
        self.told(format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes())
    }

    fn body(&self, path: &str) -> String {
        let answer = self.get(path);
        let (head, body) = answer.split_once("\r\n\r\n").expect("it has a head");
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
        let length = format!("Content-Length: {}\r\n", body.len());
        assert!(head.contains(&length), "{head}");
        body.to_owned()
    }
}

#[test]
fn a_job_shows_what_it_does_while_it_runs() {
    let served = Served::new();
    for click in [(100, 'a'), (1_200, 'b'), (900, 'a'), (3_000, 'c')] {
        served.clicks.send(click).expect("it runs");
    }
    while served.job.metrics().expect("it runs").records_read() < 4 {
        std::thread::sleep(Duration::from_millis(1));
    }
    let state: serde_json::Value = serde_json::from_str(&served.body("/state.json")).expect("it is JSON");
    let report = &state["report"];
    assert_eq!(report["name"], "clicked");
    assert_eq!(report["sources"][0]["records"], 4);
    let counts = &report["operators"][1];
    assert_eq!((&counts["name"], &counts["late"]), (&"counts".into(), &1.into()));
    assert_eq!(state["watermarks"]["partitions"][0]["watermark"], 3_000);
    assert_eq!(
        state["held_back"],
        "held back by channel of clicks, at 1970-01-01T00:00:03Z"
    );
    let counts = |text: &str| -> Vec<String> {
        let is_count = |line: &&str| {
            !line.contains("_seconds{") && !line.contains("busy_ratio{") && !line.contains("latency")
        };
        text.lines().filter(is_count).map(str::to_owned).collect()
    };
    let expected = served.job.metrics().expect("it runs").to_prometheus();
    assert_eq!(counts(&served.body("/metrics")), counts(&expected));
    assert_eq!(served.body("/healthz"), "ok\n");
    assert_eq!(served.body("/graph.svg"), clicked::GRAPH.svg().to_string());
    // The page names nothing that is elsewhere, and nothing that is not there.
    let page = served.body("/");
    for name in ["/page.css", "/page.js"] {
        assert!(page.contains(&format!("\"{name}\"")), "{name}");
        assert!(
            !served.body(name).contains("http://") || name == "/page.js",
            "{name}"
        );
    }
    let script = served.body("/page.js");
    let named = script.matches("http").count();
    assert_eq!(named, script.matches("http://www.w3.org/2000/svg").count());
    for id in script
        .split("at(\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
    {
        assert!(page.contains(&format!("id=\"{id}\"")), "{id}");
    }
    drop(served.clicks);
    served.job.join().expect("it ends");
    // And so does the page.
    assert!(TcpStream::connect(served.address).is_err());
}

#[test]
fn what_is_no_question_is_refused() {
    let served = Served::new();
    let status = |request: &[u8]| {
        let answer = served.told(request);
        answer.split("\r\n").next().unwrap_or_default().to_owned()
    };
    let host = served.address;
    for (request, expected) in [
        (
            format!("POST / HTTP/1.1\r\nHost: {host}\r\n\r\n"),
            "405 Method Not Allowed",
        ),
        (
            format!("GET /../../etc/passwd HTTP/1.1\r\nHost: {host}\r\n\r\n"),
            "404 Not Found",
        ),
        (
            format!("GET /%2e%2e/page.js HTTP/1.1\r\nHost: {host}\r\n\r\n"),
            "404 Not Found",
        ),
        (
            "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n".to_owned(),
            "421 Misdirected Request",
        ),
        (
            "GET / HTTP/1.1\r\nHost: localhost.evil.example:80\r\n\r\n".to_owned(),
            "421 Misdirected Request",
        ),
        ("GET / HTTP/1.1\r\n\r\n".to_owned(), "421 Misdirected Request"),
        (
            format!("GET / HTTP/1.1\r\nHost: {host}\r\nHost: {host}\r\n\r\n"),
            "421 Misdirected Request",
        ),
        ("nonsense\r\n\r\n".to_owned(), "400 Bad Request"),
        (
            format!("GET /{} HTTP/1.1\r\nHost: {host}\r\n\r\n", "a".repeat(9_000)),
            "431 Request Header Fields Too Large",
        ),
        (
            format!("GET / HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(100)),
            "400 Bad Request",
        ),
        (
            "GET /healthz?a=b HTTP/1.1\r\nHost: localhost:1\r\n\r\n".to_owned(),
            "200 OK",
        ),
        (
            "GET /healthz HTTP/1.1\r\nHost: [::1]:1\r\n\r\n".to_owned(),
            "200 OK",
        ),
    ] {
        assert_eq!(
            status(request.as_bytes()),
            format!("HTTP/1.1 {expected}"),
            "{request}"
        );
    }
    assert_eq!(
        status(b"\x16\x03\x01\x02\x00\x01\r\n\r\n"),
        "HTTP/1.1 400 Bad Request"
    );
    // What never ends is refused when it is too much, and not when it has taken too long.
    let began = Instant::now();
    let endless = format!("GET / HTTP/1.1\r\nHost: {host}\r\nX: {}", "a".repeat(9_000));
    assert_eq!(
        status(endless.as_bytes()),
        "HTTP/1.1 431 Request Header Fields Too Large"
    );
    assert!(began.elapsed() < Duration::from_secs(4));
    // What is asked for is never part of an answer.
    assert!(!served.get("/<script>alert(1)</script>").contains("alert"));
    drop(served.clicks);
    served.job.join().expect("it ends");
}

/// Who says nothing is let go after five seconds, and many of them keep nobody from the job.
#[test]
fn those_who_say_nothing_are_let_go() {
    let served = Served::new();
    let began = Instant::now();
    let mut silent: Vec<TcpStream> = (0..200).map(|_| served.connect()).collect();
    // The last ones first: so many are open at a time, and no more.
    silent.reverse();
    served.clicks.send((0, 'a')).expect("it runs");
    while served.job.metrics().expect("it runs").records_read() < 1 {
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(began.elapsed() < Duration::from_secs(4));
    // Those that were over the limit were closed at once, the others in time.
    let mut at_once = 0;
    for mut stream in silent {
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
        assert!(rest.is_empty());
        at_once += usize::from(began.elapsed() < Duration::from_secs(4));
    }
    assert!(
        (150..200).contains(&at_once),
        "{at_once} of 200 were closed at once"
    );
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    assert_eq!(served.body("/healthz"), "ok\n");
    drop(served.clicks);
    served.job.join().expect("it ends");
}

#[test]
fn a_dashboard_is_for_this_machine_alone_unless_that_is_said() {
    let refused = Dashboard::bind("0.0.0.0:0").expect_err("others could reach it");
    let text = refused.to_string();
    assert!(
        text.contains("other machines can reach it") && text.contains("bind_remote"),
        "{text}"
    );
    let there = Dashboard::bind_remote("0.0.0.0:0").expect("it was said");
    let taken = Dashboard::bind(there.address()).expect_err("others could reach it, or it is taken");
    assert!(taken.to_string().contains("dashboard"), "{taken}");
    let first = Dashboard::bind("127.0.0.1:0").expect("there is a port");
    let taken = Dashboard::bind(first.address()).expect_err("it is taken");
    assert!(taken.to_string().contains("a dashboard's port"), "{taken}");
}
