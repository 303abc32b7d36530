//! For callers without an async runtime: [`wait`] carries out any future of this library, [`iterate`] any stream.
//!
//! Stores of URLs and files need a tokio runtime; this module owns a small one, of one thread, begun at first use and
//! kept until the process ends. Decoding runs on the executor as ever.
//!
//! ```
//! use std::sync::Arc;
//! use geotiff_read::blocking::{iterate, wait};
//! use geotiff_read::{GeoTiff, ReadOptions, Window};
//!
//! # let store = geotiff_io::MemoryStore::new();
//! # store.put("scene.tif", std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/scene.tif"))?);
//! # let store = Arc::new(store);
//! let tiff = wait(GeoTiff::open(store, "scene.tif"))?;
//! let raster = wait(tiff.read(&ReadOptions::new().window(Window::new(0, 0, 64, 32))))?;
//! assert_eq!(raster.data.shape(), [3, 32, 64]);
//!
//! for part in iterate(tiff.level(0)?.read_chunks(&ReadOptions::new())) {
//!     let (window, raster) = part?;
//!     assert_eq!(raster.width(), window.width as usize);
//! }
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

use std::pin::Pin;
use std::sync::OnceLock;

use futures::{Stream, StreamExt};
use tokio::runtime::{Builder, Handle, Runtime};

use crate::{Error, ErrorKind};

/// Carries out `future` on this thread and returns its result.
///
/// # Errors
///
/// Those of the future; [`ErrorKind::Usage`] on a thread of an async runtime, which must not be blocked, and where no
/// thread can be had.
pub fn wait<T>(future: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    runtime()?.block_on(future)
}

/// Takes the items of `stream` on this thread, one by one. Work that the stream has begun ahead goes on only while it is
/// asked for the next.
///
/// An error of the iterator's own, as of [`wait`], is its last item.
pub fn iterate<T, S>(stream: S) -> impl Iterator<Item = Result<T, Error>> + use<T, S>
where
    S: Stream<Item = Result<T, Error>>,
{
    let mut stream: Option<Pin<Box<S>>> = Some(Box::pin(stream));
    std::iter::from_fn(move || match runtime() {
        Ok(runtime) => runtime.block_on(stream.as_mut()?.next()),
        Err(error) => stream.take().map(|_| Err(error)),
    })
}

fn runtime() -> Result<&'static Runtime, Error> {
    static RUNTIME: OnceLock<std::io::Result<Runtime>> = OnceLock::new();
    if Handle::try_current().is_ok() {
        return Err(Error::usage("a thread of an async runtime must not be blocked: await instead"));
    }
    let build = || Builder::new_multi_thread().worker_threads(1).thread_name("geotiff").enable_all().build();
    RUNTIME
        .get_or_init(build)
        .as_ref()
        .map_err(|error| Error::new(ErrorKind::Usage, format!("no runtime for blocking reads: {error}")))
}
