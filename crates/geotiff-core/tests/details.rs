//! Metadata that is read on request: what it asks for, and what it makes of damage. Its words are compared with GDAL's
//! by the fixtures of the command `geotiff info`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail")]

mod common;

use std::ops::Range;

use common::*;
use geotiff_core::{Bytes, DetailsReader, DetailsStep, Domains, Limits};

/// The details of the first page, and the ranges asked for, step by step. Opening knew the first `known` bytes.
fn details(file: &[u8], known: usize) -> (Domains, Vec<Vec<Range<u64>>>) {
    let tiff = open(file.get(..known).unwrap_or(file)).unwrap();
    let mut reader = DetailsReader::new(&tiff, &tiff.pages()[0], &Limits::default());
    let mut log = Vec::new();
    loop {
        match reader.read() {
            DetailsStep::Finished(domains) => return (domains, log),
            DetailsStep::NeedsData(ranges) => {
                assert!(log.len() < 4, "more requests than stated: {log:?}");
                for range in &ranges {
                    let end = file.len().min(range.end as usize);
                    let part = file.get(range.start as usize..end).unwrap_or_default();
                    reader.feed(range.start, Bytes::copy_from_slice(part));
                }
                log.push(ranges);
            }
        }
    }
}

fn rationals(format: Format, tag: u16, values: &[(u32, u32)]) -> Entry {
    let bytes = values.iter().flat_map(|&(n, d)| [format.u32(n), format.u32(d)].concat()).collect();
    Entry(tag, RATIONAL, values.len() as u64, bytes)
}

/// Three bands of `bits` with sRGB's primaries.
fn colored(format: Format, bits: u16) -> Vec<Entry> {
    let primaries = [(64, 100), (33, 100), (3, 10), (6, 10), (15, 100), (6, 100)];
    with(
        format.gray(4, 4, 3000),
        [
            format.short(258, &[bits; 3]),
            format.short(262, &[2]),
            format.short(277, &[3]),
            rationals(format, 318, &[(3127, 10_000), (329, 1000)]),
            rationals(format, 319, &primaries),
        ],
    )
}

#[test]
fn directories_of_every_format_beyond_the_header_take_two_requests() {
    for format in ALL {
        let mut file = format.file(&[with(
            format.gray(4, 4, 3000),
            [format.long(34665, &[100_000]), format.long(34853, &[110_000])],
        )]);
        let known = file.len();
        file.resize(100_000, 0);
        // The values of the first lie far away, those of the second right behind it.
        let exif = [format.ascii(0x010f, "A maker of cameras"), format.short(0xa001, &[1])];
        let mut directory = format.ifd(100_000, &exif, Some(0));
        let at = if format.big { 100_000 + 8 + 12 } else { 100_000 + 2 + 8 };
        let far = if format.big { format.u64(200_000).to_vec() } else { format.u32(200_000).to_vec() };
        directory.splice(at - 100_000..at - 100_000 + far.len(), far);
        file.extend(directory);
        file.resize(110_000, 0);
        file.extend(format.ifd(110_000, &[rationals(format, 2, &[(47, 1), (1, 2), (0, 1)])], Some(0)));
        file.resize(200_000, 0);
        file.extend(b"A maker of cameras\0");

        let (domains, log) = details(&file, known);
        assert_eq!(domains.get("EXIF", "EXIF_Make"), Some("A maker of cameras"), "{format:?}");
        assert_eq!(domains.get("EXIF", "EXIF_ColorSpace"), Some("1"));
        assert_eq!(domains.get("EXIF", "EXIF_GPSLatitude"), Some("(47) (0.5) (0)"));
        assert_eq!(log.concat(), [100_000..104_096, 110_000..114_096, 200_000..200_019]);
        assert_eq!(log.len(), 2);
        // All of it at hand, none of it asked for.
        let tiff = open(&file[..known]).unwrap();
        let mut reader = DetailsReader::new(&tiff, &tiff.pages()[0], &Limits::default());
        reader.feed(0, file);
        assert_eq!(reader.at_hand(), domains);
    }
}

