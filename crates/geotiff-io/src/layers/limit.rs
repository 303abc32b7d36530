//! Limits of requests and bytes, shared by whoever is given them.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tokio::sync::Semaphore;

use crate::{Error, ErrorKind, GetOptions, Layer, RangeResponse, RangeStore};

/// How many requests are in flight unless told.
const IN_FLIGHT: usize = 64;

/// The longest time that a source's `Retry-After` holds everybody back.
const MAX_PAUSE: Duration = Duration::from_secs(60);

/// A budget of requests and bytes: clones share it, so that all handles and stores that are given it stay within it
/// together.
///
/// ```
/// use geotiff_io::{Limit, MemoryStore, StoreBuilder};
/// let limit = Limit::builder().in_flight(16).requests_per_second(100.0).build();
/// let here = StoreBuilder::new().layer(limit.layer()).store(MemoryStore::new());
/// let there = StoreBuilder::new().layer(limit.layer()).store(MemoryStore::new());
/// # let _ = (here, there);
/// ```
#[derive(Clone)]
pub struct Limit {
    shared: Arc<Shared>,
}

/// Settings of a [`Limit`].
#[derive(Clone, Copy, Debug)]
pub struct LimitBuilder {
    in_flight: usize,
    requests: Option<f64>,
    bytes: Option<f64>,
}

impl LimitBuilder {
    /// At most this many requests at a time, at least one; 64 unless told.
    #[must_use]
    pub fn in_flight(mut self, requests: usize) -> Self {
        self.in_flight = requests.clamp(1, Semaphore::MAX_PERMITS);
        self
    }

    /// At most this many requests a second on average, after a burst of one second's worth. Not positive: no limit.
    #[must_use]
    pub fn requests_per_second(mut self, rate: f64) -> Self {
        self.requests = (rate > 0.0).then_some(rate);
        self
    }

    /// At most this many bytes a second on average, after a burst of one second's worth. Not positive: no limit.
    ///
    /// Bytes are counted when they have come, since nobody knows before how many there will be: requests in flight may
    /// overdraw the budget, and those after them wait until it is made up.
    #[must_use]
    pub fn bytes_per_second(mut self, rate: f64) -> Self {
        self.bytes = (rate > 0.0).then_some(rate);
        self
    }

    /// The limit.
    #[must_use]
    pub fn build(self) -> Limit {
        let now = Instant::now();
        let bucket = |rate: Option<f64>| rate.map(|rate| Bucket { rate, tokens: rate.max(1.0), filled: now });
        let rates = Rates { requests: bucket(self.requests), bytes: bucket(self.bytes), paused_until: None };
        Limit {
            shared: Arc::new(Shared {
                capacity: self.in_flight,
                places: Semaphore::new(self.in_flight),
                turnstile: tokio::sync::Mutex::new(()),
                rates: Mutex::new(rates),
            }),
        }
    }
}

struct Shared {
    capacity: usize,
    places: Semaphore,
    /// Held while waiting for the rates: whoever came first goes first.
    turnstile: tokio::sync::Mutex<()>,
    rates: Mutex<Rates>,
}

struct Rates {
    requests: Option<Bucket>,
    bytes: Option<Bucket>,
    paused_until: Option<Instant>,
}

/// A token bucket that may go into debt: a second's worth of tokens at most.
struct Bucket {
    rate: f64,
    tokens: f64,
    filled: Instant,
}

impl Bucket {
    fn fill(&mut self, now: Instant) {
        let elapsed = now.saturating_duration_since(self.filled).as_secs_f64();
        self.tokens = (self.tokens + elapsed * self.rate).min(self.rate.max(1.0));
        self.filled = now;
    }

    /// How long until there are `needed` tokens.
    fn wait(&self, needed: f64) -> Duration {
        Duration::try_from_secs_f64((needed - self.tokens) / self.rate).unwrap_or_default()
    }
}

