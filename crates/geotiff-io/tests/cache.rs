//! The block cache.
#![cfg(feature = "stack")]
// A log of one request is a list of one range.
#![allow(clippy::single_range_in_vec_init, clippy::unwrap_used)]

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use geotiff_io::{
    BlockCache, ErrorKind, Fault, FaultStore, GetOptions, MemoryStore, ObjectInfo, RangeResponse, RangeStore,
    StoreBuilder, Trace, Version,
};

const BLOCK: u64 = 32 << 10;

fn data(seed: u8) -> Vec<u8> {
    (0..1_000_000_u32).map(|i| (i % 251) as u8 ^ seed).collect()
}

fn memory() -> Arc<MemoryStore> {
    let store = MemoryStore::new();
    store.put("a.tif", data(0));
    Arc::new(store)
}

async fn pin(store: &dyn RangeStore) -> GetOptions {
    let head = store.get_range("a.tif", 0..16, &GetOptions::new()).await.unwrap();
    GetOptions::new().with_version(head.object.version.unwrap())
}

fn ranges(trace: &Trace) -> Vec<std::ops::Range<u64>> {
    trace.requests().into_iter().map(|record| record.range).collect()
}

#[tokio::test]
async fn missing_blocks_side_by_side_are_one_request() {
    let (cache, trace) = (BlockCache::new(64 << 20), Trace::new());
    let store = StoreBuilder::new().layer(cache.layer()).layer(trace.layer()).store(memory());
    let pinned = pin(&store).await;
    store.get_range("a.tif", 5 * BLOCK + 7..5 * BLOCK + 9, &pinned).await.unwrap();
    trace.clear();
    let range = 3 * BLOCK - 1..8 * BLOCK + 1;
    let response = store.get_range("a.tif", range.clone(), &pinned).await.unwrap();
    assert_eq!(response.bytes, data(0)[range.start as usize..range.end as usize]);
    assert_eq!(ranges(&trace), [2 * BLOCK..5 * BLOCK, 6 * BLOCK..9 * BLOCK]);
}

#[tokio::test]
async fn a_hundred_readers_of_a_cold_object_cause_each_block_once() {
    let (cache, trace) = (BlockCache::new(64 << 20), Trace::new());
    let slow = FaultStore::new(memory(), 1).rate(1.0).faults(&[Fault::Delay(Duration::from_millis(20))]);
    let store = Arc::new(StoreBuilder::new().layer(cache.layer()).layer(trace.layer()).store(slow));

    let opens = (0..100).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { store.get_range("a.tif", 0..BLOCK, &GetOptions::new()).await })
    });
    let mut version = None;
    for open in futures::future::join_all(opens).await {
        version = open.unwrap().unwrap().object.version;
    }
    assert_eq!(ranges(&trace), [0..BLOCK], "one open");

    let pinned = GetOptions::new().with_version(version.unwrap());
    let expected = Arc::new(data(0));
    let reads = (0..100_u64).map(|i| {
        let (store, pinned, expected) = (store.clone(), pinned.clone(), expected.clone());
        tokio::spawn(async move {
            for j in 0..10 {
                let start = (i * 7_919 + j * 104_729) % 900_000;
                let range = start..start + 90_000;
                let response = store.get_range("a.tif", range.clone(), &pinned).await.unwrap();
                assert_eq!(response.bytes, expected[range.start as usize..range.end as usize]);
            }
        })
    });
    for read in futures::future::join_all(reads).await {
        read.unwrap();
    }
    let mut fetched: HashMap<u64, u32> = HashMap::new();
    for range in ranges(&trace) {
        for block in range.start / BLOCK..range.end.div_ceil(BLOCK) {
            *fetched.entry(block).or_default() += 1;
        }
    }
    assert_eq!(fetched.len() as u64, 1_000_000_u64.div_ceil(BLOCK));
    assert!(fetched.values().all(|&times| times == 1), "{fetched:?}");
}

