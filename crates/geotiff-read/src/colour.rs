//! Colours that reads give other than they are stored.

use geotiff_codecs::SampleOrder;
use geotiff_codecs::colour::cmyk_to_rgb;

/// Turns cyan, magenta, yellow, black and any further samples into red, green, blue and an opaque alpha, in place and
/// in the same order: at the front of `samples`, which holds `count` (4 or more) of 8 bits for each pixel.
pub(crate) fn cmyk_to_rgba(samples: &mut [u8], count: usize, order: SampleOrder) {
    let pixels = samples.len() / count.max(1);
    let (step, next_in, next_out) = match order {
        SampleOrder::Interleaved => (1, count, 4),
        _ => (pixels, 1, 1),
    };
    for pixel in 0..pixels {
        let inks = [0, 1, 2, 3].map(|ink| samples[pixel * next_in + ink * step]);
        let [red, green, blue] = cmyk_to_rgb(inks);
        for (band, value) in [red, green, blue, u8::MAX].into_iter().enumerate() {
            samples[pixel * next_out + band * step] = value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_samples_are_left_away_in_either_order() {
        // White, half of everything, green; libtiff's (255 - k) * (255 - ink) / 255.
        let pixels = [[0, 0, 0, 0, 9], [128, 128, 128, 128, 9], [255, 0, 255, 0, 9]];
        let wanted = [[255, 255, 255, 255], [63, 63, 63, 255], [0, 255, 0, 255]];
        let mut interleaved = pixels.concat();
        cmyk_to_rgba(&mut interleaved, 5, SampleOrder::Interleaved);
        assert_eq!(interleaved[..12], wanted.concat());
        let plane = |band: usize| pixels.map(|pixel| pixel[band]);
        let mut planar = [0, 1, 2, 3, 4].map(plane).concat();
        cmyk_to_rgba(&mut planar, 5, SampleOrder::Planar);
        assert_eq!(planar[..12], [0, 1, 2, 3].map(|band: usize| wanted.map(|pixel| pixel[band])).concat());
    }
}
