//! Predictors: horizontal differencing (TIFF 6.0 section 14) and Adobe's floating-point predictor
//! (TIFF Technical Note 3).

/// Undoes horizontal differencing of one row, in place: each `size`-byte number becomes the wrapping sum of
/// itself and its predecessors at distances of `stride` numbers. Numbers are in the machine's byte order.
pub(crate) fn accumulate(row: &mut [u8], size: usize, stride: usize) {
    match size {
        1 => u8_rows(row, stride),
        2 => u16_rows(row, stride),
        4 => u32_rows(row, stride),
        8 => u64_rows(row, stride),
        _ => {}
    }
}

macro_rules! accumulate_for {
    ($rows:ident, $pixels:ident, $type:ty) => {
        fn $rows(row: &mut [u8], stride: usize) {
            match stride {
                1 => $pixels::<1>(row),
                2 => $pixels::<2>(row),
                3 => $pixels::<3>(row),
                4 => $pixels::<4>(row),
                stride => {
                    let (numbers, _) = row.as_chunks_mut::<{ size_of::<$type>() }>();
                    let mut pixels = numbers.chunks_exact_mut(stride.max(1));
                    let Some(mut before) = pixels.next() else { return };
                    for pixel in pixels {
                        for (number, before) in pixel.iter_mut().zip(before.iter()) {
                            let sum =
                                <$type>::from_ne_bytes(*before).wrapping_add(<$type>::from_ne_bytes(*number));
                            *number = sum.to_ne_bytes();
                        }
                        before = pixel;
                    }
                }
            }
        }

        /// Running sums stay in registers, so that no sum waits for the store before it.
        fn $pixels<const N: usize>(row: &mut [u8]) {
            let (numbers, _) = row.as_chunks_mut::<{ size_of::<$type>() }>();
            let (pixels, _) = numbers.as_chunks_mut::<N>();
            let mut sums = [0; N];
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
    match size {
        2 => unshuffle_n::<2>(planes, row),
        3 => unshuffle_n::<3>(planes, row),
        4 => unshuffle_n::<4>(planes, row),
        8 => unshuffle_n::<8>(planes, row),
        _ => {}
    }
}

fn unshuffle_n<const N: usize>(planes: &[u8], row: &mut [u8]) {
    let (floats, _) = row.as_chunks_mut::<N>();
    if floats.is_empty() {
        return;
    }
    for (significance, plane) in planes.chunks_exact(floats.len()).take(N).enumerate() {
        let at = if cfg!(target_endian = "big") {
            significance
        } else {
            N.wrapping_sub(significance).wrapping_sub(1)
        };
        for (float, byte) in floats.iter_mut().zip(plane) {
            if let Some(to) = float.get_mut(at) {
                *to = *byte;
            }
        }
    }
}
