//! Sample layouts, predictors and byte orders on uncompressed and Deflate chunks, against values computed by hand.

use std::ops::Range;

use geotiff_codecs::{ByteOrder, ChunkSpec, Codecs, Error, ErrorKind, SampleFormat, SampleOrder, Workspace};

fn decode(src: &[u8], spec: &ChunkSpec<'_>, order: SampleOrder) -> Result<Vec<u8>, Error> {
    let mut dst = vec![0xaa; spec.decoded_len()?];
    Codecs::builtin().decode(src, spec, order, &mut dst, &mut Workspace::new())?;
    Ok(dst)
}

fn u16s(bytes: &[u8]) -> Vec<u16> {
    bytes.as_chunks().0.iter().map(|b| u16::from_ne_bytes(*b)).collect()
}

fn u32s(bytes: &[u8]) -> Vec<u32> {
    bytes.as_chunks().0.iter().map(|b| u32::from_ne_bytes(*b)).collect()
}

fn f32s(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks().0.iter().map(|b| f32::from_ne_bytes(*b)).collect()
}

#[test]
fn pixels_become_planes() {
    let spec = ChunkSpec::new(1, 2, 2).with_samples(3);
    let src = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    assert_eq!(decode(&src, &spec, SampleOrder::Planar).unwrap(), [1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12]);
    assert_eq!(decode(&src, &spec, SampleOrder::Interleaved).unwrap(), src);
}

#[test]
fn big_endian_samples_are_swapped() {
    let spec =
        ChunkSpec::new(1, 2, 1).with_bits(16, SampleFormat::Uint).with_byte_order(ByteOrder::BigEndian);
    assert_eq!(u16s(&decode(&[1, 2, 3, 4], &spec, SampleOrder::Planar).unwrap()), [0x0102, 0x0304]);
    // Complex numbers swap part by part.
    let spec = spec.with_bits(32, SampleFormat::ComplexInt).with_samples(1);
    let src = [0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48];
    assert_eq!(u16s(&decode(&src, &spec, SampleOrder::Planar).unwrap()), [0x4142, 0x4344, 0x4546, 0x4748]);
}

#[test]
fn odd_depths_read_most_significant_bit_first_in_either_byte_order() {
    for order in [ByteOrder::LittleEndian, ByteOrder::BigEndian] {
        let spec = ChunkSpec::new(1, 2, 1).with_bits(12, SampleFormat::Uint).with_byte_order(order);
        assert_eq!(u16s(&decode(&[0x41, 0x42, 0x43], &spec, SampleOrder::Planar).unwrap()), [0x414, 0x243]);
        let spec = spec.with_bits(20, SampleFormat::Uint);
        let src = [0x41, 0x42, 0x43, 0x44, 0x45];
        assert_eq!(u32s(&decode(&src, &spec, SampleOrder::Planar).unwrap()), [0x41424, 0x34445]);
    }
}

#[test]
fn rows_of_bits_start_at_whole_bytes() {
    let spec = ChunkSpec::new(1, 3, 2).with_bits(3, SampleFormat::Uint);
    // 0b101_110_01 0b1_0000000 / 0b000_001_11 0b1_0000000
    let src = [0b1011_1001, 0b1000_0000, 0b0000_0111, 0b1000_0000];
    assert_eq!(decode(&src, &spec, SampleOrder::Planar).unwrap(), [5, 6, 3, 0, 1, 7]);
    let spec = ChunkSpec::new(1, 1, 2).with_bits(4, SampleFormat::Uint).with_samples(2);
    assert_eq!(decode(&[0x12, 0x34], &spec, SampleOrder::Planar).unwrap(), [1, 3, 2, 4]);
}

#[test]
fn unsigned_24_bit_samples_depend_on_the_byte_order_as_in_gdal() {
    // As GDAL 3.10 reads them, both ways checked with it.
    let src = [0x41, 0x42, 0x43, 0x44, 0x45, 0x46];
    let spec = ChunkSpec::new(1, 2, 1).with_bits(24, SampleFormat::Uint);
    assert_eq!(u32s(&decode(&src, &spec, SampleOrder::Planar).unwrap()), [0x41_4243, 0x44_4546]);
    let spec = spec.with_byte_order(ByteOrder::BigEndian);
    assert_eq!(u32s(&decode(&src, &spec, SampleOrder::Planar).unwrap()), [0x43_4241, 0x46_4544]);
}

