//! Decodes one chunk with one codec: no files, no runtime, no allocation but the codec's own.
//!
//! ```sh
//! cargo run -p geotiff-kit --example single_codec --no-default-features --features deflate
//! ```

use geotiff_kit::codecs::{ChunkSpec, Codecs, SampleFormat, SampleOrder, Workspace, compression};

fn main() -> Result<(), geotiff_kit::codecs::Error> {
    // A strip as it lies in a file: 3 x 2 uint16 samples, little-endian, Deflate with horizontal differencing.
    let strip = [
        0x78, 0xda, 0x4b, 0x61, 0x60, 0x64, 0x60, 0x62, 0x38, 0xc1, 0xc0, 0xc0, 0xf0, 0xff, 0x3f, 0x00, 0x0c,
        0x83, 0x03, 0x2e,
    ];

    let spec = ChunkSpec::new(compression::DEFLATE, 3, 2).with_bits(16, SampleFormat::Uint).with_predictor(2);
    let mut samples = vec![0; spec.decoded_len()?];
    // Decoders keep their buffers here: one workspace a thread, for any number of chunks.
    let mut workspace = Workspace::default();
    Codecs::default().decode(&strip, &spec, SampleOrder::Interleaved, &mut samples, &mut workspace)?;

    // Samples come in the machine's byte order.
    let values: Vec<u16> =
        samples.chunks_exact(2).map(|bytes| u16::from_ne_bytes([bytes[0], bytes[1]])).collect();
    println!("{values:?}");
    assert_eq!(values, [100, 101, 103, 200, 200, 199]);
    Ok(())
}
