//! The decoder: headers, chains of IFDs, what is asked for, damage.

mod common;

use common::*;
use geotiff_core::{ErrorKind, FieldType, Limits, MetadataDecoder, Step, Tag, Values};

#[test]
fn every_header_variant() {
    for format in ALL {
        let tiff = open_ifd(format, format.gray(30, 20, 100)).unwrap();
        assert_eq!(tiff.byte_order(), format.order);
        assert_eq!(tiff.is_big_tiff(), format.big);
        let image = tiff.pages()[0].image();
        assert_eq!((image.width(), image.height(), image.samples_per_pixel()), (30, 20, 1));
        assert_eq!(image.data_type().unwrap().name(), "uint8");
        assert_eq!(image.chunk_index().get(0).unwrap().unwrap().range(), 100..116);
        assert!(tiff.warnings().is_empty());
    }
}

#[test]
fn what_is_no_tiff_says_so() {
    for bytes in [
        &b""[..],
        b"II",
        b"hello, world, this is text",
        b"II*\0",
        b"MM\0*\0\0\0\x08",
        b"II+\0\x04\0\0\0\x10\0\0\0\0\0\0\0",
    ] {
        let error = open(bytes).unwrap_err();
        let kind = if bytes.is_empty() { ErrorKind::Usage } else { ErrorKind::Malformed };
        assert_eq!(error.kind(), kind, "{bytes:?}: {error}");
    }
}

#[test]
fn feeding_nothing_is_a_usage_error_and_not_a_loop() {
    let mut decoder = MetadataDecoder::new(Limits::default());
    let Step::NeedsData(ranges) = decoder.decode().unwrap() else { panic!("finished on nothing") };
    assert!(ranges[0].start == 0 && ranges[0].end >= 16);
    assert_eq!(decoder.decode().unwrap_err().kind(), ErrorKind::Usage);
}

#[test]
fn an_ifd_cycle_ends_the_chain_with_a_warning() {
    for format in ALL {
        let header = if format.big { 16 } else { 8 };
        let mut file = format.header(header);
        let first = format.ifd(header, &format.gray(4, 4, 500), None);
        let second_at = header + first.len() as u64;
        file.extend(first);
        file.extend(format.ifd(second_at, &format.gray(4, 4, 500), Some(header)));
        let tiff = open(&file).unwrap();
        assert_eq!(tiff.ifds().len(), 2);
        assert_eq!(tiff.warnings().len(), 1);
        assert!(tiff.warnings()[0].to_string().contains("cycle"), "{}", tiff.warnings()[0]);
    }
}

#[test]
fn a_next_ifd_past_the_end_keeps_what_was_read() {
    for format in ALL {
        let at = if format.big { 16 } else { 8 };
        let mut file = format.header(at);
        file.extend(format.ifd(at, &format.gray(4, 4, 500), Some(1 << 31)));
        let tiff = open(&file).unwrap();
        assert_eq!(tiff.pages().len(), 1);
        assert_eq!(tiff.warnings().len(), 1);
        // With the size told there is nothing to ask for.
        let mut decoder = MetadataDecoder::new(Limits::default());
        decoder.set_file_size(file.len() as u64);
        decoder.feed(0, file.clone());
        assert!(matches!(decoder.decode(), Ok(Step::Finished(_))));
    }
}

#[test]
fn of_duplicate_tags_the_first_counts() {
    let mut entries = LE.gray(30, 20, 100);
    entries.insert(1, LE.long(256, &[77]));
    let tiff = open_ifd(LE, entries).unwrap();
    assert_eq!(tiff.pages()[0].image().width(), 30);
    assert_eq!(tiff.ifds()[0].entries().filter(|e| e.tag() == Tag::IMAGE_WIDTH).count(), 1);
}

#[test]
fn unsorted_entries_are_found() {
    let mut entries = BE.gray(30, 20, 100);
    entries.reverse();
    let tiff = open_ifd(BE, entries).unwrap();
    assert_eq!(tiff.pages()[0].image().width(), 30);
}