#[test]
fn short_floats_widen_exactly() {
    let half = ChunkSpec::new(1, 6, 1).with_bits(16, SampleFormat::Float);
    // 1, -2, the largest, the smallest subnormal, minus zero, infinity (IEEE 754-2019, table 3.5).
    let src: Vec<u8> =
        [0x3c00_u16, 0xc000, 0x7bff, 0x0001, 0x8000, 0x7c00].iter().flat_map(|v| v.to_le_bytes()).collect();
    let values = f32s(&decode(&src, &half, SampleOrder::Planar).unwrap());
    assert_eq!(values, [1.0, -2.0, 65504.0, 2.0_f32.powi(-24), 0.0, f32::INFINITY]);
    assert!(values[4].is_sign_negative());
    // GDAL's reading of the same bytes.
    let triple = ChunkSpec::new(1, 2, 1).with_bits(24, SampleFormat::Float);
    let src = [0x41, 0x42, 0x43, 0x44, 0x45, 0x46];
    assert_eq!(f32s(&decode(&src, &triple, SampleOrder::Planar).unwrap()), [20.14087, 162.63281]);
    let triple = triple.with_byte_order(ByteOrder::BigEndian);
    assert_eq!(f32s(&decode(&src, &triple, SampleOrder::Planar).unwrap()), [5.035_339_4, 40.65918]);
}

#[test]
fn dst_of_another_length_is_a_usage_error() {
    let spec = ChunkSpec::new(1, 2, 2);
    let error = Codecs::builtin()
        .decode(&[0; 4], &spec, SampleOrder::Planar, &mut [0; 5], &mut Workspace::new())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
}

#[test]
fn a_short_chunk_is_an_error_and_a_long_one_is_cut() {
    let spec = ChunkSpec::new(1, 2, 2);
    assert_eq!(decode(&[1, 2, 3], &spec, SampleOrder::Planar).unwrap_err().kind(), ErrorKind::Malformed);
    assert_eq!(decode(&[1, 2, 3, 4, 5], &spec, SampleOrder::Planar).unwrap(), [1, 2, 3, 4]);
}

#[test]
fn a_predictor_is_ignored_where_the_codec_has_none() {
    let spec = ChunkSpec::new(1, 4, 1).with_predictor(2);
    assert_eq!(decode(&[1, 1, 1, 1], &spec, SampleOrder::Planar).unwrap(), [1, 1, 1, 1]);
}

#[test]
fn fill_order_2_reverses_the_bits_of_the_stream() {
    let spec = ChunkSpec::new(1, 2, 1).with_fill_order(2);
    assert_eq!(decode(&[0b0000_0001, 0b1100_0000], &spec, SampleOrder::Planar).unwrap(), [0x80, 0x03]);
}

#[test]
fn samples_of_no_known_kind_are_unsupported() {
    for (bits, format) in [(33, SampleFormat::Uint), (0, SampleFormat::Uint), (8, SampleFormat::Float)] {
        let error = ChunkSpec::new(1, 1, 1).with_bits(bits, format).sample_type().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
    }
}

#[test]
#[cfg(feature = "jpeg")]
fn jpeg_of_12_bits_is_refused_by_name() {
    // A frame header of 12 bits follows the start of image (ITU-T T.81, B.2.2), and nothing else.
    let src = [0xff, 0xd8, 0xff, 0xc1, 0, 11, 12, 0, 8, 0, 8, 1, 1, 0x11, 0];
    let spec = ChunkSpec::new(7, 8, 8).with_bits(12, SampleFormat::Uint);
    let error = decode(&src, &spec, SampleOrder::Planar).unwrap_err();
    assert_eq!((error.kind(), error.compression()), (ErrorKind::Unsupported, Some(7)));
    assert!(error.to_string().contains("12-bit"), "{error}");
}

#[test]
#[cfg(feature = "jpeg")]
fn a_jpeg_without_its_last_rows_is_an_error() {
    // Two blocks of 8 × 8 grey pixels, one above the other, whose Huffman codes are a single 0 each: a block is two
    // bits. All quantizers are 1 (ITU-T T.81, annex B).
    let table = |class: u8| [&[0xff, 0xc4, 0, 20, class, 1][..], &[0; 15], &[0]].concat();
    let head = [
        &[0xff, 0xd8, 0xff, 0xdb, 0, 67, 0][..],
        &[1; 64],
        &[0xff, 0xc0, 0, 11, 8, 0, 16, 0, 8, 1, 1, 0x11, 0],
        &table(0x00),
        &table(0x10),
        &[0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0],
    ]
    .concat();
    let end = [0xff, 0xd9];
    let spec = ChunkSpec::new(7, 8, 16);
    let whole = [&head[..], &[0b0000_1111], &end].concat();
    assert_eq!(decode(&whole, &spec, SampleOrder::Planar).unwrap(), [128; 128]);
    // Tables in the middle of the scan, after which it does not go on.
    let half = [&head[..], &[0b0011_1111], &table(0x00), &end].concat();
    for order in [SampleOrder::Planar, SampleOrder::Interleaved] {
        assert_eq!(decode(&half, &spec, order).unwrap_err().kind(), ErrorKind::Malformed);
    }
}

