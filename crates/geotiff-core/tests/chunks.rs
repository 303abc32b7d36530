//! The grid of chunks and its lazy index.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail")]

mod common;

use common::*;
use geotiff_core::{ChunkIndex, ErrorKind, Limits, Step, Tag};

fn main_image(file: &[u8]) -> geotiff_core::Image {
    open(file).unwrap().pages()[0].image().clone()
}

#[test]
fn a_grid_of_tiles() {
    let image = main_image(&LE.file(&[LE.tiled(100, 40, 900)]));
    let grid = *image.chunks();
    assert!(grid.is_tiled());
    assert_eq!((grid.columns(), grid.rows(), grid.planes(), grid.len()), (7, 3, 1, 21));
    assert_eq!((grid.chunk_width(), grid.chunk_height(), grid.samples_per_chunk()), (16, 16, 1));
    assert_eq!(grid.index(0, 2, 6), Some(20));
    assert_eq!((grid.index(0, 0, 7), grid.index(0, 3, 0), grid.index(1, 0, 0)), (None, None, None));
    assert_eq!(grid.extent(2, 6), (96, 32, 4, 8));
    assert_eq!(grid.encoded_height(2), 16);
    assert_eq!(image.chunk_index().get(21).unwrap_err().kind(), ErrorKind::Usage);
}

#[test]
fn a_grid_of_planar_strips() {
    let planar = |format: Format| {
        with(
            format.gray(100, 40, 900),
            [
                format.short(277, &[3]),
                format.short(258, &[8, 8, 8]),
                format.short(284, &[2]),
                format.long(278, &[16]),
                format.long(273, &[1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008]),
                format.long(279, &[1, 2, 3, 4, 5, 6, 7, 8, 9]),
            ],
        )
    };
    for format in ALL {
        let image = main_image(&format.file(&[planar(format)]));
        let grid = *image.chunks();
        assert!(!grid.is_tiled());
        assert_eq!((grid.columns(), grid.rows(), grid.planes(), grid.samples_per_chunk()), (1, 3, 3, 1));
        assert_eq!((grid.encoded_height(0), grid.encoded_height(2)), (16, 8));
        assert_eq!(grid.position(7), Some((2, 1, 0)));
        assert_eq!(grid.extent(2, 0), (0, 32, 100, 8));
        let chunk = grid.index(2, 1, 0).unwrap();
        assert_eq!(image.chunk_index().get(chunk).unwrap().unwrap().range(), 1007..1015);
    }
}

#[test]
fn chunky_samples_share_a_chunk() {
    let entries = with(BE.tiled(100, 40, 900), [BE.short(277, &[3]), BE.short(258, &[8, 8, 8])]);
    let image = main_image(&BE.file(&[entries]));
    assert_eq!((image.chunks().planes(), image.chunks().samples_per_chunk()), (1, 3));
}

fn index(offsets: &[u32], counts: &[u32]) -> ChunkIndex {
    let entries = with(LE.tiled(32, 32, 0), [LE.long(324, offsets), LE.long(325, counts)]);
    main_image(&LE.file(&[entries])).chunk_index()
}

#[test]
fn sparse_chunks_are_those_without_bytes() {
    // As GDAL reads such files: a byte count of 0, or none, is sparse.
    let some = index(&[1000, 0, 1512, 1768], &[256, 0, 256, 0]);
    assert_eq!(some.get(0).unwrap().unwrap().range(), 1000..1256);
    assert_eq!(some.get(1).unwrap(), None);
    assert_eq!(some.get(3).unwrap(), None);
    let short = index(&[1000, 1256], &[256, 256]);
    assert_eq!(short.get(1).unwrap().unwrap().range(), 1256..1512);
    assert_eq!(short.get(2).unwrap(), None);
    let few_counts = index(&[1000, 1256, 1512, 1768], &[256, 256]);
    assert_eq!(few_counts.get(3).unwrap(), None);
}

#[test]
fn a_chunk_with_bytes_but_no_place_is_an_error() {
    assert_eq!(index(&[0, 1256, 1512, 1768], &[256; 4]).get(0).unwrap_err().kind(), ErrorKind::Malformed);
    assert_eq!(index(&[1000, 1256], &[256; 4]).get(2).unwrap_err().kind(), ErrorKind::Malformed);
}

#[test]
fn a_longer_index_than_the_grid_is_no_harm() {
    assert_eq!(index(&[1000, 1256, 1512, 1768, 5], &[256; 5]).get(3).unwrap().unwrap().offset, 1768);
}

#[test]
fn chunks_above_the_limit_are_refused() {
    let entries = with(LE.tiled(16, 16, 900), [LE.long(325, &[5000])]);
    let tiff = open_log(&LE.file(&[entries]), Limits::default().with_max_chunk_bytes(4999)).0.unwrap();
    assert_eq!(tiff.pages()[0].image().chunk_index().get(0).unwrap_err().kind(), ErrorKind::Limit);
}

/// A BigTIFF of a million by a million pixels in tiles of 512, its index where GDAL's COG driver puts it:
/// after all IFDs. Only the bytes up to the arrays exist.
fn million() -> (Vec<u8>, u64, u64) {
    let tiles = 1954_u64 * 1954;
    let (offsets_at, counts_at) = (10_000, 10_000 + tiles * 8);
    let f = BIG_LE;
    let mut file = f.header(16);
    let entries = [
        f.long(256, &[1_000_000]),
        f.long(257, &[1_000_000]),
        f.short(258, &[8]),
        f.short(259, &[8]),
        f.short(322, &[512]),
        f.short(323, &[512]),
        Entry(324, LONG8, tiles, f.u64(offsets_at).to_vec()),
        Entry(325, LONG, tiles, f.u64(counts_at).to_vec()),
    ];
    file.extend(f.ifd(16, &entries, Some(0)));
    file.resize(10_000, 0);
    (file, offsets_at, counts_at)
}

