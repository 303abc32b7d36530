//! The default stack over a source that fails often.
#![cfg(feature = "stack")]
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Duration;

use geotiff_io::{
    BlockCache, Error, ErrorKind, Fault, FaultStore, GetOptions, MemoryStore, RangeStore, RetryLayer,
    StackOptions,
};

const FILES: u64 = 20;
const SIZE: u64 = 2_000_000;

/// A byte that tells its file and place.
fn byte(file: u64, at: u64) -> u8 {
    (at.wrapping_mul(0x9E37_79B9) >> 16) as u8 ^ (file as u8).wrapping_mul(29)
}

fn memory() -> MemoryStore {
    let store = MemoryStore::new();
    for file in 0..FILES {
        store.put(format!("{file}.tif"), (0..SIZE).map(|at| byte(file, at)).collect::<Vec<_>>());
    }
    store
}

/// The stack over faults, with a cache that holds next to nothing, so that reads reach the source.
fn stack(faults: Arc<FaultStore<MemoryStore>>, attempts: u32) -> Arc<dyn RangeStore> {
    let retry = RetryLayer::new().max_attempts(attempts).base_delay(Duration::from_micros(10));
    let cache = BlockCache::builder(1 << 20).bypass_above(1 << 20).build();
    StackOptions::new().with_cache(cache).with_retry(retry).store(faults).store
}

/// One window: four ranges of a file, as four rows of tiles are.
async fn read_window(store: &dyn RangeStore, random: &mut fastrand::Rng) -> Result<(), Error> {
    let file = random.u64(..FILES);
    let path = format!("{file}.tif");
    let head = store.get_range(&path, 0..1_000, &GetOptions::new()).await?;
    let pinned = GetOptions::new().with_version(head.object.version.unwrap());
    let start = random.u64(..SIZE - 700_000);
    let ranges: Vec<_> = (0..4).map(|row| start + row * 170_000..start + row * 170_000 + 20_000).collect();
    let responses = store.get_ranges(&path, &ranges, &pinned).await?;
    assert_eq!(responses.len(), 4);
    for (range, response) in ranges.iter().zip(responses) {
        let expected: Vec<u8> = range.clone().map(|at| byte(file, at)).collect();
        assert!(response.bytes == expected, "wrong bytes {range:?} of {path}");
    }
    Ok(())
}

#[tokio::test]
async fn one_in_five_fails_and_every_read_is_correct() {
    let faults = Arc::new(FaultStore::new(memory(), 2_024));
    let store = stack(faults.clone(), 8);
    let mut random = fastrand::Rng::with_seed(1);
    for window in 0..1_000 {
        if let Err(error) = read_window(&store, &mut random).await {
            panic!("window {window}: {error}");
        }
    }
    let injected = faults.injected();
    assert!(injected.len() > 500, "only {} faults", injected.len());
    for fault in [
        Fault::Fail(ErrorKind::Unavailable),
        Fault::Fail(ErrorKind::Network),
        Fault::BreakOff,
        Fault::Truncate,
    ] {
        assert!(injected.contains(&fault), "{fault:?} was never tried");
    }
}

#[tokio::test]
async fn one_in_two_fails_and_each_read_is_correct_or_a_typed_error() {
    let faults = [
        Fault::Fail(ErrorKind::Unavailable),
        Fault::Fail(ErrorKind::Network),
        Fault::BreakOff,
        Fault::Truncate,
        Fault::Extend,
        Fault::WholeObject,
        Fault::NewVersion,
    ];
    let faults = Arc::new(FaultStore::new(memory(), 7).rate(0.5).faults(&faults));
    let store = stack(faults, 2);
    let mut random = fastrand::Rng::with_seed(2);
    let (mut correct, mut failed) = (0, 0);
    for _ in 0..1_000 {
        match read_window(&store, &mut random).await {
            Ok(()) => correct += 1,
            Err(error) => {
                failed += 1;
                assert!(error.path().ends_with(".tif"), "{error}");
                // What is told of the whole object, not of one request, names no range.
                assert!(error.range().is_some() || error.kind() == ErrorKind::Changed, "{error}");
                assert!(error.attempts() <= 2, "{error}");
                let transient = matches!(error.kind(), ErrorKind::Unavailable | ErrorKind::Network);
                assert!(!transient || error.attempts() == 2, "{error}");
                let expected = transient || matches!(error.kind(), ErrorKind::Protocol | ErrorKind::Changed);
                assert!(expected, "{error}");
            }
        }
    }
    assert!(correct > 20 && failed > 200, "{correct} correct, {failed} failed");
}
