//! How fast chunks become planes: codecs and kernels on tiles of 512 by 512 pixels.
//!
//! ```text
//! cargo bench -p geotiff-codecs --bench decode
//! ```
//!
//! Prints megabytes of decoded samples a second, the best of several rounds. Comparisons with GDAL belong to the
//! benchmark of the whole workspace; this one is for changes to this crate.

use std::hint::black_box;
use std::io::Write;
use std::time::Instant;

use geotiff_codecs::{ChunkSpec, Codecs, Decoder, Error, Output, SampleFormat, SampleOrder, Workspace};
use weezl::BitOrder;

const SIDE: u32 = 512;
/// A private code for bytes as they are, predictor included.
const STORED: u16 = 65_000;

/// Yields its bytes as a codec with predictors does, so that kernels are timed alone.
#[derive(Debug)]
struct Stored;

impl Decoder for Stored {
    fn output(&self, _spec: &ChunkSpec<'_>) -> Output {
        Output::Encoded
    }

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

/// A smooth picture with a little noise, as numbers of `size` bytes.
fn picture(samples: usize, size: usize) -> Vec<u8> {
    let mut noise = 1_u32;
    let mut bytes = Vec::new();
    for y in 0..SIDE {
        for x in 0..SIDE {
            for sample in 0..samples {
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let wave = (f64::from(x) / 40.0 + sample as f64).sin() * (f64::from(y) / 60.0).cos();
                let value = 120.0 + 90.0 * wave + f64::from(noise >> 24) / 64.0;
                match size {
                    1 => bytes.push(value as u8),
                    2 => bytes.extend(((value * 37.0) as u16).to_ne_bytes()),
                    4 => bytes.extend((value as f32).to_ne_bytes()),
                    _ => bytes.extend(value.to_ne_bytes()),
                }
            }
        }
    }
    bytes
}

/// The differences that predictor 2 stores.
fn differenced(bytes: &[u8], samples: usize, size: usize) -> Vec<u8> {
    let row = SIDE as usize * samples * size;
    let mut out = bytes.to_vec();
    for (to, from) in out.chunks_mut(row).zip(bytes.chunks(row)) {
        for at in (samples * size..row).step_by(size).rev() {
            let number = |at: usize| (0..size).rev().fold(0_u64, |n, i| n << 8 | u64::from(from[at + i]));
            let difference = number(at).wrapping_sub(number(at - samples * size));
            to[at..at + size].copy_from_slice(&difference.to_le_bytes()[..size]);
        }
    }
    out
}

fn time(name: &str, codecs: &Codecs, src: &[u8], spec: &ChunkSpec<'_>) {
    let mut workspace = Workspace::new();
    let mut dst = vec![0; spec.decoded_len().expect("a tile")];
    let mut best = f64::INFINITY;
    for _ in 0..15 {
        let start = Instant::now();
        for _ in 0..8 {
            codecs
                .decode(black_box(src), spec, SampleOrder::Planar, black_box(&mut dst), &mut workspace)
                .expect("a sound chunk");
        }
        best = best.min(start.elapsed().as_secs_f64() / 8.0);
    }
    println!("{name:40} {:10.0} MB/s", dst.len() as f64 / best / 1e6);
}

fn main() {
    let mut codecs = Codecs::builtin();
    codecs.register(STORED, Stored).expect("a private code");
    for (name, samples, size, format) in [
        ("u8x1", 1, 1, SampleFormat::Uint),
        ("u8x3", 3, 1, SampleFormat::Uint),
        ("u8x4", 4, 1, SampleFormat::Uint),
        ("u16x1", 1, 2, SampleFormat::Uint),
        ("u16x3", 3, 2, SampleFormat::Uint),
        ("u16x4", 4, 2, SampleFormat::Uint),
        ("f32x1", 1, 4, SampleFormat::Float),
        ("f32x3", 3, 4, SampleFormat::Float),
        ("f64x1", 1, 8, SampleFormat::Float),
    ] {
        let bytes = picture(samples, size);
        for predictor in [1, 2, 3] {
            if predictor == 3 && format != SampleFormat::Float {
                continue;
            }
            let coded = if predictor == 2 { differenced(&bytes, samples, size) } else { bytes.clone() };
            let spec = ChunkSpec::new(STORED, SIDE, SIDE)
                .with_samples(samples as u16)
                .with_bits(size as u16 * 8, format)
                .with_predictor(predictor);
            time(&format!("kernels {name} predictor {predictor}"), &codecs, &coded, &spec);
            if predictor == 3 || size == 8 {
                continue;
            }
            let lzw =
                weezl::encode::Encoder::with_tiff_size_switch(BitOrder::Msb, 8).encode(&coded).expect("lzw");
            let mut spec = spec;
            spec.compression = 5;
            time(&format!("LZW {name} predictor {predictor}"), &codecs, &lzw, &spec);
            let mut deflate = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
            deflate.write_all(&coded).expect("memory");
            let deflate = deflate.finish().expect("memory");
            spec.compression = 8;
            time(&format!("Deflate {name} predictor {predictor}"), &codecs, &deflate, &spec);
        }
    }
}
