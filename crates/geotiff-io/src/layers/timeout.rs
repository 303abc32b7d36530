//! Limits of time.

use std::ops::Range;
use std::time::Duration;

use async_trait::async_trait;

use crate::{Error, ErrorKind, GetOptions, Layer, RangeResponse, RangeStore};

/// Bounds how long requests take. See [`TimeoutStore`].
#[derive(Clone, Copy, Debug)]
pub struct TimeoutLayer {
    first_byte: Duration,
    whole: Duration,
}

impl Default for TimeoutLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl TimeoutLayer {
    /// 30 seconds to the first byte, 2 minutes for the whole request.
    #[must_use]
    pub fn new() -> Self {
        Self { first_byte: Duration::from_secs(30), whole: Duration::from_secs(120) }
    }

    /// How long the source may take to begin its answer, connecting included.
    #[must_use]
    pub fn first_byte(mut self, limit: Duration) -> Self {
        self.first_byte = limit;
        self
    }

    /// How long a request may take with its body.
    #[must_use]
    pub fn whole(mut self, limit: Duration) -> Self {
        self.whole = limit;
        self
    }
}

impl<S: RangeStore> Layer<S> for TimeoutLayer {
    type Store = TimeoutStore<S>;

    fn layer(&self, inner: S) -> TimeoutStore<S> {
        TimeoutStore { inner, limits: *self }
    }
}

/// A store that gives up on requests that take too long, with [`ErrorKind::Timeout`].
///
/// The time for a whole request is kept here. The time to the first byte only the store with the wire can see: it is
/// handed down as [`GetOptions::first_byte_timeout`] (unless the caller set one), which `HttpStore` and
/// `ObjectStoreAdapter` keep. How long *connecting* may take belongs to the store's client: see
/// `HttpStoreBuilder::connect_timeout` and `UrlStore::with_connect_timeout`.
///
/// Place: innermost, so that waiting for a turn in `Limit` does not count and each attempt of `Retry` has its own time.
/// Several ranges are several requests.
///
/// A request that runs out of time is dropped, which stops it. Needs a tokio runtime with time enabled.
#[derive(Debug)]
pub struct TimeoutStore<S> {
    inner: S,
    limits: TimeoutLayer,
}

// Several ranges are several requests, as the trait has it.
#[async_trait]
impl<S: RangeStore> RangeStore for TimeoutStore<S> {
    async fn get_range(
        &self,
        path: &str,
        range: Range<u64>,
        options: &GetOptions,
    ) -> Result<RangeResponse, Error> {
        let mut options = options.clone();
        options.first_byte_timeout.get_or_insert(self.limits.first_byte);
        let limit = self.limits.whole;
        match tokio::time::timeout(limit, self.inner.get_range(path, range.clone(), &options)).await {
            Ok(result) => result,
            Err(_) => {
                let message = format!("not complete within {limit:?}");
                Err(Error::new(ErrorKind::Timeout, path, message).with_range(range))
            }
        }
    }
}
