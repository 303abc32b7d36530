//! A codec of one's own: registered for a private compression code, it gets the same treatment as the built-in
//! ones, predictor, byte order and band separation included.
//!
//! ```text
//! cargo run -p geotiff-codecs --example own_codec
//! ```

use geotiff_codecs::{ChunkSpec, Codecs, Decoder, Error, ErrorKind, SampleFormat, SampleOrder, Workspace};

/// Pairs of a count and a value to repeat.
#[derive(Debug)]
struct Pairs;

/// TIFF 6.0 leaves codes from 32768 on to whoever registers them; 65000 and above are free for experiments.
const PAIRS: u16 = 65_001;

impl Decoder for Pairs {
    fn has_predictor(&self) -> bool {
        true
    }

    fn decode(
        &self,
        src: &[u8],
        _spec: &ChunkSpec<'_>,
        dst: &mut [u8],
        _workspace: &mut Workspace,
    ) -> Result<usize, Error> {
        let mut written = 0;
        for pair in src.chunks(2) {
            let [count, value] = *pair else {
                return Err(Error::new(ErrorKind::Malformed, "a count without a value"));
            };
            let end = dst.len().min(written + usize::from(count));
            dst[written..end].fill(value);
            written = end;
        }
        Ok(written)
    }
}

fn main() -> Result<(), Error> {
    let mut codecs = Codecs::builtin();
    codecs.register(PAIRS, Pairs)?;

    // 4 by 2 pixels of one 16-bit sample, differenced row by row.
    let spec = ChunkSpec::new(PAIRS, 4, 2).with_bits(16, SampleFormat::Uint).with_predictor(2);
    let chunk = [1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 8, 0];
    let mut samples = vec![0; spec.decoded_len()?];
    codecs.decode(&chunk, &spec, SampleOrder::Planar, &mut samples, &mut Workspace::new())?;

    let values: Vec<u16> = samples.as_chunks().0.iter().map(|bytes| u16::from_ne_bytes(*bytes)).collect();
    println!("{values:?}");
    assert_eq!(values, [1, 2, 3, 4, 0, 0, 0, 0]);
    Ok(())
}