#[tokio::test]
async fn a_reader_that_leaves_does_not_take_the_request_from_those_that_stay() {
    let (cache, trace) = (BlockCache::new(64 << 20), Trace::new());
    let slow = FaultStore::new(memory(), 1).rate(1.0).faults(&[Fault::Delay(Duration::from_millis(50))]);
    let store = Arc::new(StoreBuilder::new().layer(cache.layer()).layer(trace.layer()).store(slow));
    let read = |store: Arc<dyn RangeStore>| async move {
        store.get_range("a.tif", 0..10, &GetOptions::new()).await.map(|response| response.bytes.len())
    };
    let leaves = tokio::spawn(read(store.clone()));
    tokio::time::sleep(Duration::from_millis(10)).await;
    let stays = tokio::spawn(read(store.clone()));
    tokio::time::sleep(Duration::from_millis(10)).await;
    leaves.abort();
    assert_eq!(stays.await.unwrap().unwrap(), 10);
    assert_eq!(trace.counters().requests, 1);

    // With nobody left, the request is stopped, and the next reader makes its own.
    let pinned = pin(&store).await;
    trace.clear();
    let only = store.get_range("a.tif", 500_000..500_010, &pinned);
    tokio::time::timeout(Duration::from_millis(10), only).await.unwrap_err();
    assert_eq!(trace.counters().cancelled, 1);
    store.get_range("a.tif", 500_000..500_010, &pinned).await.unwrap();
    assert_eq!(trace.counters().requests, 2);
}

#[tokio::test]
async fn another_version_is_never_served() {
    let cache = BlockCache::new(64 << 20);
    let memory = memory();
    let store = StoreBuilder::new().layer(cache.layer()).store(memory.clone());
    let first = pin(&store).await;
    store.get_range("a.tif", 0..100_000, &first).await.unwrap();
    memory.put("a.tif", data(7));

    // What is cached of the first version is still of the first version; the rest of it is gone.
    let cached = store.get_range("a.tif", 10..20, &first).await.unwrap();
    assert_eq!(cached.bytes, data(0)[10..20]);
    let error = store.get_range("a.tif", 500_000..500_010, &first).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Changed);
    let mixed = store.get_ranges("a.tif", &[10..20, 700_000..700_010], &first).await.unwrap_err();
    assert_eq!(mixed.kind(), ErrorKind::Changed);

    // Without a version the source is asked.
    let current = store.get_range("a.tif", 10..20, &GetOptions::new()).await.unwrap();
    assert_eq!(current.bytes, data(7)[10..20]);
    let second = GetOptions::new().with_version(current.object.version.unwrap());
    assert_eq!(store.get_range("a.tif", 10..20, &second).await.unwrap().bytes, data(7)[10..20]);
}

#[tokio::test]
async fn a_version_may_be_trusted_for_a_while() {
    let trace = Trace::new();
    let cache = BlockCache::builder(64 << 20).fresh_for(Duration::from_secs(3_600)).build();
    let memory = memory();
    let store = StoreBuilder::new().layer(cache.layer()).layer(trace.layer()).store(memory.clone());
    for _ in 0..5 {
        store.get_range("a.tif", 0..100, &GetOptions::new()).await.unwrap();
    }
    assert_eq!(trace.counters().requests, 1);
    // A replaced object is noticed at the first block that is not there, and the source is asked again.
    memory.put("a.tif", data(7));
    let response = store.get_range("a.tif", 500_000..500_010, &GetOptions::new()).await.unwrap();
    assert_eq!(response.bytes, data(7)[500_000..500_010]);
    let head = store.get_range("a.tif", 0..10, &GetOptions::new()).await.unwrap();
    assert_eq!(head.bytes, data(7)[..10]);
}

/// A store that counts requests and tells no validator.
#[derive(Debug, Default)]
struct Unversioned(AtomicU64);

#[async_trait::async_trait]
impl RangeStore for Unversioned {
    async fn get_range(
        &self,
        _: &str,
        range: std::ops::Range<u64>,
        _: &GetOptions,
    ) -> Result<RangeResponse, geotiff_io::Error> {
        self.0.fetch_add(1, Ordering::Relaxed);
        let bytes = data(0)[range.start as usize..(range.end as usize).min(1_000_000)].to_vec();
        let object = ObjectInfo::new().with_size(1_000_000).with_version(Version::new().with_size(1_000_000));
        Ok(RangeResponse::new(bytes.into(), object))
    }
}

#[tokio::test]
async fn what_cannot_be_told_apart_is_not_kept() {
    let (cache, inner) = (BlockCache::new(64 << 20), Arc::new(Unversioned::default()));
    let store = StoreBuilder::new().layer(cache.layer()).store(inner.clone());
    for _ in 0..3 {
        let response = store.get_range("a.tif", 5..10, &GetOptions::new()).await.unwrap();
        assert_eq!(response.bytes, data(0)[5..10]);
    }
    assert_eq!((inner.0.load(Ordering::Relaxed), cache.stats().entries), (3, 0));
}

