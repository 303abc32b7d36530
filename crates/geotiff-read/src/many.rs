//! Reads of many files under one budget.

use futures::{Stream, StreamExt, stream};

use crate::{Error, GeoTiff, Raster, ReadBudget, ReadOptions};

/// Carries out many reads, of one file or of many, with at most `concurrency` of them begun and not yet taken from the
/// stream, and with all of their compressed bytes and requests within `budget`. Each result comes with the number of its
/// read, from 0, in the order in which they end.
///
/// `reads` may be an iterator without end: it is asked for the next read when there is room. What a read is for can be
/// opened in it, by a future of the caller's and [`ReadOptions::budget`]; this is the plain case.
///
/// ```
/// # futures::executor::block_on(async {
/// use std::sync::Arc;
/// use futures::StreamExt;
/// use geotiff_read::{GeoTiff, ReadBudget, ReadOptions, Window, read_many};
///
/// # let store = geotiff_io::MemoryStore::new();
/// # store.put("scene.tif", std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/scene.tif"))?);
/// let tiff = GeoTiff::open(Arc::new(store), "scene.tif").await?;
/// let windows = (0..8).map(|n| (tiff.clone(), ReadOptions::new().window(Window::new(16 * n, 0, 16, 16))));
/// let budget = ReadBudget::new(64 << 20, 32);
/// let mut reads = read_many(windows, &budget, 4);
/// while let Some((number, raster)) = reads.next().await {
///     assert_eq!(raster?.width(), 16, "read {number}");
/// }
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
pub fn read_many<I>(
    reads: I,
    budget: &ReadBudget,
    concurrency: usize,
) -> impl Stream<Item = (usize, Result<Raster, Error>)> + Unpin + use<I>
where
    I: IntoIterator<Item = (GeoTiff, ReadOptions)>,
{
    let budget = budget.clone();
    let read = move |(number, (tiff, options)): (usize, (GeoTiff, ReadOptions))| {
        let options = options.budget(&budget);
        async move { (number, tiff.read(&options).await) }
    };
    Box::pin(stream::iter(reads.into_iter().enumerate()).map(read).buffer_unordered(concurrency.max(1)))
}
