//! Another attempt where one may help.

use std::ops::Range;
use std::time::{Duration, Instant};

use async_trait::async_trait;

use crate::store::check_length;
use crate::{Error, GetOptions, Layer, RangeResponse, RangeStore};

/// Repeats requests that failed for a passing reason. See [`RetryStore`].
#[derive(Clone, Copy, Debug)]
pub struct RetryLayer {
    max_attempts: u32,
    base_delay: Duration,
    max_delay: Duration,
    budget: Duration,
}

impl Default for RetryLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl RetryLayer {
    /// Up to 4 attempts within 2 minutes, with waits of up to 0.1, 0.2, 0.4 … 10 seconds between them.
    #[must_use]
    pub fn new() -> Self {
        Self {
            max_attempts: 4,
            base_delay: Duration::from_millis(100),
            max_delay: Duration::from_secs(10),
            budget: Duration::from_secs(120),
        }
    }

    /// How often a request is sent at most, the first time included; at least once.
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// The longest wait before the second attempt; it doubles with each further one.
    #[must_use]
    pub fn base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// The longest wait between two attempts, unless the source asks for a longer one.
    #[must_use]
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// How long all attempts and waits for one request may take: no attempt begins after that.
    #[must_use]
    pub fn budget(mut self, budget: Duration) -> Self {
        self.budget = budget;
        self
    }

    /// The wait after the `attempt`-th failure: a random part of a bound that doubles ("full jitter"), but at least
    /// what the source asks for.
    fn delay(&self, attempt: u32, error: &Error) -> Duration {
        let doublings = attempt.saturating_sub(1).min(31);
        let bound = self.base_delay.saturating_mul(1 << doublings).min(self.max_delay);
        bound.mul_f64(fastrand::f64()).max(error.retry_after().unwrap_or_default())
    }
}

impl<S: RangeStore> Layer<S> for RetryLayer {
    type Store = RetryStore<S>;

    fn layer(&self, inner: S) -> RetryStore<S> {
        RetryStore { inner, policy: *self }
    }
}

/// A store that repeats requests whose failure is [transient](crate::ErrorKind::is_transient).
///
/// - A body that broke off is such a failure, also where the store below did not notice: an answer shorter than the range
///   and the object's size make it is asked for again, one that is longer is an error.
/// - An attempt asks for the whole range again, so there is never a request for nothing.
/// - `Retry-After` is honoured. Where it lies beyond the time budget, the error comes at once.
/// - The last failure is the one returned; its [`attempts`](Error::attempts) tell how many there were.
///
/// Place: outside `Limit`, so that attempts queue like all others, outside `Timeout`, so that each attempt has its own
/// time, and inside a cache. Several ranges are several requests, each repeated by itself.
///
/// Dropping the future stops the attempt or the wait. Needs a tokio runtime with time enabled.
#[derive(Debug)]
pub struct RetryStore<S> {
    inner: S,
    policy: RetryLayer,
}

// Several ranges are several requests, as the trait has it.
#[async_trait]
impl<S: RangeStore> RangeStore for RetryStore<S> {
    async fn get_range(
        &self,
        path: &str,
        range: Range<u64>,
        options: &GetOptions,
    ) -> Result<RangeResponse, Error> {
        let mut began = None;
        let mut attempt = 1;
        loop {
            let result = self.inner.get_range(path, range.clone(), options).await;
            let result = result.and_then(|response| check_length(path, &range, &response).map(|()| response));
            let error = match result {
                Ok(response) => return Ok(response),
                Err(error) => error.with_attempts(attempt).with_range(range.clone()),
            };
            let began = *began.get_or_insert_with(Instant::now);
            let delay = self.policy.delay(attempt, &error);
            let too_late = began.elapsed().saturating_add(delay) > self.policy.budget;
            if !error.kind().is_transient() || attempt >= self.policy.max_attempts || too_late {
                return Err(error);
            }
            tokio::time::sleep(delay).await;
            attempt += 1;
        }
    }
}
