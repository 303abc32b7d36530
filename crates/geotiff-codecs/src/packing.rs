//! Samples as a TIFF packs them, and their unpacking to whole numbers of the machine.

use crate::error::Error;
use crate::photometric;
use crate::spec::{ChunkSpec, SampleFormat, SampleOrder, SampleType, too_large};

/// How a chunk's decompressed bytes hold its samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    /// Whole numbers as they leave the decoder, but for their byte order.
    Whole,
    /// IEEE half-precision floats, widened to 32 bits.
    Float16,
    /// Adobe's 24-bit floats (TIFF Technical Note 3), widened to 32 bits.
    Float24,
    /// Unsigned integers of so many bits each, most significant bit first whatever the byte order; rows start
    /// at whole bytes.
    Bits(u32),
    /// 8-bit YCbCr whose chroma is coarser by these factors: blocks of all their luma, then Cb, then Cr.
    Ycbcr { horizontal: usize, vertical: usize },
}

impl Packing {
    pub(crate) fn of(spec: &ChunkSpec<'_>) -> Result<Self, Error> {
        let decoded_bits = spec.sample_type()?.size().saturating_mul(8);
        if spec.photometric == photometric::YCBCR && spec.samples == 3 && spec.ycbcr_subsampling != (1, 1) {
            return Self::subsampled(spec);
        }
        Ok(match (spec.sample_format, spec.bits_per_sample) {
            (SampleFormat::Float, 16) => Self::Float16,
            (SampleFormat::Float, 24) => Self::Float24,
            (_, bits) if usize::from(bits) == decoded_bits => Self::Whole,
            (_, bits) => Self::Bits(u32::from(bits)),
        })
    }

    fn subsampled(spec: &ChunkSpec<'_>) -> Result<Self, Error> {
        match spec.ycbcr_subsampling {
            (horizontal @ (1 | 2 | 4), vertical @ (1 | 2 | 4)) if spec.sample_type()? == SampleType::U8 => {
                Ok(Self::Ycbcr { horizontal: horizontal.into(), vertical: vertical.into() })
            }
            (horizontal, vertical) => Err(Error::unsupported(alloc::format!(
                "{}-bit YCbCr subsampled by {horizontal} and {vertical}",
                spec.bits_per_sample
            ))),
        }
    }
}

/// Bytes of one packed row: its bits, rounded up to whole bytes. Not for subsampled YCbCr.
pub(crate) fn row_len(spec: &ChunkSpec<'_>) -> Result<usize, Error> {
    spec.row_samples()?
        .checked_mul(usize::from(spec.bits_per_sample))
        .map(|bits| bits.div_ceil(8))
        .ok_or_else(too_large)
}

/// Bytes of the packed chunk.
pub(crate) fn packed_len(spec: &ChunkSpec<'_>, packing: Packing) -> Result<usize, Error> {
    let (width, height) = (spec.width as usize, spec.height as usize);
    let len = match packing {
        Packing::Ycbcr { horizontal, vertical } => {
            let blocks = width.div_ceil(horizontal).checked_mul(height.div_ceil(vertical));
            blocks.and_then(|blocks| blocks.checked_mul(horizontal.wrapping_mul(vertical).wrapping_add(2)))
        }
        _ => row_len(spec)?.checked_mul(height),
    };
    len.filter(|&len| isize::try_from(len).is_ok()).ok_or_else(too_large)
}

/// Where the samples of a chunk go.
#[derive(Clone, Copy)]
pub(crate) struct Placement {
    samples: usize,
    /// Samples from one row to the next.
    row: usize,
    /// Samples from one pixel to the next.
    pixel: usize,
    /// Samples from one sample of a pixel to its next.
    sample: usize,
}

impl Placement {
    pub(crate) fn new(spec: &ChunkSpec<'_>, order: SampleOrder) -> Result<Self, Error> {
        let (width, height) = (spec.width as usize, spec.height as usize);
        let samples = usize::from(spec.samples);
        Ok(match order {
            SampleOrder::Interleaved => Self { samples, row: spec.row_samples()?, pixel: samples, sample: 1 },
            SampleOrder::Planar => {
                let plane = width.checked_mul(height).ok_or_else(too_large)?;
                Self { samples, row: width, pixel: 1, sample: plane }
            }
        })
    }

