//! JPEG (TIFF Technical Note 2; ITU-T T.81): 8 bits, baseline and progressive.

use alloc::vec::Vec;

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::compression;
use crate::decoder::{Decoder, Output};
use crate::error::Error;
use crate::photometric;
use crate::pipeline::resized;
use crate::spec::ChunkSpec;
use crate::workspace::Workspace;

/// Compression 7, and of compression 6 the chunks that are whole JPEG streams or continue one whose beginning
/// is given as the tables.
#[derive(Debug)]
pub(crate) struct Jpeg;

impl Decoder for Jpeg {
    fn output(&self, _spec: &ChunkSpec<'_>) -> Output {
        Output::Samples
    }

    fn reverses_bits(&self) -> bool {
        false
    }

    fn decode(
        &self,
        src: &[u8],
        spec: &ChunkSpec<'_>,
        dst: &mut [u8],
        workspace: &mut Workspace,
    ) -> Result<usize, Error> {
        if spec.bits_per_sample != 8 {
            let bits = spec.bits_per_sample;
            return Err(Error::unsupported(alloc::format!("JPEG of {bits}-bit samples")));
        }
        let mut stream = core::mem::take(&mut workspace.stream);
        let mut cropped = core::mem::take(&mut workspace.cropped);
        stream.clear();
        let joined = if spec.compression == compression::JPEG_OLD && !src.starts_with(&SOI) {
            join_old_style(spec.jpeg_tables, src, &mut stream)
        } else {
            splice(spec.jpeg_tables, src, &mut stream)
        };
        let result = joined.and_then(|()| decode(&stream, spec, dst, &mut cropped));
        workspace.stream = stream;
        workspace.cropped = cropped;
        result
    }
}

/// Start and end of a JPEG image.
const SOI: [u8; 2] = [0xff, 0xd8];
const EOI: [u8; 2] = [0xff, 0xd9];

/// Makes one stream of an old-style chunk and the bytes of the interchange stream that precede it, up to and
/// with the header of its scan (TIFF 6.0 section 22).
fn join_old_style(beginning: Option<&[u8]>, src: &[u8], stream: &mut Vec<u8>) -> Result<(), Error> {
    let unsupported = || {
        Error::unsupported("old-style JPEG whose chunks are neither JPEG streams nor continue the one given")
    };
    let beginning = beginning.filter(|bytes| bytes.starts_with(&SOI)).ok_or_else(unsupported)?;
    stream.extend_from_slice(&SOI);
    let scan_header = copy_segments(beginning, stream)?;
    if scan_header.is_empty() {
        return Err(unsupported());
    }
    stream.extend_from_slice(scan_header);
    stream.extend_from_slice(src);
    Ok(())
}

/// Makes one interchange stream of the tables that a TIFF's chunks share and a chunk's abbreviated stream.
///
/// Application segments and comments are left out: the colour space of a chunk is what the TIFF's
/// `PhotometricInterpretation` says, as in libtiff, not what an Adobe or JFIF marker says.
fn splice(tables: Option<&[u8]>, src: &[u8], stream: &mut Vec<u8>) -> Result<(), Error> {
    stream
        .try_reserve(src.len().saturating_add(tables.map_or(0, <[u8]>::len)))
        .map_err(|error| Error::limit("no memory for the JPEG stream").with_source(error))?;
    stream.extend_from_slice(&SOI);
    if let Some(tables) = tables {
        let rest = copy_segments(tables, stream)?;
        if !matches!(rest, [] | [0xff, 0xd9, ..]) {
            return Err(Error::malformed("JPEGTables hold more than tables"));
        }
    }
    let scan = copy_segments(src, stream)?;
    stream.extend_from_slice(scan);
    Ok(())
}

/// Copies the table segments and the frame header at the front of `jpeg`, and returns what follows: the first
/// scan or the end marker.
fn copy_segments<'a>(jpeg: &'a [u8], stream: &mut Vec<u8>) -> Result<&'a [u8], Error> {
    let damaged = || Error::malformed("a damaged JPEG header");
    let mut rest = jpeg.strip_prefix(&SOI).ok_or_else(|| Error::malformed("not a JPEG stream"))?;
    loop {
        match rest {
            [] | [0xff, 0xd9 | 0xda, ..] => return Ok(rest),
            // Fill bytes may precede any marker.
            [0xff, 0xff, ..] => rest = rest.split_first().map_or(rest, |(_, tail)| tail),
            [0xff, marker, high, low, ..] => {
                let len = usize::from(u16::from_be_bytes([*high, *low])).saturating_add(2);
                let (segment, tail) = rest.split_at_checked(len).ok_or_else(damaged)?;
                let wanted = !matches!(marker, 0xe0..=0xef | 0xfe);
                if wanted {
                    stream.extend_from_slice(segment);
                }
                rest = tail;
            }
            _ => return Err(damaged()),
        }
    }
}

