//! What each layer does.
#![cfg(feature = "stack")]
// A log of one request is a list of one range.
#![allow(clippy::single_range_in_vec_init, clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Duration;

use geotiff_io::{
    CoalesceLayer, ErrorKind, Fault, FaultStore, GetOptions, Limit, MemoryStore, Outcome, RangeStore,
    RetryLayer, StackOptions, StoreBuilder, TimeoutLayer, Trace, default_stack,
};
use tokio::time::Instant;

fn data() -> Vec<u8> {
    (0..1_000_000_u32).map(|i| (i % 251) as u8).collect()
}

fn memory() -> MemoryStore {
    let store = MemoryStore::new();
    store.put("a.tif", data());
    store
}

fn options() -> GetOptions {
    GetOptions::new()
}

/// The ranges that were requested, in order.
fn asked(trace: &Trace) -> Vec<std::ops::Range<u64>> {
    let mut ranges: Vec<_> = trace
        .requests()
        .into_iter()
        .filter(|record| !matches!(record.outcome, Outcome::CacheHit(_)))
        .map(|record| record.range)
        .collect();
    ranges.sort_by_key(|range| range.start);
    ranges
}

#[tokio::test]
async fn coalesce_bridges_gaps_up_to_its_limit() {
    let trace = Trace::new();
    let build = |layer: CoalesceLayer| StoreBuilder::new().layer(layer).layer(trace.layer()).store(memory());
    let ranges = [500..600, 0..100, 150..200, 5_000..6_000];

    let responses =
        build(CoalesceLayer::new().gap(100)).get_ranges("a.tif", &ranges, &options()).await.unwrap();
    for (range, response) in ranges.iter().zip(responses) {
        assert_eq!(response.bytes, data()[range.start as usize..range.end as usize]);
    }
    assert_eq!(asked(&trace), [0..200, 500..600, 5_000..6_000]);

    trace.clear();
    build(CoalesceLayer::new().gap(0)).get_ranges("a.tif", &ranges, &options()).await.unwrap();
    assert_eq!(asked(&trace).len(), 4);

    trace.clear();
    build(CoalesceLayer::new().gap(400).max_size(300))
        .get_ranges("a.tif", &ranges, &options())
        .await
        .unwrap();
    assert_eq!(asked(&trace), [0..200, 500..600, 5_000..6_000]);
}

