//! A log of requests as a value.

use std::collections::VecDeque;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;

use crate::{Error, ErrorKind, GetOptions, Layer, RangeResponse, RangeStore, redact};

/// How many records a trace keeps unless told.
const CAPACITY: usize = 10_000;

/// How a traced request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// This many bytes came.
    Bytes(u64),
    /// It failed.
    Failed(ErrorKind),
    /// Its future was dropped before it ended.
    Cancelled,
    /// A cache above answered it, with this many bytes and no request.
    CacheHit(u64),
}

/// One request, as a [`Trace`] saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestRecord {
    /// The object, [redacted](crate::redact).
    pub path: Arc<str>,
    /// The bytes asked for.
    pub range: Range<u64>,
    /// When it began, counted from the trace's creation.
    pub started: Duration,
    /// How long it took.
    pub elapsed: Duration,
    /// How it ended.
    pub outcome: Outcome,
}

impl fmt::Display for RequestRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}..{} ", self.path, self.range.start, self.range.end)?;
        match self.outcome {
            Outcome::Bytes(n) => write!(f, "{n} bytes"),
            Outcome::Failed(kind) => f.write_str(kind.describe()),
            Outcome::Cancelled => f.write_str("cancelled"),
            Outcome::CacheHit(n) => write!(f, "{n} bytes from cache"),
        }?;
        write!(f, " in {:?}", self.elapsed)
    }
}

/// Sums over all requests since a trace was created or cleared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Requests that ended in any way, cache hits not among them.
    pub requests: u64,
    /// Bytes that came with them.
    pub bytes: u64,
    /// Requests that failed.
    pub failures: u64,
    /// Requests whose future was dropped before they ended.
    pub cancelled: u64,
    /// Requests answered by a cache that [reports](crate::Trace) here.
    pub hits: u64,
    /// Bytes of these.
    pub hit_bytes: u64,
    /// How many requests took how long.
    pub latency: Histogram,
}

/// How many requests took how long, in classes that double: less than 1 µs, 2 µs, 4 µs and so on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    classes: [u64; 32],
}

impl Histogram {
    fn add(&mut self, elapsed: Duration) {
        let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
        let class = (u64::BITS - micros.leading_zeros()) as usize;
        self.classes[class.min(31)] += 1;
    }

    /// The upper bound of each class that is not empty, and its count. The last possible class has no bound:
    /// it is given as [`Duration::MAX`].
    pub fn classes(&self) -> impl Iterator<Item = (Duration, u64)> + '_ {
        let bound = |class| if class < 31 { Duration::from_micros(1_u64 << class) } else { Duration::MAX };
        self.classes.iter().enumerate().filter(|(_, n)| **n > 0).map(move |(class, &n)| (bound(class), n))
    }

    /// An upper bound of the time that the fraction `q` (0 to 1) of all requests took, within a factor of two.
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<Duration> {
        let total: u64 = self.classes.iter().sum();
        let wanted = (q.clamp(0.0, 1.0) * total as f64).ceil().max(1.0) as u64;
        let mut seen = 0;
        self.classes()
            .find(|(_, n)| {
                seen += n;
                seen >= wanted
            })
            .map(|(bound, _)| bound)
    }
}

/// A log of requests as a value: clones share one log, and any number of stores may write to it.
///
/// It keeps the latest requests (10,000 unless told) and counters of all. Put its [`layer`](Self::layer) where the
/// requests are that you want to see: directly around a store to see what is sent.
///
/// ```
/// use geotiff_io::{GetOptions, MemoryStore, Outcome, RangeStore, StoreBuilder, Trace};
/// # futures::executor::block_on(async {
/// let memory = MemoryStore::new();
/// memory.put("a.tif", vec![0; 100]);
///
/// let trace = Trace::new();
/// let store = StoreBuilder::new().layer(trace.layer()).store(memory);
/// store.get_range("a.tif", 90..120, &GetOptions::new()).await?;
///
/// let log = trace.requests();
/// assert_eq!((log[0].range.clone(), log[0].outcome), (90..120, Outcome::Bytes(10)));
/// assert_eq!(trace.counters().bytes, 10);
/// # Ok::<(), geotiff_io::Error>(()) }).unwrap();
/// ```
#[derive(Clone)]
pub struct Trace {
    shared: Arc<Shared>,
}

struct Shared {
    began: Instant,
    capacity: usize,
    log: Mutex<Log>,
}

#[derive(Default)]
struct Log {
    records: VecDeque<RequestRecord>,
    counters: Counters,
}

impl Default for Trace {
    fn default() -> Self {
        Self::new()
    }
}

impl Trace {
    /// An empty log.
    #[must_use]
    pub fn new() -> Self {
        Self::with_capacity(CAPACITY)
    }

