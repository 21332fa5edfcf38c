//! A fleet of vans that report where they are, and a page that shows what the job does: `cargo run --example dashboard`, and open
//! the address that it prints. It runs for as many seconds as its argument says, or for a minute.

use std::time::Duration;

use streamlite::Dashboard;
use streamlite::prelude::*;
use streamlite::time::{Clock, SystemClock};

#[derive(Clone, Serialize, Deserialize)]
struct Report {
    at: Timestamp,
    van: u32,
    speed: f64,
}

#[derive(Clone, Serialize, Deserialize)]
struct Order {
    at: Timestamp,
    van: u32,
}

pipeline!(
    fn fleet(
        reports: Source<Report>,
        orders: Source<Order>,
        slow: Sink<(u32, f64)>,
        busy: Sink<(u32, u64)>,
        top: Sink<(u32, f64)>,
    ) {
        let moving = reports
            .event_time(|r| r.at)
            .watermark(bounded(500ms))
            .filter(|r| r.speed > 0.5);
        let placed = orders.event_time(|o| o.at).watermark(bounded(1s));
        let by_van = moving.key_by(|r| r.van);
        let means = by_van
            .window(sliding(10s).every(1s))
            .aggregate(|van, _window, rows| (*van, rows.mean(|r| r.speed)));
        let fastest = by_van.running().max(|r| r.speed);
        let matched = placed
            .join(moving)
            .on(|o| o.van, |r| r.van)
            .within(-1s..=1s)
            .key_by(|(order, _)| order.van)
            .window(tumbling(5s))
            .count();
        means.filter(|(_, speed)| *speed < 12.0).to(slow);
        matched.map(|count| (count.key, count.value)).to(busy);
        fastest.to(top);
    }
);

/// A time some milliseconds ago, in no order.
fn lately(n: u64, most: u64) -> Timestamp {
    let ago = i64::try_from(n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40).unwrap_or(0)
        % i64::try_from(most).unwrap_or(1);
    SystemClock::new().now() - TimeDelta::from_millis(ago)
}

fn main() -> streamlite::Result<()> {
    let seconds: u64 = std::env::args()
        .nth(1)
        .and_then(|seconds| seconds.parse().ok())
        .unwrap_or(60);
    let reports = GeneratorSource::new(|n| Report {
        at: lately(n, 520),
        van: u32::try_from(n * 7919 % 5_000).unwrap_or(0),
        speed: f64::from(u32::try_from(n * 31 % 300).unwrap_or(0)) / 10.0,
    });
    let orders = GeneratorSource::new(|n| Order {
        at: lately(n, 900),
        van: u32::try_from(n * 104_729 % 5_000).unwrap_or(0),
    });
    let dir = std::env::temp_dir().join(format!("streamlite-dashboard-{}", std::process::id()));
    let dashboard = Dashboard::bind("127.0.0.1:0")?;
    println!("http://{}/", dashboard.address());
    let reports = reports.count(20_000 * seconds).per_second(20_000.0);
    let orders = orders.count(500 * seconds).per_second(500.0);
    let job = fleet(reports, orders, NullSink, NullSink, NullSink)
        .checkpoints(Checkpoints::in_dir(dir).every(Duration::from_secs(2)))
        .dashboard(dashboard);
    println!("{}", job.run()?);
    Ok(())
}
