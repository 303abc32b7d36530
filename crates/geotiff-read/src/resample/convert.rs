//! Conversion between sample types.

use num_complex::Complex;

/// A sample that converts to `U` as GDAL's RasterIO converts it.
///
/// - Integer to integer clamps to the range of the target.
/// - Float to integer rounds halves away from zero, clamps, and makes 0 of NaN. The half is added in the float's
///   own precision, as in GDAL: the `f32` just below 0.5 becomes 1, and above 2²³ odd `f32` become even.
/// - Float64 to float32 makes an infinity of what is beyond float32's range.
/// - Complex to real takes the real part; real to complex has an imaginary part of 0.
///
/// Accidents of GDAL's are left out: what NaN becomes as int16 (−32768 or 0, by the position in the row) is 0
/// here, and 2⁶⁴ as uint64 (0 in GDAL) is clamped.
pub trait ConvertTo<U>: Copy {
    /// The nearest value of type `U`.
    fn convert_to(self) -> U;
}

/// Converts each sample of `from` into the place of the same index in `to`; stops at the shorter of the two.
///
/// ```
/// use geotiff_read::resample::convert_slice;
///
/// let mut bytes = [0_u8; 5];
/// convert_slice(&[-3.0_f32, 0.5, 254.4, 300.0, f32::NAN], &mut bytes);
/// assert_eq!(bytes, [0, 1, 254, 255, 0]);
/// ```
pub fn convert_slice<T: ConvertTo<U>, U>(from: &[T], to: &mut [U]) {
    for (target, sample) in to.iter_mut().zip(from) {
        *target = sample.convert_to();
    }
}

macro_rules! integer_to_integer {
    ($($from:ty),*) => {$(
        integer_to_integer!(@to $from: u8 i8 u16 i16 u32 i32 u64 i64);
        integer_to_integer!(@float $from: f32 f64);
    )*};
    (@to $from:ty: $($to:ty)*) => {$(
        impl ConvertTo<$to> for $from {
            fn convert_to(self) -> $to {
                // 128 bits hold every value of both types.
                i128::from(self).clamp(i128::from(<$to>::MIN), i128::from(<$to>::MAX)) as $to
            }
        }
    )*};
    (@float $from:ty: $($to:ty)*) => {$(
        impl ConvertTo<$to> for $from {
            #[allow(clippy::cast_lossless, reason = "one macro for integers of all widths")]
            fn convert_to(self) -> $to {
                self as $to
            }
        }
    )*};
}
integer_to_integer!(u8, i8, u16, i16, u32, i32, u64, i64);

macro_rules! float_to_integer {
    ($from:ty: $($to:ty)*) => {$(
        impl ConvertTo<$to> for $from {
            fn convert_to(self) -> $to {
                // `as` truncates, clamps, and makes 0 of NaN.
                (if self >= 0.0 { self + 0.5 } else { self - 0.5 }) as $to
            }
        }
    )*};
}
float_to_integer!(f32: u8 i8 u16 i16 u32 i32 u64 i64);
float_to_integer!(f64: u8 i8 u16 i16 u32 i32 u64 i64);

impl ConvertTo<Self> for f32 {
    fn convert_to(self) -> Self {
        self
    }
}

impl ConvertTo<f64> for f32 {
    fn convert_to(self) -> f64 {
        f64::from(self)
    }
}

impl ConvertTo<Self> for f64 {
    fn convert_to(self) -> Self {
        self
    }
}

impl ConvertTo<f32> for f64 {
    fn convert_to(self) -> f32 {
        if self.abs() > Self::from(f32::MAX) { f32::INFINITY.copysign(self as f32) } else { self as f32 }
    }
}

macro_rules! complex {
    ($part:ty) => { complex!(@targets $part: u8 i8 u16 i16 u32 i32 u64 i64 f32 f64); };
    (@targets $part:ty: $($other:ty)*) => {$(
        impl ConvertTo<$other> for Complex<$part> {
            fn convert_to(self) -> $other {
                self.re.convert_to()
            }
        }
        impl ConvertTo<Complex<$part>> for $other {
            fn convert_to(self) -> Complex<$part> {
                Complex::new(self.convert_to(), ConvertTo::<$part>::convert_to(0_u8))
            }
        }
    )*};
}
complex!(i16);
complex!(i32);
complex!(f32);
complex!(f64);

macro_rules! complex_to_complex {
    ($($from:ty)*) => {$( complex_to_complex!(@to $from: i16 i32 f32 f64); )*};
    (@to $from:ty: $($to:ty)*) => {$(
        impl ConvertTo<Complex<$to>> for Complex<$from> {
            fn convert_to(self) -> Complex<$to> {
                Complex::new(self.re.convert_to(), self.im.convert_to())
            }
        }
    )*};
}
complex_to_complex!(i16 i32 f32 f64);
