//! Where decoding runs: never on the threads that drive requests.

use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use futures::channel::oneshot;

use crate::{Error, ErrorKind};

/// One piece of CPU work.
pub type Job = Box<dyn FnOnce() + Send + 'static>;

/// Runs CPU work. A job never blocks on I/O and never panics.
pub trait Executor: Send + Sync + fmt::Debug {
    /// Runs `job` at some time, on whatever thread the executor chooses. Jobs that were handed over may run in
    /// any order and at the same time.
    fn spawn(&self, job: Job);
}

/// Runs jobs on rayon's pools: the global one, or one of the caller's.
#[cfg(feature = "rayon")]
#[derive(Clone, Default)]
pub struct RayonExecutor {
    pool: Option<Arc<rayon::ThreadPool>>,
}

#[cfg(feature = "rayon")]
impl RayonExecutor {
    /// Runs jobs on `pool`.
    pub fn new(pool: Arc<rayon::ThreadPool>) -> Self {
        Self { pool: Some(pool) }
    }
}

#[cfg(feature = "rayon")]
impl fmt::Debug for RayonExecutor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let threads = self.pool.as_ref().map(|pool| pool.current_num_threads());
        f.debug_struct("RayonExecutor").field("own_threads", &threads).finish()
    }
}

#[cfg(feature = "rayon")]
impl Executor for RayonExecutor {
    fn spawn(&self, job: Job) {
        match &self.pool {
            Some(pool) => pool.spawn(job),
            None => rayon::spawn(job),
        }
    }
}

/// Runs each job at once, on the thread that drives the read: for targets without threads, and for tests.
#[derive(Clone, Copy, Debug, Default)]
pub struct InlineExecutor;

impl Executor for InlineExecutor {
    fn spawn(&self, job: Job) {
        job();
    }
}

/// Runs `work` on `executor` and waits for its result.
///
/// # Errors
///
/// [`ErrorKind::Usage`] where the executor drops the job instead of running it.
pub async fn run<R: Send + 'static>(
    executor: &Arc<dyn Executor>,
    work: impl FnOnce() -> R + Send + 'static,
) -> Result<R, Error> {
    let (done, result) = oneshot::channel();
    executor.spawn(Box::new(move || {
        // The reader may be gone: then nobody asks.
        let _ = done.send(work());
    }));
    result.await.map_err(|_| Error::new(ErrorKind::Usage, "the executor dropped a job"))
}

/// Lets other tasks of the thread run.
pub(crate) async fn yield_now() {
    let mut yielded = false;
    poll_fn(|context| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