#[test]
fn what_is_not_at_hand_is_left_out_as_a_whole() {
    let exif = LE.ifd(5000, &[LE.ascii(0x010f, "A maker of cameras"), LE.short(0xa001, &[1])], Some(0));
    let mut file = LE.file(&[with(colored(LE, 8), [LE.long(34665, &[5000])])]);
    file.resize(5000, 0);
    file.extend(exif);
    for known in [4000, 5010, file.len() - 1] {
        let tiff = open(&file[..known]).unwrap();
        let at_hand = DetailsReader::new(&tiff, &tiff.pages()[0], &Limits::default()).at_hand();
        assert_eq!(at_hand.names().collect::<Vec<_>>(), ["COLOR_PROFILE"]);
    }
    // The same where the file ends there: the item that can be read is.
    let (domains, _) = details(&file[..file.len() - 1], 4000);
    assert_eq!(domains.items("EXIF"), [("EXIF_ColorSpace".to_owned(), "1".to_owned())]);
}

#[test]
fn large_values_cost_nothing_at_opening() {
    let profile = Entry(34675, 7, 100_000, vec![7; 100_000]);
    let table: Vec<u16> = (0..=u16::MAX).collect();
    let mut file = LE.file(&[with(colored(LE, 16), [LE.short(301, &table)])]);
    let (tiff, log) = open_log(&file, Limits::default());
    let asked: u64 = log.iter().flatten().map(|range| range.end - range.start).sum();
    assert!(asked < 20_000, "{log:?}");
    tiff.unwrap();

    let (domains, log) = details(&file, file.len());
    assert!(
        matches!(&log[..], [step] if step.len() == 1 && step[0].end - step[0].start <= 131_072),
        "{log:?}"
    );
    let red = domains.get("COLOR_PROFILE", "TIFFTAG_TRANSFERFUNCTION_BLUE").unwrap();
    assert!(red.starts_with("0, 1, 2, 3, ") && red.ends_with(", 65534, 65535"));

    file = LE.file(&[with(colored(LE, 16), [profile])]);
    let (domains, log) = details(&file, 5000);
    assert_eq!((log.len(), domains.items("COLOR_PROFILE").len()), (1, 1));
    let small = Limits::default().with_max_tag_bytes(10_000);
    let tiff = open(&file[..5000]).unwrap();
    let step = DetailsReader::new(&tiff, &tiff.pages()[0], &small).read();
    assert!(matches!(step, DetailsStep::Finished(_)), "{step:?}");
}

/// TIFF 6.0, section 20: black and white of each channel in turn. GDAL 3.10.3 crashes on the tag; the items are
/// those that it documents.
#[test]
fn the_transfer_range_by_black_and_white() {
    let entries = with(colored(BE, 8), [BE.short(342, &[16, 235, 17, 236, 18, 237])]);
    let (domains, _) = details(&BE.file(&[entries]), 5000);
    assert_eq!(domains.get("COLOR_PROFILE", "TIFFTAG_TRANSFERRANGE_BLACK"), Some("16, 17, 18"));
    assert_eq!(domains.get("COLOR_PROFILE", "TIFFTAG_TRANSFERRANGE_WHITE"), Some("235, 236, 237"));
}

#[test]
fn directories_that_point_at_themselves_or_nowhere_come_to_an_end() {
    for offset in [0, 8, 9, 4000, u32::MAX] {
        let file =
            LE.file(&[with(LE.gray(4, 4, 3000), [LE.long(34665, &[offset]), LE.long(34853, &[offset])])]);
        for known in [200, file.len()] {
            let (domains, _) = details(&file, known);
            // Read as an EXIF directory, the image's own says this much.
            let own = if offset == 8 { Some("8") } else { None };
            assert_eq!(domains.get("EXIF", "EXIF_Compression"), own, "{offset}");
        }
    }
}
