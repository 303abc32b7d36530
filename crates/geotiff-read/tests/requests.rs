//! What is asked of a store: how many requests, for how many bytes, and what a replaced object does.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests are tests, though clippy cannot tell"
)]

mod common;

use std::ops::Range;
use std::sync::Arc;

use common::{Log, fixture};
use geotiff_io::RangeStore;
use geotiff_read::{ErrorKind, GeoTiff, InlineExecutor, OpenOptions, ReadOptions, Window};

async fn open(log: &Arc<Log>) -> GeoTiff {
    let options = OpenOptions::default().with_executor(Arc::new(InlineExecutor));
    GeoTiff::open_with(Arc::clone(log) as Arc<dyn RangeStore>, "image.tif", options).await.unwrap()
}

fn total(requests: &[Range<u64>]) -> u64 {
    requests.iter().map(|range| range.end - range.start).sum()
}

#[test]
fn opening_a_cog_is_one_request_and_a_window_of_four_tiles_one_more() {
    futures::executor::block_on(async {
        let log = Log::of("scene.tif");
        let tiff = open(&log).await;
        assert!(!tiff.overviews().is_empty());
        assert!(tiff.transform().is_some() && tiff.crs().unwrap().is_some());
        assert_eq!(log.take(), std::slice::from_ref(&(0..32 << 10)));

        let grid = *tiff.page().image().chunks();
        let (width, height) = (grid.chunk_width(), grid.chunk_height());
        // Two columns and two rows of tiles, a pixel of each at least.
        let window = Window::new(width - 1, height - 1, 2, 2);
        let options = ReadOptions::new().window(window).mask(false);
        let plan = tiff.plan(&options).await.unwrap();
        assert_eq!(plan.chunks.len(), 4);
        assert!(log.take().is_empty(), "the chunk index is in the header");
        let tiles: u64 =
            plan.chunks.iter().flat_map(|chunk| chunk.location.clone()).map(|r| r.end - r.start).sum();
        tiff.read(&options).await.unwrap();
        let requests = log.take();
        assert_eq!(requests.len(), 1, "{requests:?}");
        let gap = OpenOptions::default().coalesce_gap;
        assert!(total(&requests) <= tiles + gap, "{} bytes for {tiles}", total(&requests));
    });
}

#[test]
fn details_cost_a_request_only_where_opening_did_not_see_them() {
    futures::executor::block_on(async {
        let log = Log::of("files/metadata/icc.tif");
        let near = std::fs::read(fixture("files/metadata/icc.tif")).unwrap();
        // The same with the profile moved far behind the header: tag 34675, UNDEFINED, 1001 values at …
        let entry = [0x73, 0x87, 7, 0, 0xe9, 3, 0, 0];
        let at = near.windows(8).position(|bytes| bytes == entry).unwrap() + 8;
        let offset = u32::from_le_bytes(near[at..at + 4].try_into().unwrap()) as usize;
        let mut far = near.clone();
        far.resize(100_000, 0);
        far.extend(&near[offset..offset + 1001]);
        far[at..at + 4].copy_from_slice(&100_000_u32.to_le_bytes());
        for (file, expected) in [(near, None), (far, Some(100_000..101_001))] {
            log.store.put("image.tif", file);
            let tiff = open(&log).await;
            log.take();
            let details = tiff.details().await.unwrap();
            let profile = details.get("COLOR_PROFILE", "SOURCE_ICC_PROFILE").unwrap();
            // 1001 bytes in base64.
            assert_eq!((profile.len(), log.take()), (1336, expected.into_iter().collect()));
        }
        let log = Log::of("scene.tif");
        let tiff = open(&log).await;
        log.take();
        assert_eq!(tiff.details().await.unwrap().names().count(), 0);
        assert!(log.take().is_empty(), "a file that has no such tags");
    });
}

#[test]
fn one_band_of_a_planar_image_is_fetched_alone() {
    futures::executor::block_on(async {
        let log = Log::of("files/grid/deflate/uint8-p1-planar-tile-le.tif");
        let tiff = open(&log).await;
        log.take();
        let options = ReadOptions::new().bands([2]);
        let plan = tiff.plan(&options).await.unwrap();
        assert!(plan.chunks.iter().all(|chunk| chunk.plane == 1));
        let tiles: u64 =
            plan.chunks.iter().flat_map(|chunk| chunk.location.clone()).map(|r| r.end - r.start).sum();
        assert_eq!(plan.bytes(), tiles, "the tiles of one band lie side by side");
    });
}

#[test]
fn a_replaced_object_is_refused() {
    futures::executor::block_on(async {
        let log = Log::of("scene.tif");
        let tiff = open(&log).await;
        let mut bytes = std::fs::read(fixture("scene.tif")).unwrap();
        bytes.push(0);
        log.store.put("image.tif", bytes);
        let error = tiff.read(&ReadOptions::new()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Changed);
        assert!(error.to_string().contains("image.tif"), "{error}");
    });
}

#[test]
fn a_truncated_object_is_an_error_that_names_object_chunk_and_range() {
    futures::executor::block_on(async {
        let bytes = std::fs::read(fixture("scene.tif")).unwrap();
        let log = Arc::new(Log::default());
        log.store.put("image.tif", bytes[..bytes.len() * 2 / 3].to_vec());
        let tiff = open(&log).await;
        let error = tiff.read(&ReadOptions::new()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Malformed);
        let message = error.to_string();
        for part in ["image.tif", "chunk", "bytes ", "truncated"] {
            assert!(message.contains(part), "{message}");
        }
        assert!(!message.contains('\n'));
    });
}

#[test]
fn a_window_outside_and_a_band_that_is_not_there_are_usage_errors() {
    futures::executor::block_on(async {
        let log = Log::of("scene.tif");
        let tiff = open(&log).await;
        let (width, height) = (tiff.width(), tiff.height());
        let outside = ReadOptions::new().window(Window::new(width - 8, 0, 16, 16));
        let error = tiff.read(&outside).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(error.to_string().contains(&format!("{width} x {height}")), "{error}");
        let error = tiff.read(&ReadOptions::new().bands([0])).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage);
        let error = tiff.level(99).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage);
    });
}

#[test]
fn a_result_beyond_the_limit_is_refused_before_anything_is_fetched() {
    futures::executor::block_on(async {
        let log = Log::of("scene.tif");
        let limits = geotiff_read::Limits::default().with_max_output_bytes(1 << 10);
        let options = OpenOptions::default().with_limits(limits).with_executor(Arc::new(InlineExecutor));
        let tiff =
            GeoTiff::open_with(Arc::clone(&log) as Arc<dyn RangeStore>, "image.tif", options).await.unwrap();
        log.take();
        let error = tiff.read(&ReadOptions::new()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Limit);
        assert!(log.take().is_empty());
    });
}

#[test]
fn interleaved_reads_hold_the_same_samples() {
    futures::executor::block_on(async {
        for path in [
            "files/grid/deflate/uint8-p1-planar-tile-le.tif",
            "files/grid/deflate/uint8-p2-chunky-tile-le-big.tif",
        ] {
            let log = Log::of(path);
            let tiff = open(&log).await;
            let window = Window::new(3, 5, 20, 11);
            let options = ReadOptions::new().window(window).bands([3, 1]);
            let planar = tiff.read(&options).await.unwrap().into_array::<u8>().unwrap();
            let chunky = tiff.read(&options.interleaved(true)).await.unwrap().into_array::<u8>().unwrap();
            assert_eq!(chunky.dim(), (11, 20, 2));
            assert_eq!(chunky.permuted_axes([2, 0, 1]), planar);
        }
    });
}
