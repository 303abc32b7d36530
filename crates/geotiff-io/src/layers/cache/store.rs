//! The store around which a cache lies.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
#[cfg(feature = "trace")]
use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;

use super::blocks::{Piece, bytes_of, covering, gather, join, runs};
use super::flights::{Fetched, Runs, land};
use super::{BlockKey, Shared};
#[cfg(feature = "trace")]
use crate::Outcome;
use crate::store::{changed, check_length, check_range, check_version};
use crate::{Error, ErrorKind, GetOptions, ObjectInfo, RangeResponse, RangeStore, Version};

/// A store that answers from a [`BlockCache`](super::BlockCache) what is there, and keeps what it fetches.
///
/// Blocks that are missing side by side are fetched as one range, and all of a call's in one
/// [`get_ranges`](RangeStore::get_ranges) of the store below. The first request for an object asks for no more than its
/// range rounded to blocks.
///
/// Place: outermost, so that nothing is counted, waited for or repeated that need not be fetched; `Coalesce` belongs
/// below.
///
/// Dropping a reader's future stops its requests, unless other readers wait for the same blocks. Needs no runtime.
pub struct BlockCacheStore<S> {
    fetcher: Fetcher<S>,
}

/// What a flight needs: it may outlive the call that launched it.
struct Fetcher<S> {
    inner: Arc<S>,
    shared: Arc<Shared>,
    store: u64,
}

impl<S> Clone for Fetcher<S> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), shared: self.shared.clone(), store: self.store }
    }
}

