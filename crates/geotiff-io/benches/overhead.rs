//! What each layer of the default stack costs a request, over the bare memory store.
//!
//! Run it with `cargo bench -p geotiff-io --bench overhead`. It fails where the whole stack costs 2 µs or more.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use geotiff_io::{
    BlockCache, CoalesceLayer, GetOptions, Limit, MemoryStore, RangeStore, RetryLayer, StoreBuilder,
    TimeoutLayer, Trace, Version, default_stack,
};

const SIZE: u64 = 64 << 20;
const BLOCK: u64 = 32 << 10;
/// Requests in a run: short runs, so that some are not interrupted.
const ROUNDS: u64 = 500;
const RUNS: u64 = 400;

fn memory() -> MemoryStore {
    let store = MemoryStore::new();
    store.put("a.tif", vec![0; SIZE as usize]);
    store
}

/// The least time per request over several runs: what else happens on the machine only adds.
fn measure(store: &dyn RangeStore, ranges: impl Fn(u64) -> std::ops::Range<u64>) -> Duration {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async {
        let head = store.get_range("a.tif", 0..16, &GetOptions::new()).await.expect("readable");
        let version: Version = head.object.version.expect("versioned");
        let pinned = GetOptions::new().with_version(version);
        let mut best = Duration::MAX;
        for run in 0..RUNS {
            let began = Instant::now();
            for i in run * ROUNDS..(run + 1) * ROUNDS {
                black_box(store.get_range("a.tif", ranges(i), &pinned).await.expect("readable"));
            }
            best = best.min(began.elapsed() / ROUNDS as u32);
        }
        best
    })
}

fn main() {
    // One block over and over: with a cache, a hit.
    let same = |_| 4_096..8_192;
    let bare = measure(&memory(), same);
    println!("{:32} {bare:>10.0?}", "memory store");
    let layers: Vec<(&str, Arc<dyn RangeStore>)> = vec![
        ("Timeout", Arc::new(StoreBuilder::new().layer(TimeoutLayer::new()).store(memory()))),
        ("Trace", Arc::new(StoreBuilder::new().layer(Trace::new().layer()).store(memory()))),
        ("Limit", Arc::new(StoreBuilder::new().layer(Limit::builder().build().layer()).store(memory()))),
        ("Retry", Arc::new(StoreBuilder::new().layer(RetryLayer::new()).store(memory()))),
        ("Coalesce", Arc::new(StoreBuilder::new().layer(CoalesceLayer::new()).store(memory()))),
        (
            "BlockCache, hit",
            Arc::new(StoreBuilder::new().layer(BlockCache::new(256 << 20).layer()).store(memory())),
        ),
    ];
    for (name, store) in layers {
        println!("{name:32} {:>+10.0?}", measure(&store, same).saturating_sub(bare));
    }
    let below = StoreBuilder::new()
        .layer(CoalesceLayer::new())
        .layer(RetryLayer::new())
        .layer(Limit::builder().build().layer())
        .layer(Trace::new().layer())
        .layer(TimeoutLayer::new())
        .store(memory());
    let below = measure(&below, same).saturating_sub(bare);
    println!("{:32} {below:>10.0?}", "all but the cache");
    let hit = measure(&default_stack(memory()).store, same).saturating_sub(bare);
    println!("{:32} {hit:>10.0?}", "default stack, hit");
    // A cache too small for the blocks that are asked for in turn: each is fetched and copied in.
    let small = geotiff_io::StackOptions::new().with_cache(BlockCache::new(32 << 20));
    let turn = |i: u64| (i * 37 % (SIZE / BLOCK)) * BLOCK..(i * 37 % (SIZE / BLOCK)) * BLOCK + 4_096;
    let miss = measure(&small.store(memory()).store, turn).saturating_sub(bare);
    println!("{:32} {miss:>10.0?}", "default stack, miss (copies 32 KiB)");
    let most = hit.max(below);
    assert!(most < Duration::from_micros(2), "the default stack costs {most:?} per request");
}
