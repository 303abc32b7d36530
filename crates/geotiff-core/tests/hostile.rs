//! No panic, no hang on damaged files: truncation at every byte, every bit flipped.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail")]

mod common;

use common::*;
use geotiff_core::{HeaderIndex, Limits, Tiff};

/// Asks for everything that is computed lazily.
fn exercise(tiff: &Tiff) {
    for page in tiff.pages() {
        let _ = page.georeferencing();
        assert!(page.metadata().bands().take(10).all(|band| band.tags().names().count() < 10));
        let images = std::iter::once(page.image()).chain(page.overviews()).chain(page.mask());
        for image in images {
            let _ = image.data_type();
            let index = image.chunk_index();
            for chunk in [0, 1, index.len() / 2, index.len().saturating_sub(1)] {
                let _ = (index.missing(&[chunk]), index.get(chunk));
                if let Some((plane, row, column)) = image.chunks().position(chunk) {
                    assert_eq!(image.chunks().index(plane, row, column), Some(chunk));
                    let _ = (image.chunks().extent(row, column), image.chunks().encoded_height(row));
                }
            }
        }
    }
    let bytes = HeaderIndex::new(tiff, "v", []).to_bytes();
    HeaderIndex::from_bytes(&bytes).unwrap().open(&Limits::default()).unwrap();
}

fn samples() -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    for format in ALL {
        let xml = "<GDALMetadata><Item name=\"a\" sample=\"0\" role=\"scale\">2&amp;</Item></GDALMetadata>";
        let main = with(
            format.tiled(40, 40, 3000),
            [
                format.double(33550, &[10.0, 10.0, 0.0]),
                format.double(33922, &[0.0, 0.0, 0.0, 500.0, 600.0, 0.0]),
                format.short(34735, &[1, 1, 0, 2, 1025, 0, 1, 2, 1026, 34737, 4, 0]),
                format.ascii(34737, "abc|"),
                format.ascii(42112, xml),
                format.ascii(42113, "-9999"),
                format.long(330, &[700]),
            ],
        );
        let overview = with(format.gray(20, 20, 3000), [format.long(254, &[1])]);
        let mask = with(format.gray(40, 40, 3000), [format.long(254, &[4]), format.short(258, &[1])]);
        files.push(format.file(&[main, overview, mask]));
    }
    files
}

#[test]
fn truncated_at_every_byte() {
    for file in samples() {
        exercise(&open(&file).unwrap());
        for len in 0..file.len() {
            if let Ok(tiff) = open(&file[..len]) {
                exercise(&tiff);
            }
        }
    }
}

#[test]
fn every_bit_flipped() {
    for file in samples() {
        for bit in 0..file.len() * 8 {
            let mut damaged = file.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            if let Ok(tiff) = open(&damaged) {
                exercise(&tiff);
            }
        }
    }
}

#[test]
fn every_byte_set_high() {
    for file in samples() {
        for at in 0..file.len() - 3 {
            let mut damaged = file.clone();
            damaged[at..at + 4].fill(0xff);
            if let Ok(tiff) = open(&damaged) {
                exercise(&tiff);
            }
        }
    }
}

#[test]
fn many_ifds_on_one_large_value_do_not_multiply_it() {
    // 2000 IFDs that all declare 65,535 samples, or a colour map, must not allocate for each.
    let ifd = with(LE.gray(3, 2, 100), [LE.short(277, &[u16::MAX]), LE.short(258, &[8])]);
    let tiff = open(&LE.file(&vec![ifd; 2000])).unwrap();
    assert!(tiff.pages().len() < 2000);
    assert!(!tiff.warnings().is_empty());
}
