//! Decompressors, predictors and sample unpacking for the strips and tiles of TIFF files.
//!
//! For whoever has a chunk's compressed bytes and wants its samples: readers of TIFF and GeoTIFF on any
//! machine, with or without files, threads, or an async runtime. Nothing here reads a file or parses a tag;
//! a [`ChunkSpec`] carries the handful of TIFF fields that decoding depends on. What comes out is what GDAL
//! gives for the same chunk.
//!
//! ```
//! use geotiff_codecs::{ChunkSpec, Codecs, SampleFormat, SampleOrder, Workspace};
//!
//! // A strip of 4 by 2 pixels, one 16-bit sample each, uncompressed, little-endian.
//! let bytes = [1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8, 0];
//! let spec = ChunkSpec::new(1, 4, 2).with_bits(16, SampleFormat::Uint);
//!
//! let codecs = Codecs::default(); // every codec whose feature is on
//! let mut workspace = Workspace::new(); // one per thread, reused from chunk to chunk
//! let mut samples = vec![0; spec.decoded_len()?];
//! codecs.decode(&bytes, &spec, SampleOrder::Planar, &mut samples, &mut workspace)?;
//!
//! let values: Vec<u16> = samples.chunks(2).map(|b| u16::from_ne_bytes([b[0], b[1]])).collect();
//! assert_eq!(values, [1, 2, 3, 4, 5, 6, 7, 8]);
//! # Ok::<(), geotiff_codecs::Error>(())
//! ```
//!
//! # One codec alone
//!
//! Every codec is a feature; `default-features = false, features = ["lzw"]` builds the LZW decoder and what
//! all chunks need. [`Codecs`] is a plain value: codecs of one's own are [registered](Codecs::register) in it,
//! built-in ones [replaced](Codecs::replace) or [removed](Codecs::remove). Features only add: no codec
//! returns other samples because another feature is on.
//!
//! Without the feature `std` the crate needs an allocator and nothing else. The features `lzw`, `packbits`,
//! `jpeg`, `lerc`, `ccitt`, `jpeg2000` and `zstd-pure` work so; the others turn `std` on. `pure-rust` brings
//! every codec without a C compiler.
//!
//! The example `one_codec`, LZW and what all chunks need, weighs 393 kB on x86-64 Linux, 72 kB more than an empty
//! program:
//!
//! ```text
//! cargo build --release -p geotiff-codecs --example one_codec --no-default-features --features lzw \
//!     --config 'profile.release.strip=true' --config 'profile.release.opt-level="s"' \
//!     --config 'profile.release.panic="abort"'
//! ```
//!
//! # What is read
//!
#![doc = include_str!("../STATUS.md")]
//!
//! Samples are of any depth that GDAL opens: unsigned integers of 1 to 32 and of 64 bits, signed ones of 8, 16,
//! 32 and 64, floats of 16, 24, 32 and 64, complex integers and floats; in both byte orders and fill orders,
//! chunky and planar, YCbCr with coarser chroma included. [`semantics`] says what happens where TIFF leaves a
//! choice.

#![no_std]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::panic
    )
)]

extern crate alloc;
#[cfg(any(test, feature = "std"))]
extern crate std;

mod codec;
pub mod colour;
pub mod compression;
mod decoder;
mod error;
mod kernels;
mod packing;
pub mod photometric;
mod pipeline;
mod registry;
mod rows;
pub mod semantics;
mod spec;
mod status;
mod wanted;
mod workspace;

pub use decoder::{ByteStream, Decoder, Output};
pub use error::{Error, ErrorKind};
pub use registry::Codecs;
pub use spec::{ByteOrder, ChunkSpec, SampleFormat, SampleOrder, SampleType};
pub use workspace::Workspace;
