//! Pixar's companded pixels: 11-bit logarithmic codes, horizontally differenced, in a zlib stream, as libtiff
//! reads them.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::decoder::{Decoder, Output};
use crate::error::Error;
use crate::kernels;
use crate::pipeline::resized;
use crate::spec::{ChunkSpec, SampleType};
use crate::workspace::Workspace;

/// Compression 32909.
#[derive(Debug)]
pub(crate) struct PixarLog;

/// Codes are of 11 bits.
const CODES: usize = 2048;

impl Decoder for PixarLog {
    fn output(&self, _spec: &ChunkSpec<'_>) -> Output {
        Output::Samples
    }

    fn decode(
        &self,
        src: &[u8],
        spec: &ChunkSpec<'_>,
        dst: &mut [u8],
        workspace: &mut Workspace,
    ) -> Result<usize, Error> {
        let sample_type = spec.sample_type()?;
        let whole = usize::from(spec.bits_per_sample) == sample_type.size().saturating_mul(8);
        if !whole || !matches!(sample_type, SampleType::U8 | SampleType::U16 | SampleType::F32) {
            let bits = spec.bits_per_sample;
            return Err(Error::unsupported(alloc::format!("PixarLog of {bits}-bit {sample_type:?} samples")));
        }
        let mut buffer = core::mem::take(&mut workspace.codes);
        let len = dst.len().checked_div(sample_type.size()).unwrap_or(0).saturating_mul(2);
        let result =
            resized(&mut buffer, len).and_then(|codes| expand(src, spec, sample_type, codes, dst, workspace));
        workspace.codes = buffer;
        result
    }
}

fn expand(
    src: &[u8],
    spec: &ChunkSpec<'_>,
    sample_type: SampleType,
    codes: &mut [u8],
    dst: &mut [u8],
    workspace: &mut Workspace,
) -> Result<usize, Error> {
    let read = super::deflate::inflate(src, codes, workspace)?;
    if spec.byte_order.is_foreign() {
        kernels::swap_bytes(codes, 2);
    }
    let row_len = spec.row_samples()?.saturating_mul(2).max(1);
    for row in codes.chunks_exact_mut(row_len) {
        kernels::accumulate(row, 2, usize::from(spec.samples));
    }
    let linear = workspace.pixarlog.get_or_insert_with(linear_values);
    let values = codes.as_chunks().0.iter().map(|code| {
        let code = usize::from(u16::from_ne_bytes(*code)) & (CODES - 1);
        linear.get(code).copied().unwrap_or(0.0)
    });
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the type")]
    match sample_type {
        SampleType::U8 => {
            let values = values.map(|v| (f64::from(v) * 255.0 + 0.5).min(255.0) as u8);
            dst.iter_mut().zip(values).for_each(|(to, value)| *to = value);
        }
        SampleType::U16 => {
            let values = values.map(|v| ((f64::from(v) * 65535.0 + 0.5).min(65535.0) as u16).to_ne_bytes());
            dst.as_chunks_mut().0.iter_mut().zip(values).for_each(|(to, value)| *to = value);
        }
        _ => {
            let values = values.map(f32::to_ne_bytes);
            dst.as_chunks_mut().0.iter_mut().zip(values).for_each(|(to, value)| *to = value);
        }
    }
    Ok((read / 2).saturating_mul(sample_type.size()))
}

/// What each code stands for, 1.0 being code 1250: straight for the first 250 codes, then a curve on which
/// each code is 0.4 % more than the one before.
#[expect(clippy::cast_possible_truncation, reason = "libtiff keeps the table in 32-bit floats")]
fn linear_values() -> Box<[f32]> {
    const STRAIGHT: u32 = 250;
    const ONE: f64 = 1250.0;
    let step = 1.0 / f64::from(STRAIGHT);
    let scale = libm::exp(-step * ONE);
    let slope = scale * step * libm::exp(1.0);
    let value = |code: u32| {
        let value =
            if code < STRAIGHT { f64::from(code) * slope } else { scale * libm::exp(step * f64::from(code)) };
        value as f32
    };
    (0..CODES as u32).map(value).collect::<Vec<_>>().into()
}
