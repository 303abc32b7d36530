//! Fewer, larger requests.

use std::ops::Range;

use async_trait::async_trait;

use crate::store::{Merge, get_ranges_concurrently};
use crate::{Error, GetOptions, Layer, RangeResponse, RangeStore};

/// Merges ranges that are asked for together, bridging small gaps. See [`CoalesceStore`].
#[derive(Clone, Copy, Debug)]
pub struct CoalesceLayer {
    gap: u64,
    max_size: u64,
}

impl Default for CoalesceLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl CoalesceLayer {
    /// Gaps up to 64 KiB, about what a request's round trip costs; requests up to 16 MiB.
    #[must_use]
    pub fn new() -> Self {
        Self { gap: 64 << 10, max_size: 16 << 20 }
    }

    /// The most unasked bytes to read between two ranges; 0 merges only ranges that touch.
    #[must_use]
    pub fn gap(mut self, bytes: u64) -> Self {
        self.gap = bytes;
        self
    }

    /// The longest request to make by merging. A single range that is longer is not split.
    #[must_use]
    pub fn max_size(mut self, bytes: u64) -> Self {
        self.max_size = bytes;
        self
    }
}

impl<S: RangeStore> Layer<S> for CoalesceLayer {
    type Store = CoalesceStore<S>;

    fn layer(&self, inner: S) -> CoalesceStore<S> {
        CoalesceStore { inner, merge: Merge { gap: self.gap, max_size: self.max_size } }
    }
}

/// A store that merges the ranges of one [`get_ranges`](RangeStore::get_ranges) call as
/// [`coalesce`](crate::coalesce()) does, and asks for the merged ones concurrently (at most 16 at a time).
///
/// Place: inside a cache, which knows what need not be fetched, and outside everything that counts or repeats requests.
/// Single ranges pass through. Dropping the future stops all its requests. Responses share the memory of the request
/// they came with, unless most of that is gap: then they are copied out.
#[derive(Debug)]
pub struct CoalesceStore<S> {
    inner: S,
    merge: Merge,
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<S: RangeStore> RangeStore for CoalesceStore<S> {
    async fn get_range(
        &self,
        path: &str,
        range: Range<u64>,
        options: &GetOptions,
    ) -> Result<RangeResponse, Error> {
        self.inner.get_range(path, range, options).await
    }

    async fn get_ranges(
        &self,
        path: &str,
        ranges: &[Range<u64>],
        options: &GetOptions,
    ) -> Result<Vec<RangeResponse>, Error> {
        get_ranges_concurrently(&self.inner, path, ranges, options, self.merge).await
    }
}
