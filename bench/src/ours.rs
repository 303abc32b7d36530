//! Our side of the tasks.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use futures::{StreamExt, TryStreamExt, stream};
use geotiff_kit::io::{FileStore, HttpStore};
use geotiff_kit::read::{InlineExecutor, RayonExecutor};
use geotiff_kit::{Executor, GeoTiff, MemoryStore, RangeStore, ReadOptions, Window};
use tokio::runtime::Runtime;

use crate::protocol::{Answer, Stopwatch, Task, UrlWindow};
use crate::{Failure, parse, tiles};

/// What a worker keeps between tasks, as a long-lived program would.
static HTTP: LazyLock<Arc<dyn RangeStore>> = LazyLock::new(|| Arc::new(HttpStore::new()));
/// The runtime that the connections belong to.
#[allow(clippy::expect_used, reason = "without threads there is nothing to measure")]
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().expect("a runtime of two threads")
});
static FILES: LazyLock<Mutex<HashMap<String, Arc<dyn RangeStore>>>> = LazyLock::new(Mutex::default);

/// Does a task.
pub(crate) fn answer(task: Task) -> Result<Answer, Failure> {
    match task {
        Task::Image { path, threads, from_memory, check } => image(&path, threads, from_memory, check),
        Task::Open { urls, at_once } => run(open(urls, at_once)),
        Task::Windows { windows, at_once, check } => run(read(windows, at_once, check)),
        Task::Cold { window } => run(cold(window)),
        Task::Tiles { source, tiles, mode, check } => tiles::answer(&source, &tiles, mode, check),
        Task::Parse { path } => parse::ours(&path),
    }
}

/// Runs a task on the workers of the shared runtime, as a server does: a third thread would wait for each part of it.
pub(crate) fn run<T: Send + 'static>(
    task: impl Future<Output = Result<T, Failure>> + Send + 'static,
) -> Result<T, Failure> {
    RUNTIME.block_on(RUNTIME.spawn(task))?
}

/// A runtime whose tasks run on the calling thread.
pub(crate) fn runtime() -> Result<Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

/// The store of HTTP URLs that all tasks share, with its connections.
pub(crate) fn http() -> Arc<dyn RangeStore> {
    Arc::clone(&HTTP)
}

/// Where decoding runs: on the thread that reads, or on a pool of its own.
fn executor(threads: usize) -> Result<Arc<dyn Executor>, Failure> {
    if threads == 1 {
        return Ok(Arc::new(InlineExecutor));
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    Ok(Arc::new(RayonExecutor::new(Arc::new(pool))))
}

/// A store that holds the file at `path` in memory.
fn in_memory(path: &str) -> Result<Arc<dyn RangeStore>, Failure> {
    let mut files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(store) = files.get(path) {
        return Ok(Arc::clone(store));
    }
    // One at a time: a worker that kept them all would need gigabytes.
    files.clear();
    let store = MemoryStore::new();
    store.put(path, std::fs::read(path)?);
    let store: Arc<dyn RangeStore> = Arc::new(store);
    files.insert(path.to_owned(), Arc::clone(&store));
    Ok(store)
}

fn image(path: &str, threads: usize, from_memory: bool, check: bool) -> Result<Answer, Failure> {
    let store = if from_memory { in_memory(path)? } else { Arc::new(FileStore::new()) };
    let executor = executor(threads)?;
    let runtime = runtime()?;
    let watch = Stopwatch::start();
    let options = geotiff_kit::OpenOptions::default().with_executor(executor);
    let raster = runtime.block_on(async {
        let tiff = GeoTiff::open_with(store, path, options).await?;
        tiff.read(&ReadOptions::new()).await
    })?;
    let answer = watch.stop();
    Ok(if check { answer.checked(raster.data.as_bytes().unwrap_or_default()) } else { answer })
}

async fn open(urls: Vec<String>, at_once: usize) -> Result<Answer, Failure> {
    let watch = Stopwatch::start();
    let opens = urls.into_iter().map(|url| tokio::spawn(open_one(url)));
    let mut opens = stream::iter(opens).buffer_unordered(at_once);
    while let Some(opened) = opens.next().await {
        opened??;
    }
    Ok(watch.stop())
}

async fn open_one(url: String) -> Result<(), Failure> {
    let tiff = GeoTiff::open(http(), url).await?;
    let facts = (tiff.transform(), tiff.crs()?.and_then(|crs| crs.epsg()), tiff.overviews().len());
    let complete = facts.0.is_some() && facts.1.is_some() && facts.2 > 0;
    if complete { Ok(()) } else { Err(format!("{}: {facts:?}", tiff.path()).into()) }
}

async fn read(windows: Vec<UrlWindow>, at_once: usize, check: bool) -> Result<Answer, Failure> {
    let watch = Stopwatch::start();
    let reads = windows.into_iter().map(|window| tokio::spawn(read_one(http(), window, check)));
    let checksums: Vec<u64> =
        stream::iter(reads).buffer_unordered(at_once).map(|read| read?).try_collect().await?;
    let sum = checksums.iter().fold(0_u64, |sum, one| sum.wrapping_add(*one));
    Ok(Answer { checksum: check.then_some(sum), ..watch.stop() })
}

async fn read_one(store: Arc<dyn RangeStore>, place: UrlWindow, check: bool) -> Result<u64, Failure> {
    let [col, row, width, height] = place.window;
    let tiff = GeoTiff::open(store, place.url).await?;
    let window = Window::new(col, row, width, height);
    let raster = tiff.read(&ReadOptions::new().window(window)).await?;
    let bytes = raster.data.as_bytes().filter(|_| check);
    Ok(bytes.map_or(0, |bytes| u64::from(crc32fast::hash(bytes))))
}

async fn cold(window: UrlWindow) -> Result<Answer, Failure> {
    // With its own connections, of which there is none yet.
    let store: Arc<dyn RangeStore> = Arc::new(HttpStore::new());
    let watch = Stopwatch::start();
    read_one(store, window, false).await?;
    Ok(watch.stop())
}
