//! LERC in Rust.

use alloc::vec::Vec;

use ::lerc::{DataType, LercError, Sample};

use super::Info;
use crate::error::Error;
use crate::spec::SampleType;

fn damaged(error: LercError) -> Error {
    Error::malformed("the LERC blob is damaged").with_source(error)
}

pub(super) fn info(blob: &[u8]) -> Result<Info, Error> {
    let info = ::lerc::decode_info(blob).map_err(damaged)?;
    Ok(Info {
        width: info.width,
        height: info.height,
        depth: info.depth,
        bands: info.bands,
        sample_type: match info.data_type {
            DataType::Char => SampleType::I8,
            DataType::Byte => SampleType::U8,
            DataType::Short => SampleType::I16,
            DataType::UShort => SampleType::U16,
            DataType::Int => SampleType::I32,
            DataType::UInt => SampleType::U32,
            DataType::Float => SampleType::F32,
            DataType::Double => SampleType::F64,
        },
    })
}

/// Whether [`decode`] can write to `dst` as it lies in memory.
pub(super) fn takes(dst: &[u8], sample_type: SampleType) -> bool {
    dst.as_ptr().addr().is_multiple_of(sample_type.size())
}

/// Decodes a blob to `dst`, bands one behind the other, and its masks to `masks`, which stays empty where all
/// pixels of all bands are valid.
pub(super) fn decode(blob: &[u8], info: Info, dst: &mut [u8], masks: &mut Vec<u8>) -> Result<(), Error> {
    match info.sample_type {
        SampleType::I8 => decode_as::<i8>(blob, dst, masks),
        SampleType::U8 => decode_as::<u8>(blob, dst, masks),
        SampleType::I16 => decode_as::<i16>(blob, dst, masks),
        SampleType::U16 => decode_as::<u16>(blob, dst, masks),
        SampleType::I32 => decode_as::<i32>(blob, dst, masks),
        SampleType::U32 => decode_as::<u32>(blob, dst, masks),
        SampleType::F32 => decode_as::<f32>(blob, dst, masks),
        SampleType::F64 => decode_as::<f64>(blob, dst, masks),
        other => Err(Error::unsupported(alloc::format!("LERC of {other:?} samples"))),
    }
}

fn decode_as<T: Sample + bytemuck::Pod>(
    blob: &[u8],
    dst: &mut [u8],
    masks: &mut Vec<u8>,
) -> Result<(), Error> {
    let samples = bytemuck::try_cast_slice_mut::<u8, T>(dst)
        .map_err(|_| Error::usage("dst is not aligned to its samples"))?;
    let decoded = ::lerc::decode_into(blob, samples).map_err(damaged)?;
    if decoded.valid_masks.iter().any(|mask| mask.count_valid() < mask.num_pixels()) {
        for mask in &decoded.valid_masks {
            masks.extend((0..mask.num_pixels()).map(|pixel| u8::from(mask.is_valid(pixel))));
        }
    }
    Ok(())
}
