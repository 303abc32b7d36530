//! LERC through Esri's C++ library.

#![allow(
    unsafe_code,
    reason = "the library is C++ behind a C interface; each call below says why it is sound"
)]

use alloc::vec::Vec;
use core::ffi::{c_int, c_uint};

use super::Info;
use crate::error::Error;
use crate::pipeline::resized;
use crate::spec::SampleType;

fn damaged(status: lerc_sys::ffi::lerc_status) -> Error {
    Error::malformed(alloc::format!("the LERC blob is damaged (status {status})"))
}

/// The header's numbers, in the order of `lerc_getBlobInfo`.
fn header(blob: &[u8]) -> Result<[c_uint; 11], Error> {
    let len = c_uint::try_from(blob.len()).map_err(|_| Error::limit("a LERC blob of 4 GiB or more"))?;
    let mut numbers: [c_uint; 11] = [0; 11];
    // SAFETY: the library reads at most len bytes at blob and writes at most 11 numbers; it takes null for
    // the array of ranges, of which it is told to write none.
    let status = unsafe {
        lerc_sys::ffi::lerc_getBlobInfo(
            blob.as_ptr(),
            len,
            numbers.as_mut_ptr(),
            core::ptr::null_mut(),
            11,
            0,
        )
    };
    if status == 0 { Ok(numbers) } else { Err(damaged(status)) }
}

pub(super) fn info(blob: &[u8]) -> Result<Info, Error> {
    let [_, data_type, depth, width, height, bands, ..] = header(blob)?;
    let sample_type = match data_type {
        0 => SampleType::I8,
        1 => SampleType::U8,
        2 => SampleType::I16,
        3 => SampleType::U16,
        4 => SampleType::I32,
        5 => SampleType::U32,
        6 => SampleType::F32,
        7 => SampleType::F64,
        _ => return Err(Error::malformed("a LERC blob of unknown samples")),
    };
    Ok(Info { width, height, depth, bands, sample_type })
}

/// Whether [`decode`] can write to `dst` as it lies in memory.
pub(super) fn takes(dst: &[u8], sample_type: SampleType) -> bool {
    dst.as_ptr().addr().is_multiple_of(sample_type.size())
}

/// Decodes a blob to `dst`, bands one behind the other, and its masks to `masks`, which stays empty where all
/// pixels of all bands are valid.
pub(super) fn decode(blob: &[u8], info: Info, dst: &mut [u8], masks: &mut Vec<u8>) -> Result<(), Error> {
    let numbers = header(blob)?;
    let needed = info
        .pixels()
        .checked_mul(info.depth as usize)
        .and_then(|values| values.checked_mul(info.bands as usize))
        .and_then(|values| values.checked_mul(info.sample_type.size()));
    if needed != Some(dst.len()) || !takes(dst, info.sample_type) {
        return Err(Error::usage("dst does not fit the LERC blob"));
    }
    let too_large = |_| Error::limit("a LERC blob too large");
    let mask_count = numbers.get(8).copied().unwrap_or(0).min(info.bands);
    // One flag and one value a band: whether it marks values of valid pixels as missing, and by what.
    let mut marks = alloc::vec![0_u8; info.bands as usize];
    let mut missing = alloc::vec![0.0_f64; info.bands as usize];
    let mask_len = info.pixels().saturating_mul(mask_count as usize);
    resized(masks, mask_len)?;
    // SAFETY: the library reads blob.len() bytes at blob. It writes depth * width * height * bands values at
    // dst, which is as long and aligned, as was just checked, width * height bytes for each of mask_count masks,
    // which masks holds, and a flag and a value for each band, which marks and missing hold.
    let status = unsafe {
        lerc_sys::ffi::lerc_decode_4D(
            blob.as_ptr(),
            c_uint::try_from(blob.len()).map_err(too_large)?,
            c_int::try_from(mask_count).map_err(too_large)?,
            if mask_count == 0 { core::ptr::null_mut() } else { masks.as_mut_ptr() },
            c_int::try_from(info.depth).map_err(too_large)?,
            c_int::try_from(info.width).map_err(too_large)?,
            c_int::try_from(info.height).map_err(too_large)?,
            c_int::try_from(info.bands).map_err(too_large)?,
            data_type(numbers)?,
            dst.as_mut_ptr().cast(),
            marks.as_mut_ptr(),
            missing.as_mut_ptr(),
        )
    };
    if status != 0 {
        return Err(damaged(status));
    }
    spread(masks, info, mask_count);
    zero_invalid(masks, info, dst);
    Ok(())
}

fn data_type(numbers: [c_uint; 11]) -> Result<c_uint, Error> {
    numbers.get(1).copied().ok_or_else(|| Error::malformed("no LERC data type"))
}

/// Leaves one mask a band, or none where all pixels are valid.
fn spread(masks: &mut Vec<u8>, info: Info, mask_count: c_uint) {
    if masks.iter().all(|valid| *valid != 0) {
        masks.clear();
    } else if mask_count < info.bands {
        // One mask stands for all bands.
        masks.truncate(info.pixels());
        for _ in 1..info.bands {
            masks.extend_from_within(..info.pixels());
        }
    }
}

/// Values of invalid pixels are whatever the library found in `dst`: they become 0.
fn zero_invalid(masks: &[u8], info: Info, dst: &mut [u8]) {
    let part = (info.depth as usize).saturating_mul(info.sample_type.size()).max(1);
    for (values, valid) in dst.chunks_exact_mut(part).zip(masks) {
        if *valid == 0 {
            values.fill(0);
        }
    }
}
