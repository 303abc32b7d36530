//! Tiles by number, the cache of decoded chunks, budgets and traces.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests are tests, though clippy cannot tell"
)]

mod common;

use std::fmt;
use std::sync::{Arc, Mutex};

use common::{Log, fixture, open};
use futures::StreamExt;
use futures::executor::block_on;
use geotiff_io::RangeStore;
use geotiff_read::{
    ChunkCache, Edge, ErrorKind, Executor, GeoTiff, InlineExecutor, Job, OpenOptions, ReadBudget,
    ReadOptions, ReadTrace, Window, read_many,
};

fn open_log(log: &Arc<Log>, options: OpenOptions) -> GeoTiff {
    let options = options.with_executor(Arc::new(InlineExecutor));
    block_on(GeoTiff::open_with(Arc::clone(log) as Arc<dyn RangeStore>, "image.tif", options)).unwrap()
}

#[test]
fn tiles_hold_the_pixels_of_their_windows() {
    for path in ["scene.tif", "files/sparse/nodata-band-tile.tif", "files/sparse/nodata-pixel-strip.tif"] {
        let level = open(&fixture(path)).unwrap().level(0).unwrap();
        let grid = *level.image().chunks();
        let (column, row) = (grid.columns() - 1, grid.rows() - 1);
        let numbers = [(column, row), (0, 0), (column, 0), (0, 0)];
        for interleaved in [false, true] {
            let options = ReadOptions::new().bands([2, 1]).interleaved(interleaved);
            let tiles = block_on(level.tiles(&numbers, &options)).unwrap();
            for (tile, (column, row)) in tiles.iter().zip(numbers) {
                let (left, top, width, height) = grid.extent(row, column);
                let window = options.clone().window(Window::new(left, top, width, height));
                let expected = block_on(level.read(&window)).unwrap();
                assert_eq!(tile.data, expected.data, "{path} {column},{row}");
                assert_eq!((tile.masks(), tile.transform), (expected.masks(), expected.transform));
            }
            // At its full size, what is outside being filled and masked.
            let full =
                block_on(level.tile(column, row, &options.clone().edge(Edge::Fill(Some(77.0))))).unwrap();
            let (left, top) = (column * grid.chunk_width(), row * grid.chunk_height());
            let window = Window::new(left, top, grid.chunk_width(), grid.chunk_height());
            let window = options.window(window).edge(Edge::Fill(Some(77.0)));
            let expected = block_on(level.read(&window)).unwrap();
            assert_eq!((full.masks(), full.data), (expected.masks(), expected.data), "{path}");
        }
    }
}

#[test]
fn a_tile_that_is_not_there_is_an_error() {
    let level = open(&fixture("scene.tif")).unwrap().level(0).unwrap();
    for (column, row) in [(6, 0), (0, 6), (u32::MAX, u32::MAX)] {
        let error = block_on(level.tile(column, row, &ReadOptions::new())).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(error.to_string().contains("6 x 6"), "{error}");
        assert_eq!(block_on(level.encoded_tile(column, row)).unwrap_err().kind(), ErrorKind::Usage);
    }
    let windowed = ReadOptions::new().window(Window::new(0, 0, 1, 1));
    assert_eq!(block_on(level.tile(0, 0, &windowed)).unwrap_err().kind(), ErrorKind::Usage);
}

#[test]
fn encoded_tiles_are_the_bytes_of_the_file() {
    let bytes = std::fs::read(fixture("scene.tif")).unwrap();
    let level = open(&fixture("scene.tif")).unwrap().level(0).unwrap();
    let tile = block_on(level.encoded_tile(3, 2)).unwrap();
    assert_eq!(tile.parts.len(), 1);
    let part = tile.parts[0].as_ref().unwrap();
    // An abbreviated JPEG stream: begins with SOI, and lacks the tables that tag 347 has.
    assert!(part.starts_with(&[0xff, 0xd8]) && part.ends_with(&[0xff, 0xd9]));
    assert!(bytes.windows(part.len()).any(|window| window == part));
    assert!(tile.jpeg_tables.unwrap().starts_with(&[0xff, 0xd8, 0xff]));
    assert_eq!((tile.compression.0, tile.size), (7, (256, 256)));

    let level = open(&fixture("files/sparse/nodata-band-tile.tif")).unwrap().level(0).unwrap();
    let all = (0..3).flat_map(|row| (0..4).map(move |column| (column, row)));
    let tiles: Vec<_> = all.map(|(x, y)| block_on(level.encoded_tile(x, y)).unwrap()).collect();
    assert!(tiles.iter().all(|tile| tile.parts.len() == 3), "a part for each band");
    assert!(tiles.iter().any(|tile| tile.parts.contains(&None)), "some are sparse");
}

