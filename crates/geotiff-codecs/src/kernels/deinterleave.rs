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
        2 => planes([range(0), range(1)], dst).map(|to| split_2(src, to, size)),
        3 => planes([range(0), range(1), range(2)], dst).map(|to| split_3(src, to, size)),
        4 => planes([range(0), range(1), range(2), range(3)], dst).map(|to| split_4(src, to, size)),
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

/// The slices of `dst` at `ranges`, where all are inside it and none overlap.
fn planes<const N: usize>(ranges: [Option<Range<usize>>; N], dst: &mut [u8]) -> Option<[&mut [u8]; N]> {
    let mut found = [const { 0..0 }; N];
    for (to, range) in found.iter_mut().zip(ranges) {
        *to = range?;
    }
    dst.get_disjoint_mut(found).ok()
}

macro_rules! split_with {
    ($name:ident, $samples:literal, $($size:literal)*) => {
        /// Separates pixels of so many samples: whole vectors of them where the processor can, the rest one
        /// by one.
        fn $name(src: &[u8], mut dst: [&mut [u8]; $samples], size: usize) {
            #[cfg(target_arch = "x86_64")]
            if super::x86::has_ssse3() {
                let planes = dst.each_mut().map(|plane| &mut **plane);
                // SAFETY: the processor has SSSE3, as was just asked.
                #[allow(unsafe_code, reason = "calls of functions for an extension that the processor has")]
                let done = match size {
                    $($size => unsafe { super::x86::$name::<$size>(src, planes) },)*
                    _ => 0,
                };
                let rest = src.get(done.wrapping_mul($samples)..).unwrap_or_default();
                let planes = dst.map(|plane| plane.get_mut(done..).unwrap_or_default());
                return split(rest, planes, size);
            }
            split(src, dst.each_mut().map(|plane| &mut **plane), size);
        }
    };
}

split_with!(split_2, 2, 1 2 4 8);
split_with!(split_3, 3, 1 2 4 8);
split_with!(split_4, 4, 1 2 4);

/// The portable way, for any number of samples.
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

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use alloc::vec::Vec;

    /// Numbers without a pattern that a mistaken shuffle could hide in.
    fn noise(len: usize) -> Vec<u8> {
        let mut state = 0x9e37_79b9_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        (0..len).map(|_| next()).collect()
    }

    #[test]
    fn every_sample_of_every_pixel_finds_its_plane() {
        for size in [1, 2, 4, 8, 16] {
            for samples in 1..=6 {
                for pixels in (0..40).chain([63, 64, 65, 129]) {
                    let src = noise(size * samples * pixels);
                    let (margin, row) = (3, size * pixels);
                    let plane_len = row + 5;
                    let mut dst = vec![0xee; samples * plane_len + margin];
                    deinterleave(&src, &mut dst, size, samples, plane_len, margin);
                    for sample in 0..samples {
                        for pixel in 0..pixels {
                            let from = (pixel * samples + sample) * size;
                            let to = sample * plane_len + margin + pixel * size;
                            assert_eq!(
                                src[from..from + size],
                                dst[to..to + size],
                                "{size} {samples} {pixels}"
                            );
                        }
                        let gap = sample * plane_len + margin + row;
                        assert!(dst[gap..].iter().take(2).all(|&b| b == 0xee), "wrote past a plane");
                    }
                }
            }
        }
    }
}
