//! A layer of one's own: a quota of bytes for each object, such as a service may set for files that its users name.
//!
//! Run it with `cargo run -p geotiff-io --example own_layer`.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use geotiff_io::{
    BlockCache, Error, ErrorKind, GetOptions, Layer, MemoryStore, RangeResponse, RangeStore, StoreBuilder,
};

/// The settings, and what was used of the quotas: clones share it.
#[derive(Clone, Debug)]
struct QuotaLayer {
    bytes: u64,
    used: Arc<Mutex<HashMap<String, u64>>>,
}

impl QuotaLayer {
    fn new(bytes: u64) -> Self {
        Self { bytes, used: Arc::default() }
    }
}

/// A layer makes a store out of a store.
impl<S: RangeStore> Layer<S> for QuotaLayer {
    type Store = QuotaStore<S>;

    fn layer(&self, inner: S) -> QuotaStore<S> {
        QuotaStore { inner, quota: self.clone() }
    }
}

/// Place: inside a cache, so that what the cache answers is not counted. Dropping a request's future keeps what it was
/// charged: its bytes may have been sent.
#[derive(Debug)]
struct QuotaStore<S> {
    inner: S,
    quota: QuotaLayer,
}

impl<S> QuotaStore<S> {
    fn charge(&self, path: &str, bytes: u64) -> Result<(), Error> {
        let mut used = self.quota.used.lock().unwrap_or_else(PoisonError::into_inner);
        let used = used.entry(geotiff_io::redact(path)).or_default();
        if used.saturating_add(bytes) > self.quota.bytes {
            let message = format!("{used} of {} bytes are used", self.quota.bytes);
            return Err(Error::new(ErrorKind::Limit, path, message));
        }
        *used += bytes;
        Ok(())
    }
}

// Both methods are written out: a default would silently take another way than the wrapped store's.
#[deny(clippy::missing_trait_methods)]
#[async_trait::async_trait]
impl<S: RangeStore> RangeStore for QuotaStore<S> {
    async fn get_range(
        &self,
        path: &str,
        range: Range<u64>,
        options: &GetOptions,
    ) -> Result<RangeResponse, Error> {
        self.charge(path, range.end.saturating_sub(range.start))?;
        self.inner.get_range(path, range, options).await
    }

    async fn get_ranges(
        &self,
        path: &str,
        ranges: &[Range<u64>],
        options: &GetOptions,
    ) -> Result<Vec<RangeResponse>, Error> {
        self.charge(path, ranges.iter().map(|range| range.end.saturating_sub(range.start)).sum())?;
        self.inner.get_ranges(path, ranges, options).await
    }
}

fn stack(quota: u64) -> impl RangeStore {
    let memory = MemoryStore::new();
    memory.put("a.tif", vec![0; 100_000]);
    let cache = BlockCache::builder(1 << 20).block_size(1 << 10).build();
    StoreBuilder::new().layer(cache.layer()).layer(QuotaLayer::new(quota)).store(memory)
}

fn main() -> Result<(), Error> {
    futures::executor::block_on(async {
        let store = stack(5_000);
        let head = store.get_range("a.tif", 0..4_000, &GetOptions::new()).await?;
        println!("read {} bytes", head.bytes.len());
        let error = store.get_range("a.tif", 8_000..9_000, &GetOptions::new()).await.err();
        println!("then: {}", error.map(|error| error.to_string()).unwrap_or_default());
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_kept_and_cached_bytes_are_free() {
        futures::executor::block_on(async {
            let store = stack(5_000);
            let head = store.get_range("a.tif", 0..4_000, &GetOptions::new()).await.unwrap();
            let pinned = GetOptions::new().with_version(head.object.version.unwrap());
            for _ in 0..10 {
                store.get_range("a.tif", 100..3_000, &pinned).await.unwrap();
            }
            let error = store.get_range("a.tif", 8_000..9_000, &pinned).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Limit);
        });
    }
}
