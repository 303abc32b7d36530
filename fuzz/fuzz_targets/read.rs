//! Opens a file and reads all of it, windows of it, a small version, statistics and points.
#![no_main]

use std::sync::Arc;

use futures::executor::block_on;
use geotiff_io::MemoryStore;
use geotiff_read::resample::Resampling;
use geotiff_read::{
    Edge, ErrorKind, GeoTiff, InlineExecutor, Limits, OpenOptions, ReadOptions, StatisticsOptions, Window,
};
use libfuzzer_sys::fuzz_target;

/// Small enough that what a hostile file makes us allocate stays far from libFuzzer's limits.
fn limits() -> Limits {
    let metadata = geotiff_core::Limits::default().with_max_metadata_bytes(1 << 20).with_max_ifds(64);
    Limits::default()
        .with_max_output_bytes(4 << 20)
        .with_max_chunk_bytes(1 << 20, 4 << 20)
        .with_metadata(metadata)
}

async fn exercise(tiff: &GeoTiff) {
    let whole = tiff.read(&ReadOptions::new()).await;
    if let Err(error) = &whole {
        assert_ne!(error.kind(), ErrorKind::Usage, "{error}");
    }
    let window =
        ReadOptions::new().window(Window::new(-3, -3, 40, 40)).edge(Edge::Fill(None)).interleaved(true);
    let _ = tiff.read(&window).await;
    for resampling in [Resampling::Nearest, Resampling::Cubic, Resampling::Average] {
        let _ = tiff.read(&ReadOptions::new().size(7, 5).resampling(resampling)).await;
    }
    for level in 0..tiff.overviews().len().min(2) {
        if let Ok(level) = tiff.level(level) {
            let _ = level.read(&ReadOptions::new()).await;
        }
    }
    let _ = tiff.statistics(&StatisticsOptions::new().approximate(true).histogram(4)).await;
    let _ = tiff.sample(&[(0.5, 0.5), (1e9, -1e9), (f64::NAN, 0.0)], None).await;
    let _ = tiff.crs();
}

fuzz_target!(|file: &[u8]| {
    let store = MemoryStore::new();
    store.put("file.tif", file.to_vec());
    let options = OpenOptions::default().with_limits(limits()).with_executor(Arc::new(InlineExecutor));
    block_on(async {
        let Ok(tiff) = GeoTiff::open_with(Arc::new(store), "file.tif", options).await else { return };
        for page in 0..tiff.tiff().pages().len().min(3) {
            if let Ok(page) = tiff.with_page(page) {
                exercise(&page).await;
            }
        }
    });
});