#[tokio::test(start_paused = true)]
async fn retry_gives_up_after_its_attempts_and_names_them() {
    let faulty = FaultStore::new(memory(), 1)
        .rate(1.0)
        .faults(&[Fault::Fail(ErrorKind::Unavailable), Fault::Truncate]);
    let store = StoreBuilder::new().layer(RetryLayer::new().max_attempts(5)).store(&faulty);
    let error = store.get_range("a.tif", 10..20, &options()).await.unwrap_err();
    assert_eq!((error.attempts(), error.range(), error.path()), (5, Some(10..20), "a.tif"));
    assert_eq!(faulty.injected().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn retry_repeats_only_what_may_pass() {
    for (fault, attempts) in [
        (Fault::Fail(ErrorKind::NotFound), 1),
        (Fault::Fail(ErrorKind::Permission), 1),
        (Fault::Fail(ErrorKind::Changed), 1),
        (Fault::Extend, 1),
        (Fault::WholeObject, 1),
        (Fault::Fail(ErrorKind::RateLimited), 3),
        (Fault::Fail(ErrorKind::Timeout), 3),
        (Fault::Truncate, 3),
        (Fault::BreakOff, 3),
    ] {
        let faulty = FaultStore::new(memory(), 1).rate(1.0).faults(&[fault]);
        let store = StoreBuilder::new().layer(RetryLayer::new().max_attempts(3)).store(faulty);
        let error = store.get_range("a.tif", 10..20, &options()).await.unwrap_err();
        assert_eq!(error.attempts(), attempts, "{fault:?}");
    }
}

/// A store that asks to be left alone for a while.
#[derive(Debug)]
struct Busy(Duration);

#[async_trait::async_trait]
impl RangeStore for Busy {
    async fn get_range(
        &self,
        path: &str,
        _: std::ops::Range<u64>,
        _: &GetOptions,
    ) -> Result<geotiff_io::RangeResponse, geotiff_io::Error> {
        Err(geotiff_io::Error::new(ErrorKind::RateLimited, path, "").with_retry_after(self.0))
    }
}

#[tokio::test(start_paused = true)]
async fn retry_waits_as_long_as_the_source_asks_but_not_beyond_its_budget() {
    let began = Instant::now();
    let store =
        StoreBuilder::new().layer(RetryLayer::new().max_attempts(2)).store(Busy(Duration::from_secs(40)));
    store.get_range("a", 0..1, &options()).await.unwrap_err();
    assert!(began.elapsed() >= Duration::from_secs(40));

    let began = Instant::now();
    let store = StoreBuilder::new().layer(RetryLayer::new()).store(Busy(Duration::from_secs(1_000)));
    let error = store.get_range("a", 0..1, &options()).await.unwrap_err();
    assert_eq!((error.attempts(), error.kind()), (1, ErrorKind::RateLimited));
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn timeout_ends_what_hangs() {
    let hanging = FaultStore::new(memory(), 1).rate(1.0).faults(&[Fault::Hang]);
    let layer = TimeoutLayer::new().whole(Duration::from_secs(7));
    let store = StoreBuilder::new().layer(layer).store(hanging);
    let began = Instant::now();
    let error = store.get_range("a.tif", 3..4, &options()).await.unwrap_err();
    assert_eq!((error.kind(), error.range()), (ErrorKind::Timeout, Some(3..4)));
    assert_eq!(began.elapsed(), Duration::from_secs(7));
}

#[tokio::test(start_paused = true)]
async fn limit_bounds_what_is_in_flight_and_is_shared() {
    let limit = Limit::in_flight(3);
    let slow = || FaultStore::new(memory(), 1).rate(1.0).faults(&[Fault::Delay(Duration::from_secs(1))]);
    let (a, b) = (
        StoreBuilder::new().layer(limit.layer()).store(slow()),
        StoreBuilder::new().layer(limit.layer()).store(slow()),
    );
    let began = Instant::now();
    let options = options();
    let reads = (0..12).map(|i| {
        if i % 2 == 0 { a.get_range("a.tif", 0..1, &options) } else { b.get_range("a.tif", 0..1, &options) }
    });
    let watch = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(limit.current(), 3);
    };
    futures::join!(futures::future::join_all(reads), watch);
    assert_eq!(began.elapsed(), Duration::from_secs(4));
    assert_eq!(limit.current(), 0);
}

#[tokio::test]
async fn limit_keeps_its_rates() {
    let requests = Limit::builder().requests_per_second(50.0).build();
    let store = StoreBuilder::new().layer(requests.layer()).store(memory());
    let began = std::time::Instant::now();
    for _ in 0..60 {
        store.get_range("a.tif", 0..1, &options()).await.unwrap();
    }
    // A burst of 50, then 10 more at 50 a second.
    assert!(began.elapsed() >= Duration::from_millis(180), "{:?}", began.elapsed());

    let bytes = Limit::builder().bytes_per_second(100_000.0).build();
    let store = StoreBuilder::new().layer(bytes.layer()).store(memory());
    let began = std::time::Instant::now();
    for i in 0..3 {
        store.get_range("a.tif", i * 60_000..(i + 1) * 60_000, &options()).await.unwrap();
    }
    // 100,000 to begin with, 20,000 overdrawn by the second: the third waits for a fifth of a second.
    assert!(began.elapsed() >= Duration::from_millis(180), "{:?}", began.elapsed());
}

#[tokio::test]
async fn limit_is_fair_and_a_cancelled_turn_is_passed_on() {
    let limit = Limit::in_flight(1);
    let trace = Trace::new();
    let slow = FaultStore::new(memory(), 1).rate(1.0).faults(&[Fault::Delay(Duration::from_millis(5))]);
    let store = Arc::new(StoreBuilder::new().layer(limit.layer()).layer(trace.layer()).store(slow));
    let mut tasks = Vec::new();
    for i in 0..10_u64 {
        let store = store.clone();
        tasks.push(tokio::spawn(async move { store.get_range("a.tif", i..i + 1, &options()).await }));
        tokio::task::yield_now().await;
    }
    tasks[3].abort();
    for (i, task) in tasks.into_iter().enumerate() {
        assert_eq!(task.await.is_ok(), i != 3);
    }
    let order: Vec<_> = trace.requests().iter().map(|record| record.range.start).collect();
    assert_eq!(order, [0, 1, 2, 4, 5, 6, 7, 8, 9]);
}

#[tokio::test]
async fn a_rate_limited_source_holds_everybody_back() {
    let limit = Limit::in_flight(4);
    let busy = StoreBuilder::new().layer(limit.layer()).store(Busy(Duration::from_millis(200)));
    let calm = StoreBuilder::new().layer(limit.layer()).store(memory());
    let began = std::time::Instant::now();
    busy.get_range("a", 0..1, &options()).await.unwrap_err();
    calm.get_range("a.tif", 0..1, &options()).await.unwrap();
    assert!(began.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn trace_logs_failures_and_what_was_cancelled() {
    let trace = Trace::with_capacity(2);
    let hanging = FaultStore::new(memory(), 1).rate(1.0).faults(&[Fault::Hang]);
    let store = StoreBuilder::new().layer(trace.layer()).store(hanging);
    let options = options();
    let read = store.get_range("a.tif", 0..5, &options);
    tokio::time::timeout(Duration::from_millis(10), read).await.unwrap_err();
    let other = StoreBuilder::new().layer(trace.layer()).store(memory());
    other.get_range("https://u:p@h/missing?sig=x", 0..5, &options).await.unwrap_err();
    other.get_range("a.tif", 0..5, &options).await.unwrap();
    let outcomes: Vec<_> = trace.requests().iter().map(|record| record.outcome).collect();
    assert_eq!(
        outcomes,
        [Outcome::Failed(ErrorKind::NotFound), Outcome::Bytes(5)],
        "the latest two are kept"
    );
    assert_eq!(&*trace.requests()[0].path, "https://h/missing?[redacted]");
    let counters = trace.counters();
    assert_eq!((counters.requests, counters.cancelled, counters.failures, counters.bytes), (3, 1, 1, 5));
    assert!(counters.latency.quantile(1.0).unwrap() >= Duration::from_millis(10));
    assert!(counters.latency.quantile(0.5).unwrap() < Duration::from_millis(10));
}

#[tokio::test]
async fn the_default_stack_opens_with_one_request_and_reads_with_one_per_group() {
    let stack = default_stack(memory());
    let store = &stack.store;
    let head = store.get_range("a.tif", 0..32 << 10, &options()).await.unwrap();
    assert_eq!(asked(&stack.trace), [0..32 << 10]);

    stack.trace.clear();
    let pinned = options().with_version(head.object.version.unwrap());
    // Two groups: 300,000 on with a gap of 40,000 inside, and 900,000 on. Rounded to blocks of 32 KiB, and to the end.
    let ranges = [900_000..910_000, 300_000..310_000, 350_000..360_000, 310_000..311_000];
    let responses = store.get_ranges("a.tif", &ranges, &pinned).await.unwrap();
    for (range, response) in ranges.iter().zip(responses) {
        assert_eq!(response.bytes, data()[range.start as usize..range.end as usize]);
    }
    let block = 32 << 10;
    assert_eq!(asked(&stack.trace), [9 * block..11 * block, 27 * block..28 * block]);

    // Everything again: no request.
    stack.trace.clear();
    store.get_ranges("a.tif", &ranges, &pinned).await.unwrap();
    assert_eq!(asked(&stack.trace), []);
    assert_eq!(stack.trace.counters().hits, 4);
}

#[tokio::test(start_paused = true)]
async fn the_default_stack_logs_each_attempt() {
    let faulty = FaultStore::new(memory(), 3).rate(1.0).faults(&[Fault::Fail(ErrorKind::Network)]);
    let stack = StackOptions::new().with_retry(RetryLayer::new().max_attempts(3)).store(faulty);
    let error = stack.store.get_range("a.tif", 0..10, &options()).await.unwrap_err();
    assert_eq!(error.attempts(), 3);
    assert_eq!(stack.trace.counters().failures, 3);
}
