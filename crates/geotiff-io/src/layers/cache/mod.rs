//! Blocks kept in memory.

mod blocks;
mod flights;
mod store;

use std::fmt;
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use moka::sync::Cache;

use self::flights::Flights;
pub use self::store::BlockCacheStore;
#[cfg(feature = "trace")]
use crate::Trace;
use crate::{Layer, ObjectInfo, RangeStore, Version};

/// What the cache's own books cost per block, roughly; counted into its bound.
const OVERHEAD: usize = 256;

/// Which block of which state of which object: store, path and version are hashed with a key of this process, so that no
/// secret in a path is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct BlockKey {
    object: u128,
    index: u64,
}

impl Hash for BlockKey {
    /// One number, for [`KeyHasher`]: the halves of the object's name, which nobody outside can know, mixed with the index.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let (high, low) = ((self.object >> 64) as u64, self.object as u64);
        let mixed = u128::from(low ^ self.index) * u128::from(high | 1);
        state.write_u64((mixed >> 64) as u64 ^ mixed as u64);
    }
}

/// Passes on the hash that a [`BlockKey`] is already.
#[derive(Clone, Copy, Debug, Default)]
struct KeyHasher(u64);

type KeyHashing = BuildHasherDefault<KeyHasher>;

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }
}

/// A cache of blocks of objects as a value: clones share it, and it may serve any number of stores.
///
/// - Bounded by bytes; what to keep is decided by recency and frequency (`moka`'s TinyLFU).
/// - Objects are read in aligned blocks of 32 KiB unless told; blocks that are missing side by side are one request.
/// - Keyed by store, path and version. A request without a version always asks the source, which tells the version under
///   which its bytes are kept (unless [`fresh_for`](BlockCacheBuilder::fresh_for) allows otherwise); a request with a
///   version is answered from blocks of that version only. An object without a validator is not kept at all.
/// - Single-flight: readers that want the same block at the same time wait for one request. It goes on as long as one of
///   them wants it.
/// - Failures are not kept.
///
/// There is no disk tier: of the kept-up crates, those with a bounded disk cache (`foyer`) bring a memory tier, a runtime
/// and an on-disk format of their own. A disk tier is a layer between this one and the next.
///
/// ```
/// use geotiff_io::{BlockCache, GetOptions, MemoryStore, RangeStore, StoreBuilder};
/// # futures::executor::block_on(async {
/// let memory = MemoryStore::new();
/// memory.put("a.tif", vec![7; 100_000]);
///
/// let cache = BlockCache::new(64 << 20);
/// let store = StoreBuilder::new().layer(cache.layer()).store(memory);
/// let head = store.get_range("a.tif", 0..16, &GetOptions::new()).await?;
///
/// // The rest of the first block is here now, for whoever asks for the same version.
/// let pinned = GetOptions::new().with_version(head.object.version.unwrap());
/// store.get_range("a.tif", 1_000..2_000, &pinned).await?;
/// let stats = cache.stats();
/// assert_eq!((stats.hits, stats.misses, stats.entries), (1, 1, 1));
/// # Ok::<(), geotiff_io::Error>(()) }).unwrap();
/// ```
#[derive(Clone)]
pub struct BlockCache {
    shared: Arc<Shared>,
}

/// Settings of a [`BlockCache`].
#[derive(Clone, Debug)]
pub struct BlockCacheBuilder {
    capacity: u64,
    block_size: u64,
    bypass_above: Option<u64>,
    fresh_for: Duration,
    #[cfg(feature = "trace")]
    trace: Option<Trace>,
}

impl BlockCacheBuilder {
    /// The size of a block in bytes; 32 KiB unless told. At least 1 KiB.
    #[must_use]
    pub fn block_size(mut self, bytes: u64) -> Self {
        self.block_size = bytes.max(1 << 10);
        self
    }

    /// Ranges longer than this pass by the cache, which they would only empty; a quarter of its capacity, and no more
    /// than 64 MiB, unless told.
    #[must_use]
    pub fn bypass_above(mut self, bytes: u64) -> Self {
        self.bypass_above = Some(bytes);
        self
    }

    /// How long the version last seen of an object is taken for its current one by requests without a version. Zero
    /// unless told: each asks the source.
    ///
    /// With a longer time, opening the same object again costs no request, and may show a state that is that much out of
    /// date; bytes of two states are never mixed.
    #[must_use]
    pub fn fresh_for(mut self, time: Duration) -> Self {
        self.fresh_for = time;
        self
    }

    /// Logs requests that the cache alone answered to `trace`, as [`Outcome::CacheHit`](crate::Outcome::CacheHit).
    #[cfg(feature = "trace")]
    #[must_use]
    pub fn report_hits(mut self, trace: &Trace) -> Self {
        self.trace = Some(trace.clone());
        self
    }

