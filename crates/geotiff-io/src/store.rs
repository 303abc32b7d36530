//! The trait of a store, and what its callers use.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};

use crate::{Error, ErrorKind, ObjectInfo, Version, coalesce};

/// How many requests the default [`RangeStore::get_ranges`] has in flight.
const CONCURRENCY: usize = 16;

/// What a request may carry beside its range.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GetOptions {
    /// The version that the object must be in: another gives [`ErrorKind::Changed`].
    pub version: Option<Version>,
    /// How long the source may take to begin its answer; stores without a wire ignore it.
    pub first_byte_timeout: Option<Duration>,
}

impl GetOptions {
    /// No conditions.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for the object in this version only.
    #[must_use]
    pub fn with_version(mut self, version: Version) -> Self {
        self.version = Some(version);
        self
    }

    /// Gives the source this long to begin its answer.
    #[must_use]
    pub fn with_first_byte_timeout(mut self, limit: Duration) -> Self {
        self.first_byte_timeout = Some(limit);
        self
    }
}

/// The bytes of one range, and what was learnt of their object.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct RangeResponse {
    /// The bytes from the start of the range; shorter than the range only where the object ends.
    pub bytes: Bytes,
    /// The object that they belong to.
    pub object: ObjectInfo,
}

impl RangeResponse {
    /// Bytes of an object.
    #[must_use]
    pub fn new(bytes: Bytes, object: ObjectInfo) -> Self {
        Self { bytes, object }
    }
}

