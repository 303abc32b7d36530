//! A store that fails on purpose.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};

use crate::{Error, ErrorKind, GetOptions, RangeResponse, RangeStore, Version};

/// What goes wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// It fails so, without having reached the store. [`ErrorKind::Unavailable`] is a 503, [`ErrorKind::Network`] a reset.
    Fail(ErrorKind),
    /// The body breaks off, and the store below notices: the request fails after its answer began.
    BreakOff,
    /// The body is too short, and nobody noticed yet.
    Truncate,
    /// The body is too long.
    Extend,
    /// The whole object comes in place of the range: a 200 for a 206.
    WholeObject,
    /// The answer claims another version of the object.
    NewVersion,
    /// The answer takes this much longer.
    Delay(Duration),
    /// There is never an answer.
    Hang,
}

/// A store that lets a share of its requests go wrong, in an order that a seed determines: for testing what is built on
/// stores.
///
/// ```
/// use geotiff_io::{ErrorKind, Fault, FaultStore, GetOptions, MemoryStore, RangeStore};
/// # futures::executor::block_on(async {
/// let memory = MemoryStore::new();
/// memory.put("a", vec![1, 2, 3]);
/// let store = FaultStore::new(memory, 42).rate(1.0).faults(&[Fault::Fail(ErrorKind::Unavailable)]);
/// let error = store.get_range("a", 0..3, &GetOptions::new()).await.unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Unavailable);
/// assert_eq!(store.injected(), [Fault::Fail(ErrorKind::Unavailable)]);
/// # });
/// ```
pub struct FaultStore<S> {
    inner: S,
    rate: f64,
    faults: Arc<[Fault]>,
    state: Mutex<State>,
}

struct State {
    random: fastrand::Rng,
    injected: Vec<Fault>,
}

impl<S> FaultStore<S> {
    /// One request in five goes wrong: it fails as unavailable, as a reset, breaks off or is truncated.
    #[must_use]
    pub fn new(inner: S, seed: u64) -> Self {
        let faults = [
            Fault::Fail(ErrorKind::Unavailable),
            Fault::Fail(ErrorKind::Network),
            Fault::BreakOff,
            Fault::Truncate,
        ];
        let state = State { random: fastrand::Rng::with_seed(seed), injected: Vec::new() };
        Self { inner, rate: 0.2, faults: faults.into(), state: Mutex::new(state) }
    }

    /// The share of requests that go wrong, from 0 to 1.
    #[must_use]
    pub fn rate(mut self, rate: f64) -> Self {
        self.rate = rate;
        self
    }

    /// What may go wrong, each as likely.
    #[must_use]
    pub fn faults(mut self, faults: &[Fault]) -> Self {
        self.faults = faults.into();
        self
    }

    /// What went wrong so far.
    #[must_use]
    pub fn injected(&self) -> Vec<Fault> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).injected.clone()
    }

    fn draw(&self) -> Option<Fault> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let goes_wrong = state.random.f64() < self.rate;
        let fault = state.random.choice(self.faults.iter()).copied().filter(|_| goes_wrong)?;
        state.injected.push(fault);
        Some(fault)
    }
}

#[async_trait]
impl<S: RangeStore> RangeStore for FaultStore<S> {
    async fn get_range(
        &self,
        path: &str,
        range: Range<u64>,
        options: &GetOptions,
    ) -> Result<RangeResponse, Error> {
        let fault = self.draw();
        let range = match fault {
            Some(Fault::Fail(kind)) => {
                return Err(Error::new(kind, path, "injected fault").with_range(range));
            }
            Some(Fault::Hang) => std::future::pending().await,
            Some(Fault::Delay(delay)) => {
                tokio::time::sleep(delay).await;
                range
            }
            Some(Fault::WholeObject) => 0..u64::MAX,
            _ => range,
        };
        let mut response = self.inner.get_range(path, range.clone(), options).await?;
        match fault {
            Some(Fault::BreakOff) => {
                Err(Error::new(ErrorKind::Network, path, "injected fault: the body broke off")
                    .with_range(range))
            }
            Some(Fault::Truncate) => {
                response.bytes.truncate(response.bytes.len() / 2);
                Ok(response)
            }
            Some(Fault::Extend) => {
                let mut longer = BytesMut::from(&response.bytes[..]);
                longer.extend_from_slice(b"?");
                response.bytes = Bytes::from(longer);
                Ok(response)
            }
            Some(Fault::NewVersion) => {
                let claimed = self.state.lock().unwrap_or_else(PoisonError::into_inner).random.u64(..);
                response.object.version =
                    Some(Version::new().with_etag(&format!("\"injected-{claimed:x}\"")));
                Ok(response)
            }
            _ => Ok(response),
        }
    }
}

impl<S: fmt::Debug> fmt::Debug for FaultStore<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultStore")
            .field("inner", &self.inner)
            .field("rate", &self.rate)
            .field("faults", &self.faults)
            .finish_non_exhaustive()
    }
}
