//! The header index: opened again without a byte of the file, and safe to read from anywhere.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail")]

mod common;

use common::*;
use geotiff_core::{ErrorKind, HeaderIndex, Limits, Tiff};

fn sample() -> Tiff {
    let main = with(
        BE.tiled(400, 400, 3000),
        [
            BE.double(33550, &[10.0, 10.0, 0.0]),
            BE.double(33922, &[0.0, 0.0, 0.0, 500.0, 600.0, 0.0]),
            BE.short(34735, &[1, 1, 0, 1, 3072, 0, 1, 32613]),
            BE.ascii(42113, "7"),
            BE.ascii(305, "some software"),
        ],
    );
    let mut file = BE.file(&[main, with(BE.gray(200, 200, 10), [BE.long(254, &[1])])]);
    file.resize(200_000, 0xee);
    open(&file).unwrap()
}

#[test]
fn opens_as_the_file_did() {
    let tiff = sample();
    let index = HeaderIndex::new(&tiff, "\"an-etag\"", []);
    let bytes = index.to_bytes();
    // Kept is what is needed, not what was prefetched.
    assert!(bytes.len() < 8000, "{} bytes", bytes.len());
    let index = HeaderIndex::from_bytes(&bytes).unwrap();
    assert_eq!(index.version(), "\"an-etag\"");
    let again = index.open(&Limits::default()).unwrap();
    assert_eq!((again.byte_order(), again.is_big_tiff()), (tiff.byte_order(), tiff.is_big_tiff()));
    let (a, b) = (&tiff.pages()[0], &again.pages()[0]);
    assert_eq!(a.georeferencing(), b.georeferencing());
    assert_eq!(a.metadata(), b.metadata());
    assert_eq!((a.nodata(), a.overviews().len()), (b.nodata(), b.overviews().len()));
    assert_eq!(b.image().chunk_index().get(624).unwrap().unwrap().offset, 3000);
    assert_eq!(HeaderIndex::new(&again, "\"an-etag\"", []).to_bytes(), bytes);
}

#[test]
fn keeps_the_blocks_of_chunk_indexes_read_so_far() {
    let mut file = LE.header(8);
    let entries = with(
        LE.tiled(640, 640, 0),
        [Entry(324, LONG, 1600, LE.u32(100_000).to_vec()), Entry(325, LONG, 1600, LE.u32(120_000).to_vec())],
    );
    file.extend(LE.ifd(8, &entries, Some(0)));
    let tiff = open(&file).unwrap();
    let mut chunks = tiff.pages()[0].image().chunk_index();
    chunks.feed(100_000, &vec![1; 6400]).unwrap();
    chunks.feed(120_000, &vec![2; 6400]).unwrap();
    let again = HeaderIndex::new(&tiff, "", [&chunks]).open(&Limits::default()).unwrap();
    let chunks = again.pages()[0].image().chunk_index();
    assert!(chunks.missing(&[1599]).is_empty());
    assert_eq!(chunks.get(1599).unwrap().unwrap().offset, 0x0101_0101);
    let bare = HeaderIndex::new(&tiff, "", []).open(&Limits::default()).unwrap();
    assert_eq!(bare.pages()[0].image().chunk_index().missing(&[1599]), vec![100_000..126_400]);
}

#[test]
fn damage_is_told() {
    let bytes = HeaderIndex::new(&sample(), "v", []).to_bytes();
    for len in 0..bytes.len() {
        assert_eq!(HeaderIndex::from_bytes(&bytes[..len]).unwrap_err().kind(), ErrorKind::Malformed);
    }
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x40;
        assert!(HeaderIndex::from_bytes(&damaged).is_err(), "byte {at}");
    }
    let mut other = bytes;
    other[4] = 99;
    assert_eq!(HeaderIndex::from_bytes(&other).unwrap_err().kind(), ErrorKind::Unsupported);
}

#[test]
fn forged_contents_with_a_right_checksum_do_no_harm() {
    // The checksum is no secret: forge every byte and set it right.
    let fnv = |bytes: &[u8]| {
        bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |h, &b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3))
    };
    let bytes = HeaderIndex::new(&sample(), "v", []).to_bytes();
    let body = bytes.len() - 8;
    for at in 5..body.min(1200) {
        for value in [0, 0x7f, 0xff] {
            let mut forged = bytes.clone();
            forged[at] = value;
            let sum = fnv(&forged[..body]);
            forged[body..].copy_from_slice(&sum.to_le_bytes());
            if let Ok(index) = HeaderIndex::from_bytes(&forged) {
                let _ = index.open(&Limits::default());
            }
        }
    }
}