    /// Puts a row's samples, given in pixel order, into their places in `dst`.
    pub(crate) fn put<const SIZE: usize>(
        self,
        dst: &mut [u8],
        row: usize,
        values: impl Iterator<Item = [u8; SIZE]>,
    ) {
        let (numbers, _) = dst.as_chunks_mut::<SIZE>();
        let start = row.wrapping_mul(self.row);
        let (mut sample, mut pixel) = (0_usize, start);
        let mut at = start;
        for value in values {
            if let Some(to) = numbers.get_mut(at) {
                *to = value;
            }
            sample = sample.wrapping_add(1);
            at = at.wrapping_add(self.sample);
            if sample == self.samples {
                sample = 0;
                pixel = pixel.wrapping_add(self.pixel);
                at = pixel;
            }
        }
    }
}

impl Placement {
    /// Puts one sample of every pixel, given row by row, into its places in `dst`. Rows must follow each other
    /// without a gap, as they do in either order.
    #[cfg(feature = "jpeg2000")]
    pub(crate) fn put_sample<const SIZE: usize>(
        self,
        dst: &mut [u8],
        sample: usize,
        values: impl Iterator<Item = [u8; SIZE]>,
    ) {
        let (numbers, _) = dst.as_chunks_mut::<SIZE>();
        let first = numbers.get_mut(sample.wrapping_mul(self.sample)..).unwrap_or_default();
        for (to, value) in first.iter_mut().step_by(self.pixel.max(1)).zip(values) {
            *to = value;
        }
    }

    /// Puts the 8-bit samples of one pixel into their places in `dst`.
    fn put_pixel<const N: usize>(self, dst: &mut [u8], x: usize, y: usize, samples: [u8; N]) {
        let mut at = y.wrapping_mul(self.row).wrapping_add(x.wrapping_mul(self.pixel));
        for sample in samples {
            if let Some(to) = dst.get_mut(at) {
                *to = sample;
            }
            at = at.wrapping_add(self.sample);
        }
    }
}

/// Unpacks a chunk's samples from `packed` rows into `dst`.
pub(crate) fn unpack(
    packed: &[u8],
    spec: &ChunkSpec<'_>,
    packing: Packing,
    order: SampleOrder,
    dst: &mut [u8],
) -> Result<(), Error> {
    let place = Placement::new(spec, order)?;
    if let Packing::Ycbcr { horizontal, vertical } = packing {
        unpack_ycbcr(packed, spec, (horizontal, vertical), place, dst);
        return Ok(());
    }
    let size = spec.sample_type()?.size();
    let count = spec.row_samples()?;
    for (y, row) in packed.chunks_exact(row_len(spec)?.max(1)).enumerate() {
        match (packing, size) {
            (Packing::Float16, _) => {
                place.put(
                    dst,
                    y,
                    row.as_chunks().0.iter().map(|b| half_bits(u16::from_ne_bytes(*b)).to_ne_bytes()),
                );
            }
            (Packing::Float24, _) => {
                place.put(dst, y, row.as_chunks().0.iter().map(|b| triple_bits(u24(*b)).to_ne_bytes()));
            }
            #[expect(
                clippy::cast_possible_truncation,
                reason = "the values have at most the bits of the type"
            )]
            (Packing::Bits(bits), 1) => {
                place.put(dst, y, Bits::new(row, bits).take(count).map(|v| [v as u8]));
            }
            #[expect(
                clippy::cast_possible_truncation,
                reason = "the values have at most the bits of the type"
            )]
            (Packing::Bits(bits), 2) => {
                place.put(dst, y, Bits::new(row, bits).take(count).map(|v| (v as u16).to_ne_bytes()));
            }
            (Packing::Bits(bits), _) => {
                place.put(dst, y, Bits::new(row, bits).take(count).map(u32::to_ne_bytes));
            }
            (Packing::Whole | Packing::Ycbcr { .. }, _) => {
                return Err(Error::usage("whole samples are not packed"));
            }
        }
    }
    Ok(())
}