fn decode(
    stream: &[u8],
    spec: &ChunkSpec<'_>,
    dst: &mut [u8],
    scratch: &mut Vec<u8>,
) -> Result<usize, Error> {
    // In strict mode damage is an error instead of grey pixels. Two components are unknown to it: there the
    // least that can be asked is that the stream has its end.
    let strict = spec.samples != 2;
    if !strict && !stream.ends_with(&EOI) {
        return Err(Error::malformed("the JPEG stream ends early"));
    }
    let options = DecoderOptions::default()
        .set_max_width(u16::MAX.into())
        .set_max_height(u16::MAX.into())
        .set_strict_mode(strict);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(stream), options);
    decoder.decode_headers().map_err(damaged)?;
    let (Some(info), Some(input)) = (decoder.info(), decoder.input_colorspace()) else {
        return Err(Error::malformed("no JPEG frame"));
    };
    if u16::from(info.components) != spec.samples {
        let message = alloc::format!("{} JPEG components for {} samples", info.components, spec.samples);
        return Err(Error::malformed(message));
    }
    check_size(u32::from(info.width), u32::from(info.height), spec, stream.len())?;
    let to_rgb = spec.photometric == photometric::YCBCR && spec.samples == 3 && input == ColorSpace::YCbCr;
    let output = if to_rgb { ColorSpace::RGB } else { input };
    decoder.set_options(options.jpeg_set_out_colorspace(output));
    let needed = decoder.output_buffer_size().ok_or_else(|| Error::limit("a JPEG too large to address"))?;
    if needed == dst.len() {
        decode_all(decoder, stream, dst)?;
        return Ok(dst.len());
    }
    let whole = resized(scratch, needed)?;
    decode_all(decoder, stream, whole)?;
    if let Some(kept) = whole.get(..dst.len()) {
        dst.copy_from_slice(kept);
    }
    Ok(dst.len())
}

/// Decodes, and insists that all of `dst` was written: the decoder takes some streams that lack their last rows for
/// whole. Should the end of `dst` look untouched, the image is decoded once more over another pattern, which tells.
fn decode_all(mut decoder: JpegDecoder<ZCursor<&[u8]>>, stream: &[u8], dst: &mut [u8]) -> Result<(), Error> {
    let options = *decoder.options();
    if reaches_the_end(&mut decoder, b"TIFF chunk's end", dst)? {
        return Ok(());
    }
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(stream), options);
    decoder.decode_headers().map_err(damaged)?;
    decoder.set_options(options);
    if reaches_the_end(&mut decoder, b"another pattern.", dst)? {
        return Ok(());
    }
    Err(Error::malformed("the JPEG stream ends before its last row"))
}

fn reaches_the_end(
    decoder: &mut JpegDecoder<ZCursor<&[u8]>>,
    pattern: &[u8; 16],
    dst: &mut [u8],
) -> Result<bool, Error> {
    let start = dst.len().saturating_sub(pattern.len());
    dst.iter_mut().skip(start).zip(pattern).for_each(|(to, from)| *to = *from);
    decoder.decode_into(dst).map_err(damaged)?;
    Ok(dst.iter().skip(start).zip(pattern).any(|(byte, untouched)| byte != untouched))
}

#[allow(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn damaged(error: zune_jpeg::errors::DecodeErrors) -> Error {
    Error::malformed(alloc::format!("{error:?}"))
}

/// Insists that a JPEG image is as wide as its chunk and at least as high: last strips exist that were encoded
/// with all their rows, and libtiff takes them.
fn check_size(width: u32, height: u32, spec: &ChunkSpec<'_>, stream_len: usize) -> Result<(), Error> {
    /// A block of 64 pixels takes a bit at least, so that an image has at most so many pixels a byte.
    const PIXELS_PER_BYTE: u64 = 8 * 64;
    let pixels = u64::from(width).saturating_mul(u64::from(height));
    let possible = PIXELS_PER_BYTE.saturating_mul(stream_len as u64);
    if width == spec.width && height >= spec.height && (height == spec.height || pixels <= possible) {
        return Ok(());
    }
    let message = alloc::format!(
        "a JPEG of {width} by {height} pixels for a chunk of {} by {}",
        spec.width,
        spec.height
    );
    Err(Error::malformed(message))
}
