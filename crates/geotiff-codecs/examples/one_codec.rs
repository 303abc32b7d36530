//! One tile, one codec, and nothing else: what an embedded or WebAssembly user builds.
//!
//! ```text
//! cargo run -p geotiff-codecs --example one_codec --no-default-features --features lzw
//! ```

use geotiff_codecs::{ChunkSpec, Codecs, Error, SampleOrder, Workspace};

fn main() -> Result<(), Error> {
    // A tile of 16 by 16 pixels of three bytes, LZW-compressed: all of it white.
    let tile = [
        0x80, 0x3f, 0xe0, 0x50, 0x38, 0x24, 0x16, 0x0d, 0x07, 0x84, 0x42, 0x61, 0x50, 0xb8, 0x64, 0x36, 0x1d,
        0x0f, 0x88, 0x44, 0x62, 0x51, 0x38, 0xa4, 0x56, 0x2d, 0x17, 0x8c, 0x46, 0x63, 0x51, 0xb8, 0xe4, 0x76,
        0x3d, 0x1f, 0x90, 0x48, 0x64, 0x52, 0x39, 0x24, 0x96, 0x4d, 0x1b, 0x80, 0x80,
    ];
    let spec = ChunkSpec::new(5, 16, 16).with_samples(3).with_photometric(geotiff_codecs::photometric::RGB);
    let mut samples = vec![0; spec.decoded_len()?];
    Codecs::default().decode(&tile, &spec, SampleOrder::Planar, &mut samples, &mut Workspace::new())?;
    assert!(samples.iter().all(|&sample| sample == 255));
    println!("{} samples, of {} compressed bytes", samples.len(), tile.len());
    Ok(())
}
