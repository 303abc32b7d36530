//! The trait that a codec implements.

use alloc::boxed::Box;
use core::fmt;

use crate::error::Error;
use crate::spec::ChunkSpec;
use crate::workspace::Workspace;

/// What a [`Decoder`] writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a codec yields the TIFF's bytes or finished samples")]
pub enum Output {
    /// The bytes that an uncompressed TIFF would hold: rows padded to whole bytes, samples packed and in the
    /// file's byte order. Predictor, byte order and packing are undone afterwards.
    Encoded,
    /// Finished samples: [`ChunkSpec::decoded_len`] bytes, pixel-interleaved, in the machine's byte order.
    Samples,
}

/// The bytes of a chunk, decoded front to back.
pub trait ByteStream {
    /// Decodes more of the chunk to the front of `dst`, which is not empty, and returns how many bytes were written; 0
    /// where the stream ends.
    ///
    /// # Errors
    /// As [`Decoder::decode`].
    fn read(&mut self, dst: &mut [u8]) -> Result<usize, Error>;
}

/// One compression scheme.
///
/// Implementations hold no state of a single chunk: one value serves every thread, each with its own
/// [`Workspace`].
pub trait Decoder: fmt::Debug + Send + Sync {
    /// What [`decode`](Self::decode) writes for such a chunk. Encoded bytes, unless said otherwise.
    fn output(&self, spec: &ChunkSpec<'_>) -> Output {
        let _ = spec;
        Output::Encoded
    }

    /// Whether the `Predictor` tag applies to this codec. Where it does not, the tag is ignored, as libtiff
    /// ignores it. Only asked of codecs that yield [`Output::Encoded`].
    fn has_predictor(&self) -> bool {
        false
    }

    /// `src` itself where the codec stores its chunks as they are, so that they need not be copied; `None`, unless
    /// said otherwise, where [`decode`](Self::decode) has something to do.
    fn stored<'a>(&self, src: &'a [u8]) -> Option<&'a [u8]> {
        let _ = src;
        None
    }

    /// Whether [`decode`](Self::decode) may be given room for the first rows of a chunk alone: that takes less time then,
    /// and misses no checksum at the end. Not unless said otherwise.
    fn stops_early(&self) -> bool {
        false
    }

    /// Whether `FillOrder` 2 means that the compressed bytes are to be bit-reversed before they get here
    /// (libtiff's rule); codecs that heed `fill_order` themselves, or whose streams are never reversed, say no.
    fn reverses_bits(&self) -> bool {
        true
    }

    /// The decoded bytes of a chunk as a stream, in memory that does not grow with the chunk: what
    /// [`Codecs::decode_rows`](crate::Codecs::decode_rows) needs. Only for codecs that yield [`Output::Encoded`];
    /// `None` unless said otherwise.
    fn stream<'a>(&self, src: &'a [u8]) -> Option<Box<dyn ByteStream + 'a>> {
        let _ = src;
        None
    }

    /// Decodes `src` to the front of `dst` and returns how many bytes were written.
    ///
    /// `dst` has the length that [`output`](Self::output) implies and holds unspecified bytes. A stream that
    /// holds more than `dst` takes is cut there. Fewer bytes than `dst` takes is for the caller to judge:
    /// [`Codecs::decode`](crate::Codecs::decode) makes it an error.
    ///
    /// # Errors
    /// [`Malformed`](crate::ErrorKind::Malformed) where the stream is damaged,
    /// [`Unsupported`](crate::ErrorKind::Unsupported) where it uses what the codec lacks.
    fn decode(
        &self,
        src: &[u8],
        spec: &ChunkSpec<'_>,
        dst: &mut [u8],
        workspace: &mut Workspace,
    ) -> Result<usize, Error>;
}
