//! How much reads may have under way at once, shared by as many of them as are given the same budget.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{Error, ErrorKind};

/// Bytes that one permit of the semaphore stands for.
const UNIT: u64 = 1 << 10;

/// A bound on the compressed bytes that are in flight or wait to be decoded, and on the requests under way, of every
/// read that is given it: clones share it. Reads wait for their turn, first come, first served.
///
/// Without one, each read has a budget of its own, by [`Limits::max_in_flight_bytes`](crate::Limits) and
/// [`OpenOptions::max_concurrent_requests`](crate::OpenOptions).
///
/// A request larger than the whole budget is made when nothing else is under way. What a read holds comes free as its
/// chunks are decoded, and when its future is dropped; a future that is kept but not polled keeps what it holds, and
/// others wait.
///
/// ```
/// use geotiff_read::{OpenOptions, ReadBudget};
///
/// let budget = ReadBudget::new(64 << 20, 32);
/// let options = OpenOptions::default().with_budget(budget.clone()); // and the same for other files
/// assert_eq!((budget.bytes_in_use(), budget.requests_in_use()), (0, 0));
/// ```
#[derive(Clone, Debug)]
pub struct ReadBudget {
    bytes: Arc<Semaphore>,
    units: u32,
    requests: Arc<Semaphore>,
    max_requests: usize,
}

impl ReadBudget {
    /// A budget of `bytes` compressed bytes (rounded up to a KiB) and `requests` requests, at least one of each.
    pub fn new(bytes: u64, requests: usize) -> Self {
        // Tokio's semaphores hold so many permits at most.
        let most = u64::from(u32::MAX >> 3);
        let units = bytes.div_ceil(UNIT).clamp(1, most) as u32;
        let max_requests = requests.clamp(1, most as usize);
        Self {
            bytes: Arc::new(Semaphore::new(units as usize)),
            units,
            requests: Arc::new(Semaphore::new(max_requests)),
            max_requests,
        }
    }

    /// Compressed bytes in flight or waiting to be decoded, in steps of a KiB.
    pub fn bytes_in_use(&self) -> u64 {
        (self.units as usize - self.bytes.available_permits()) as u64 * UNIT
    }

    /// Requests under way.
    pub fn requests_in_use(&self) -> usize {
        self.max_requests - self.requests.available_permits()
    }

    pub(crate) fn max_requests(&self) -> usize {
        self.max_requests
    }

    /// Waits until a request for so many bytes may be made.
    pub(crate) async fn acquire(&self, bytes: u64) -> Result<Permit, Error> {
        let closed = |_| Error::new(ErrorKind::Usage, "the budget was closed");
        let units = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX).clamp(1, self.units);
        let request = Arc::clone(&self.requests).acquire_owned().await.map_err(closed)?;
        let bytes = Arc::clone(&self.bytes).acquire_many_owned(units).await.map_err(closed)?;
        Ok(Permit { request: Some(request), _bytes: bytes })
    }
}

/// What a request holds of a budget: its turn until the bytes are here, and the bytes until they are decoded.
#[derive(Debug)]
pub(crate) struct Permit {
    request: Option<OwnedSemaphorePermit>,
    _bytes: OwnedSemaphorePermit,
}

impl Permit {
    /// The request is answered; the bytes are held on.
    pub(crate) fn answered(&mut self) {
        self.request = None;
    }
}
