//! Whatever comes over a socket, and in whatever pieces, is what a file of the same bytes has: the same records, the same bad ones.

use std::fmt::Debug;
use std::io::Write;

use proptest::prelude::*;
use streamlite::format::{Csv, Decode, Json, Lines};
use streamlite::prelude::*;
use streamlite::source::{BadRecord, FileSource, SocketSource};
use streamlite_tests::Folder;
use streamlite_tests::windows::cases;

use super::lines::serve;

/// What was read: the records, and the bad ones; or that it cannot be read.
type Found = Option<(Vec<String>, Vec<(u64, String)>)>;

pipeline!(
    fn shown<T: Debug + Send + 'static>(rows: Source<T>, out: Sink<String>) {
        rows.map(|row| format!("{row:?}")).to(out);
    }
);

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "it is printed")]
struct Named {
    a: Option<f64>,
    #[serde(default)]
    b: String,
}

/// A way to read bytes, from a file and over a socket alike.
trait Format: Decode<Item: Debug + Send> + Default + 'static {}

impl<F: Decode<Item: Debug + Send> + Default + 'static> Format for F {}

const MOST: usize = 60;

/// What the file has; or what is wrong with it.
fn in_file<F: Format>(bytes: &[u8]) -> Result<Found, String> {
    let folder = Folder::new();
    let path = folder.write("in", bytes);
    let (route, bad) = CollectionSink::new();
    let (out, rows) = CollectionSink::new();
    let source = FileSource::<F>::open(path).expect("it is there");
    let job = shown(source.max_record_bytes(MOST).on_error(Route(route)), out);
    job.run().map_err(|error| error.to_string())?;
    Ok(Some((rows.take(), said(bad.take()))))
}

fn from_file<F: Format>(bytes: &[u8]) -> Found {
    in_file::<F>(bytes).unwrap_or_default()
}

/// Sends the bytes in pieces of these lengths, again and again.
fn over_socket<F: Format>(bytes: &[u8], lengths: &[usize]) -> Found {
    let (bytes, lengths) = (bytes.to_vec(), lengths.to_vec());
    let address = serve(move |mut connection| {
        connection.set_nodelay(true).expect("it is a socket");
        let mut left = &bytes[..];
        for length in lengths.iter().cycle() {
            let (piece, rest) = left.split_at((*length).min(left.len()));
            // Whoever reads may have given up.
            if rest.len() == left.len() || connection.write_all(piece).is_err() {
                break;
            }
            left = rest;
            if length % 3 == 0 {
                // So that it comes by itself.
                std::thread::yield_now();
            }
        }
    });
    let (route, bad) = CollectionSink::new();
    let (out, rows) = CollectionSink::new();
    let source = SocketSource::connect(&*address).format(F::default());
    let job = shown(source.max_record_bytes(MOST).on_error(Route(route)), out);
    job.run().ok()?;
    Some((rows.take(), said(bad.take())))
}

fn said(bad: Vec<BadRecord>) -> Vec<(u64, String)> {
    let said = bad.into_iter().map(|bad| {
        let BadRecord {
            line,
            column,
            cause,
            excerpt,
            ..
        } = bad;
        (line, format!("{column}: {cause}, in {excerpt}"))
    });
    said.collect()
}

fn pieces() -> impl Strategy<Value = Vec<u8>> {
    const OF: &[&str] = &[
        "a,b\n1,2\n",
        "a,b\n",
        "1,x\n",
        "2,\"y\nz\"\n",
        "\"",
        ",",
        "\n",
        "\r\n",
        "\r",
        " ",
        "{\"a\":1,\"b\":\"x\"}\n",
        "{\"a\":null}\n",
        "{\"a\":",
        "[1]\n",
        "\\u00e9",
        "\u{e9}",
        "\u{feff}",
        "\0",
        "long long long long long long long long long long long long",
    ];
    let piece = prop_oneof![
        20 => prop::sample::select(OF).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}

fn some_cases() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        cases: cases().cases / 16,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(some_cases())]

    #[test]
    fn what_comes_over_a_socket_is_what_a_file_has(bytes in pieces(), lengths in prop::collection::vec(1_usize..40, 1..6)) {
        prop_assert_eq!(over_socket::<Lines>(&bytes, &lengths), from_file::<Lines>(&bytes), "lines");
        // Over a socket nobody knows what follows the first line: it is a bad record, and the rest is read.
        let json = in_file::<Json<Named>>(&bytes);
        let is_other = json.as_ref().is_err_and(|error| error.contains("it is not JSON lines"));
        let seen = over_socket::<Json<Named>>(&bytes, &lengths);
        if is_other {
            prop_assert!(seen.is_some_and(|(_, bad)| !bad.is_empty()), "JSON");
        } else {
            prop_assert_eq!(seen, json.unwrap_or_default(), "JSON");
        }
        prop_assert_eq!(over_socket::<Csv<Named>>(&bytes, &lengths), from_file::<Csv<Named>>(&bytes), "CSV");
    }
}
