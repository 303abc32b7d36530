//! What one read, or several, cost.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Gathers what the reads that are given it cost: see [`ReadOptions::trace`](crate::ReadOptions::trace). Clones share
/// their counts.
///
/// ```
/// # futures::executor::block_on(async {
/// # use std::sync::Arc;
/// use geotiff_read::{GeoTiff, ReadOptions, ReadTrace, Window};
///
/// # let store = geotiff_io::MemoryStore::new();
/// # store.put("scene.tif", std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/scene.tif"))?);
/// let tiff = GeoTiff::open(Arc::new(store), "scene.tif").await?;
/// let trace = ReadTrace::new();
/// let options = ReadOptions::new().window(Window::new(0, 0, 64, 32)).mask(false);
/// tiff.read(&options.trace(&trace)).await?;
/// let cost = trace.cost();
/// assert_eq!((cost.requests, cost.chunks), (1, 1));
/// assert!(cost.bytes > 0 && cost.decode_time.as_nanos() > 0);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug, Default)]
pub struct ReadTrace {
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    requests: AtomicU64,
    bytes: AtomicU64,
    chunks: AtomicU64,
    cache_hits: AtomicU64,
    fetch_nanos: AtomicU64,
    decode_nanos: AtomicU64,
}

/// What reads cost, as far as they have got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReadCost {
    /// Requests to the store, those for parts of the chunk index included. A layer of the store may answer some, or
    /// divide them.
    pub requests: u64,
    /// Bytes that came.
    pub bytes: u64,
    /// Chunks that were decoded.
    pub chunks: u64,
    /// Chunks that a [`ChunkCache`](crate::ChunkCache) had.
    pub cache_hits: u64,
    /// Time from request to answer, added up: requests under way at the same time count each.
    pub fetch_time: Duration,
    /// Time of decoding and placing, added up over all threads.
    pub decode_time: Duration,
}

impl ReadTrace {
    /// Nothing counted yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// What was counted so far.
    pub fn cost(&self) -> ReadCost {
        let load = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let counts = &*self.counts;
        ReadCost {
            requests: load(&counts.requests),
            bytes: load(&counts.bytes),
            chunks: load(&counts.chunks),
            cache_hits: load(&counts.cache_hits),
            fetch_time: Duration::from_nanos(load(&counts.fetch_nanos)),
            decode_time: Duration::from_nanos(load(&counts.decode_nanos)),
        }
    }

    pub(crate) fn fetched(&self, began: Instant, requests: u64, bytes: u64) {
        self.counts.requests.fetch_add(requests, Ordering::Relaxed);
        self.counts.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.counts.fetch_nanos.fetch_add(nanos(began), Ordering::Relaxed);
    }

    pub(crate) fn decoded(&self, began: Instant) {
        self.counts.chunks.fetch_add(1, Ordering::Relaxed);
        self.counts.decode_nanos.fetch_add(nanos(began), Ordering::Relaxed);
    }

    pub(crate) fn found(&self) {
        self.counts.cache_hits.fetch_add(1, Ordering::Relaxed);
    }
}

fn nanos(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX)
}