#[test]
fn an_unknown_field_type_is_kept_and_harms_nothing() {
    for format in ALL {
        let entries = with(format.gray(30, 20, 100), [Entry(65000, 99, 1_000_000, vec![1, 2, 3, 4])]);
        let tiff = open_ifd(format, entries).unwrap();
        let entry = tiff.ifds()[0].get(Tag(65000)).unwrap();
        assert_eq!((entry.field_type(), entry.count()), (FieldType(99), 1_000_000));
        assert_eq!(&entry.bytes().unwrap()[..4], [1, 2, 3, 4]);
        assert_eq!(entry.values().unwrap_err().kind(), ErrorKind::Unsupported);
    }
}

#[test]
fn private_tags_are_reached_raw_and_typed() {
    for format in ALL {
        let entries = with(
            format.gray(30, 20, 100),
            [
                format.short(65001, &[1, 2, 3]),
                format.double(65002, &[1.5]),
                Entry(65003, 8, 2, [format.u16(-5_i16 as u16), format.u16(6)].concat()),
                format.rational(65004, 1, 3),
                Entry(65005, 7, 3, vec![7, 8, 9]),
            ],
        );
        let tiff = open_ifd(format, entries).unwrap();
        let values = |tag| tiff.ifds()[0].get(Tag(tag)).unwrap().values().unwrap();
        assert_eq!(values(65001), Values::Shorts(vec![1, 2, 3]));
        assert_eq!(values(65002), Values::Doubles(vec![1.5]));
        assert_eq!(values(65003), Values::SShorts(vec![-5, 6]));
        assert_eq!(values(65004), Values::Rationals(vec![(1, 3)]));
        assert_eq!(values(65005), Values::Undefined(vec![7, 8, 9]));
    }
}

#[test]
fn an_undefined_image_description_is_text() {
    let entries = with(LE.gray(3, 2, 100), [Entry(270, 7, 5, b"hello".to_vec())]);
    let tiff = open_ifd(LE, entries).unwrap();
    let tags = tiff.pages()[0].metadata().domains();
    assert_eq!(tags.get("", "TIFFTAG_IMAGEDESCRIPTION"), Some("hello"));
}

#[test]
fn a_huge_tag_count_is_refused_at_once() {
    for count in [4097_u64, 1 << 20, u64::MAX] {
        let mut file = BIG_LE.header(16);
        file.extend(count.to_le_bytes());
        file.resize(200, 0);
        assert_eq!(open(&file).unwrap_err().kind(), ErrorKind::Malformed);
    }
}

#[test]
fn a_huge_value_count_is_not_allocated() {
    let entries = with(BIG_LE.gray(3, 2, 100), [Entry(42112, ASCII, u64::MAX, vec![0; 8])]);
    let tiff = open_ifd(BIG_LE, entries).unwrap();
    assert!(tiff.ifds()[0].get(Tag::GDAL_METADATA).unwrap().bytes().is_none());
    assert_eq!(tiff.pages()[0].metadata().domains().items("").len(), 0);
}

#[test]
fn signed_structural_tags_of_bigtiff() {
    // SSHORT and SLONG8 where SHORT and LONG8 are usual.
    let entries = vec![
        Entry(256, 9, 1, 40_i32.to_le_bytes().to_vec()),
        Entry(257, 8, 1, 30_i16.to_le_bytes().to_vec()),
        Entry(258, 8, 1, 8_i16.to_le_bytes().to_vec()),
        Entry(259, 8, 1, 8_i16.to_le_bytes().to_vec()),
        Entry(273, 17, 1, 5_000_000_000_i64.to_le_bytes().to_vec()),
        Entry(278, 9, 1, 30_i32.to_le_bytes().to_vec()),
        Entry(279, 9, 1, 10_i32.to_le_bytes().to_vec()),
    ];
    let tiff = open_ifd(BIG_LE, entries.clone()).unwrap();
    let image = tiff.pages()[0].image();
    assert_eq!((image.width(), image.height()), (40, 30));
    assert_eq!(image.chunk_index().get(0).unwrap().unwrap().range(), 5_000_000_000..5_000_000_010);
    // A negative one is an error, not a number near 2^64.
    let negative = with(entries, [Entry(256, 9, 1, (-40_i32).to_le_bytes().to_vec())]);
    let error = open_ifd(BIG_LE, negative).unwrap_err();
    assert_eq!((error.kind(), error.tag()), (ErrorKind::Malformed, Some(Tag::IMAGE_WIDTH)));
}