#[test]
fn a_second_read_takes_no_request_and_no_decoding() {
    let log = Log::of("scene.tif");
    let cache = ChunkCache::new(64 << 20);
    let tiff = open_log(&log, OpenOptions::default().with_cache(cache.clone()));
    let plain = open(&fixture("scene.tif")).unwrap();
    let windows = [Window::new(200, 200, 100, 120), Window::new(230, 10, 300, 290)];
    for (turn, window) in windows.into_iter().cycle().take(4).enumerate() {
        log.take();
        let trace = ReadTrace::new();
        let options = ReadOptions::new().window(window).bands([3, 1]);
        let raster = block_on(tiff.read(&options.clone().trace(&trace))).unwrap();
        let expected = block_on(plain.read(&options)).unwrap();
        assert_eq!((raster.masks(), &raster.data), (expected.masks(), &expected.data));
        let cost = trace.cost();
        assert_eq!(log.take().len() as u64, cost.requests);
        if turn >= 2 {
            assert_eq!((cost.requests, cost.chunks), (0, 0), "{cost:?}");
            assert!(cost.cache_hits >= 8, "tiles of the image and of its mask: {cost:?}");
        }
    }
    // A tile, points and a resampled read find the same chunks.
    let trace = ReadTrace::new();
    let level = tiff.level(0).unwrap();
    block_on(level.tile(0, 0, &ReadOptions::new().trace(&trace))).unwrap();
    let smaller = ReadOptions::new().window(windows[0]).size(30, 30).trace(&trace);
    block_on(level.read(&smaller)).unwrap();
    assert_eq!(trace.cost().requests, 0);

    let stats = cache.stats();
    assert!(stats.entries > 0 && stats.bytes > stats.entries * 256 * 256 && stats.hits > 16, "{stats:?}");
    cache.clear();
    assert_eq!((cache.stats().entries, cache.stats().bytes), (0, 0));
    log.take();
    block_on(tiff.read(&ReadOptions::new().window(windows[0]))).unwrap();
    assert!(!log.take().is_empty(), "what was cleared is fetched again");
}

/// Keeps jobs until it is told to run them.
#[derive(Default)]
struct Later(Mutex<Vec<Job>>);

impl fmt::Debug for Later {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Later")
    }
}

impl Executor for Later {
    fn spawn(&self, job: Job) {
        self.0.lock().unwrap().push(job);
    }
}

#[test]
fn a_chunk_that_two_reads_want_at_once_is_decoded_once() {
    let later = Arc::new(Later::default());
    let cache = ChunkCache::new(64 << 20);
    let log = Log::of("scene.tif");
    let options = OpenOptions::default().with_cache(cache.clone()).with_executor(later.clone());
    let tiff = block_on(GeoTiff::open_with(log as Arc<dyn RangeStore>, "image.tif", options)).unwrap();
    let trace = ReadTrace::new();
    let options = ReadOptions::new().window(Window::new(0, 0, 300, 200)).mask(false).trace(&trace);
    let mut both = std::pin::pin!(futures::future::try_join(tiff.read(&options), tiff.read(&options)));
    let (one, other) = block_on(futures::future::poll_fn(|context| {
        let result = both.as_mut().poll(context);
        // Both reads have planned and fetched by now.
        let jobs = std::mem::take(&mut *later.0.lock().unwrap());
        jobs.into_iter().for_each(|job| job());
        result
    }))
    .unwrap();
    assert_eq!(one.data, other.data);
    let cost = trace.cost();
    assert_eq!((cost.chunks, cost.cache_hits, cache.stats().misses), (2, 2, 4));
}

