//! What each layer of the default stack, and the whole of it, costs a request over the bare memory store.
//!
//! Run it with `cargo bench -p geotiff-io --bench overhead`; words after `--` choose the lines that hold them. It fails where
//! the whole stack costs 2 µs or more for a hit, or for a miss beside the copy of the block that the cache keeps.

use std::hint::black_box;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use geotiff_io::{
    BlockCache, CoalesceLayer, GetOptions, Limit, MemoryStore, RangeStore, RetryLayer, StackOptions,
    StoreBuilder, TimeoutLayer, Trace, Version,
};

const SIZE: u64 = 16 << 20;
const BLOCK: u64 = 32 << 10;
/// Requests in a run: short runs, so that some are not interrupted.
const ROUNDS: u32 = 500;
const RUNS: u32 = 400;
/// What the default stack may cost.
const MOST: Duration = Duration::from_micros(2);

fn memory() -> MemoryStore {
    let store = MemoryStore::new();
    store.put("a.tif", vec![0; SIZE as usize]);
    store
}

/// One piece of one block over and over: with a cache, a hit.
fn same(_: u64) -> Range<u64> {
    4_096..8_192
}

/// The first piece of one block after the other, in no order that memory would foresee: with a cache that is too small
/// for all, a miss.
fn turn(i: u64) -> Range<u64> {
    let start = i * 37 % (SIZE / BLOCK) * BLOCK;
    start..start + 1_024
}

/// The least time per round over several runs: what else happens on the machine only adds.
fn least(mut run: impl FnMut(u32)) -> Duration {
    let mut least = Duration::MAX;
    for i in 0..RUNS {
        let began = Instant::now();
        run(i);
        least = least.min(began.elapsed() / ROUNDS);
    }
    least
}

/// The time of a request.
fn request(store: &dyn RangeStore, ranges: impl Fn(u64) -> Range<u64>) -> Duration {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let head = runtime.block_on(store.get_range("a.tif", 0..16, &GetOptions::new())).expect("readable");
    let version: Version = head.object.version.expect("versioned");
    let pinned = GetOptions::new().with_version(version);
    least(|run| {
        runtime.block_on(async {
            for i in run * ROUNDS..(run + 1) * ROUNDS {
                let read = store.get_range("a.tif", ranges(u64::from(i)), &pinned).await;
                black_box(read.expect("readable"));
            }
        });
    })
}

/// The time of a block's copy: what a cache that owns its memory pays for a miss, whoever writes it. As many are kept as
/// the cache of the misses keeps.
fn copy() -> Duration {
    let source = black_box(vec![1_u8; SIZE as usize]);
    let mut kept: Vec<Vec<u8>> = vec![Vec::new(); (SIZE / 2 / BLOCK) as usize];
    let places = kept.len();
    least(|run| {
        for i in run * ROUNDS..(run + 1) * ROUNDS {
            let start = turn(u64::from(i)).start as usize;
            kept[i as usize % places] = black_box(&source[start..start + BLOCK as usize]).to_vec();
        }
    })
}

/// All layers but the cache, in the default stack's order.
fn below() -> impl RangeStore {
    StoreBuilder::new()
        .layer(CoalesceLayer::new())
        .layer(RetryLayer::new())
        .layer(Limit::builder().build().layer())
        .layer(Trace::new().layer())
        .layer(TimeoutLayer::new())
        .store(memory())
}

fn cached(cache: &BlockCache) -> Arc<dyn RangeStore> {
    Arc::new(StoreBuilder::new().layer(cache.layer()).store(memory()))
}

/// The default stack over memory; with a capacity, with a cache of it.
fn stack(capacity: Option<u64>, block_size: u64) -> Arc<dyn RangeStore> {
    let mut options = StackOptions::new();
    if let Some(capacity) = capacity {
        let cache = BlockCache::builder(capacity).block_size(block_size).report_hits(&options.trace).build();
        options = options.with_cache(cache);
    }
    options.store(memory()).store
}

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|word| name.contains(word.as_str()));
    let bare = [request(&memory(), same), request(&memory(), turn)];
    println!("{:44} {:>6} ns", "memory store", bare[0].as_nanos());
    let line = |name: &str, store: Arc<dyn RangeStore>, misses: bool| {
        if !is_wanted(name) {
            return Duration::ZERO;
        }
        let ranges = if misses { turn } else { same };
        let cost = request(&*store, ranges).saturating_sub(bare[usize::from(misses)]);
        println!("{name:44} {:>+6} ns", cost.as_nanos());
        cost
    };
    line("Timeout", Arc::new(StoreBuilder::new().layer(TimeoutLayer::new()).store(memory())), false);
    line("Trace", Arc::new(StoreBuilder::new().layer(Trace::new().layer()).store(memory())), false);
    line(
        "Limit",
        Arc::new(StoreBuilder::new().layer(Limit::builder().build().layer()).store(memory())),
        false,
    );
    line("Retry", Arc::new(StoreBuilder::new().layer(RetryLayer::new()).store(memory())), false);
    line("Coalesce", Arc::new(StoreBuilder::new().layer(CoalesceLayer::new()).store(memory())), false);
    line("BlockCache, hit", cached(&BlockCache::new(256 << 20)), false);
    // Half of the object fits. Of blocks of 1 KiB next to nothing is copied: what is left is the cache's own work.
    let small = |block_size| BlockCache::builder(SIZE / BLOCK / 2 * block_size).block_size(block_size);
    line("BlockCache, miss, blocks of 1 KiB", cached(&small(1_024).build()), true);
    line("BlockCache, miss, blocks of 32 KiB", cached(&small(BLOCK).build()), true);
    line("all but the cache", Arc::new(below()), false);
    let hit = line("default stack, hit", stack(None, BLOCK), false);
    line("default stack, miss, blocks of 1 KiB", stack(Some(SIZE / BLOCK / 2 * 1_024), 1_024), true);
    let miss = line("default stack, miss, blocks of 32 KiB", stack(Some(SIZE / 2), BLOCK), true);
    let copy = copy();
    println!("{:44} {:>6} ns", "of that the copy of 32 KiB", copy.as_nanos());
    let most = hit.max(miss.saturating_sub(copy));
    assert!(most < MOST, "the default stack costs {most:?} per request");
}
