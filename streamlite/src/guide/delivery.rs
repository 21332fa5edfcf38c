//! What is in the output after a crash, and why.
//!
//! A job with `.checkpoints(…)` writes down, now and then, all that it remembers: how far each source was read, what every
//! operator keeps, timers, watermarks, counts. After a crash the same command goes on from there.
//!
//! ```
//! use std::time::Duration;
//!
//! use streamlite::metrics::Delivery;
//! use streamlite::prelude::*;
//!
//! #[derive(Clone, Debug, Serialize, Deserialize)]
//! struct Sale {
//!     shop: String,
//!     cents: u32,
//! }
//!
//! #[derive(Clone, Debug, Serialize, Deserialize)]
//! struct Takings {
//!     shop: String,
//!     cents: u64,
//! }
//!
//! pipeline!(
//!     fn takings(sales: Source<Sale>, out: Sink<Takings>) {
//!         let sums = sales.key_by_ref(|sale| &sale.shop).running().sum(|sale| sale.cents);
//!         sums.map(|(shop, cents)| Takings { shop, cents }).to(out);
//!     }
//! );
//!
//! # let dir = tempfile::tempdir().expect("a directory");
//! # let path = |name: &str| dir.path().join(name);
//! # std::fs::write(path("sales.csv"), "shop,cents\nnorth,120\nsouth,80\nnorth,30\n").expect("a file");
//! // Run it, kill it, run it again: `takings.csv` is that of one run.
//! let sales = CsvSource::open(path("sales.csv"))?;
//! let out = CsvSink::create(path("takings.csv"))?;
//! let checkpoints = Checkpoints::in_dir(path("state")).every(Duration::from_secs(10));
//! let report = takings(sales, out).checkpoints(checkpoints).run()?;
//!
//! assert_eq!(report.sinks[0].delivery, Delivery::ExactlyOnce);
//! # let written = std::fs::read_to_string(path("takings.csv")).expect("it is there");
//! # assert_eq!(written, "shop,cents\nnorth,120\nsouth,80\nnorth,150\n");
//! # Ok::<(), streamlite::Error>(())
//! ```
//!
//! # How often a record is in the output
//!
//! | source | a sink that commits: files | any other: `print`, a callback, a collection |
//! | --- | --- | --- |
//! | can be read again: files, collections | exactly once | at least once: records after the last checkpoint come again |
//! | cannot: a pipe, a channel, a socket, the standard input | refused: a checkpoint could not go on | refused |
//!
//! A channel, a socket and the standard input can be told `.accept_loss()`: then the job is saved, and what it had read after
//! the last checkpoint is lost in a crash: the report says `MayBeLost`.
//!
//! [`SinkReport::delivery`](crate::metrics::SinkReport::delivery) says it of each sink. Bad records that go to a sink by
//! `on_error(Route(sink))` are at least once: they are written when they are read, and the report says so of their source.
//!
//! Exactly once is about output, not about closures: one that writes to a database by itself does so again for the records
//! after the last checkpoint.
//!
//! # What happens where
//!
//! ```text
//!  records   ──r1──r2──r3──┃──r4──r5──r6──┃──r7──▶
//!                          ┃ checkpoint   ┃ checkpoint
//!                          ▼
//!   1 the state is written, and synced           ┐
//!   2 each sink makes r1 to r3 durable, unseen   │ a crash: none of this has happened; the job goes on from the
//!   3 the manifest is written under another name ┘ checkpoint before, and reads r1 to r3 again
//!   4 ═══ the manifest gets its name: the commit point ═════════════════════════════════════════════════════
//!   5 each sink shows r1 to r3                   ┐ a crash: this has happened; the next start shows what is not shown yet,
//!   6 what is older is removed                   ┘ and goes on after r3
//! ```
//!
//! Steps 1 to 6 run on a thread of their own while r4 and those after it are processed. Only what the job remembers is written
//! down between two reads, and of large tables a slice at a time: a record that would change what is not written yet
//! has it written first.
//!
//! Of large tables a checkpoint writes what changed since the one before, and some of the rest in turn: it costs what changed,
//! not what there is. So checkpoints share files, of which the newest few are needed together. How large the directory is, in
//! multiples of the state, with `max_retained(1)`: at most 2 where a tenth of all keys changes between two checkpoints,
//! and less where less changes; each checkpoint more that is retained adds what changes between two, two and a half times. After
//! a start it goes on as before: entries are where they were, so that what files have of them goes on counting.
//!
//! The order was checked with a model of it (`tests/model` in the repository) in all states that crashes, losses of power, damaged files,
//! syncs that fail and answers that are lost can lead to; the code by killing it, on a real disk at random moments and on a simulated
//! one before each change.
//!
//! # What is promised
//!
//! * **P1** After a crash at any instruction, also while a job recovers, and any number of times, a start goes on with the
//!   state, timers, watermarks and positions of one run without a crash.
//! * **P2** What files hold in the end is that of one run, and nobody sees a record that is withdrawn later.
//! * **P3** The same after a loss of power, on a disk that writes what it says it has written; with
//!   [`Durability::Process`](crate::checkpoint::Durability) only after crashes of the process.
//! * **P4** Output is the beginning of the whole output at any time, in whole checkpoints.
//! * **P5** A byte of a checkpoint that was changed is found before any state is read from it.
//! * **P6** What cannot be read is not taken for damaged, and never for nothing: the job stops and says what the system
//!   said. A job starts anew only where there never was a checkpoint.
//! * **P7** A damaged checkpoint is put aside, and the one before is used, unless a sink has shown what came after it: then
//!   the job stops, as it would write the same again. It says what to do, and by which setting that can be
//!   [accepted](crate::checkpoint::Checkpoints::accept_duplicates_of), once. A manifest is written twice in its file, so that a
//!   bad sector costs nothing. Files of large tables are shared: a damaged one takes all checkpoints along that need it.
//! * **P8** The number of a checkpoint, such as `3.12`, is that of the start and of the checkpoint within it. It is never used
//!   twice.
//! * **P16** A job that ends has shown everything. Ctrl-C and SIGTERM take a last checkpoint, and the program ends without an
//!   error; a second one ends it at once.
//! * **P17** Two jobs cannot have one checkpoint directory, nor one output file.
//!
//! Checkpoints hold what is in the records: their files can be read by the user alone that the job runs as.
//!
//! Not promised: disks that say they have written what they have not; two processes on two computers over NFS or SMB, where
//! locks may not hold.
//!
//! # Stopping, and going on elsewhere
//!
//! A [`JobHandle`](crate::JobHandle) takes a [`checkpoint`](crate::JobHandle::checkpoint) or a
//! [`savepoint`](crate::JobHandle::savepoint), and [stops with one](crate::JobHandle::stop_with_savepoint). A savepoint is one
//! file, which nothing removes; [`restore_from`](crate::Job::restore_from) goes on from it. [`Restart`](crate::Restart) starts a job
//! again that has failed. [`Checkpoints::list`](crate::checkpoint::Checkpoints::list) shows what there is.
//!
//! # Starting anew
//!
//! Remove the checkpoint directory *and* the output, with `.takings.csv.committed` beside it. With one of the two alone the
//! job is refused: it would write again what is there, or go on after what is not.
//!
//! # A sink of one's own
//!
//! [`Sink::transactions`](crate::sink::Sink::transactions) returns what commits; [`Transactional`](crate::sink::Transactional) says
//! which calls come in which order.