#[test]
fn defaults_of_missing_tags() {
    // TIFF 6.0: one bit, one sample, no compression, all rows in one strip.
    let entries = vec![BE.short(256, &[30]), BE.short(257, &[20]), BE.long(273, &[200]), BE.long(279, &[80])];
    let tiff = open_ifd(BE, entries).unwrap();
    let image = tiff.pages()[0].image();
    assert_eq!((image.bits_per_sample(), image.samples_per_pixel()), (&[1][..], 1));
    assert_eq!((image.compression().0, image.photometric().0, image.planar().0), (1, 1, 1));
    assert_eq!((image.fill_order(), image.predictor().0, image.new_subfile_type()), (1, 1, 0));
    assert_eq!((image.chunks().chunk_height(), image.chunks().len()), (20, 1));
    assert_eq!(image.data_type().unwrap().name(), "uint8");
    assert_eq!(image.ycbcr_subsampling(), (2, 2));
}

#[test]
fn mixed_bits_per_sample_have_no_data_type() {
    let entries = with(LE.gray(3, 2, 100), [LE.short(277, &[3]), LE.short(258, &[5, 6, 5])]);
    let tiff = open_ifd(LE, entries).unwrap();
    let image = tiff.pages()[0].image();
    assert_eq!(image.bits_per_sample(), [5, 6, 5]);
    assert_eq!(image.data_type().unwrap_err().kind(), ErrorKind::Unsupported);
}

#[test]
fn one_value_stands_for_all_samples() {
    let entries = with(LE.gray(3, 2, 100), [LE.short(277, &[3]), LE.short(258, &[16]), LE.short(339, &[2])]);
    let tiff = open_ifd(LE, entries).unwrap();
    let image = tiff.pages()[0].image();
    assert_eq!(image.bits_per_sample(), [16, 16, 16]);
    assert_eq!(image.data_type().unwrap().name(), "int16");
}

#[test]
fn data_types_as_rasterio_names_them() {
    // Answers of rasterio 1.4.4 (GDAL 3.10.3) for files of one sample; None where it refuses to open.
    let cases: &[(u16, u16, Option<&str>)] = &[
        (1, 1, Some("uint8")),
        (1, 3, None),
        (2, 1, Some("uint8")),
        (2, 2, Some("uint8")),
        (2, 4, None),
        (7, 2, Some("uint8")),
        (8, 1, Some("uint8")),
        (8, 2, Some("int8")),
        (8, 3, None),
        (8, 4, Some("uint8")),
        (8, 7, None),
        (9, 1, Some("uint16")),
        (12, 2, Some("uint16")),
        (12, 5, None),
        (16, 1, Some("uint16")),
        (16, 2, Some("int16")),
        (16, 3, Some("float32")),
        (17, 1, Some("uint32")),
        (24, 2, Some("uint32")),
        (24, 3, Some("float32")),
        (31, 1, Some("uint32")),
        (32, 1, Some("uint32")),
        (32, 2, Some("int32")),
        (32, 3, Some("float32")),
        (32, 5, Some("complex_int16")),
        (33, 1, None),
        (48, 3, None),
        (64, 1, Some("uint64")),
        (64, 2, Some("int64")),
        (64, 3, Some("float64")),
        (64, 5, Some("complex64")),
        (64, 6, Some("complex64")),
        (128, 1, None),
        (128, 6, Some("complex128")),
    ];
    for &(bits, format, name) in cases {
        let entries = with(LE.gray(3, 2, 100), [LE.short(258, &[bits]), LE.short(339, &[format])]);
        let tiff = open_ifd(LE, entries).unwrap();
        let found = tiff.pages()[0].image().data_type();
        assert_eq!(found.as_ref().ok().map(|t| t.name()), name, "{bits} bits, format {format}");
    }
}

#[test]
fn a_header_in_one_request() {
    let file = LE
        .file(&[with(LE.gray(3, 2, 100), [LE.double(33550, &[1.0, 1.0, 0.0]), LE.ascii(305, "a program")])]);
    let (tiff, log) = open_log(&file, Limits::default());
    tiff.unwrap();
    assert_eq!(log.len(), 1);
    assert_eq!(log[0].len(), 1);
}

