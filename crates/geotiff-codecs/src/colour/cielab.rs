//! CIE L\*a\*b\* to RGB (TIFF 6.0 section 23).

use alloc::boxed::Box;

/// Steps of the table from linear light to a display's codes, as fine as libtiff's.
const STEPS: usize = 1500;
/// Light of a display's black and of its white.
const BLACK: f32 = 1.0;
const WHITE: f32 = 100.0;

/// Converts 8-bit L\*a\*b\* pixels, a\* and b\* signed, to the RGB of an sRGB display.
///
/// The arithmetic is libtiff's, in 32-bit floats over a table of 1500 steps, so that results are GDAL's.
#[derive(Clone, Debug)]
pub struct CielabToRgb {
    white: [f32; 3],
    codes: Box<[u8]>,
}

impl Default for CielabToRgb {
    /// With TIFF 6.0's reference white, D50.
    fn default() -> Self {
        const D50: [f32; 3] = [96.425, 100.0, 82.468];
        let [x, y, z] = D50;
        let sum = x + y + z;
        Self::new([x / sum, y / sum])
    }
}

impl CielabToRgb {
    /// A converter for a white point of chromaticity x, y (tag 318, `WhitePoint`).
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "1500 steps")]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0.5 to 255.5")]
    pub fn new([x, y]: [f32; 2]) -> Self {
        const GAMMA: f64 = 2.4;
        let white = [x / y * WHITE, WHITE, (1.0 - x - y) / y * WHITE];
        let code = |step: usize| {
            let light = step as f64 / STEPS as f64;
            ((255.0 * libm::pow(light, 1.0 / GAMMA)) as f32 + 0.5) as u8
        };
        Self { white, codes: (0..=STEPS).map(code).collect() }
    }

    /// The RGB of a pixel of L\* (0 to 255 for 0 to 100), a\* and b\* (two's complement).
    #[must_use]
    pub fn convert(&self, [l, a, b]: [u8; 3]) -> [u8; 3] {
        // TIFF Technical Note 2 of the ICC: an 8-bit L* of 255 is the 16-bit 65535.
        let lightness = f32::from(u16::from(l).wrapping_mul(257)) * 100.0 / 65535.0;
        let [white_x, white_y, white_z] = self.white;
        let (y, cube_root) = if lightness < 8.856 {
            let y = lightness * white_y / 903.292;
            (y, 7.787 * (y / white_y) + 16.0 / 116.0)
        } else {
            let root = (lightness + 16.0) / 116.0;
            (white_y * root * root * root, root)
        };
        let x = white_x * cubed(f32::from(a.cast_signed()) / 500.0 + cube_root);
        let z = white_z * cubed(cube_root - f32::from(b.cast_signed()) / 200.0);
        // From CIE XYZ to the primaries of sRGB (IEC 61966-2-1).
        [
            self.code(3.2410 * x + -1.5374 * y + -0.4986 * z),
            self.code(-0.9692 * x + 1.8760 * y + 0.0416 * z),
            self.code(0.0556 * x + -0.2040 * y + 1.0570 * z),
        ]
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 1500")]
    #[expect(clippy::cast_precision_loss, reason = "1500 steps")]
    fn code(&self, light: f32) -> u8 {
        let step = (WHITE - BLACK) / STEPS as f32;
        let at = (light.clamp(BLACK, WHITE) - BLACK) / step;
        self.codes.get((at as usize).min(STEPS)).copied().unwrap_or(0)
    }
}

/// The inverse of the cube root that L\*a\*b\* is made with, straight near black.
fn cubed(root: f32) -> f32 {
    if root < 0.2069 { (root - 0.13793) / 7.787 } else { root * root * root }
}
