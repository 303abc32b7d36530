//! Every codec against what GDAL, libtiff or the encoder says its chunks hold.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod vectors;

use geotiff_codecs::{
    ByteOrder, ChunkSpec, Codecs, Error, ErrorKind, SampleFormat, SampleOrder, Workspace, colour,
};
use vectors::{COLOURS, Colours, DATA, VECTORS, Vector};

fn spec(vector: &Vector) -> ChunkSpec<'static> {
    ChunkSpec::new(vector.compression, vector.width, vector.height)
        .with_samples(vector.samples)
        .with_bits(vector.bits, SampleFormat::from_tag(vector.format))
        .with_predictor(vector.predictor)
        .with_photometric(vector.photometric)
        .with_fill_order(vector.fill_order)
        .with_jpeg_tables(vector.tables.clone().map(|range| &DATA[range]))
        .with_lerc_parameters(if vector.lerc.is_empty() { None } else { Some(vector.lerc) })
        .with_fax_options(vector.t4_options, 0)
        .with_byte_order(if vector.big_endian { ByteOrder::BigEndian } else { ByteOrder::LittleEndian })
        .with_ycbcr_subsampling(vector.subsampling.0, vector.subsampling.1)
}

fn decode(src: &[u8], spec: &ChunkSpec<'_>, order: SampleOrder, fill: u8) -> Result<Vec<u8>, Error> {
    let mut dst = vec![fill; spec.decoded_len()?];
    Codecs::builtin().decode(src, spec, order, &mut dst, &mut Workspace::new())?;
    Ok(dst)
}

/// The vectors whose codecs are compiled in; of the others, that their feature is named.
fn at_hand() -> impl Iterator<Item = &'static Vector> {
    let codecs = Codecs::builtin();
    VECTORS.iter().filter(move |vector| match codecs.get(vector.compression) {
        Ok(_) => {
            let inside = match vector.lerc.get(1) {
                Some(1) => cfg!(feature = "deflate"),
                Some(2) => cfg!(any(feature = "zstd", feature = "zstd-pure")),
                _ => true,
            };
            inside || {
                let error =
                    decode(&DATA[vector.src.clone()], &spec(vector), SampleOrder::Planar, 0).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::DisabledCodec, "{}", vector.name);
                false
            }
        }
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::DisabledCodec, "{}", vector.name);
            assert!(error.feature().is_some_and(|feature| error.to_string().contains(feature)));
            false
        }
    })
}

/// The expected samples in the machine's byte order.
fn expected(vector: &Vector) -> Vec<u8> {
    let mut bytes = DATA[vector.expected.clone()].to_vec();
    if cfg!(target_endian = "big") {
        let size = spec(vector).sample_type().unwrap().component_size();
        bytes.chunks_mut(size).for_each(<[u8]>::reverse);
    }
    bytes
}

fn to_planes(interleaved: &[u8], samples: usize, size: usize) -> Vec<u8> {
    (0..samples)
        .flat_map(|sample| interleaved.chunks(size).skip(sample).step_by(samples).flatten().copied())
        .collect()
}

#[test]
fn chunks_hold_what_their_writers_say() {
    for vector in at_hand() {
        let spec = spec(vector);
        let src = &DATA[vector.src.clone()];
        let expected = expected(vector);
        let close = |found: &[u8], wanted: &[u8]| {
            found.len() == wanted.len()
                && found.iter().zip(wanted).all(|(a, b)| a.abs_diff(*b) <= vector.tolerance)
        };
        let found = decode(src, &spec, SampleOrder::Interleaved, 0)
            .unwrap_or_else(|error| panic!("{}: {error}", vector.name));
        assert!(close(&found, &expected), "{}: {found:?} is not {expected:?}", vector.name);
        let size = spec.sample_type().unwrap().size();
        let planes = to_planes(&expected, usize::from(vector.samples), size);
        let found = decode(src, &spec, SampleOrder::Planar, 0).unwrap();
        assert!(close(&found, &planes), "{} in planes", vector.name);
    }
}

#[test]
fn bit_reversed_streams_decode_alike() {
    for vector in at_hand() {
        let turned: Vec<u8> = DATA[vector.src.clone()].iter().map(|byte| byte.reverse_bits()).collect();
        let plain = decode(&DATA[vector.src.clone()], &spec(vector), SampleOrder::Planar, 0).unwrap();
        let reversed = decode(&turned, &spec(vector).with_fill_order(2), SampleOrder::Planar, 0);
        match vector.compression {
            // libtiff never reverses JPEG: FillOrder is ignored there.
            7 => assert!(reversed.is_err(), "{}", vector.name),
            _ => assert_eq!(reversed.unwrap(), plain, "{}", vector.name),
        }
    }
}