#[test]
fn a_large_index_loads_in_blocks() {
    let (file, offsets_at, counts_at) = million();
    let (tiff, log) = open_log(&file, Limits::default());
    assert_eq!(log.len(), 1);
    let image = tiff.unwrap().pages()[0].image().clone();
    let mut index = image.chunk_index();
    assert_eq!(index.len(), 1954 * 1954);
    // Four adjacent tiles far inside.
    let grid = image.chunks();
    let window: Vec<u64> =
        [(900, 700), (900, 701), (901, 700), (901, 701)].map(|(r, c)| grid.index(0, r, c).unwrap()).to_vec();
    let missing = index.missing(&window);
    assert_eq!(missing.len(), 2, "{missing:?}");
    let bytes: u64 = missing.iter().map(|r| r.end - r.start).sum();
    assert!(bytes <= 64 << 10, "{bytes} bytes");
    assert_eq!(index.get(window[0]).unwrap_err().kind(), ErrorKind::Usage);
    for range in missing {
        // Offset of chunk n is 1000 n + 1; its count 7.
        let bytes: Vec<u8> = (range.start..range.end)
            .map(|at| {
                let (value, byte) = if at < counts_at {
                    let n = (at - offsets_at) / 8;
                    (n * 1000 + 1, (at - offsets_at) % 8)
                } else {
                    (7, (at - counts_at) % 4)
                };
                value.to_le_bytes()[byte as usize]
            })
            .collect();
        index.feed(range.start, &bytes).unwrap();
    }
    assert!(index.missing(&window).is_empty());
    for chunk in window {
        let found = index.get(chunk).unwrap().unwrap();
        assert_eq!((found.offset, found.len), (chunk * 1000 + 1, 7));
    }
    assert_eq!(index.feed(0, &[1, 2, 3]).unwrap_err().kind(), ErrorKind::Usage);
}

#[test]
fn a_small_index_is_asked_for_whole_and_once() {
    let mut file = LE.header(8);
    let entries = with(
        LE.tiled(640, 640, 0),
        [Entry(324, LONG, 1600, LE.u32(100_000).to_vec()), Entry(325, LONG, 1600, LE.u32(120_000).to_vec())],
    );
    file.extend(LE.ifd(8, &entries, Some(0)));
    let tiff = open(&file).unwrap();
    let index = tiff.pages()[0].image().chunk_index();
    assert_eq!(index.missing(&[0, 1599]), vec![100_000..126_400]);
    assert_eq!(index.missing(&[]), []);
    assert_eq!(index.missing(&[1600]), []);
}

#[test]
fn an_uncompressed_strip_is_cut() {
    // 100 rows of 1000 bytes: parts of 8 rows, as GDAL 3.10 gives (block_shape (8, 1000)).
    let entries = with(LE.gray(1000, 100, 5000), [LE.short(259, &[1]), LE.long(279, &[100_000])]);
    let image = main_image(&LE.file(std::slice::from_ref(&entries)));
    let grid = image.chunks();
    assert_eq!((grid.rows(), grid.chunk_height(), image.block_shape()), (13, 8, (8, 1000)));
    let index = image.chunk_index();
    assert_eq!(index.get(1).unwrap().unwrap().range(), 13_000..21_000);
    assert_eq!(index.get(12).unwrap().unwrap().range(), 101_000..105_000);
    // A byte count that is too small is not believed, as libtiff does not.
    let wrong = with(entries, [LE.long(279, &[17])]);
    let index = main_image(&LE.file(&[wrong])).chunk_index();
    assert_eq!(index.get(12).unwrap().unwrap().range(), 101_000..105_000);
}

#[test]
fn missing_byte_counts_of_one_strip_reach_to_the_end() {
    let mut entries = LE.gray(1000, 100, 150);
    entries.retain(|e| e.0 != 279);
    let file = LE.file(&[entries]);
    let mut decoder = geotiff_core::MetadataDecoder::new(Limits::default());
    decoder.set_file_size(1150);
    decoder.feed(0, file);
    let Step::Finished(tiff) = decoder.decode().unwrap() else { panic!("asks for more") };
    let index = tiff.pages()[0].image().chunk_index();
    assert_eq!(index.get(0).unwrap().unwrap().range(), 150..1150);
    let mut two = with(LE.gray(1000, 100, 150), [LE.long(278, &[50]), LE.long(273, &[150, 250])]);
    two.retain(|e| e.0 != 279);
    assert_eq!(open_ifd(LE, two).unwrap_err().tag(), Some(Tag::STRIP_BYTE_COUNTS));
}

#[test]
fn one_compressed_strip_of_many_rows_is_a_block_a_row() {
    // rasterio 1.4.4: block_shapes [(1, 50)] above 2000 rows, [(2000, 50)] up to there.
    let shape = |rows| main_image(&LE.file(&[LE.gray(50, rows, 900)])).block_shape();
    assert_eq!((shape(2001), shape(2000)), ((1, 50), (2000, 50)));
}