impl<S: RangeStore + 'static> BlockCacheStore<S> {
    pub(super) fn new(inner: S, shared: Arc<Shared>, store: u64) -> Self {
        Self { fetcher: Fetcher { inner: Arc::new(inner), shared, store } }
    }

    async fn read(
        &self,
        path: &str,
        ranges: &[Range<u64>],
        options: &GetOptions,
    ) -> Result<Vec<RangeResponse>, Error> {
        for range in ranges {
            check_range(path, range)?;
        }
        if let Some(version) = options.version.as_ref().filter(|version| version.is_validating()) {
            let object = self.fetcher.shared.object(self.fetcher.store, path, Some(version));
            return self.read_version(path, ranges, options, version, object).await;
        }
        if let Some(found) = self.read_latest(path, ranges, options).await? {
            return Ok(found);
        }
        self.read_unknown(path, ranges, options).await
    }

    /// Ranges of a known version: from the cache where they are there.
    async fn read_version(
        &self,
        path: &str,
        ranges: &[Range<u64>],
        options: &GetOptions,
        version: &Version,
        object: u128,
    ) -> Result<Vec<RangeResponse>, Error> {
        let shared = &self.fetcher.shared;
        let end = version.size().unwrap_or(u64::MAX);
        let clamped: Vec<_> = ranges.iter().map(|r| r.start.min(end)..r.end.min(end)).collect();
        if self.is_too_long(&clamped) {
            return self.fetcher.inner.get_ranges(path, ranges, options).await;
        }
        #[cfg(feature = "trace")]
        let began = shared.trace.as_ref().map(|_| Instant::now());
        let wanted = runs(&clamped, shared.block_size);
        let looked = shared.flights.moment();
        let (mut pieces, missing) = self.look_up(object, &wanted);
        let mut info = ObjectInfo::new().with_version(version.clone());
        info.size = version.size();
        if missing.is_empty() {
            #[cfg(feature = "trace")]
            if let (Some(trace), Some(began)) = (&shared.trace, began) {
                for range in clamped.iter().filter(|range| !range.is_empty()) {
                    trace.record(path, range, began, Outcome::CacheHit(range.end - range.start));
                }
            }
            return self.answer(path, &clamped, &pieces, &info);
        }
        let (landed, flights) = shared.flights.claim(
            object,
            missing.into_iter().flatten(),
            looked,
            |key| self.piece(key),
            |runs| self.fetcher.clone().fetch(path.to_owned(), runs, options.clone(), Some(object)),
        );
        pieces.extend(landed);
        for fetched in land(flights).await? {
            pieces.extend(fetched.pieces.iter().cloned());
            info.size = info.size.or(fetched.object.size);
        }
        pieces.sort_by_key(|piece| piece.start);
        self.answer(path, &clamped, &pieces, &info)
    }

    /// Ranges of whatever version is current, taken to be the one seen a moment ago where that is allowed.
    async fn read_latest(
        &self,
        path: &str,
        ranges: &[Range<u64>],
        options: &GetOptions,
    ) -> Result<Option<Vec<RangeResponse>>, Error> {
        let shared = &self.fetcher.shared;
        let Some(latest) = &shared.latest else { return Ok(None) };
        let name = shared.object(self.fetcher.store, path, None);
        let Some(version) = latest.get(&name).and_then(|object| object.version) else { return Ok(None) };
        let mut options = options.clone();
        options.version = Some(version.clone());
        let object = shared.object(self.fetcher.store, path, Some(&version));
        match self.read_version(path, ranges, &options, &version, object).await {
            Err(error) if matches!(error.kind(), ErrorKind::Changed | ErrorKind::NotFound) => {
                latest.invalidate(&name);
                Ok(None)
            }
            result => result.map(Some),
        }
    }

    /// Ranges of an object whose version is not known: the source is asked, and tells.
    async fn read_unknown(
        &self,
        path: &str,
        ranges: &[Range<u64>],
        options: &GetOptions,
    ) -> Result<Vec<RangeResponse>, Error> {
        if self.is_too_long(ranges) {
            return self.fetcher.inner.get_ranges(path, ranges, options).await;
        }
        let shared = &self.fetcher.shared;
        let name = shared.object(self.fetcher.store, path, None);
        let wanted = runs(ranges, shared.block_size);
        count(&shared.misses, wanted.iter().map(|run| run.end - run.start).sum());
        let (_, flights) = shared.flights.claim(
            name,
            wanted.into_iter().flatten(),
            shared.flights.moment(),
            |_| None,
            |runs| self.fetcher.clone().fetch(path.to_owned(), runs, options.clone(), None),
        );
        let fetched = land(flights).await?;
        let mut info = fetched.first().map(|fetched| fetched.object.clone()).unwrap_or_default();
        let mut pieces = Vec::new();
        for other in &fetched {
            if let (Some(a), Some(b)) = (&info.version, &other.object.version)
                && !a.matches(b)
            {
                return Err(changed(path, a, b));
            }
            pieces.extend(other.pieces.iter().cloned());
            info.size = info.size.or(other.object.size);
        }
        pieces.sort_by_key(|piece| piece.start);
        self.answer(path, ranges, &pieces, &info)
    }

    fn is_too_long(&self, ranges: &[Range<u64>]) -> bool {
        ranges.iter().any(|range| range.end - range.start > self.fetcher.shared.bypass_above)
    }

    fn piece(&self, key: BlockKey) -> Option<Piece> {
        let start = key.index * self.fetcher.shared.block_size;
        self.fetcher.shared.get(key).map(|bytes| Piece { start, bytes })
    }

    /// The blocks of `wanted` that are there, and runs of those that are not.
    fn look_up(&self, object: u128, wanted: &[Range<u64>]) -> (Vec<Piece>, Vec<Range<u64>>) {
        let (mut pieces, mut missing) = (Vec::new(), Vec::new());
        for index in wanted.iter().cloned().flatten() {
            match self.piece(BlockKey { object, index }) {
                Some(piece) => pieces.push(piece),
                None => missing.push(index..index + 1),
            }
        }
        count(&self.fetcher.shared.hits, pieces.len() as u64);
        count(&self.fetcher.shared.misses, missing.len() as u64);
        (pieces, join(missing))
    }

    /// Responses out of sorted pieces, each of the length that the object's size makes it.
    fn answer(
        &self,
        path: &str,
        ranges: &[Range<u64>],
        pieces: &[Piece],
        object: &ObjectInfo,
    ) -> Result<Vec<RangeResponse>, Error> {
        let respond = |range: &Range<u64>| {
            let bytes = if range.is_empty() { Bytes::new() } else { gather(pieces, range) };
            let response = RangeResponse::new(bytes, object.clone());
            check_length(path, range, &response).map(|()| response)
        };
        ranges.iter().map(respond).collect()
    }
}

