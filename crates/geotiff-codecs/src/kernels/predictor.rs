//! Predictors: horizontal differencing (TIFF 6.0 section 14) and Adobe's floating-point predictor
//! (TIFF Technical Note 3).

/// Undoes horizontal differencing of one row, in place: each `size`-byte number becomes the wrapping sum of
/// itself and its predecessors at distances of `stride` numbers. Numbers are in the machine's byte order.
pub(crate) fn accumulate(row: &mut [u8], size: usize, stride: usize) {
    match (size, stride) {
        #[cfg(target_arch = "x86_64")]
        (1, 1) if super::x86::has_ssse3() => {
            // SAFETY: the processor has SSSE3, as was just asked.
            #[allow(unsafe_code, reason = "a call of a function for an extension that the processor has")]
            let (rest, sum) = unsafe { super::x86::sum_u8(row) };
            u8_pixels(rest, [sum]);
        }
        #[cfg(target_arch = "x86_64")]
        (2, 1) => {
            // SAFETY: SSE2 is part of x86-64.
            #[allow(unsafe_code, reason = "a call of a function for an extension that the processor has")]
            let (rest, sum) = unsafe { super::x86::sum_u16(row) };
            u16_pixels(rest, [sum]);
        }
        (1, _) => u8_rows(row, stride),
        (2, _) => u16_rows(row, stride),
        (4, _) => u32_rows(row, stride),
        (8, _) => u64_rows(row, stride),
        _ => {}
    }
}

macro_rules! accumulate_for {
    ($rows:ident, $pixels:ident, $type:ty) => {
        fn $rows(row: &mut [u8], stride: usize) {
            match stride {
                1 => $pixels(row, [0; 1]),
                2 => $pixels(row, [0; 2]),
                3 => $pixels(row, [0; 3]),
                4 => $pixels(row, [0; 4]),
                stride => {
                    let (numbers, _) = row.as_chunks_mut::<{ size_of::<$type>() }>();
                    let mut pixels = numbers.chunks_exact_mut(stride.max(1));
                    let Some(mut before) = pixels.next() else { return };
                    for pixel in pixels {
                        for (number, before) in pixel.iter_mut().zip(before.iter()) {
                            let before = <$type>::from_ne_bytes(*before);
                            *number = <$type>::from_ne_bytes(*number).wrapping_add(before).to_ne_bytes();
                        }
                        before = pixel;
                    }
                }
            }
        }

        /// Running sums stay in registers, so that no sum waits for the store before it.
        fn $pixels<const N: usize>(row: &mut [u8], mut sums: [$type; N]) {
            let (numbers, _) = row.as_chunks_mut::<{ size_of::<$type>() }>();
            let (pixels, _) = numbers.as_chunks_mut::<N>();
            for pixel in pixels {
                for (number, sum) in pixel.iter_mut().zip(&mut sums) {
                    *sum = <$type>::from_ne_bytes(*number).wrapping_add(*sum);
                    *number = sum.to_ne_bytes();
                }
            }
        }
    };
}

accumulate_for!(u8_rows, u8_pixels, u8);
accumulate_for!(u16_rows, u16_pixels, u16);
accumulate_for!(u32_rows, u32_pixels, u32);
accumulate_for!(u64_rows, u64_pixels, u64);

/// Gathers the bytes of floats that the floating-point predictor stores apart: `planes` holds the most
/// significant byte of each float, then the next byte of each, and so on; `row` gets the floats in the
/// machine's byte order. Both are of one length, a multiple of `size`.
pub(crate) fn unshuffle(planes: &[u8], row: &mut [u8], size: usize) {
    let count = row.len().checked_div(size).unwrap_or(0);
    if count == 0 {
        return;
    }
    let done = unshuffle_vectors(planes, row, size, count);
    match size {
        2 => unshuffle_from::<2>(planes, row, count, done),
        3 => unshuffle_from::<3>(planes, row, count, done),
        4 => unshuffle_from::<4>(planes, row, count, done),
        8 => unshuffle_from::<8>(planes, row, count, done),
        _ => {}
    }
}