/// Repeats the chroma of each block for all its pixels, as libtiff does when it makes RGB of them.
fn unpack_ycbcr(
    packed: &[u8],
    spec: &ChunkSpec<'_>,
    (horizontal, vertical): (usize, usize),
    place: Placement,
    dst: &mut [u8],
) {
    let (width, height) = (spec.width as usize, spec.height as usize);
    let luma = horizontal.wrapping_mul(vertical);
    let across = width.div_ceil(horizontal).max(1);
    for (number, block) in packed.chunks_exact(luma.wrapping_add(2)).enumerate() {
        let (down, right) =
            (number.checked_div(across).unwrap_or(0), number.checked_rem(across).unwrap_or(0));
        let (left, top) = (right.wrapping_mul(horizontal), down.wrapping_mul(vertical));
        let (lumas, chroma) = block.split_at(luma);
        let [cb, cr] = chroma else { continue };
        for (dy, row) in lumas.chunks_exact(horizontal).enumerate() {
            let y = top.wrapping_add(dy);
            for (dx, luma) in row.iter().enumerate() {
                let x = left.wrapping_add(dx);
                if x < width && y < height {
                    place.put_pixel(dst, x, y, [*luma, *cb, *cr]);
                }
            }
        }
    }
}

fn u24(bytes: [u8; 3]) -> u32 {
    let [a, b, c] = bytes;
    if cfg!(target_endian = "big") {
        u32::from_be_bytes([0, a, b, c])
    } else {
        u32::from_le_bytes([a, b, c, 0])
    }
}

/// Numbers of a fixed count of bits (1 to 32), most significant bit first.
struct Bits<'a> {
    bytes: core::slice::Iter<'a, u8>,
    buffer: u64,
    filled: u32,
    bits: u32,
}

impl<'a> Bits<'a> {
    fn new(row: &'a [u8], bits: u32) -> Self {
        Self { bytes: row.iter(), buffer: 0, filled: 0, bits: bits.clamp(1, 32) }
    }
}

impl Iterator for Bits<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        while self.filled < self.bits {
            self.buffer = (self.buffer << 8) | u64::from(*self.bytes.next()?);
            self.filled = self.filled.wrapping_add(8);
        }
        self.filled = self.filled.wrapping_sub(self.bits);
        let mask = u32::MAX.wrapping_shr(32_u32.wrapping_sub(self.bits));
        #[expect(clippy::cast_possible_truncation, reason = "masked to at most 32 bits")]
        Some(self.buffer.wrapping_shr(self.filled) as u32 & mask)
    }
}

/// The bits of the 32-bit float equal to the half-precision float of these bits; NaN payloads are kept.
fn half_bits(half: u16) -> u32 {
    widen(u32::from(half), 5, 10)
}

/// The bits of the 32-bit float equal to the 24-bit float of these bits (1 sign, 7 exponent, 16 fraction).
fn triple_bits(triple: u32) -> u32 {
    widen(triple, 7, 16)
}

fn widen(float: u32, exponent_bits: u32, fraction_bits: u32) -> u32 {
    let ones = |bits: u32| u32::MAX.wrapping_shr(32_u32.wrapping_sub(bits));
    let sign = float.wrapping_shr(exponent_bits.wrapping_add(fraction_bits)) & 1;
    let exponent = float.wrapping_shr(fraction_bits) & ones(exponent_bits);
    let fraction = float & ones(fraction_bits);
    let shift = 23_u32.wrapping_sub(fraction_bits);
    let rebias = 127_u32.wrapping_sub(ones(exponent_bits.wrapping_sub(1)));
    let magnitude = if exponent == ones(exponent_bits) {
        0x7f80_0000 | fraction.wrapping_shl(shift)
    } else if exponent != 0 {
        exponent.wrapping_add(rebias).wrapping_shl(23) | fraction.wrapping_shl(shift)
    } else if fraction == 0 {
        0
    } else {
        // Subnormal: shift the leading one up to where it is implied.
        let up = fraction_bits.wrapping_add(1).wrapping_sub(32_u32.wrapping_sub(fraction.leading_zeros()));
        let normal = fraction.wrapping_shl(up) & ones(fraction_bits);
        rebias.wrapping_add(1).wrapping_sub(up).wrapping_shl(23) | normal.wrapping_shl(shift)
    };
    sign.wrapping_shl(31) | magnitude
}
