//! Carries a plan out: fetches within a budget, and decodes each range as it lands.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use futures::channel::mpsc;
use futures::stream::FuturesUnordered;
use futures::{StreamExt, select_biased};

use crate::decode::ImageTask;
use crate::executor::Executor;
use crate::plan::{ImageRole, PlannedChunk, PlannedRequest, ReadPlan};
use crate::{Error, ErrorKind};

/// The tasks of the images that a plan reads.
pub(crate) struct Tasks {
    pub(crate) data: Arc<ImageTask>,
    pub(crate) mask: Option<Arc<ImageTask>>,
}

impl Tasks {
    fn of(&self, role: ImageRole) -> Result<&Arc<ImageTask>, Error> {
        match role {
            ImageRole::Data => Ok(&self.data),
            ImageRole::Mask => {
                self.mask.as_ref().ok_or_else(|| Error::new(ErrorKind::Usage, "the plan has no mask"))
            }
        }
    }
}

/// How much one read may have under way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    pub(crate) bytes: u64,
    pub(crate) requests: usize,
}

/// Stops the jobs that have not begun when the read is dropped or fails.
struct CancelOnDrop(Arc<AtomicBool>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What a job reports: the bytes that it no longer needs, and how it went.
type Done = (u64, Result<(), Error>);

/// The jobs of one read, on their way to the executor.
struct Dispatch<'a> {
    tasks: &'a Tasks,
    executor: &'a dyn Executor,
    cancelled: Arc<AtomicBool>,
    done: mpsc::UnboundedSender<Done>,
    running: usize,
}

impl Dispatch<'_> {
    #[allow(unsafe_code, reason = "each chunk of the plan is handed over once")]
    fn spawn(&mut self, chunk: &PlannedChunk, bytes: Option<Bytes>) -> Result<(), Error> {
        let task = Arc::clone(self.tasks.of(chunk.role)?);
        let (chunk, cancelled, done) = (chunk.clone(), Arc::clone(&self.cancelled), self.done.clone());
        self.running += 1;
        self.executor.spawn(Box::new(move || {
            let freed = bytes.as_ref().map_or(0, |bytes| bytes.len() as u64);
            let result = if cancelled.load(Ordering::Relaxed) {
                Ok(())
            } else {
                // SAFETY: the chunks of one image cover disjoint pixels, each role has an output of its own, and
                // the plan names each chunk once.
                unsafe { task.run(&chunk, bytes.as_deref()) }
            };
            // Before the report, so that the reader finds itself the only holder after the last one.
            drop((task, bytes));
            // The reader may be gone: then nobody asks.
            let _ = done.unbounded_send((freed, result));
        }));
        Ok(())
    }
}

/// Fetches and decodes everything in `plan`. When this returns, no job holds an output any more.
pub(crate) async fn execute(
    plan: &ReadPlan,
    tasks: &Tasks,
    executor: &dyn Executor,
    budget: Budget,
) -> Result<(), Error> {
    let cancel = CancelOnDrop(Arc::new(AtomicBool::new(false)));
    let (done, mut reports) = mpsc::unbounded();
    let cancelled = Arc::clone(&cancel.0);
    let mut dispatch = Dispatch { tasks, executor, cancelled, done, running: 0 };
    for chunk in plan.chunks.iter().filter(|chunk| chunk.location.is_none()) {
        // A sparse chunk of zeros is there already, and a giant image may have millions.
        if tasks.of(chunk.role)?.fill.is_some() {
            dispatch.spawn(chunk, None)?;
        }
    }
    let mut waiting = plan.requests.iter().peekable();
    let mut fetches = FuturesUnordered::new();
    let mut in_flight = 0_u64;
    loop {
        while let Some(request) = waiting.next_if(|request| {
            let size = request.range.end - request.range.start;
            fetches.len() < budget.requests.max(1) && (in_flight == 0 || in_flight + size <= budget.bytes)
        }) {
            in_flight += request.range.end - request.range.start;
            fetches.push(fetch(request, tasks));
        }
        if fetches.is_empty() && dispatch.running == 0 {
            return Ok(());
        }
        select_biased! {
            report = reports.select_next_some() => {
                let (freed, result) = report;
                dispatch.running -= 1;
                in_flight -= freed;
                result?;
            }
            fetched = fetches.select_next_some() => {
                let (request, bytes) = fetched?;
                let mut held = 0;
                for position in &request.chunks {
                    let chunk = plan.chunks.get(*position).ok_or_else(|| Error::usage("the plan is inconsistent"))?;
                    let bytes = slice(chunk, request, &bytes)?;
                    held += bytes.len() as u64;
                    dispatch.spawn(chunk, Some(bytes))?;
                }
                // The gaps between the chunks are kept with them, but there is no job to report them; chunks that
                // share bytes report them each.
                in_flight = (in_flight + held) - (request.range.end - request.range.start);
            }
        }
    }
}

async fn fetch<'a>(request: &'a PlannedRequest, tasks: &Tasks) -> Result<(&'a PlannedRequest, Bytes), Error> {
    let source = tasks.of(request.role)?.state.source();
    Ok((request, source.get(request.range.clone()).await?))
}

/// The bytes of one chunk, out of those of its request.
fn slice(chunk: &PlannedChunk, request: &PlannedRequest, bytes: &Bytes) -> Result<Bytes, Error> {
    let Some(range) = chunk.location.clone() else { return Ok(Bytes::new()) };
    let start = (range.start - request.range.start) as usize;
    let end = (range.end - request.range.start) as usize;
    if end > bytes.len() {
        let message =
            format!("the object is truncated: it has {} bytes", request.range.start + bytes.len() as u64);
        return Err(Error::new(ErrorKind::Malformed, message)
            .in_part(format_args!("{} chunk {}", chunk.role.name(), chunk.index))
            .in_range(range));
    }
    Ok(bytes.slice(start..end))
}
