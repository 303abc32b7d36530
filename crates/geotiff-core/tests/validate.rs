//! COG validation on small files, each with one thing wrong.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail")]

mod common;

use common::*;
use geotiff_core::{Bytes, CogReport, CogValidator, ValidationStep};

/// What to get wrong.
#[derive(Clone, Copy, Default)]
struct Flaws {
    strips: bool,
    no_overview: bool,
    data_first: bool,
    fine_first: bool,
    bad_leader: bool,
    bad_trailer: bool,
    edited: bool,
    gap: bool,
    sparse: bool,
}

const TILE: u32 = 256;

/// One tile of 16 bytes with leader and trailer; returns its offset.
fn push_tile(file: &mut Vec<u8>, flaws: Flaws) -> u32 {
    file.extend(if flaws.bad_leader { 17_u32 } else { 16 }.to_le_bytes());
    let offset = file.len() as u32;
    file.extend((0..16).map(|i| i as u8));
    file.extend(if flaws.bad_trailer { [0; 4] } else { [12, 13, 14, 15] });
    offset
}

fn tiles(width: u32) -> usize {
    (width.div_ceil(TILE) as usize).pow(2)
}

fn level(width: u32, kind: u32, offsets: &[u32], flaws: Flaws) -> Vec<Entry> {
    let counts: Vec<u32> = offsets.iter().map(|&o| if o == 0 { 0 } else { 16 }).collect();
    let mut entries = vec![
        LE.long(256, &[width]),
        LE.long(257, &[width]),
        LE.short(258, &[8]),
        LE.short(259, &[8]),
        LE.short(262, &[1]),
        LE.short(277, &[1]),
    ];
    if kind != 0 {
        entries.push(LE.long(254, &[kind]));
    }
    if flaws.strips {
        entries.extend([
            LE.long(273, &offsets[..4]),
            LE.long(278, &[width.div_ceil(4)]),
            LE.long(279, &counts[..4]),
        ]);
    } else {
        entries.extend([
            LE.short(322, &[256]),
            LE.short(323, &[256]),
            LE.long(324, offsets),
            LE.long(325, &counts),
        ]);
    }
    with(entries, [])
}

fn file(flaws: Flaws) -> Vec<u8> {
    let body = format!(
        "LAYOUT=IFDS_BEFORE_DATA\nBLOCK_ORDER=ROW_MAJOR\nBLOCK_LEADER=SIZE_AS_UINT4\n\
         BLOCK_TRAILER=LAST_4_BYTES_REPEATED\nKNOWN_INCOMPATIBLE_EDITION={}\n ",
        if flaws.edited { "YES" } else { "NO" }
    );
    let mut ghost = format!("GDAL_STRUCTURAL_METADATA_SIZE={:06} bytes\n{body}", body.len()).into_bytes();
    if (8 + ghost.len()) % 2 == 1 {
        ghost.push(b' ');
    }
    if flaws.gap {
        ghost.resize(ghost.len() + 400, 0);
    }
    let widths: &[u32] = if flaws.no_overview { &[1024] } else { &[1024, 512] };
    // Twice: sizes first, then with the offsets known.
    let mut offsets: Vec<Vec<u32>> = widths.iter().map(|&w| vec![1; tiles(w)]).collect();
    for _ in 0..2 {
        let mut data = Vec::new();
        let first = 8 + ghost.len() as u64;
        let data_at = if flaws.data_first { first } else { 0 };
        let build = |start: u64, offsets: &[Vec<u32>]| {
            let mut out = Vec::new();
            for (i, &width) in widths.iter().enumerate() {
                let next = if i + 1 == widths.len() { Some(0) } else { None };
                out.extend(LE.ifd(
                    start + out.len() as u64,
                    &level(width, i.min(1) as u32, &offsets[i], flaws),
                    next,
                ));
            }
            out
        };
        let ifds_len = build(first, &offsets).len() as u64;
        let base = if data_at == 0 { first + ifds_len } else { data_at };
        let mut levels: Vec<usize> = (0..widths.len()).collect();
        if !flaws.fine_first {
            levels.reverse();
        }
        for i in levels {
            for (n, offset) in offsets[i].iter_mut().enumerate() {
                *offset =
                    if flaws.sparse && n % 2 == 0 { 0 } else { base as u32 + push_tile(&mut data, flaws) };
            }
        }
        let start = if flaws.data_first { first + data.len() as u64 } else { first };
        let mut out = LE.header(start);
        out.extend(&ghost);
        let ifds = build(start, &offsets);
        if flaws.data_first {
            out.extend(data);
            out.extend(ifds);
        } else {
            out.extend(ifds);
            out.extend(data);
        }
        if flaws.data_first || offsets.iter().flatten().all(|&o| o == 0 || (o as usize) < out.len()) {
            return out;
        }
    }
    unreachable!("offsets do not change the size")
}

