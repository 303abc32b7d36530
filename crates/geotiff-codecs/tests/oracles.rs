//! Our decoders against independent encoders, on streams of many shapes.

#![cfg(all(feature = "lzw", feature = "deflate"))]

use std::io::Write;

use geotiff_codecs::{ChunkSpec, Codecs, ErrorKind, SampleOrder, Workspace};
use weezl::BitOrder;

/// Bytes with runs, repetitions and noise, by turns.
fn payload(len: usize, seed: u32) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
    let mut next = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 16
    };
    let mut bytes = Vec::with_capacity(len);
    while bytes.len() < len {
        let count = next() as usize % 300 + 1;
        match next() % 4 {
            0 => bytes.extend(std::iter::repeat_n(next() as u8, count)),
            1 => bytes.extend((0..count).map(|i| i as u8)),
            2 if bytes.len() > count => bytes.extend_from_within(bytes.len() - count..),
            _ => bytes.extend((0..count).map(|_| next() as u8)),
        }
    }
    bytes.truncate(len);
    bytes
}

fn decode(src: &[u8], compression: u16, len: usize) -> Result<Vec<u8>, geotiff_codecs::Error> {
    let mut dst = vec![0xaa; len];
    let spec = ChunkSpec::new(compression, len as u32, 1);
    Codecs::builtin().decode(src, &spec, SampleOrder::Planar, &mut dst, &mut Workspace::new())?;
    Ok(dst)
}

#[test]
fn lzw_streams_decode_as_they_were_encoded() {
    for seed in 0..60 {
        let len = [1, 2, 3, 15, 16, 17, 100, 4096, 20_000, 70_000][seed as usize % 10] + seed as usize;
        let bytes = payload(len, seed);
        let mut coded =
            weezl::encode::Encoder::with_tiff_size_switch(BitOrder::Msb, 8).encode(&bytes).unwrap();
        assert!(decode(&coded, 5, len).unwrap() == bytes, "seed {seed}");
        // Streams of several clear codes, as writers make them that reset their tables early.
        let mut two = weezl::encode::Encoder::with_tiff_size_switch(BitOrder::Msb, 8).encode(&bytes).unwrap();
        two.append(&mut coded);
        assert!(decode(&two, 5, len).unwrap() == bytes, "seed {seed}, more than the chunk takes");
        let half = decode(&two[..two.len() / 8], 5, len);
        assert!(half.is_err() || len < 4, "seed {seed}, truncated");
    }
}

#[test]
fn lzw_streams_longer_than_their_chunk_decode_wherever_it_ends() {
    // Strips whose writer coded all rows, those past the image's end too. Long strings and short ones.
    for bytes in [payload(3000, 5), vec![7; 3000], b"abbbab".repeat(500)] {
        let coded = weezl::encode::Encoder::with_tiff_size_switch(BitOrder::Msb, 8).encode(&bytes).unwrap();
        for len in 1..=bytes.len() {
            assert!(decode(&coded, 5, len).unwrap() == bytes[..len], "{len} bytes");
        }
    }
}

#[test]
fn old_style_lzw_is_told_by_its_first_code() {
    let bytes = payload(30_000, 9);
    let coded = weezl::encode::Encoder::new(BitOrder::Lsb, 8).encode(&bytes).unwrap();
    assert_eq!((coded[0], coded[1] & 1), (0, 1));
    assert!(decode(&coded, 5, bytes.len()).unwrap() == bytes);
    assert_eq!(decode(&coded[..coded.len() / 2], 5, bytes.len()).unwrap_err().kind(), ErrorKind::Malformed);
}

#[test]
fn deflate_streams_of_any_length_decode_and_their_checksum_counts() {
    for (seed, level) in [(1, 0), (2, 1), (3, 6), (4, 9)] {
        let bytes = payload(50_000, seed);
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::new(level));
        encoder.write_all(&bytes).unwrap();
        let mut coded = encoder.finish().unwrap();
        assert!(decode(&coded, 8, bytes.len()).unwrap() == bytes);
        assert!(decode(&coded, 32_946, 1000).unwrap() == bytes[..1000], "a stream longer than its chunk");
        assert_eq!(decode(&coded, 8, bytes.len() + 1).unwrap_err().kind(), ErrorKind::Malformed);
        let last = coded.len() - 1;
        coded[last] ^= 1;
        assert_eq!(decode(&coded, 8, bytes.len()).unwrap_err().kind(), ErrorKind::Malformed);
    }
}

#[test]
fn packbits_runs_literals_and_nothings() {
    // The example of TIFF 6.0 section 9, from Apple's Macintosh Technical Note 1023, with a no-op put in.
    let coded =
        [0xfe, 0xaa, 0x02, 0x80, 0x00, 0x2a, 0x80, 0xfd, 0xaa, 0x03, 0x80, 0x00, 0x2a, 0x22, 0xf7, 0xaa];
    let mut expected =
        vec![0xaa, 0xaa, 0xaa, 0x80, 0x00, 0x2a, 0xaa, 0xaa, 0xaa, 0xaa, 0x80, 0x00, 0x2a, 0x22];
    expected.extend([0xaa; 10]);
    assert_eq!(decode(&coded, 32_773, 24).unwrap(), expected);
    assert_eq!(decode(&coded, 32_773, 20).unwrap(), expected[..20]);
    assert_eq!(decode(&coded[..15], 32_773, 24).unwrap_err().kind(), ErrorKind::Malformed);
}

/// The codes of a stream, as bits, most significant first, all of 9 bits.
fn nine_bit_codes(codes: &[u16]) -> Vec<u8> {
    let mut bits: Vec<bool> =
        codes.iter().flat_map(|code| (0..9).rev().map(move |i| code >> i & 1 == 1)).collect();
    bits.resize(bits.len().next_multiple_of(8), false);
    bits.chunks(8).map(|byte| byte.iter().fold(0, |n, bit| n << 1 | u8::from(*bit))).collect()
}

#[test]
fn lzw_by_hand() {
    // 258 is "ab", 259 "bb" by its own definition, 260 "bba".
    let codes = nine_bit_codes(&[256, 97, 98, 259, 258, 257]);
    assert_eq!(decode(&codes, 5, 6).unwrap(), b"abbbab");
    // A damaged end is not looked at once the chunk is full.
    let codes = nine_bit_codes(&[256, 97, 98, 259, 258, 300]);
    assert_eq!(decode(&codes, 5, 6).unwrap(), b"abbbab");
    assert_eq!(decode(&codes, 5, 7).unwrap_err().kind(), ErrorKind::Malformed);
    // A code from before the clear code means nothing after it.
    let codes = nine_bit_codes(&[256, 97, 98, 256, 258, 257]);
    assert_eq!(decode(&codes, 5, 4).unwrap_err().kind(), ErrorKind::Malformed);
}
