//! Predictors, byte order and separation into planes against their definitions, sample by sample.

#![no_main]

use arbitrary::Arbitrary;
use geotiff_codecs::{ByteOrder, ChunkSpec, Codecs, Decoder, Error, SampleFormat, SampleOrder, Workspace};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    width: u8,
    height: u8,
    samples: u8,
    size: u8,
    predictor: u8,
    big_endian: bool,
    planar: bool,
    /// Borrowed, as the codec targets' bytes are.
    src: &'a [u8],
}

/// Yields its bytes as a codec with predictors does.
#[derive(Debug)]
struct Stored;

impl Decoder for Stored {
    fn has_predictor(&self) -> bool {
        true
    }

    fn decode(
        &self,
        src: &[u8],
        _: &ChunkSpec<'_>,
        dst: &mut [u8],
        _: &mut Workspace,
    ) -> Result<usize, Error> {
        dst.copy_from_slice(src);
        Ok(src.len())
    }
}

/// A row's samples as little-endian bytes, by the definitions of the predictors.
fn undo(row: &[u8], size: usize, samples: usize, predictor: u16, big_endian: bool) -> Vec<u8> {
    let mut row = row.to_vec();
    match predictor {
        3 => {
            for at in samples..row.len() {
                row[at] = row[at].wrapping_add(row[at - samples]);
            }
            let count = row.len() / size;
            (0..count)
                .flat_map(|i| (0..size).rev().map(move |byte| (byte, i)))
                .map(|(byte, i)| row[byte * count + i])
                .collect()
        }
        _ => {
            if big_endian {
                row.chunks_mut(size).for_each(<[u8]>::reverse);
            }
            if predictor == 2 {
                for at in (samples * size..row.len()).step_by(size) {
                    let number =
                        |bytes: &[u8]| bytes[..size].iter().rev().fold(0_u64, |n, b| n << 8 | u64::from(*b));
                    let sum = number(&row[at..]).wrapping_add(number(&row[at - samples * size..]));
                    row[at..at + size].copy_from_slice(&sum.to_le_bytes()[..size]);
                }
            }
            row
        }
    }
}

libfuzzer_sys::fuzz_target!(|input: Input<'_>| {
    let size = [1, 2, 4, 8][usize::from(input.size % 4)];
    let predictor = 1 + u16::from(input.predictor % if size < 4 { 2 } else { 3 });
    let format = if size < 4 { SampleFormat::Uint } else { SampleFormat::Float };
    let samples = usize::from(input.samples % 6) + 1;
    let (width, height) = (usize::from(input.width) + 1, usize::from(input.height % 4) + 1);
    let row = width * samples * size;
    let mut src = input.src.to_vec();
    src.resize(row * height, 0x5a);
    let spec = ChunkSpec::new(65_000, width as u32, height as u32)
        .with_samples(samples as u16)
        .with_bits(size as u16 * 8, format)
        .with_predictor(predictor)
        .with_byte_order(if input.big_endian { ByteOrder::BigEndian } else { ByteOrder::LittleEndian });
    let mut codecs = Codecs::new();
    codecs.register(65_000, Stored).unwrap();
    let order = if input.planar { SampleOrder::Planar } else { SampleOrder::Interleaved };
    let mut dst = vec![0xee; row * height];
    codecs.decode(&src, &spec, order, &mut dst, &mut Workspace::new()).unwrap();
    let rows: Vec<u8> =
        src.chunks(row).flat_map(|row| undo(row, size, samples, predictor, input.big_endian)).collect();
    for (i, sample) in rows.chunks(size).enumerate() {
        let (pixel, band) = (i / samples, i % samples);
        let to = if input.planar { band * width * height + pixel } else { i } * size;
        assert_eq!(sample, &dst[to..to + size]);
    }
});
