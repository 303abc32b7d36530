//! Decoded chunks kept in memory, so that reading them again takes no request and no decoding.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use geotiff_io::RangeStore;
use moka::sync::Cache;

use crate::source::Source;

/// What the cache's own books cost per chunk, roughly; counted into its bound.
const OVERHEAD: usize = 256;

/// The samples of one chunk, in the machine's byte order, one plane a band.
#[derive(Debug)]
pub(crate) struct DecodedChunk {
    pixels: Vec<u8>,
}

impl DecodedChunk {
    pub(crate) fn new(pixels: Vec<u8>) -> Self {
        Self { pixels }
    }

    pub(crate) fn pixels(&self) -> &[u8] {
        &self.pixels
    }
}

/// A cache of decoded tiles and strips: bounded by bytes, shared by the handles that are given it in
/// [`OpenOptions`](crate::OpenOptions). Clones share it.
///
/// - Chunks are kept under store, path, version of the object, image and index, so that two files or two states of one
///   never mix. Objects without a validator (an ETag or a time of modification) are not kept. Two handles share chunks
///   when they were opened from the same store.
/// - What to keep is decided by recency and frequency (`moka`'s TinyLFU). A chunk above a quarter of the capacity is
///   not kept.
/// - Every read uses it: windows, tiles, points, resampled reads, streams. A chunk that is here is neither requested
///   nor decoded; where its place in the file is not known yet, that is not asked for either. One that another read
///   has decoded since it was requested is not decoded again.
///
/// Handles that share a cache are to use the same [codecs](crate::OpenOptions::codecs).
///
/// ```
/// # futures::executor::block_on(async {
/// use std::sync::Arc;
/// use geotiff_read::{ChunkCache, GeoTiff, OpenOptions, ReadOptions, Window};
///
/// # let store = geotiff_io::MemoryStore::new();
/// # store.put("scene.tif", std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/scene.tif"))?);
/// # let store = Arc::new(store);
/// let cache = ChunkCache::new(64 << 20);
/// let options = OpenOptions::default().with_cache(cache.clone());
/// let tiff = GeoTiff::open_with(store, "scene.tif", options).await?;
/// let window = ReadOptions::new().window(Window::new(0, 0, 64, 32)).mask(false);
/// tiff.read(&window).await?;
/// tiff.read(&window).await?;
/// assert_eq!((cache.stats().hits, cache.stats().misses), (1, 1));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct ChunkCache {
    shared: Arc<Shared>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    image: u128,
    chunk: u64,
}

struct Shared {
    chunks: Cache<Key, Arc<DecodedChunk>>,
    capacity: u64,
    hashers: [RandomState; 2],
    stores: Mutex<Stores>,
    unsynced: AtomicU64,
    hits: AtomicU64,
    misses: AtomicU64,
    evictions: Arc<AtomicU64>,
}

/// Numbers of the stores seen. A store is known by its address, which is not used again while a weak reference
/// to it is held.
#[derive(Default)]
struct Stores {
    known: Vec<(Weak<dyn RangeStore>, u64)>,
    next: u64,
}

impl Stores {
    fn number(&mut self, store: &Arc<dyn RangeStore>) -> u64 {
        let address = |store: *const dyn RangeStore| store.cast::<()>();
        let wanted = address(Arc::as_ptr(store));
        if let Some((_, number)) = self.known.iter().find(|(known, _)| address(known.as_ptr()) == wanted) {
            return *number;
        }
        self.known.retain(|(known, _)| known.strong_count() > 0);
        self.next += 1;
        self.known.push((Arc::downgrade(store), self.next));
        self.next
    }
}

/// What a [`ChunkCache`] holds and did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChunkCacheStats {
    /// Bytes held, the cache's own books included.
    pub bytes: u64,
    /// Chunks held.
    pub entries: u64,
    /// Chunks that reads wanted and found.
    pub hits: u64,
    /// Chunks that reads wanted and did not find, when they were planned.
    pub misses: u64,
    /// Chunks dropped for want of room.
    pub evictions: u64,
}