/// Does whole vectors of floats, where there is a way to, and returns how many floats that were.
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code, reason = "calls of functions for an extension that the processor has")]
fn unshuffle_vectors(planes: &[u8], row: &mut [u8], size: usize, count: usize) -> usize {
    // SAFETY: SSE2 is part of x86-64.
    match size {
        4 => split_planes(planes, count).map_or(0, |planes| unsafe { super::x86::unshuffle_4(planes, row) }),
        8 => split_planes(planes, count).map_or(0, |planes| unsafe { super::x86::unshuffle_8(planes, row) }),
        _ => 0,
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn unshuffle_vectors(_planes: &[u8], _row: &mut [u8], _size: usize, _count: usize) -> usize {
    0
}

#[cfg(target_arch = "x86_64")]
fn split_planes<const N: usize>(planes: &[u8], count: usize) -> Option<[&[u8]; N]> {
    let mut found: [&[u8]; N] = [&[]; N];
    let mut planes = planes.chunks_exact(count);
    for to in &mut found {
        *to = planes.next()?;
    }
    Some(found)
}

/// The portable way, from the float numbered `start` on.
fn unshuffle_from<const N: usize>(planes: &[u8], row: &mut [u8], count: usize, start: usize) {
    let (floats, _) = row.as_chunks_mut::<N>();
    let floats = floats.get_mut(start..).unwrap_or_default();
    for (significance, plane) in planes.chunks_exact(count).take(N).enumerate() {
        let at = if cfg!(target_endian = "big") {
            significance
        } else {
            N.wrapping_sub(significance).wrapping_sub(1)
        };
        for (float, byte) in floats.iter_mut().zip(plane.get(start..).unwrap_or_default()) {
            if let Some(to) = float.get_mut(at) {
                *to = *byte;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use alloc::vec::Vec;

    fn noise(len: usize) -> Vec<u8> {
        (0..len as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 23) as u8).collect()
    }

    /// The definition, number by number.
    fn accumulate_simply(row: &mut [u8], size: usize, stride: usize) {
        for at in (size * stride..row.len() / size * size).step_by(size) {
            let number = |bytes: &[u8]| (0..size).rev().fold(0_u64, |n, i| n << 8 | u64::from(bytes[i]));
            let sum = number(&row[at..]).wrapping_add(number(&row[at - size * stride..]));
            row[at..at + size].copy_from_slice(&sum.to_le_bytes()[..size]);
        }
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn sums_run_over_rows_of_any_length() {
        for size in [1, 2, 4, 8] {
            for stride in 1..=6 {
                for pixels in (0..40).chain([63, 64, 65, 257]) {
                    let mut row = noise(size * stride * pixels);
                    let mut expected = row.clone();
                    accumulate_simply(&mut expected, size, stride);
                    accumulate(&mut row, size, stride);
                    assert_eq!(row, expected, "{size} bytes, stride {stride}, {pixels} pixels");
                }
            }
        }
    }

    #[test]
    fn bytes_of_floats_come_together() {
        for size in [2, 3, 4, 8] {
            for count in (0..40).chain([63, 64, 65, 257]) {
                let planes = noise(size * count);
                let mut row = vec![0xee; size * count];
                unshuffle(&planes, &mut row, size);
                for (i, float) in row.chunks(size).enumerate() {
                    let mut bytes: Vec<u8> = (0..size).map(|plane| planes[plane * count + i]).collect();
                    if cfg!(target_endian = "little") {
                        bytes.reverse();
                    }
                    assert_eq!(float, bytes, "{size} bytes, float {i} of {count}");
                }
            }
        }
    }

    #[test]
    fn the_portable_ways_agree_with_the_vectors() {
        for count in (0..70).chain([255, 256, 1000]) {
            let mut vectors = noise(count);
            let mut portable = vectors.clone();
            accumulate(&mut vectors, 1, 1);
            u8_rows(&mut portable, 1);
            assert_eq!(vectors, portable);
            let planes = noise(count * 8);
            let (mut vectors, mut portable) = (vec![0; count * 8], vec![0; count * 8]);
            unshuffle(&planes, &mut vectors, 8);
            if count > 0 {
                unshuffle_from::<8>(&planes, &mut portable, count, 0);
            }
            assert_eq!(vectors, portable);
        }
    }
}