impl Rates {
    /// Takes a turn, or says how long to wait for it.
    fn take(&mut self, now: Instant) -> Result<(), Duration> {
        let mut wait = self.paused_until.map_or(Duration::ZERO, |until| until.saturating_duration_since(now));
        for bucket in [&mut self.requests, &mut self.bytes].into_iter().flatten() {
            bucket.fill(now);
        }
        // A request needs one token; for bytes it is enough that nothing is owed.
        wait = wait.max(self.requests.as_ref().map_or(Duration::ZERO, |bucket| bucket.wait(1.0)));
        wait = wait.max(self.bytes.as_ref().map_or(Duration::ZERO, |bucket| bucket.wait(0.0)));
        if !wait.is_zero() {
            return Err(wait);
        }
        if let Some(bucket) = &mut self.requests {
            bucket.tokens -= 1.0;
        }
        Ok(())
    }

    fn is_limited(&self) -> bool {
        self.requests.is_some() || self.bytes.is_some() || self.paused_until.is_some()
    }
}

impl Limit {
    /// At most `requests` at a time, no rates.
    #[must_use]
    pub fn in_flight(requests: usize) -> Self {
        Self::builder().in_flight(requests).build()
    }

    /// Settings.
    #[must_use]
    pub fn builder() -> LimitBuilder {
        LimitBuilder { in_flight: IN_FLIGHT, requests: None, bytes: None }
    }

    /// A layer that stays within this limit.
    #[must_use]
    pub fn layer(&self) -> LimitLayer {
        LimitLayer { limit: self.clone() }
    }

    /// How many requests are in flight now.
    #[must_use]
    pub fn current(&self) -> usize {
        self.shared.capacity.saturating_sub(self.shared.places.available_permits())
    }

    fn rates(&self) -> std::sync::MutexGuard<'_, Rates> {
        self.shared.rates.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the rates to allow a request, in the order of arrival.
    async fn turn(&self) {
        if !self.rates().is_limited() {
            return;
        }
        let _first = self.shared.turnstile.lock().await;
        loop {
            let taken = self.rates().take(Instant::now());
            match taken {
                Ok(()) => return,
                // Never less than a timer can wait, or this would spin.
                Err(wait) => tokio::time::sleep(wait.max(Duration::from_millis(1))).await,
            }
        }
    }

    /// Counts what came, and holds everybody back when the source asks for it.
    fn settle(&self, result: &Result<RangeResponse, Error>) {
        match result {
            Ok(response) => {
                if let Some(bucket) = &mut self.rates().bytes {
                    bucket.fill(Instant::now());
                    bucket.tokens -= response.bytes.len() as f64;
                }
            }
            Err(error) if error.kind() == ErrorKind::RateLimited => {
                if let Some(delay) = error.retry_after() {
                    let until = Instant::now() + delay.min(MAX_PAUSE);
                    let mut rates = self.rates();
                    rates.paused_until = rates.paused_until.max(Some(until));
                }
            }
            Err(_) => {}
        }
    }
}

impl fmt::Debug for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limit")
            .field("in_flight", &self.current())
            .field("capacity", &self.shared.capacity)
            .finish_non_exhaustive()
    }
}

/// Wraps stores in [`LimitStore`]s that share one [`Limit`].
#[derive(Clone, Debug)]
pub struct LimitLayer {
    limit: Limit,
}

impl<S: RangeStore> Layer<S> for LimitLayer {
    type Store = LimitStore<S>;

    fn layer(&self, inner: S) -> LimitStore<S> {
        LimitStore { inner, limit: self.limit.clone() }
    }
}

/// A store whose requests wait for their turn in a [`Limit`], first come, first served.
///
/// A source that answers "too many requests" with a `Retry-After` holds back everybody who shares the limit for that
/// long (at most a minute).
///
/// Place: inside `Retry`, so that attempts queue like all others and a wait between attempts holds no place, and
/// outside `Timeout`, so that waiting for a turn is not counted as the source's time. Several ranges are several
/// requests.
///
/// Dropping the future gives its place to the next. Needs a tokio runtime with time enabled where rates are set.
#[derive(Debug)]
pub struct LimitStore<S> {
    inner: S,
    limit: Limit,
}

// Several ranges are several requests, as the trait has it.
#[async_trait]
impl<S: RangeStore> RangeStore for LimitStore<S> {
    async fn get_range(
        &self,
        path: &str,
        range: Range<u64>,
        options: &GetOptions,
    ) -> Result<RangeResponse, Error> {
        // The semaphore is never closed, so a place always comes.
        let _place = self.limit.shared.places.acquire().await.ok();
        self.limit.turn().await;
        let result = self.inner.get_range(path, range, options).await;
        self.limit.settle(&result);
        result
    }
}
