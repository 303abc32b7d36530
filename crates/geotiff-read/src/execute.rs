//! Carries a plan out: fetches within a budget, and decodes each range as it lands.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use bytes::Bytes;
use futures::channel::mpsc;
use futures::stream::FuturesUnordered;
use futures::{StreamExt, select_biased};

use crate::budget::{Permit, ReadBudget};
use crate::cache::DecodedChunk;
use crate::decode::{ImageTask, Input};
use crate::executor::{Executor, yield_now};
use crate::plan::{self, ImageRole, PlannedChunk, PlannedRequest, ReadPlan};
use crate::trace::ReadTrace;
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

/// What a read runs with.
pub(crate) struct Context<'a> {
    pub(crate) executor: &'a dyn Executor,
    pub(crate) budget: ReadBudget,
    pub(crate) trace: Option<ReadTrace>,
}

/// Stops the jobs that have not begun when the read is dropped or fails.
struct CancelOnDrop(Arc<AtomicBool>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What a job owns of its chunk.
enum Payload {
    Sparse,
    Encoded {
        bytes: Bytes,
        /// What the request holds of the budget until the last of its chunks is decoded.
        _held: Arc<Permit>,
    },
    Decoded(Arc<DecodedChunk>),
}

impl Payload {
    /// The samples in place of bytes that another read, which wanted them too, has decoded meanwhile.
    fn renewed(self, task: &ImageTask, chunk: &PlannedChunk) -> Self {
        let decoded = matches!(self, Self::Encoded { .. }).then(|| task.decoded_since(chunk)).flatten();
        decoded.map_or(self, Self::Decoded)
    }

    fn input(&self) -> Input<'_> {
        match self {
            Self::Sparse => Input::Sparse,
            Self::Encoded { bytes, .. } => Input::Encoded(bytes),
            Self::Decoded(decoded) => Input::Decoded(decoded),
        }
    }
}

/// The jobs of one read, on their way to the executor.
struct Dispatch<'a> {
    tasks: &'a Tasks,
    context: &'a Context<'a>,
    cancelled: Arc<AtomicBool>,
    done: mpsc::UnboundedSender<Result<(), Error>>,
    running: usize,
}

impl Dispatch<'_> {
    #[allow(unsafe_code, reason = "each chunk of the plan is handed over once")]
    fn spawn(&mut self, chunk: &PlannedChunk, payload: Payload) -> Result<(), Error> {
        let task = Arc::clone(self.tasks.of(chunk.role)?);
        let (chunk, cancelled, done) = (chunk.clone(), Arc::clone(&self.cancelled), self.done.clone());
        let trace = self.context.trace.clone();
        self.running += 1;
        self.context.executor.spawn(Box::new(move || {
            let payload = payload.renewed(&task, &chunk);
            let result = if cancelled.load(Ordering::Relaxed) {
                Ok(())
            } else {
                let began = trace.as_ref().map(|_| Instant::now());
                // SAFETY: the chunks of one image cover disjoint pixels, each role has an output of its own, and
                // the plan names each chunk (or part of one) once.
                let result = unsafe { task.run(&chunk, payload.input()) };
                match (&trace, began, &payload) {
                    (Some(trace), _, Payload::Decoded(_)) => trace.found(),
                    (Some(trace), Some(began), Payload::Encoded { .. }) => trace.decoded(began),
                    _ => {}
                }
                result
            };
            // Before the report, so that the reader finds itself the only holder after the last one.
            drop((task, payload));
            // The reader may be gone: then nobody asks.
            let _ = done.unbounded_send(result);
        }));
        Ok(())
    }
}

/// Fetches and decodes everything in `plan`; `decoded` are the chunks of it that a cache had. When this returns, no job
/// holds an output any more.
pub(crate) async fn execute(
    plan: &ReadPlan,
    decoded: Vec<(usize, Arc<DecodedChunk>)>,
    tasks: &Tasks,
    context: &Context<'_>,
) -> Result<(), Error> {
    let cancel = CancelOnDrop(Arc::new(AtomicBool::new(false)));
    let (done, mut reports) = mpsc::unbounded();
    let cancelled = Arc::clone(&cancel.0);
    let mut dispatch = Dispatch { tasks, context, cancelled, done, running: 0 };
    for chunk in plan.chunks.iter().filter(|chunk| chunk.is_sparse()) {
        // A sparse chunk of zeros is there already, and a giant image may have millions.
        if tasks.of(chunk.role)?.fills_sparse() {
            dispatch.spawn(chunk, Payload::Sparse)?;
        }
    }
    for (position, decoded) in decoded {
        dispatch.spawn(chunk_at(plan, position)?, Payload::Decoded(decoded))?;
    }
    let mut waiting = plan.requests.iter();
    let mut fetches = FuturesUnordered::new();
    loop {
        while fetches.len() < context.budget.max_requests()
            && let Some(request) = waiting.next()
        {
            fetches.push(fetch(request, tasks, context));
        }
        if fetches.is_empty() && dispatch.running == 0 {
            return Ok(());
        }
        select_biased! {
            report = reports.select_next_some() => {
                dispatch.running -= 1;
                report?;
            }
            fetched = fetches.select_next_some() => {
                let (request, bytes, permit) = fetched?;
                for position in &request.chunks {
                    let chunk = chunk_at(plan, *position)?;
                    let bytes = slice(chunk, request, &bytes)?;
                    let _held = Arc::clone(&permit);
                    dispatch.spawn(chunk, Payload::Encoded { bytes, _held })?;
                }
                // Handing over the chunks of several requests at once would take long.
                yield_now().await;
            }
        }
    }
}

fn chunk_at(plan: &ReadPlan, position: usize) -> Result<&PlannedChunk, Error> {
    plan.chunks.get(position).ok_or_else(|| Error::usage("the plan is inconsistent"))
}

type Fetched<'a> = (&'a PlannedRequest, Bytes, Arc<Permit>);

async fn fetch<'a>(
    request: &'a PlannedRequest,
    tasks: &Tasks,
    context: &Context<'_>,
) -> Result<Fetched<'a>, Error> {
    let source = tasks.of(request.role)?.state.source();
    let mut permit = context.budget.acquire(request.range.end - request.range.start).await?;
    let bytes = source.get(request.range.clone(), context.trace.as_ref()).await?;
    permit.answered();
    Ok((request, bytes, Arc::new(permit)))
}

/// The bytes of one chunk, out of those of its request.
fn slice(chunk: &PlannedChunk, request: &PlannedRequest, bytes: &Bytes) -> Result<Bytes, Error> {
    let Some(range) = chunk.location.clone() else { return Ok(Bytes::new()) };
    let start = (range.start - request.range.start) as usize;
    let end = (range.end - request.range.start) as usize;
    plan::check_complete(chunk, &range, bytes.slice(start.min(bytes.len())..end.min(bytes.len())))
}
