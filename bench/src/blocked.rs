//! How long a read keeps the one worker of a runtime from its other tasks.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use geotiff_kit::io::FileStore;
use geotiff_kit::{GeoTiff, MemoryStore, RangeStore, ReadOptions};
use rustix::time::ClockId;
use serde::{Deserialize, Serialize};

use crate::protocol::cpu_time;
use crate::{Failure, ours};

/// Seconds.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Blocked {
    /// How late, at worst, a task woke up that sleeps 1 ms at a time, while nothing was read.
    pub(crate) idle_lateness: f64,
    /// The same during the read.
    pub(crate) lateness: f64,
    /// The longest that the read held the worker at once, by the clock.
    pub(crate) longest_poll: f64,
    /// The same in the thread's processor time, of which other processes take nothing away.
    pub(crate) longest_poll_cpu: f64,
}

/// Prints the figures of a read of everything at `source`: `memory:PATH`, a URL, or a path.
pub(crate) fn measure(source: &str) -> Result<(), Failure> {
    let (store, path): (Arc<dyn RangeStore>, &str) = match source.strip_prefix("memory:") {
        Some(path) => {
            let store = MemoryStore::new();
            store.put(path, std::fs::read(path)?);
            (Arc::new(store), path)
        }
        None if source.starts_with("http") => (ours::http(), source),
        None => (Arc::new(FileStore::new()), source),
    };
    let blocked = ours::runtime()?.block_on(read(store, path))?;
    println!("{}", serde_json::to_string(&blocked)?);
    Ok(())
}

async fn read(store: Arc<dyn RangeStore>, path: &str) -> Result<Blocked, Failure> {
    let mut blocked = Blocked::default();
    let idle = worst_lateness(tokio::time::sleep(Duration::from_millis(300)));
    blocked.idle_lateness = idle.await.0;
    let tiff = GeoTiff::open(store, path).await?;
    // The first read starts threads and connections.
    drop(tiff.read(&ReadOptions::new()).await?);
    let options = ReadOptions::new();
    let read = Timed { inner: Box::pin(tiff.read(&options)), blocked: &mut blocked };
    let (lateness, raster) = worst_lateness(read).await;
    raster?;
    blocked.lateness = lateness;
    Ok(blocked)
}

/// Runs `work` beside a task that sleeps 1 ms at a time: by how much it overslept at worst, and what came of the work.
async fn worst_lateness<T>(work: impl Future<Output = T>) -> (f64, T) {
    let (stop, mut stopped) = tokio::sync::oneshot::channel::<()>();
    let ticker = tokio::spawn(async move {
        const STEP: Duration = Duration::from_millis(1);
        let mut worst = Duration::ZERO;
        while stopped.try_recv().is_err() {
            let start = Instant::now();
            tokio::time::sleep(STEP).await;
            worst = worst.max(start.elapsed().saturating_sub(STEP));
        }
        worst
    });
    let result = work.await;
    let _ = stop.send(());
    (ticker.await.unwrap_or_default().as_secs_f64(), result)
}

/// A future whose polls are timed.
struct Timed<'a, F> {
    inner: Pin<Box<F>>,
    blocked: &'a mut Blocked,
}

impl<F: Future> Future for Timed<'_, F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let (start, cpu) = (Instant::now(), cpu_time(ClockId::ThreadCPUTime));
        let result = self.inner.as_mut().poll(context);
        let cpu = (cpu_time(ClockId::ThreadCPUTime) - cpu).as_secs_f64();
        let blocked = &mut *self.blocked;
        blocked.longest_poll = blocked.longest_poll.max(start.elapsed().as_secs_f64());
        blocked.longest_poll_cpu = blocked.longest_poll_cpu.max(cpu);
        result
    }
}
