//! YCbCr to RGB (TIFF 6.0 section 21).

/// Bits after the point of the fixed-point products.
const SHIFT: u32 = 16;
const HALF: i32 = 1 << (SHIFT - 1);

/// Converts pixels of luma and chroma, by the coefficients and reference values of a TIFF.
///
/// The arithmetic is libtiff's, in 16.16 fixed point, so that results are GDAL's to the bit.
#[derive(Clone, Debug)]
pub struct YcbcrToRgb {
    luma: [i32; 256],
    /// What each Cr adds to red and takes from green, each Cb to blue and from green. The shares of green are
    /// in fixed point, half a unit already added.
    red: [i32; 256],
    blue: [i32; 256],
    green_of_cr: [i32; 256],
    green_of_cb: [i32; 256],
}

impl Default for YcbcrToRgb {
    /// With TIFF 6.0's defaults: the coefficients of ITU-R BT.601 and full-range references.
    fn default() -> Self {
        Self::new([0.299, 0.587, 0.114], [0.0, 255.0, 128.0, 255.0, 128.0, 255.0])
    }
}

impl YcbcrToRgb {
    /// A converter for the shares of red, green and blue in the luma (tag 529, `YCbCrCoefficients`) and the
    /// codes of black and white of Y, Cb and Cr (tag 532, `ReferenceBlackWhite`).
    #[must_use]
    #[expect(clippy::arithmetic_side_effects, reason = "factors are clamped to 0..=2, codes to +-4096")]
    pub fn new(coefficients: [f32; 3], reference: [f32; 6]) -> Self {
        let [red, green, blue] = coefficients;
        let [y_black, y_white, cb_black, cb_white, cr_black, cr_white] = reference;
        let red_share = 2.0 - 2.0 * red;
        let blue_share = 2.0 - 2.0 * blue;
        let to_red = fixed(red_share);
        let to_blue = fixed(blue_share);
        let cr_to_green = fixed(red * red_share / green);
        let cb_to_green = fixed(blue * blue_share / green);
        let mut tables = Self {
            luma: [0; 256],
            red: [0; 256],
            blue: [0; 256],
            green_of_cr: [0; 256],
            green_of_cb: [0; 256],
        };
        for code in 0..=u8::MAX {
            let at = usize::from(code);
            let chroma = f32::from(code) - 128.0;
            let cr = value(chroma, cr_black - 128.0, cr_white - 128.0, 127.0);
            let cb = value(chroma, cb_black - 128.0, cb_white - 128.0, 127.0);
            set(&mut tables.red, at, (to_red * cr + HALF) >> SHIFT);
            set(&mut tables.blue, at, (to_blue * cb + HALF) >> SHIFT);
            set(&mut tables.green_of_cr, at, -cr_to_green * cr);
            set(&mut tables.green_of_cb, at, -cb_to_green * cb + HALF);
            set(&mut tables.luma, at, value(f32::from(code), y_black, y_white, 255.0));
        }
        tables
    }

    /// The RGB of a pixel of Y, Cb and Cr.
    #[must_use]
    pub fn convert(&self, [y, cb, cr]: [u8; 3]) -> [u8; 3] {
        let get = |table: &[i32; 256], code: u8| table.get(usize::from(code)).copied().unwrap_or(0);
        let luma = get(&self.luma, y);
        let green = get(&self.green_of_cb, cb).wrapping_add(get(&self.green_of_cr, cr)) >> SHIFT;
        [get(&self.red, cr), green, get(&self.blue, cb)]
            .map(|share| u8::try_from(luma.wrapping_add(share).clamp(0, 255)).unwrap_or(u8::MAX))
    }
}

fn set(table: &mut [i32; 256], at: usize, value: i32) {
    if let Some(entry) = table.get_mut(at) {
        *entry = value;
    }
}

#[expect(clippy::cast_possible_truncation, reason = "at most 2 in 16.16 fixed point")]
fn fixed(factor: f32) -> i32 {
    let factor = if factor.is_nan() { 0.0 } else { factor.clamp(0.0, 2.0) };
    (f64::from(factor) * f64::from(1_u32 << SHIFT) + 0.5) as i32
}

/// What a code stands for on the scale whose black and white are given.
#[expect(clippy::cast_possible_truncation, reason = "clamped")]
fn value(code: f32, black: f32, white: f32, range: f32) -> i32 {
    // libtiff cuts the black code to a whole number here, and so must we.
    let black_code = if black.is_nan() { 0.0 } else { (black as i32) as f32 };
    let span = if white - black == 0.0 { 1.0 } else { white - black };
    let value = (code - black_code) * range / span;
    if value.is_nan() { 0 } else { value.clamp(-4096.0, 4096.0) as i32 }
}
