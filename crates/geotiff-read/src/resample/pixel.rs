//! The sample types, and what GDAL's kernels need to know of each.

use num_complex::Complex;

use super::convert::ConvertTo;
use crate::Sample;

/// The type in which GDAL's averages hold source and result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    Byte,
    UInt16,
    Float32,
    Float64,
}

/// A sample that is one number.
pub(crate) trait Real: Counted + PartialOrd {
    const WORK: Work;
    /// The most bits that the file can give the sample and still be worth a clamp; 0 where GDAL does not clamp.
    const UNSIGNED_BITS: u16;
    const IS_INTEGER: bool;
    const LOWEST: f64;
    const HIGHEST: f64;

    /// From the kernel's result, rounded and clamped; the float32 types round in that precision.
    fn from_work(value: f64) -> Self;

    fn from_f64(value: f64) -> Self;

    /// An integer as `u32`; 0 for floats.
    fn to_small(self) -> u32 {
        0
    }

    /// The other way round.
    fn from_small(_: u32) -> Self {
        Self::default()
    }

    /// The value next to `nodata`, for a computed pixel that would come out as nodata by chance.
    fn next_to(nodata: f64) -> f64;
}

/// A sample that can be counted.
pub(crate) trait Counted: Sample {
    /// Equal, every NaN being equal to every other.
    fn is_same(self, other: Self) -> bool {
        self == other
    }

    /// The same for samples that are the same.
    fn key(self) -> u128;

    /// The value of a sample of 8 bits.
    fn byte(self) -> Option<u8> {
        None
    }
}

impl Work {
    /// Whether the convolutions round their sums to float32.
    pub(super) fn is_single(self) -> bool {
        self != Self::Float64
    }
}

macro_rules! real {
    (integer $($type:ty, $work:ident, $bits:literal, $via:ty;)*) => {$(
        impl Real for $type {
            const WORK: Work = Work::$work;
            const UNSIGNED_BITS: u16 = $bits;
            const IS_INTEGER: bool = true;
            const LOWEST: f64 = <$type>::MIN as f64;
            const HIGHEST: f64 = <$type>::MAX as f64;

            fn from_work(value: f64) -> Self {
                (value as $via).convert_to()
            }

            fn from_f64(value: f64) -> Self {
                value.convert_to()
            }

            fn to_small(self) -> u32 {
                self.convert_to()
            }

            fn from_small(value: u32) -> Self {
                value.convert_to()
            }

            fn next_to(nodata: f64) -> f64 {
                if nodata >= Self::HIGHEST { Self::HIGHEST - 1.0 } else { nodata + 1.0 }
            }
        }

        impl Counted for $type {
            fn key(self) -> u128 {
                i128::from(self) as u128
            }

            fn byte(self) -> Option<u8> {
                (size_of::<Self>() == 1).then_some(self as u8)
            }
        }
    )*};
    (float $($type:ty, $work:ident;)*) => {$(
        impl Real for $type {
            const WORK: Work = Work::$work;
            const UNSIGNED_BITS: u16 = 0;
            const IS_INTEGER: bool = false;
            const LOWEST: f64 = <$type>::MIN as f64;
            const HIGHEST: f64 = <$type>::MAX as f64;

            fn from_work(value: f64) -> Self {
                value as $type
            }

            fn from_f64(value: f64) -> Self {
                value.convert_to()
            }

            fn next_to(nodata: f64) -> f64 {
                let nodata = nodata as $type;
                f64::from(if nodata == <$type>::MAX { nodata.next_down() } else { nodata.next_up() })
            }
        }

        impl Counted for $type {
            fn is_same(self, other: Self) -> bool {
                self == other || (self.is_nan() && other.is_nan())
            }

            fn key(self) -> u128 {
                // One key for the two zeros, and one for every NaN.
                u128::from(if self.is_nan() { <$type>::NAN } else { self + 0.0 }.to_bits())
            }
        }
    )*};
}

real! { integer
    u8, Byte, 8, f32;
    i8, Float32, 0, f32;
    u16, UInt16, 16, f32;
    i16, Float32, 0, f32;
    u32, Float64, 32, f64;
    i32, Float64, 0, f64;
    u64, Float64, 0, f64;
    i64, Float64, 0, f64;
}
real! { float
    f32, Float32;
    f64, Float64;
}

macro_rules! complex {
    ($($part:ty)*) => {$(
        impl Counted for Complex<$part> {
            fn is_same(self, other: Self) -> bool {
                self.re.is_same(other.re) && self.im.is_same(other.im)
            }

            fn key(self) -> u128 {
                // A part has 64 bits at most.
                (self.re.key() << 64) | (self.im.key() & u128::from(u64::MAX))
            }
        }
    )*};
}
complex!(i16 i32 f32 f64);