#[test]
fn one_workspace_serves_chunks_of_every_kind_in_any_order() {
    let codecs = Codecs::builtin();
    let mut workspace = Workspace::new();
    for _ in 0..2 {
        for vector in at_hand() {
            let spec = spec(vector);
            let mut dst = vec![0; spec.decoded_len().unwrap()];
            let src = &DATA[vector.src.clone()];
            codecs.decode(src, &spec, SampleOrder::Planar, &mut dst, &mut workspace).unwrap();
            assert_eq!(dst, decode(src, &spec, SampleOrder::Planar, 0xff).unwrap(), "{}", vector.name);
            // Damage in between must leave nothing behind.
            let _ =
                codecs.decode(&src[..src.len() / 2], &spec, SampleOrder::Planar, &mut dst, &mut workspace);
        }
    }
}

/// Decodes a damaged chunk twice, into different memory: what is called decoded must not depend on it.
fn check_damaged(src: &[u8], vector: &Vector, what: &str) -> bool {
    let spec = spec(vector);
    let first = decode(src, &spec, SampleOrder::Planar, 0x00);
    let second = decode(src, &spec, SampleOrder::Planar, 0xff);
    match (first, second) {
        (Ok(first), Ok(second)) => {
            assert_eq!(first, second, "{}, {what}: not all of dst was written", vector.name);
            true
        }
        (Err(error), Err(_)) => {
            assert_ne!(error.kind(), ErrorKind::Usage, "{}, {what}: data is no usage error", vector.name);
            false
        }
        (first, second) => panic!("{}, {what}: {first:?} and then {second:?}", vector.name),
    }
}

#[test]
fn truncated_chunks_give_an_error_or_all_their_samples() {
    for vector in at_hand() {
        let src = &DATA[vector.src.clone()];
        let decoded = (0..src.len()).filter(|&len| check_damaged(&src[..len], vector, "truncated")).count();
        // What a stream ends with may be missing (a checksum, an end code); half of it may not.
        assert!(decoded < src.len() / 2, "{}: {decoded} of {} prefixes decoded", vector.name, src.len());
    }
}

#[test]
fn damaged_chunks_never_panic_or_leave_memory_unwritten() {
    for vector in at_hand() {
        let src = &DATA[vector.src.clone()];
        let mut damaged = src.to_vec();
        for at in 0..src.len() {
            for bit in [0, 3, 7] {
                damaged[at] ^= 1 << bit;
                check_damaged(&damaged, vector, "a bit flipped");
                damaged[at] = src[at];
            }
        }
        for noise in 1..40_u32 {
            let bytes: Vec<u8> = (0..64_u32)
                .map(|i| ((i + noise).wrapping_mul(noise.wrapping_mul(2_654_435_761)) >> 24) as u8)
                .collect();
            check_damaged(&bytes, vector, "noise");
        }
        check_damaged(&[], vector, "nothing");
    }
}

#[test]
fn lerc_masks_are_kept_beside_the_samples() {
    for vector in at_hand().filter(|vector| vector.name == "LERC f32 with NaN") {
        let spec = spec(vector);
        let mut dst = vec![0; spec.decoded_len().unwrap()];
        let mut workspace = Workspace::new();
        let src = &DATA[vector.src.clone()];
        Codecs::builtin().decode(src, &spec, SampleOrder::Planar, &mut dst, &mut workspace).unwrap();
        let validity = workspace.validity().expect("the blob has a mask");
        let values = dst.as_chunks::<4>().0.iter().map(|bytes| f32::from_ne_bytes(*bytes));
        for (i, value) in values.enumerate() {
            let hole = (2..5).contains(&(i / 19)) && (3..9).contains(&(i % 19));
            assert_eq!(value.is_nan(), hole, "pixel {i}");
            assert_eq!(validity[i], if hole { 0 } else { 255 }, "pixel {i}");
        }
        let uncompressed = ChunkSpec::new(1, 1, 1);
        Codecs::builtin().decode(&[7], &uncompressed, SampleOrder::Planar, &mut [0], &mut workspace).unwrap();
        assert!(workspace.validity().is_none(), "the mask of a chunk before");
    }
}

#[test]
fn colours_become_what_gdal_makes_of_them() {
    for Colours { name, width, height, samples, photometric, subsampling, src, rgb } in COLOURS {
        let spec = ChunkSpec::new(1, *width, *height)
            .with_samples(*samples)
            .with_photometric(*photometric)
            .with_ycbcr_subsampling(subsampling.0, subsampling.1);
        let raw = decode(&DATA[src.clone()], &spec, SampleOrder::Interleaved, 0).unwrap();
        let expected = &DATA[rgb.clone()];
        let mut found = vec![0; expected.len()];
        let ycbcr = colour::YcbcrToRgb::default();
        let cielab = colour::CielabToRgb::default();
        match photometric {
            5 => colour::pixels(&raw, &mut found, colour::cmyk_to_rgb),
            6 => colour::pixels(&raw, &mut found, |pixel| ycbcr.convert(pixel)),
            _ => colour::pixels(&raw, &mut found, |pixel| cielab.convert(pixel)),
        }
        let off = found.iter().zip(expected).filter(|(a, b)| a != b).count();
        assert_eq!(off, 0, "{name}: {off} of {} values differ", found.len());
        let planes = decode(&DATA[src.clone()], &spec, SampleOrder::Planar, 0).unwrap();
        assert_eq!(planes, to_planes(&raw, usize::from(*samples), 1), "{name} in planes");
    }
}
