//! Reads that are dropped on the way: nothing stays behind, and the next read is right.

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use common::fixture;
use futures::executor::block_on;
use futures::future::{Either, select};
use geotiff_io::MemoryStore;
use geotiff_read::{Executor, GeoTiff, Job, OpenOptions, RayonExecutor, ReadOptions};

/// Counts the jobs that have not ended.
#[derive(Debug, Default)]
struct Counting {
    pool: RayonExecutor,
    alive: Arc<AtomicUsize>,
}

impl Executor for Counting {
    fn spawn(&self, job: Job) {
        self.alive.fetch_add(1, Ordering::SeqCst);
        let alive = Arc::clone(&self.alive);
        self.pool.spawn(Box::new(move || {
            job();
            alive.fetch_sub(1, Ordering::SeqCst);
        }));
    }
}

#[test]
#[allow(clippy::unwrap_used, reason = "clippy does not look into blocks")]
fn a_dropped_read_leaves_no_job_and_the_next_read_is_right() {
    let executor = Arc::new(Counting::default());
    let alive = Arc::clone(&executor.alive);
    let store = Arc::new(MemoryStore::new());
    store.put("image.tif", std::fs::read(fixture("scene.tif")).unwrap());
    let options = OpenOptions::default().with_executor(executor).with_coalesce(0, 1);
    let tiff = block_on(GeoTiff::open_with(store, "image.tif", options)).unwrap();
    let read = ReadOptions::new();
    let expected = block_on(tiff.read(&read)).unwrap().data;

    let mut dropped = 0;
    for polls in 0..200_usize {
        // Dropped after a number of polls: before, amid and after its requests and jobs.
        let outcome = block_on(select(Box::pin(tiff.read(&read)), yields(polls)));
        dropped += usize::from(matches!(outcome, Either::Right(_)));
        drop(outcome);
    }
    assert!(dropped > 100, "{dropped} reads were cut short");
    for _ in 0..1000 {
        if alive.load(Ordering::SeqCst) == 0 {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(alive.load(Ordering::SeqCst), 0, "jobs are still alive");
    assert_eq!(block_on(tiff.read(&read)).unwrap().data, expected);
}

/// Ready after it was polled `count` times.
fn yields(count: usize) -> impl Future<Output = ()> + Unpin {
    let mut left = count;
    futures::future::poll_fn(move |context| {
        if left == 0 {
            return std::task::Poll::Ready(());
        }
        left -= 1;
        context.waker().wake_by_ref();
        std::task::Poll::Pending
    })
}