    /// An empty log that keeps the latest `capacity` requests.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self { shared: Arc::new(Shared { began: Instant::now(), capacity, log: Mutex::default() }) }
    }

    /// A layer that writes to this log.
    #[must_use]
    pub fn layer(&self) -> TraceLayer {
        TraceLayer { trace: self.clone() }
    }

    /// The latest requests, in the order they ended.
    #[must_use]
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.lock().records.iter().cloned().collect()
    }

    /// The sums so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.lock().counters.clone()
    }

    /// Forgets all requests and counts from zero.
    pub fn clear(&self) {
        *self.lock() = Log::default();
    }

    fn lock(&self) -> MutexGuard<'_, Log> {
        self.shared.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a request that began at `began` and ends now.
    pub(crate) fn record(&self, path: &str, range: &Range<u64>, began: Instant, outcome: Outcome) {
        let elapsed = began.elapsed();
        let shared = &*self.shared;
        let mut log = self.lock();
        let Log { records, counters } = &mut *log;
        match outcome {
            Outcome::CacheHit(bytes) => {
                counters.hits += 1;
                counters.hit_bytes += bytes;
            }
            _ => {
                counters.requests += 1;
                counters.latency.add(elapsed);
            }
        }
        match outcome {
            Outcome::Bytes(bytes) => counters.bytes += bytes,
            Outcome::Failed(_) => counters.failures += 1,
            Outcome::Cancelled => counters.cancelled += 1,
            Outcome::CacheHit(_) => {}
        }
        if shared.capacity == 0 {
            return;
        }
        // Requests mostly follow others for the same object: its name is shared.
        let path = match records.back() {
            Some(last) if *last.path == *path => last.path.clone(),
            _ => redact(path).into(),
        };
        if records.len() == shared.capacity {
            records.pop_front();
        }
        let started = began.saturating_duration_since(shared.began);
        records.push_back(RequestRecord { path, range: range.clone(), started, elapsed, outcome });
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let log = self.lock();
        f.debug_struct("Trace").field("kept", &log.records.len()).field("counters", &log.counters).finish()
    }
}

/// Wraps stores in [`TraceStore`]s that write to one [`Trace`].
#[derive(Clone, Debug)]
pub struct TraceLayer {
    trace: Trace,
}

impl<S: RangeStore> Layer<S> for TraceLayer {
    type Store = TraceStore<S>;

    fn layer(&self, inner: S) -> TraceStore<S> {
        TraceStore { inner, trace: self.trace.clone() }
    }
}

/// A store that logs every request to a [`Trace`], and as a `tracing` span `get_range` at debug level.
///
/// Place: anywhere; it sees what the layers above let through, and measures what those below take. In the default
/// stack it stands inside `Retry` and `Limit`, so that every attempt is a record and waiting for a turn is not counted.
/// Several ranges are several requests, each logged. A request whose future is dropped is logged as cancelled.
#[derive(Debug)]
pub struct TraceStore<S> {
    inner: S,
    trace: Trace,
}

/// Logs a request when it ends, also when it ends by being dropped.
struct Pending<'a> {
    trace: &'a Trace,
    path: &'a str,
    range: &'a Range<u64>,
    began: Instant,
    outcome: Outcome,
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        self.trace.record(self.path, self.range, self.began, self.outcome);
    }
}

impl<S: RangeStore> TraceStore<S> {
    async fn traced(
        &self,
        path: &str,
        range: Range<u64>,
        options: &GetOptions,
    ) -> Result<RangeResponse, Error> {
        let began = Instant::now();
        let mut pending =
            Pending { trace: &self.trace, path, range: &range, began, outcome: Outcome::Cancelled };
        let result = self.inner.get_range(path, range.clone(), options).await;
        pending.outcome = match &result {
            Ok(response) => Outcome::Bytes(response.bytes.len() as u64),
            Err(error) => Outcome::Failed(error.kind()),
        };
        drop(pending);
        match &result {
            Ok(response) => tracing::debug!(bytes = response.bytes.len(), "received"),
            Err(error) => tracing::debug!(%error, "failed"),
        }
        result
    }
}

// Several ranges are several requests, as the trait has it.
#[async_trait]
impl<S: RangeStore> RangeStore for TraceStore<S> {
    async fn get_range(
        &self,
        path: &str,
        range: Range<u64>,
        options: &GetOptions,
    ) -> Result<RangeResponse, Error> {
        let span = tracing::debug_span!("get_range", path = tracing::field::Empty, ?range);
        if span.is_disabled() {
            return self.traced(path, range, options).await;
        }
        span.record("path", redact(path));
        tracing::Instrument::instrument(self.traced(path, range, options), span).await
    }
}
