//! Strips as large as an image: read for a window, in memory for a few rows.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests are tests, though clippy cannot tell"
)]

use std::io::Cursor;
use std::sync::Arc;

use futures::executor::block_on;
use geotiff_io::MemoryStore;
use geotiff_read::{ErrorKind, GeoTiff, InlineExecutor, Limits, OpenOptions, ReadOptions, Window};
use tiff::encoder::{Compression, DeflateLevel, Predictor, TiffEncoder, colortype};

const WIDTH: u32 = 4096;
const HEIGHT: u32 = 1500;

fn sample(row: usize, col: usize, band: usize) -> u16 {
    ((row * 7 + col / 16 * 3 + band * 1000) % 65_536) as u16
}

/// An image of one strip, 37 MB decoded, that was written by another library.
fn one_strip(compression: Compression, predictor: Predictor) -> Vec<u8> {
    let pixels = (0..HEIGHT as usize).flat_map(|row| {
        (0..WIDTH as usize).flat_map(move |col| (0..3).map(move |band| sample(row, col, band)))
    });
    let pixels: Vec<u16> = pixels.collect();
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder =
        TiffEncoder::new(&mut bytes).unwrap().with_compression(compression).with_predictor(predictor);
    let mut image = encoder.new_image::<colortype::RGB16>(WIDTH, HEIGHT).unwrap();
    image.rows_per_strip(HEIGHT).unwrap();
    image.write_data(&pixels).unwrap();
    bytes.into_inner()
}

fn open(bytes: Vec<u8>, limits: Limits) -> GeoTiff {
    let store = MemoryStore::new();
    store.put("image.tif", bytes);
    let options = OpenOptions::default().with_limits(limits).with_executor(Arc::new(InlineExecutor));
    block_on(GeoTiff::open_with(Arc::new(store), "image.tif", options)).unwrap()
}

fn check(tiff: &GeoTiff) {
    for (col, row, width, height) in [(100, 1400, 300, 100), (0, 0, 5, 1), (4095, 734, 1, 700)] {
        let options = ReadOptions::new().window(Window::new(col, row, width, height)).bands([3, 1]);
        let read = block_on(tiff.read(&options)).unwrap().into_array::<u16>().unwrap();
        for ((slot, y, x), value) in read.indexed_iter() {
            let band = [2, 0][slot];
            assert_eq!(*value, sample(row as usize + y, col as usize + x, band), "row {y}, column {x}");
        }
    }
}

/// The strip's 37 MB are over the limit; the rows of a window are not.
fn small_limits() -> Limits {
    Limits::default().with_max_chunk_bytes(64 << 20, 32 << 20)
}

#[test]
fn a_window_of_a_strip_over_the_limit_is_read() {
    for predictor in [Predictor::None, Predictor::Horizontal] {
        let deflated = one_strip(Compression::Deflate(DeflateLevel::Fast), predictor);
        check(&open(deflated, small_limits()));
    }
    let limits = Limits::default().with_max_chunk_bytes(16 << 20, 16 << 20);
    check(&open(one_strip(Compression::Uncompressed, Predictor::None), limits));
}

#[test]
fn a_codec_that_cannot_stop_in_between_meets_the_limit() {
    let tiff = open(one_strip(Compression::Packbits, Predictor::None), small_limits());
    let window = ReadOptions::new().window(Window::new(0, 0, 5, 1));
    let error = block_on(tiff.read(&window)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
    assert!(error.to_string().contains("chunk 0") && error.to_string().contains("36864000"), "{error}");
}

#[test]
fn a_strip_that_ends_early_is_an_error() {
    let mut bytes = one_strip(Compression::Deflate(DeflateLevel::Fast), Predictor::None);
    // The stream begins behind the header of eight bytes.
    let middle = bytes.len() / 3;
    bytes[middle..middle + 64].fill(0xff);
    let tiff = open(bytes, small_limits());
    let last = ReadOptions::new().window(Window::new(0, HEIGHT - 1, 5, 1));
    assert_eq!(block_on(tiff.read(&last)).unwrap_err().kind(), ErrorKind::Malformed);
    block_on(tiff.read(&ReadOptions::new().window(Window::new(0, 0, 5, 1)))).unwrap();
}