#[tokio::test]
async fn failures_and_wrong_lengths_are_not_kept() {
    for fault in [
        Fault::Truncate,
        Fault::Extend,
        Fault::WholeObject,
        Fault::NewVersion,
        Fault::Fail(ErrorKind::NotFound),
    ] {
        let cache = BlockCache::new(64 << 20);
        let memory = memory();
        let good = StoreBuilder::new().layer(cache.layer()).store(memory.clone());
        let pinned = pin(&good).await;
        cache.clear();
        let bad = FaultStore::new(memory, 5).rate(1.0).faults(&[fault]);
        let store = StoreBuilder::new().layer(cache.layer()).store(bad);
        let error = store.get_range("a.tif", 100_000..200_000, &pinned).await.unwrap_err();
        assert!(
            matches!(
                error.kind(),
                ErrorKind::Network | ErrorKind::Protocol | ErrorKind::Changed | ErrorKind::NotFound
            ),
            "{fault:?}: {error}"
        );
        assert_eq!(cache.stats().entries, 0, "{fault:?}");
    }
}

#[tokio::test]
async fn very_long_ranges_pass_by() {
    let (cache, trace) = (BlockCache::builder(64 << 20).bypass_above(1 << 17).build(), Trace::new());
    let store = StoreBuilder::new().layer(cache.layer()).layer(trace.layer()).store(memory());
    let all = store.get_range("a.tif", 0..u64::MAX, &GetOptions::new()).await.unwrap();
    assert_eq!(all.bytes.len(), 1_000_000);
    let pinned = GetOptions::new().with_version(all.object.version.unwrap());
    store.get_range("a.tif", 5..500_000, &pinned).await.unwrap();
    assert_eq!((cache.stats().entries, trace.counters().requests), (0, 2));
}

#[tokio::test]
async fn stats_and_clearing() {
    let cache = BlockCache::new(64 << 20);
    let store = StoreBuilder::new().layer(cache.layer()).store(memory());
    let pinned = pin(&store).await;
    store.get_range("a.tif", 0..2 * BLOCK, &pinned).await.unwrap();
    let stats = cache.stats();
    assert_eq!((stats.entries, stats.hits, stats.misses, stats.evictions), (2, 1, 2, 0));
    assert!(stats.bytes >= 2 * BLOCK && stats.bytes < 2 * BLOCK + 1_024, "{stats:?}");
    cache.clear();
    assert_eq!((cache.stats().entries, cache.stats().bytes), (0, 0));
    store.get_range("a.tif", 0..1, &pinned).await.unwrap();
    assert_eq!(cache.stats().misses, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_stays_within_its_bound_under_a_soak() {
    const CAPACITY: u64 = 8 << 20;
    let memory = MemoryStore::new();
    for file in 0..200_u32 {
        memory.put(format!("{file}.tif"), vec![file as u8; 300_000]);
    }
    let cache = BlockCache::new(CAPACITY);
    let store = Arc::new(StoreBuilder::new().layer(cache.layer()).store(memory));
    let readers = (0..8_u64).map(|seed| {
        let (store, cache) = (store.clone(), cache.clone());
        tokio::spawn(async move {
            let mut random = fastrand::Rng::with_seed(seed);
            let mut pins: HashMap<u64, GetOptions> = HashMap::new();
            let mut most = 0;
            for _ in 0..10_000 / 8 {
                let file = random.u64(..200);
                let path = format!("{file}.tif");
                let start = random.u64(..290_000);
                let options = pins.get(&file).cloned().unwrap_or_default();
                let response = store.get_range(&path, start..start + 10_000, &options).await.unwrap();
                assert_eq!(response.bytes.len(), 10_000);
                assert!(response.bytes.iter().all(|&byte| u64::from(byte) == file));
                pins.insert(file, GetOptions::new().with_version(response.object.version.unwrap()));
                most = most.max(cache.stats().bytes);
            }
            most
        })
    });
    for most in futures::future::join_all(readers).await {
        let most = most.unwrap();
        assert!(most <= CAPACITY, "{most} bytes were held");
        assert!(most > CAPACITY / 2, "{most} bytes only: the bound was not tried");
    }
    assert!(cache.stats().evictions > 1_000, "{:?}", cache.stats());
}