#[test]
fn a_chunk_too_large_to_address_is_a_limit() {
    let spec = ChunkSpec::new(1, u32::MAX, u32::MAX).with_samples(u16::MAX).with_bits(64, SampleFormat::Uint);
    assert_eq!(spec.decoded_len().unwrap_err().kind(), ErrorKind::Limit);
}

/// Calls of `decode_wanted`: the rows, their samples, and whether those are a part of `src` itself.
type Calls = Vec<(Range<u32>, Vec<u8>, bool)>;

fn wanted(src: &[u8], spec: &ChunkSpec<'_>, rows: Range<u32>) -> Result<Calls, Error> {
    let mut calls = Vec::new();
    let put = |rows: Range<u32>, samples: &[u8]| {
        let is_source = src.as_ptr_range().contains(&samples.as_ptr());
        calls.push((rows, samples.to_vec(), is_source));
        Ok::<(), Error>(())
    };
    let mut workspace = Workspace::new();
    Codecs::builtin().decode_wanted(src, spec, SampleOrder::Planar, rows, &mut workspace, put)?;
    Ok(calls)
}

#[test]
fn wanted_rows_come_in_order_and_in_groups() {
    // A row is larger than a group: each comes for itself.
    let (width, height) = (30_000_u32, 4_u32);
    let value = |row: u32, column: u32, sample: u32| (100 * row + 7 * column + sample) as u8;
    let spec = ChunkSpec::new(1, width, height).with_samples(3);
    let mut src = Vec::new();
    for (row, column) in (0..height).flat_map(|row| (0..width).map(move |column| (row, column))) {
        src.extend((0..3).map(|sample| value(row, column, sample)));
    }
    let calls = wanted(&src, &spec, 1..3).unwrap();
    assert_eq!(calls.iter().map(|(rows, ..)| rows.clone()).collect::<Vec<_>>(), [1..2, 2..3]);
    for (rows, samples, _) in calls {
        let planes: Vec<u8> = (0..3)
            .flat_map(|sample| (0..width).map(move |column| value(rows.start, column, sample)))
            .collect();
        assert!(samples == planes, "row {}", rows.start);
    }
}

#[test]
fn wanted_rows_are_not_copied_where_the_file_has_them_as_they_are() {
    let spec = ChunkSpec::new(1, 2, 3);
    assert_eq!(wanted(&[1, 2, 3, 4, 5, 6], &spec, 1..3).unwrap(), [(1..3, vec![3, 4, 5, 6], true)]);
    assert_eq!(wanted(&[1, 2, 3, 4, 5, 6], &spec, 2..2).unwrap(), []);
    let spec = spec.with_bits(16, SampleFormat::Uint).with_byte_order(ByteOrder::BigEndian);
    let src = [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6];
    let swapped: Vec<u8> = [3_u16, 4].iter().flat_map(|value| value.to_ne_bytes()).collect();
    assert_eq!(wanted(&src, &spec, 1..2).unwrap(), [(1..2, swapped, false)]);
    // Rows of bits are unpacked at once.
    let spec = ChunkSpec::new(1, 2, 2).with_bits(4, SampleFormat::Uint);
    assert_eq!(wanted(&[0x12, 0x34], &spec, 1..2).unwrap(), [(0..2, vec![1, 2, 3, 4], false)]);
}

#[test]
fn what_follows_the_wanted_rows_is_looked_at_for_checksums_alone() {
    // PackBits: runs of three bytes; the last one is cut short.
    let src = [2, 1, 2, 3, 0xfe, 4, 2, 7];
    let spec = ChunkSpec::new(32773, 3, 3);
    assert_eq!(wanted(&src, &spec, 1..2).unwrap(), [(1..2, vec![4, 4, 4], false)]);
    assert_eq!(wanted(&src, &spec, 1..3).unwrap_err().kind(), ErrorKind::Malformed);
    // A zlib stream of the six bytes in one stored block, with a wrong checksum.
    let src = [0x78, 0x01, 1, 6, 0, 0xf9, 0xff, 1, 2, 3, 4, 5, 6, 0, 0, 0, 0];
    let spec = ChunkSpec::new(8, 2, 3);
    assert_eq!(wanted(&src, &spec, 0..1).unwrap_err().kind(), ErrorKind::Malformed);
}

#[test]
fn runs_past_the_end_of_a_fax_row_are_damage() {
    let spec = ChunkSpec::new(2, 8, 1).with_bits(1, SampleFormat::Uint);
    // T.4 tables 2 and 3: seven white pixels, one black one; then ten white pixels in a row of eight.
    let seven_and_one = [0b1111_0100];
    assert_eq!(decode(&seven_and_one, &spec, SampleOrder::Planar).unwrap(), [0, 0, 0, 0, 0, 0, 0, 1]);
    let ten = [0b0011_1000];
    assert_eq!(decode(&ten, &spec, SampleOrder::Planar).unwrap_err().kind(), ErrorKind::Malformed);
}
