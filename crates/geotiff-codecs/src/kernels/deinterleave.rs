//! Pixels to planes.

use core::ops::Range;

/// Separates the samples of pixels, each of `size` bytes, into planes: sample `s` of the pixels in `src` goes
/// to `dst[s * plane_len + at..]`, `src.len() / samples` bytes of it. Writes nothing where `dst` does not
/// hold that.
pub(crate) fn deinterleave(
    src: &[u8],
    dst: &mut [u8],
    size: usize,
    samples: usize,
    plane_len: usize,
    at: usize,
) {
    let Some(row_len) = src.len().checked_div(samples) else { return };
    let range = |sample: usize| -> Option<Range<usize>> {
        let start = sample.checked_mul(plane_len)?.checked_add(at)?;
        Some(start..start.checked_add(row_len)?)
    };
    let done = match samples {
        1 => range(0).and_then(|r| dst.get_mut(r)).map(|to| to.copy_from_slice(src)),
        2 => planes([range(0), range(1)], dst).map(|to| split(src, to, size)),
        3 => planes([range(0), range(1), range(2)], dst).map(|to| split(src, to, size)),
        4 => planes([range(0), range(1), range(2), range(3)], dst).map(|to| split(src, to, size)),
        _ => {
            for sample in 0..samples {
                if let Some(to) = range(sample).and_then(|r| dst.get_mut(r)) {
                    gather(src, to, size, samples, sample);
                }
            }
            Some(())
        }
    };
    debug_assert!(done.is_some(), "the planes lie outside dst");
}

fn planes<const N: usize>(ranges: [Option<Range<usize>>; N], dst: &mut [u8]) -> Option<[&mut [u8]; N]> {
    let mut found = [const { 0..0 }; N];
    for (to, range) in found.iter_mut().zip(ranges) {
        *to = range?;
    }
    dst.get_disjoint_mut(found).ok()
}

fn split<const N: usize>(src: &[u8], dst: [&mut [u8]; N], size: usize) {
    match size {
        1 => split_sized::<1, N>(src, dst),
        2 => split_sized::<2, N>(src, dst),
        4 => split_sized::<4, N>(src, dst),
        8 => split_sized::<8, N>(src, dst),
        16 => split_sized::<16, N>(src, dst),
        _ => {}
    }
}

fn split_sized<const SIZE: usize, const N: usize>(src: &[u8], dst: [&mut [u8]; N]) {
    let (numbers, _) = src.as_chunks::<SIZE>();
    let (pixels, _) = numbers.as_chunks::<N>();
    let mut planes = dst.map(|plane| plane.as_chunks_mut::<SIZE>().0.iter_mut());
    for pixel in pixels {
        for (plane, number) in planes.iter_mut().zip(pixel) {
            if let Some(to) = plane.next() {
                *to = *number;
            }
        }
    }
}

/// One sample of many, for pixels of more samples than the fused loops take.
fn gather(src: &[u8], dst: &mut [u8], size: usize, samples: usize, sample: usize) {
    match size {
        1 => gather_sized::<1>(src, dst, samples, sample),
        2 => gather_sized::<2>(src, dst, samples, sample),
        4 => gather_sized::<4>(src, dst, samples, sample),
        8 => gather_sized::<8>(src, dst, samples, sample),
        16 => gather_sized::<16>(src, dst, samples, sample),
        _ => {}
    }
}

fn gather_sized<const SIZE: usize>(src: &[u8], dst: &mut [u8], samples: usize, sample: usize) {
    let (numbers, _) = src.as_chunks::<SIZE>();
    let (to, _) = dst.as_chunks_mut::<SIZE>();
    for (to, number) in to.iter_mut().zip(numbers.iter().skip(sample).step_by(samples.max(1))) {
        *to = *number;
    }
}
