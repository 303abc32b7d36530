//! The stack that fits most.

use std::sync::Arc;

use super::cache::BlockCache;
use super::coalesce::CoalesceLayer;
use super::limit::Limit;
use super::retry::RetryLayer;
use super::timeout::TimeoutLayer;
use super::trace::Trace;
use crate::{RangeStore, StoreBuilder};

/// Settings of a [`DefaultStack`]; every part can be replaced.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StackOptions {
    /// Where blocks are kept: 256 MiB, reporting its hits to [`trace`](Self::trace), unless told.
    pub cache: BlockCache,
    /// How ranges are merged.
    pub coalesce: CoalesceLayer,
    /// How failed requests are repeated.
    pub retry: RetryLayer,
    /// How many requests there may be: 64 at a time unless told.
    pub limit: Limit,
    /// Where requests are logged.
    pub trace: Trace,
    /// How long requests may take.
    pub timeout: TimeoutLayer,
}

impl Default for StackOptions {
    fn default() -> Self {
        let trace = Trace::new();
        Self {
            cache: BlockCache::builder(256 << 20).report_hits(&trace).build(),
            coalesce: CoalesceLayer::new(),
            retry: RetryLayer::new(),
            limit: Limit::builder().build(),
            trace,
            timeout: TimeoutLayer::new(),
        }
    }
}

impl StackOptions {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps blocks in `cache`.
    #[must_use]
    pub fn with_cache(mut self, cache: BlockCache) -> Self {
        self.cache = cache;
        self
    }

    /// Merges ranges so.
    #[must_use]
    pub fn with_coalesce(mut self, coalesce: CoalesceLayer) -> Self {
        self.coalesce = coalesce;
        self
    }

    /// Repeats failed requests so.
    #[must_use]
    pub fn with_retry(mut self, retry: RetryLayer) -> Self {
        self.retry = retry;
        self
    }

    /// Stays within `limit`.
    #[must_use]
    pub fn with_limit(mut self, limit: Limit) -> Self {
        self.limit = limit;
        self
    }

    /// Logs requests to `trace`. Hits are logged by the cache, if it was built to.
    #[must_use]
    pub fn with_trace(mut self, trace: Trace) -> Self {
        self.trace = trace;
        self
    }

    /// Gives requests so much time.
    #[must_use]
    pub fn with_timeout(mut self, timeout: TimeoutLayer) -> Self {
        self.timeout = timeout;
        self
    }

    /// Wraps a store.
    pub fn store(&self, store: impl RangeStore + 'static) -> DefaultStack {
        let stacked = StoreBuilder::new()
            .layer(self.cache.layer())
            .layer(self.coalesce)
            .layer(self.retry)
            .layer(self.limit.layer())
            .layer(self.trace.layer())
            .layer(self.timeout)
            .store(store);
        DefaultStack {
            store: Arc::new(stacked),
            cache: self.cache.clone(),
            limit: self.limit.clone(),
            trace: self.trace.clone(),
        }
    }
}

/// A store in the default stack, and the parts of it that can be looked into.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DefaultStack {
    /// The store.
    pub store: Arc<dyn RangeStore>,
    /// Its cache.
    pub cache: BlockCache,
    /// Its limit.
    pub limit: Limit,
    /// Its log of requests: every attempt that reaches the store, and every request that the cache answered.
    pub trace: Trace,
}

/// Wraps a store in the default stack: from the outside `BlockCache`, `Coalesce`, `Retry`, `Limit`, `Trace`, `Timeout`.
///
/// | layer | why there |
/// |---|---|
/// | `BlockCache` | what it holds is neither counted nor waited for |
/// | `Coalesce` | merges what the cache misses; only then it is known how many requests there are |
/// | `Retry` | each merged request is repeated by itself |
/// | `Limit` | attempts queue like all others; no place is held while waiting for the next attempt |
/// | `Trace` | logs every attempt; measures the source, not the queue |
/// | `Timeout` | every attempt has its own time; running out of it is logged |
///
/// Dropping a read's future stops what it alone waits for, in every layer.
///
/// ```
/// use geotiff_io::{GetOptions, MemoryStore, default_stack};
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
/// # runtime.block_on(async {
/// let memory = MemoryStore::new();
/// memory.put("a.tif", vec![0; 100_000]);
/// let stack = default_stack(memory);
/// let head = stack.store.get_range("a.tif", 0..32 * 1024, &GetOptions::new()).await?;
/// let pinned = GetOptions::new().with_version(head.object.version.unwrap());
/// stack.store.get_range("a.tif", 100..200, &pinned).await?;
/// assert_eq!((stack.trace.counters().requests, stack.trace.counters().hits), (1, 1));
/// # Ok::<(), geotiff_io::Error>(()) }).unwrap();
/// ```
pub fn default_stack(store: impl RangeStore + 'static) -> DefaultStack {
    StackOptions::default().store(store)
}
