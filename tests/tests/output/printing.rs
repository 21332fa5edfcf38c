//! What is printed, and to whom.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

#[test]
fn a_job_whose_output_nobody_reads_any_more_ends_without_an_error() {
    let mut job = Command::new(env!("CARGO_BIN_EXE_printer"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut out = BufReader::new(job.stdout.take().expect("it is a pipe"));
    let mut line = String::new();
    for expected in ["0\n", "2\n", "4\n"] {
        line.clear();
        out.read_line(&mut line).expect("it prints");
        assert_eq!(line, expected);
    }
    drop(out);
    let mut said = String::new();
    let mut errors = job.stderr.take().expect("it is a pipe");
    errors.read_to_string(&mut said).expect("it is text");
    let code = job.wait().expect("it ends").code();
    assert_eq!(code, Some(0), "{said}");
    let read: u64 = said.trim().parse().expect("the number of records");
    assert!((3..100_000_000).contains(&read), "it ends early: {read}");
}