fn validate(file: &[u8], all: bool) -> CogReport {
    let tiff = open(file).unwrap();
    let mut validator = CogValidator::new(&tiff);
    if all {
        validator = validator.check_every_chunk();
    }
    for _ in 0..100 {
        match validator.validate().unwrap() {
            ValidationStep::Finished(report) => return report,
            ValidationStep::NeedsData(ranges) => {
                for range in ranges {
                    let end = file.len().min(range.end as usize);
                    let part = file.get(range.start as usize..end).unwrap_or_default();
                    validator.feed(range.start, Bytes::copy_from_slice(part));
                }
            }
        }
    }
    panic!("validation does not come to an end")
}

#[test]
fn a_good_file_has_no_findings() {
    for flaws in [Flaws::default(), Flaws { sparse: true, ..Flaws::default() }] {
        for all in [false, true] {
            let report = validate(&file(flaws), all);
            assert_eq!(report.errors, Vec::<String>::new());
            assert_eq!(report.warnings, Vec::<String>::new());
            assert!(report.is_cog());
            assert_eq!(report.levels.len(), 2);
            assert!(report.levels[0].data_offset > report.levels[1].data_offset);
        }
    }
}

#[test]
fn each_flaw_is_named() {
    let none = Flaws::default();
    let cases: &[(Flaws, &str)] = &[
        (Flaws { strips: true, ..none }, "not tiled"),
        (Flaws { data_first: true, ..none }, "before its IFD"),
        (Flaws { fine_first: true, ..none }, "the data of the main image begin before those of overview 0"),
        (Flaws { bad_leader: true, ..none }, "leader of chunk 0 says 17, not its size of 16"),
        (Flaws { bad_trailer: true, ..none }, "trailer of chunk 0"),
        (Flaws { edited: true, ..none }, "KNOWN_INCOMPATIBLE_EDITION"),
        (Flaws { gap: true, ..none }, "not right after the structural metadata"),
    ];
    for (flaws, text) in cases {
        let report = validate(&file(*flaws), false);
        assert!(report.errors.iter().any(|e| e.contains(text)), "{text}: {report:?}");
        assert!(!report.is_cog());
    }
    let report = validate(&file(Flaws { no_overview: true, ..none }), false);
    assert!(
        report.is_cog() && report.warnings.iter().any(|w| w.contains("no internal overviews")),
        "{report:?}"
    );
}

#[test]
fn by_metadata_alone_nothing_is_asked_for() {
    let none = Flaws::default();
    for (flaws, is_cog) in [
        (none, true),
        (Flaws { strips: true, ..none }, false),
        (Flaws { data_first: true, ..none }, false),
        // Nothing but the bytes around the chunk shows this one.
        (Flaws { bad_leader: true, ..none }, true),
    ] {
        let tiff = open(&file(flaws)).unwrap();
        match CogValidator::new(&tiff).by_metadata_alone().validate().unwrap() {
            ValidationStep::Finished(report) => assert_eq!(report.is_cog(), is_cog, "{report:?}"),
            ValidationStep::NeedsData(ranges) => panic!("asks for {ranges:?}"),
        }
    }
}

#[test]
fn a_damaged_ghost_header_is_none() {
    let good = file(Flaws::default());
    let text = |f: &[u8]| open(f).unwrap().ghost_header().map(|g| g.text().len());
    assert!(text(&good).is_some());
    let at = 8 + "GDAL_STRUCTURAL_METADATA_SIZE=".len();
    for digits in ["999999", "xxxxxx", "-00001"] {
        let mut damaged = good.clone();
        damaged[at..at + 6].copy_from_slice(digits.as_bytes());
        assert_eq!(text(&damaged), None, "{digits}");
    }
}

#[test]
fn external_overviews_are_an_error() {
    let tiff = open(&LE.file(&[LE.gray(30, 20, 100)])).unwrap();
    let mut validator = CogValidator::new(&tiff).with_external_overviews(true);
    let ValidationStep::Finished(report) = validator.validate().unwrap() else { panic!("asks for data") };
    assert!(!report.is_cog());
}