fn count(counter: &AtomicU64, n: u64) {
    counter.fetch_add(n, Ordering::Relaxed);
}

impl<S: RangeStore + 'static> Fetcher<S> {
    /// Fetches runs of blocks and keeps them. `object` names the version that was asked for, if one was.
    async fn fetch(
        self,
        path: String,
        runs: Runs,
        options: GetOptions,
        object: Option<u128>,
    ) -> Result<Arc<Fetched>, Error> {
        let block_size = self.shared.block_size;
        let end = options.version.as_ref().and_then(Version::size).unwrap_or(u64::MAX);
        let ranges: Vec<Range<u64>> = runs
            .iter()
            .map(|run| bytes_of(run, block_size))
            .map(|range| range.start..range.end.min(end))
            .collect();
        let responses = match &ranges[..] {
            [range] => vec![self.inner.get_range(&path, range.clone(), &options).await?],
            ranges => self.inner.get_ranges(&path, ranges, &options).await?,
        };
        let mut info = ObjectInfo::new();
        for (range, response) in ranges.iter().zip(&responses) {
            check_length(&path, range, response)?;
            if response.object.version.is_some() {
                check_version(&path, &options, &response.object)?;
                info = response.object.clone();
            }
            info.size = info.size.or(response.object.size);
        }
        self.keep(&path, &ranges, &responses, &info, object);
        let piece = |(range, response): (&Range<u64>, RangeResponse)| Piece {
            start: range.start,
            bytes: response.bytes,
        };
        let pieces = ranges.iter().zip(responses).map(piece).collect();
        Ok(Arc::new(Fetched { pieces, object: info }))
    }

    /// Keeps whole blocks, and the last one of the object, under the version they belong to.
    fn keep(
        &self,
        path: &str,
        ranges: &[Range<u64>],
        responses: &[RangeResponse],
        info: &ObjectInfo,
        object: Option<u128>,
    ) {
        let version = info.version.as_ref().filter(|version| version.is_validating());
        let Some(object) = object.or_else(|| Some(self.shared.object(self.store, path, Some(version?))))
        else {
            return;
        };
        if let Some(latest) = &self.shared.latest
            && version.is_some()
        {
            latest.insert(self.shared.object(self.store, path, None), info.clone());
        }
        let block_size = self.shared.block_size;
        for (range, response) in ranges.iter().zip(responses) {
            let got = range.start..range.start + response.bytes.len() as u64;
            let ends_object = got.end < range.end || info.size == Some(got.end);
            let complete =
                if ends_object { got.clone() } else { got.start..got.end / block_size * block_size };
            for index in covering(&complete, block_size) {
                let from = (index * block_size - range.start) as usize;
                let to = response.bytes.len().min(from + block_size as usize);
                self.shared
                    .insert(BlockKey { object, index }, Bytes::copy_from_slice(&response.bytes[from..to]));
            }
        }
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<S: RangeStore + 'static> RangeStore for BlockCacheStore<S> {
    async fn get_range(
        &self,
        path: &str,
        range: Range<u64>,
        options: &GetOptions,
    ) -> Result<RangeResponse, Error> {
        let ranges = std::slice::from_ref(&range);
        Ok(self.read(path, ranges, options).await?.pop().unwrap_or_default())
    }

    async fn get_ranges(
        &self,
        path: &str,
        ranges: &[Range<u64>],
        options: &GetOptions,
    ) -> Result<Vec<RangeResponse>, Error> {
        self.read(path, ranges, options).await
    }
}

impl<S: fmt::Debug> fmt::Debug for BlockCacheStore<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlockCacheStore").field("inner", &self.fetcher.inner).finish_non_exhaustive()
    }
}