/// Serves byte ranges of objects that are named by a path.
///
/// One store serves many objects, so that one cache and one rate limit can span them. What a path looks like is the
/// store's affair: a key in a bucket, a file name, a URL.
///
/// # What an implementer promises
///
/// - `get_range` answers the bytes from `range.start` on, and fewer than asked only where the object ends: a range
///   that starts at or past the end gives no bytes and no error. An empty range gives no bytes; the store may answer
///   it without a request. A range that ends before it starts is [`ErrorKind::Usage`].
/// - A body that breaks off is an error, never a short answer.
/// - `get_ranges` answers one response for each range, in the order asked, whatever their order; ranges may overlap
///   and repeat. All responses are of one version, or the call fails with [`ErrorKind::Changed`].
/// - With [`GetOptions::version`] set, bytes of another version are never returned: the store makes its request
///   conditional where it can, and otherwise compares what the response says. A store that knows of no versions
///   ignores the option.
/// - Dropping the future stops the request; the store stays usable.
/// - No secret (query string, token) is in any error.
///
/// No type of an async runtime is in the trait. A store that needs one (sockets, timers) says so in its documentation.
#[async_trait]
pub trait RangeStore: fmt::Debug + Send + Sync {
    /// Reads one byte range of the object at `path`.
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`]; see the promises above.
    async fn get_range(
        &self,
        path: &str,
        range: Range<u64>,
        options: &GetOptions,
    ) -> Result<RangeResponse, Error>;

    /// Reads several byte ranges of the object at `path`; the responses come in the order asked.
    ///
    /// The default asks [`get_range`](Self::get_range) for them concurrently (at most 16 at a time), after merging
    /// ranges that touch or overlap. It reads no byte that was not asked for: bridging gaps is the caller's choice, or
    /// a layer's. Where the ranges need several requests and no version was asked for, the versions of all responses
    /// are compared.
    ///
    /// # Errors
    ///
    /// The first failure of any of them, or [`ErrorKind::Changed`] where two responses are of different versions.
    async fn get_ranges(
        &self,
        path: &str,
        ranges: &[Range<u64>],
        options: &GetOptions,
    ) -> Result<Vec<RangeResponse>, Error> {
        get_ranges_concurrently(self, path, ranges, options, Merge::TOUCHING).await
    }
}

/// How ranges are merged into requests.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Merge {
    pub(crate) gap: u64,
    pub(crate) max_size: u64,
}

impl Merge {
    /// Only what touches or overlaps: no byte is read that was not asked for.
    pub(crate) const TOUCHING: Self = Self { gap: 0, max_size: u64::MAX };
}

/// Several ranges through a store's `get_range`: merged, concurrent, in one version.
pub(crate) async fn get_ranges_concurrently<S: RangeStore + ?Sized>(
    store: &S,
    path: &str,
    ranges: &[Range<u64>],
    options: &GetOptions,
    merge: Merge,
) -> Result<Vec<RangeResponse>, Error> {
    for range in ranges {
        check_range(path, range)?;
    }
    let merged = coalesce(ranges, merge.gap, merge.max_size);
    let requests: Vec<_> = merged.iter().map(|m| store.get_range(path, m.range.clone(), options)).collect();
    let fetched: Vec<RangeResponse> = stream::iter(requests).buffered(CONCURRENCY).try_collect().await?;
    check_same_version(path, &fetched)?;

    let object = fetched.first().map(|response| response.object.clone()).unwrap_or_default();
    let mut responses = vec![RangeResponse::new(Bytes::new(), object); ranges.len()];
    for (merged, response) in merged.iter().zip(fetched) {
        let wanted: u64 = merged.inputs.iter().map(|&input| ranges[input].end - ranges[input].start).sum();
        // A slice keeps the whole buffer alive: where most of it is gap, the parts are copied out of it.
        let mostly_gap = wanted < response.bytes.len() as u64 / 2;
        for &input in &merged.inputs {
            let mut bytes = slice(&response.bytes, merged.range.start, &ranges[input]);
            if mostly_gap {
                bytes = Bytes::copy_from_slice(&bytes);
            }
            responses[input] = RangeResponse::new(bytes, response.object.clone());
        }
    }
    Ok(responses)
}

/// The part of `bytes` (which start at `base` in the object) that lies in `range`.
pub(crate) fn slice(bytes: &Bytes, base: u64, range: &Range<u64>) -> Bytes {
    let clamp = |at: u64| usize::try_from(at.saturating_sub(base)).unwrap_or(usize::MAX).min(bytes.len());
    let (start, end) = (clamp(range.start), clamp(range.end));
    if start >= end { Bytes::new() } else { bytes.slice(start..end) }
}

/// Refuses a range that ends before it starts.
///
/// # Errors
///
/// [`ErrorKind::Usage`].
pub(crate) fn check_range(path: &str, range: &Range<u64>) -> Result<(), Error> {
    if range.start <= range.end {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Usage, path, "the range ends before it starts").with_range(range.clone()))
}

/// Refuses responses of one object in different versions.
///
/// # Errors
///
/// [`ErrorKind::Changed`].
pub(crate) fn check_same_version(path: &str, responses: &[RangeResponse]) -> Result<(), Error> {
    let mut versions = responses.iter().filter_map(|response| response.object.version.as_ref());
    let Some(first) = versions.next() else { return Ok(()) };
    match versions.find(|version| !first.matches(version)) {
        Some(other) => Err(changed(path, first, other)),
        None => Ok(()),
    }
}

/// Refuses an answer of another length than the range and the object's size make it: a body that broke off unnoticed,
/// or a whole object in place of a range.
///
/// # Errors
///
/// [`ErrorKind::Network`] where bytes are missing, [`ErrorKind::Protocol`] where there are too many.
#[cfg(any(feature = "cache", feature = "retry"))]
pub(crate) fn check_length(path: &str, range: &Range<u64>, response: &RangeResponse) -> Result<(), Error> {
    let sent = response.bytes.len() as u64;
    let end = response.object.size.map_or(range.end, |size| range.end.min(size));
    let expected = end.saturating_sub(range.start);
    let known = response.object.size.is_some();
    if sent == expected || (sent < expected && !known) {
        return Ok(());
    }
    let kind = if sent < expected { ErrorKind::Network } else { ErrorKind::Protocol };
    let message = format!("{sent} bytes came where {expected} were due");
    Err(Error::new(kind, path, message).with_range(range.clone()))
}

/// The error of an object that was seen in two versions.
pub(crate) fn changed(path: &str, wanted: &Version, found: &Version) -> Error {
    Error::new(ErrorKind::Changed, path, format!("expected {wanted}, found {found}"))
}

/// Refuses an object that is known to be in another version than the options ask for.
///
/// # Errors
///
/// [`ErrorKind::Changed`].
pub(crate) fn check_version(path: &str, options: &GetOptions, object: &ObjectInfo) -> Result<(), Error> {
    match (&options.version, &object.version) {
        (Some(wanted), Some(found)) if !wanted.matches(found) => Err(changed(path, wanted, found)),
        (Some(wanted), None) if wanted.is_validating() => Err(changed(path, wanted, &Version::new())),
        _ => Ok(()),
    }
}

/// What callers of a store use beside [`RangeStore`]; implemented for every store.
#[async_trait]
pub trait RangeStoreExt: RangeStore {
    /// Reads a whole object of at most `max_size` bytes in one request: for sidecars, not for images.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Limit`] where the object is larger, and what [`RangeStore::get_range`] gives.
    async fn get_all(&self, path: &str, max_size: u64, options: &GetOptions) -> Result<RangeResponse, Error> {
        // One byte more than allowed tells an object of just the allowed size from a larger one.
        let range = 0..max_size.saturating_add(1);
        let response = self.get_range(path, range.clone(), options).await?;
        let size = response.object.size.unwrap_or(0).max(response.bytes.len() as u64);
        if size > max_size {
            let message = format!("the object is larger than the {max_size} bytes allowed");
            return Err(Error::new(ErrorKind::Limit, path, message));
        }
        Ok(response)
    }

    /// Reads exactly this range: an object that ends inside it is an error.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Limit`] where the object ends before the range does, and what [`RangeStore::get_range`] gives.
    async fn get_exact(&self, path: &str, range: Range<u64>, options: &GetOptions) -> Result<Bytes, Error> {
        let response = self.get_range(path, range.clone(), options).await?;
        if response.bytes.len() as u64 == range.end.saturating_sub(range.start) {
            return Ok(response.bytes);
        }
        let end = range.start + response.bytes.len() as u64;
        let message = format!("the object ends at byte {}", response.object.size.unwrap_or(end));
        Err(Error::new(ErrorKind::Limit, path, message).with_range(range))
    }
}

impl<S: RangeStore + ?Sized> RangeStoreExt for S {}

macro_rules! forward {
    ($($pointer:ty),*) => {$(
        #[async_trait]
        #[deny(clippy::missing_trait_methods)]
        impl<S: RangeStore + ?Sized> RangeStore for $pointer {
            async fn get_range(
                &self,
                path: &str,
                range: Range<u64>,
                options: &GetOptions,
            ) -> Result<RangeResponse, Error> {
                (**self).get_range(path, range, options).await
            }

            async fn get_ranges(
                &self,
                path: &str,
                ranges: &[Range<u64>],
                options: &GetOptions,
            ) -> Result<Vec<RangeResponse>, Error> {
                (**self).get_ranges(path, ranges, options).await
            }
        }
    )*};
}

forward!(Arc<S>, Box<S>, &S);