impl ChunkCache {
    /// A cache of at most `capacity` bytes of decoded samples.
    pub fn new(capacity: u64) -> Self {
        let evictions = Arc::new(AtomicU64::new(0));
        let evicted = Arc::clone(&evictions);
        let chunks = Cache::builder()
            .max_capacity(capacity)
            .weigher(|_, chunk: &Arc<DecodedChunk>| {
                u32::try_from(chunk.pixels.len() + OVERHEAD).unwrap_or(u32::MAX)
            })
            .eviction_listener(move |_, _, cause| {
                if cause.was_evicted() {
                    evicted.fetch_add(1, Ordering::Relaxed);
                }
            })
            .build();
        let shared = Shared {
            chunks,
            capacity,
            hashers: [RandomState::new(), RandomState::new()],
            stores: Mutex::default(),
            unsynced: AtomicU64::new(0),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
            evictions,
        };
        Self { shared: Arc::new(shared) }
    }

    /// What it holds and did.
    pub fn stats(&self) -> ChunkCacheStats {
        let shared = &*self.shared;
        shared.chunks.run_pending_tasks();
        ChunkCacheStats {
            bytes: shared.chunks.weighted_size(),
            entries: shared.chunks.entry_count(),
            hits: shared.hits.load(Ordering::Relaxed),
            misses: shared.misses.load(Ordering::Relaxed),
            evictions: shared.evictions.load(Ordering::Relaxed),
        }
    }

    /// Drops every chunk. Reads under way go on, and keep what they decode.
    pub fn clear(&self) {
        self.shared.chunks.invalidate_all();
        self.shared.chunks.run_pending_tasks();
    }
}

impl fmt::Debug for ChunkCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunkCache").field("capacity", &self.shared.capacity).finish_non_exhaustive()
    }
}

/// The chunks of one image of one state of an object.
#[derive(Clone, Debug)]
pub(crate) struct ImageCache {
    cache: ChunkCache,
    image: u128,
}

impl ImageCache {
    /// For the image whose IFD is at `ifd`; `None` where the object's version is not known.
    pub(crate) fn new(cache: &ChunkCache, source: &Source, ifd: u64) -> Option<Self> {
        let version = source.object().version.filter(geotiff_io::Version::is_validating)?;
        let shared = &cache.shared;
        let store = shared.stores.lock().unwrap_or_else(PoisonError::into_inner).number(source.store());
        // What identifies a version: the rest may be told by one answer and not by another.
        let (etag, weak) = (version.etag(), version.etag().is_none());
        let modified = version.last_modified().filter(|_| weak);
        let size = version.size().filter(|_| weak);
        let name = (store, source.path(), etag, modified, size, ifd);
        let hash = |state: &RandomState| state.hash_one(name);
        let image = (u128::from(hash(&shared.hashers[0])) << 64) | u128::from(hash(&shared.hashers[1]));
        Some(Self { cache: cache.clone(), image })
    }

    /// Whether a chunk of so many bytes is kept.
    pub(crate) fn takes(&self, bytes: usize) -> bool {
        bytes as u64 <= self.cache.shared.capacity / 4
    }

    pub(crate) fn get(&self, chunk: u64) -> Option<Arc<DecodedChunk>> {
        let shared = &self.cache.shared;
        let found = shared.chunks.get(&Key { image: self.image, chunk });
        let counter = if found.is_some() { &shared.hits } else { &shared.misses };
        counter.fetch_add(1, Ordering::Relaxed);
        found
    }

    /// As [`get`](Self::get), not counted.
    pub(crate) fn peek(&self, chunk: u64) -> Option<Arc<DecodedChunk>> {
        self.cache.shared.chunks.get(&Key { image: self.image, chunk })
    }

    pub(crate) fn insert(&self, chunk: u64, decoded: Arc<DecodedChunk>) {
        let shared = &self.cache.shared;
        let added = (decoded.pixels.len() + OVERHEAD) as u64;
        shared.chunks.insert(Key { image: self.image, chunk }, decoded);
        // Moka evicts in batches: it is made to, often enough for the bound to hold.
        if shared.unsynced.fetch_add(added, Ordering::Relaxed) + added >= shared.capacity / 16 {
            shared.unsynced.store(0, Ordering::Relaxed);
            shared.chunks.run_pending_tasks();
        }
    }
}