#[test]
fn files_states_of_a_file_and_stores_do_not_mix() {
    let cache = ChunkCache::new(64 << 20);
    let options = || OpenOptions::default().with_cache(cache.clone());
    let (first, second) = ("files/sparse/zero-pixel-tile.tif", "files/sparse/nodata-pixel-tile.tif");
    let pixels = |path: &str| block_on(open(&fixture(path)).unwrap().read(&ReadOptions::new())).unwrap().data;
    let log = Log::of(first);
    let old = open_log(&log, options());
    assert_eq!(block_on(old.read(&ReadOptions::new())).unwrap().data, pixels(first));
    // Another state of the same path.
    log.put(second);
    let new = open_log(&log, options());
    assert_eq!(block_on(new.read(&ReadOptions::new())).unwrap().data, pixels(second));
    // The same path of another store.
    let other = open_log(&Log::of(first), options());
    let trace = ReadTrace::new();
    assert_eq!(block_on(other.read(&ReadOptions::new().trace(&trace))).unwrap().data, pixels(first));
    assert_eq!(trace.cost().cache_hits, 0);
    // Another handle of the same state of the same store.
    let trace = ReadTrace::new();
    let again = open_log(&log, options());
    assert_eq!(block_on(again.read(&ReadOptions::new().trace(&trace))).unwrap().data, pixels(second));
    assert_eq!((trace.cost().requests, trace.cost().chunks), (0, 0));
}

#[test]
fn the_cache_keeps_to_its_bound() {
    let cache = ChunkCache::new(3 << 20);
    let tiff = open_log(&Log::of("scene.tif"), OpenOptions::default().with_cache(cache.clone()));
    block_on(tiff.read(&ReadOptions::new())).unwrap();
    let stats = cache.stats();
    assert!(stats.bytes <= 3 << 20 && stats.evictions > 0, "{stats:?}");
}

#[test]
fn many_reads_share_a_budget() {
    let names = ["scene.tif", "files/sparse/int16-band-strip.tif"];
    let tiffs: Vec<_> = names.iter().map(|name| open(&fixture(name)).unwrap()).collect();
    let budget = ReadBudget::new(1 << 10, 1);
    let reads = (0..40_usize).map(|number| {
        let options = ReadOptions::new().window(Window::new(number as u32 / 2, 3, 16, 16));
        (tiffs[number % 2].clone(), options)
    });
    let mut seen = [false; 40];
    block_on(async {
        let mut stream = read_many(reads.clone(), &budget, 6);
        while let Some((number, raster)) = stream.next().await {
            assert!(budget.requests_in_use() <= 1 && budget.bytes_in_use() <= 1 << 10);
            let (tiff, options) = reads.clone().nth(number).unwrap();
            assert_eq!(raster.unwrap().data, tiff.read(&options).await.unwrap().data);
            seen[number] = true;
        }
    });
    assert!(seen.iter().all(|seen| *seen));
    assert_eq!((budget.requests_in_use(), budget.bytes_in_use()), (0, 0));
}

#[test]
fn only_the_wanted_rows_of_uncompressed_chunks_are_fetched() {
    // Strips of 7 rows of 37 pixels, three bytes each.
    let log = Log::of("files/grid/none/uint8-chunky-strip-be-big.tif");
    let tiff = open_log(&log, OpenOptions::default().with_coalesce(0, 4 << 20));
    let whole = block_on(tiff.read(&ReadOptions::new())).unwrap().into_array::<u8>().unwrap();
    log.take();
    let window = ReadOptions::new().window(Window::new(5, 9, 20, 3));
    let rows = block_on(tiff.read(&window)).unwrap().into_array::<u8>().unwrap();
    assert_eq!(rows, whole.slice(ndarray::s![.., 9..12, 5..25]));
    let bytes: u64 = log.take().iter().map(|range| range.end - range.start).sum();
    assert_eq!(bytes, 3 * 37 * 3);
}