    /// The cache.
    #[must_use]
    pub fn build(self) -> BlockCache {
        let evictions = Arc::new(AtomicU64::new(0));
        let evicted = evictions.clone();
        let blocks = Cache::builder()
            .max_capacity(self.capacity)
            .weigher(|_, block: &Bytes| u32::try_from(block.len() + OVERHEAD).unwrap_or(u32::MAX))
            .eviction_listener(move |_, _, cause| {
                if cause.was_evicted() {
                    evicted.fetch_add(1, Ordering::Relaxed);
                }
            })
            .build_with_hasher(KeyHashing::default());
        let latest = (!self.fresh_for.is_zero())
            .then(|| Cache::builder().max_capacity(100_000).time_to_live(self.fresh_for).build());
        BlockCache {
            shared: Arc::new(Shared {
                block_size: self.block_size,
                bypass_above: self.bypass_above.unwrap_or((self.capacity / 4).min(64 << 20)),
                sync_every: (self.capacity / 64).max(1),
                blocks,
                latest,
                flights: Flights::default(),
                hashers: [RandomState::new(), RandomState::new()],
                stores: AtomicU64::new(0),
                unsynced: AtomicU64::new(0),
                hits: AtomicU64::new(0),
                misses: AtomicU64::new(0),
                evictions,
                #[cfg(feature = "trace")]
                trace: self.trace,
            }),
        }
    }
}

struct Shared {
    block_size: u64,
    bypass_above: u64,
    /// Moka applies evictions in batches: after this many new bytes it is made to, so that the bound holds.
    sync_every: u64,
    blocks: Cache<BlockKey, Bytes, KeyHashing>,
    /// The version last seen of each object, where it may be taken for the current one for a while.
    latest: Option<Cache<u128, ObjectInfo>>,
    flights: Flights,
    hashers: [RandomState; 2],
    stores: AtomicU64,
    unsynced: AtomicU64,
    hits: AtomicU64,
    misses: AtomicU64,
    evictions: Arc<AtomicU64>,
    #[cfg(feature = "trace")]
    trace: Option<Trace>,
}

/// What a [`BlockCache`] holds and did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheStats {
    /// Bytes held, the cache's own books included.
    pub bytes: u64,
    /// Blocks held.
    pub entries: u64,
    /// Blocks that were asked for and were there.
    pub hits: u64,
    /// Blocks that were asked for and were not there.
    pub misses: u64,
    /// Blocks dropped for want of room.
    pub evictions: u64,
}

impl BlockCache {
    /// A cache of at most `capacity` bytes.
    #[must_use]
    pub fn new(capacity: u64) -> Self {
        Self::builder(capacity).build()
    }

    /// Settings of a cache of at most `capacity` bytes.
    #[must_use]
    pub fn builder(capacity: u64) -> BlockCacheBuilder {
        BlockCacheBuilder {
            capacity,
            block_size: 32 << 10,
            bypass_above: None,
            fresh_for: Duration::ZERO,
            #[cfg(feature = "trace")]
            trace: None,
        }
    }

    /// A layer that keeps blocks here. Each store that it wraps has paths of its own.
    #[must_use]
    pub fn layer(&self) -> BlockCacheLayer {
        BlockCacheLayer { cache: self.clone() }
    }

    /// What it holds and did.
    #[must_use]
    pub fn stats(&self) -> CacheStats {
        let shared = &*self.shared;
        shared.blocks.run_pending_tasks();
        CacheStats {
            bytes: shared.blocks.weighted_size(),
            entries: shared.blocks.entry_count(),
            hits: shared.hits.load(Ordering::Relaxed),
            misses: shared.misses.load(Ordering::Relaxed),
            evictions: shared.evictions.load(Ordering::Relaxed),
        }
    }

    /// Drops all blocks. Requests in flight go on; what they bring is kept.
    pub fn clear(&self) {
        self.shared.blocks.invalidate_all();
        if let Some(latest) = &self.shared.latest {
            latest.invalidate_all();
        }
        self.shared.blocks.run_pending_tasks();
    }
}

impl Shared {
    /// The name of one state of an object, or, without a version, of the object itself.
    fn object(&self, store: u64, path: &str, version: Option<&Version>) -> u128 {
        let hash = |state: &RandomState| {
            let mut hasher = state.build_hasher();
            (store, path).hash(&mut hasher);
            if let Some(version) = version {
                // What identifies a version: the rest may be told by one answer and not by another.
                match version.etag() {
                    Some(etag) => etag.hash(&mut hasher),
                    None => (version.last_modified(), version.size()).hash(&mut hasher),
                }
            }
            hasher.finish()
        };
        (u128::from(hash(&self.hashers[0])) << 64) | u128::from(hash(&self.hashers[1]))
    }

    fn get(&self, key: BlockKey) -> Option<Bytes> {
        self.blocks.get(&key)
    }

    /// Keeps a block. The caller gives it memory of its own, or the bound would not tell what is held.
    fn insert(&self, key: BlockKey, block: Bytes) {
        let added = (block.len() + OVERHEAD) as u64;
        self.blocks.insert(key, block);
        if self.unsynced.fetch_add(added, Ordering::Relaxed) + added >= self.sync_every {
            self.unsynced.store(0, Ordering::Relaxed);
            self.blocks.run_pending_tasks();
        }
    }
}

impl fmt::Debug for BlockCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlockCache")
            .field("block_size", &self.shared.block_size)
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}

/// Wraps stores in [`BlockCacheStore`]s that share one [`BlockCache`].
#[derive(Clone, Debug)]
pub struct BlockCacheLayer {
    cache: BlockCache,
}

impl<S: RangeStore + 'static> Layer<S> for BlockCacheLayer {
    type Store = BlockCacheStore<S>;

    fn layer(&self, inner: S) -> BlockCacheStore<S> {
        let id = self.cache.shared.stores.fetch_add(1, Ordering::Relaxed);
        BlockCacheStore::new(inner, self.cache.shared.clone(), id)
    }
}