#[test]
fn nothing_is_asked_for_that_was_fed() {
    let file = BIG_BE.file(&[BIG_BE.gray(3, 2, 100), BIG_BE.gray(3, 2, 100)]);
    let mut decoder = MetadataDecoder::new(Limits::default());
    decoder.feed(0, file.clone());
    decoder.set_file_size(file.len() as u64);
    assert!(matches!(decoder.decode(), Ok(Step::Finished(_))));
    assert_eq!(decoder.decode().unwrap_err().kind(), ErrorKind::Usage);
}

#[test]
fn a_distant_ifd_is_jumped_to() {
    // The second IFD and its values lie 50 MB away from the first.
    let mut file = LE.header(8);
    let far = 50_000_000;
    file.extend(LE.ifd(8, &LE.gray(3, 2, 100), Some(far)));
    file.resize(far as usize, 0xff);
    let entries = with(LE.gray(2, 1, 100), [LE.long(254, &[1])]);
    file.extend(LE.ifd(far, &entries, Some(0)));
    let (tiff, log) = open_log(&file, Limits::default());
    assert_eq!(tiff.unwrap().pages()[0].overviews().len(), 1);
    let asked: u64 = log.iter().flatten().map(|r| r.end - r.start).sum();
    assert_eq!(log.len(), 2);
    assert!(asked <= 64 << 10, "{asked} bytes");
}

#[test]
fn every_order_and_size_of_pieces_gives_the_same() {
    let file = LE
        .file(&[with(LE.tiled(100, 100, 900), [LE.ascii(305, "a program of some name")]), LE.gray(9, 9, 99)]);
    for size in [1, 2, 3, 7, 64, 1000] {
        let mut decoder = MetadataDecoder::new(Limits::default());
        for (i, piece) in file.chunks(size).enumerate().collect::<Vec<_>>().into_iter().rev() {
            decoder.feed((i * size) as u64, piece.to_vec());
        }
        let Step::Finished(tiff) = decoder.decode().unwrap() else { panic!("asks for more") };
        assert_eq!(tiff.pages().len(), 2);
        assert_eq!(tiff.pages()[0].image().chunk_index().get(48).unwrap().unwrap().offset, 900);
    }
}

#[test]
fn limits_are_errors_of_their_kind() {
    let file = LE.file(&vec![LE.gray(3, 2, 100); 20]);
    let kind = |limits| open_log(&file, limits).0.map_err(|e| e.kind()).map(|t| t.ifds().len());
    assert_eq!(kind(Limits::default()), Ok(20));
    assert_eq!(kind(Limits::default().with_max_ifds(10)), Err(ErrorKind::Limit));
    assert_eq!(kind(Limits::default().with_max_tags(5)), Err(ErrorKind::Limit));
    assert_eq!(kind(Limits::default().with_max_metadata_bytes(100)), Err(ErrorKind::Limit));
}

#[test]
fn a_value_above_the_limit_is_left_unread_with_a_warning() {
    let text = "x".repeat(100_000);
    let file = LE.file(&[with(LE.gray(3, 2, 100), [LE.ascii(270, &text)])]);
    let (tiff, log) = open_log(&file, Limits::default().with_max_tag_bytes(1000));
    let tiff = tiff.unwrap();
    assert_eq!(tiff.warnings().len(), 1);
    assert_eq!(log.len(), 1);
    let tiff = open(&file).unwrap();
    let tags = tiff.pages()[0].metadata().domains();
    assert_eq!(tags.get("", "TIFFTAG_IMAGEDESCRIPTION").map(str::len), Some(100_000));
}

#[test]
fn images_too_large_for_gdal_are_unsupported() {
    let entries = with(LE.gray(3, 2, 100), [LE.long(256, &[u32::MAX])]);
    assert_eq!(open_ifd(LE, entries).unwrap_err().kind(), ErrorKind::Unsupported);
    let tiny = with(
        LE.tiled(16, 16, 100),
        [LE.long(256, &[1 << 30]), LE.long(257, &[1 << 30]), LE.short(322, &[1])],
    );
    assert_eq!(open_ifd(LE, tiny).unwrap_err().kind(), ErrorKind::Unsupported);
    let zero = with(LE.tiled(16, 16, 100), [LE.short(323, &[0])]);
    assert_eq!(open_ifd(LE, zero).unwrap_err().kind(), ErrorKind::Malformed);
}
