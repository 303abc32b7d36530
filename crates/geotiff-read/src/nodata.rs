//! Which samples are nodata, by GDAL's rule for each data type.

use geotiff_core::{DataType, Nodata};
use ndarray::{Array2, ArrayView2};

use crate::Sample;

/// What tells nodata from samples of one type: GDAL compares floats, 64-bit ones too, within twice the precision of
/// a 32-bit float (so that a nodata value that was written with fewer digits still matches), NaN with NaN, integers
/// with the nodata value cut to an integer, and complex samples by their real part.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Matcher<T> {
    /// Nothing is nodata.
    Never,
    Float32(f32),
    Float64(f64),
    Integer(T),
    /// A number, or the real part of a complex one, as float64.
    Real(f64),
}

impl<T: Sample> Matcher<T> {
    pub(crate) fn new(nodata: Nodata) -> Self {
        match T::DATA_TYPE {
            DataType::Float32 | DataType::Complex64 => Self::Float32(nodata.as_f64() as f32),
            DataType::Float64 | DataType::Complex128 => Self::Float64(nodata.as_f64()),
            DataType::ComplexInt16 | DataType::ComplexInt32 => {
                integer::<T>(nodata).map_or(Self::Never, |nodata| Self::Real(nodata.to_f64()))
            }
            _ => integer(nodata).map_or(Self::Never, Self::Integer),
        }
    }

    /// What tells a value of `NODATA_VALUES`: GDAL casts it to the type in which it compares, as C++ does on x86 where
    /// it does not fit, and compares exactly (64-bit integers as doubles).
    pub(crate) fn of_item(value: f64) -> Self {
        let value = match T::DATA_TYPE {
            DataType::UInt8 => f64::from(cast_i32(value) as u8),
            DataType::UInt16 | DataType::UInt32 => f64::from(cast_i64(value) as u32),
            DataType::Int8
            | DataType::Int16
            | DataType::Int32
            | DataType::ComplexInt16
            | DataType::ComplexInt32 => f64::from(cast_i32(value)),
            DataType::Float32 | DataType::Complex64 => f64::from(value as f32),
            _ => value,
        };
        Self::Real(value)
    }

    pub(crate) fn is_nodata(&self, sample: T) -> bool {
        match self {
            Self::Never => false,
            Self::Float32(nodata) => close_f32(sample.to_f64() as f32, *nodata),
            Self::Float64(nodata) => close_f64(sample.to_f64(), *nodata),
            Self::Integer(nodata) => sample == *nodata,
            Self::Real(nodata) => sample.to_f64() == *nodata,
        }
    }
}

/// What x86 makes of a double that is cast to 32 bits: the lowest value where it does not fit.
fn cast_i32(value: f64) -> i32 {
    let fits = value.trunc() >= f64::from(i32::MIN) && value.trunc() <= f64::from(i32::MAX);
    if fits { value as i32 } else { i32::MIN }
}

/// As [`cast_i32`], to 64 bits.
fn cast_i64(value: f64) -> i64 {
    let fits = value >= i64::MIN as f64 && value < -(i64::MIN as f64);
    if fits { value as i64 } else { i64::MIN }
}

/// 255 where `samples` hold a value, 0 where they are nodata.
#[allow(clippy::needless_pass_by_value, reason = "a view is a reference")]
pub(crate) fn validity<T: Sample>(samples: ArrayView2<'_, T>, nodata: Nodata) -> Array2<u8> {
    let matcher = Matcher::new(nodata);
    samples.mapv(|sample| if matcher.is_nodata(sample) { 0 } else { 255 })
}

/// `nodata` as a sample of an integer type; `None` where the type cannot hold it, so that nothing is nodata.
fn integer<T: Sample>(nodata: Nodata) -> Option<T> {
    let nodata = match nodata {
        Nodata::Float(value) => Nodata::Float(value.trunc()),
        exact => exact,
    };
    sample_bytes(T::DATA_TYPE, nodata)
        .filter(|_| fits(T::DATA_TYPE, nodata))
        .and_then(|bytes| bytemuck::try_pod_read_unaligned(&bytes).ok())
}

/// Whether `data_type` can hold the value.
pub(crate) fn fits(data_type: DataType, nodata: Nodata) -> bool {
    let (least, most): (i128, i128) = match data_type {
        DataType::UInt8 => (0, u8::MAX.into()),
        DataType::Int8 => (i8::MIN.into(), i8::MAX.into()),
        DataType::UInt16 => (0, u16::MAX.into()),
        DataType::Int16 | DataType::ComplexInt16 => (i16::MIN.into(), i16::MAX.into()),
        DataType::UInt32 => (0, u32::MAX.into()),
        DataType::Int32 | DataType::ComplexInt32 => (i32::MIN.into(), i32::MAX.into()),
        DataType::UInt64 => (0, u64::MAX.into()),
        DataType::Int64 => (i64::MIN.into(), i64::MAX.into()),
        _ => return true,
    };
    match nodata {
        Nodata::Int(value) => (least..=most).contains(&i128::from(value)),
        Nodata::UInt(value) => (least..=most).contains(&i128::from(value)),
        Nodata::Float(value) => value >= least as f64 && value <= most as f64,
    }
}

/// One native-endian sample of the nearest value to `nodata` that the type has: what sparse chunks hold.
pub(crate) fn sample_bytes(data_type: DataType, nodata: Nodata) -> Option<Vec<u8>> {
    let value = nodata.as_f64();
    let exact_u64 = match nodata {
        Nodata::UInt(value) => value,
        Nodata::Int(value) => value.max(0) as u64,
        Nodata::Float(value) => value.round() as u64,
    };
    let exact_i64 = match nodata {
        Nodata::Int(value) => value,
        Nodata::UInt(value) => i64::try_from(value).unwrap_or(i64::MAX),
        Nodata::Float(value) => value.round() as i64,
    };
    macro_rules! bytes {
        ($type:ty) => {
            bytemuck::bytes_of(&<$type>::from_f64_saturating(value)).to_vec()
        };
    }
    use num_complex::Complex;
    Some(match data_type {
        DataType::UInt8 => bytes!(u8),
        DataType::Int8 => bytes!(i8),
        DataType::UInt16 => bytes!(u16),
        DataType::Int16 => bytes!(i16),
        DataType::UInt32 => bytes!(u32),
        DataType::Int32 => bytes!(i32),
        DataType::UInt64 => exact_u64.to_ne_bytes().to_vec(),
        DataType::Int64 => exact_i64.to_ne_bytes().to_vec(),
        DataType::Float32 => bytes!(f32),
        DataType::Float64 => bytes!(f64),
        DataType::ComplexInt16 => bytes!(Complex<i16>),
        DataType::ComplexInt32 => bytes!(Complex<i32>),
        DataType::Complex64 => bytes!(Complex<f32>),
        DataType::Complex128 => bytes!(Complex<f64>),
        _ => return None,
    })
}

fn close_f32(a: f32, b: f32) -> bool {
    a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() < f32::EPSILON * (a + b).abs() * 2.0
}

fn close_f64(a: f64, b: f64) -> bool {
    let epsilon = f64::from(f32::EPSILON);
    a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() < epsilon * (a + b).abs() * 2.0
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn floats_match_within_rounding_and_nan_matches_nan() {
        let samples = array![[-3.402_823_5e38_f32, 0.0, f32::NAN, 1.0]];
        let mask = validity(samples.view(), Nodata::Float(-3.402_823_463_85e38));
        assert_eq!(mask, array![[0, 255, 255, 255]]);
        assert_eq!(validity(samples.view(), Nodata::Float(f64::NAN)), array![[255, 255, 0, 255]]);
    }

    #[test]
    fn integers_match_exactly_and_values_out_of_range_match_nothing() {
        let samples = array![[0_u16, 55_537, 65_535]];
        assert_eq!(validity(samples.view(), Nodata::Float(-9999.0)), array![[255, 255, 255]]);
        assert_eq!(validity(samples.view(), Nodata::Float(65_535.0)), array![[255, 255, 0]]);
        assert_eq!(validity(array![[1_u8, 2]].view(), Nodata::Float(1.5)), array![[0, 255]]);
        let samples = array![[u64::MAX, u64::MAX - 1]];
        assert_eq!(validity(samples.view(), Nodata::UInt(u64::MAX)), array![[0, 255]]);
        let samples = array![[i64::MIN, i64::MIN + 1]];
        assert_eq!(validity(samples.view(), Nodata::Int(i64::MIN)), array![[0, 255]]);
    }

    /// Which of `samples` an item takes for nodata: what GDAL 3.10.3 answers.
    fn told<T: Sample>(item: f64, samples: &[T]) -> Vec<usize> {
        let matcher = Matcher::of_item(item);
        (0..samples.len()).filter(|index| matcher.is_nodata(samples[*index])).collect()
    }

    #[test]
    fn values_of_the_item_are_cast_as_on_x86() {
        let bytes = [0_u8, 1, 2, 3, 255, 254];
        for (item, at) in [(-1.0, 4), (1.5, 1), (256.0, 0), (65535.0, 4), (f64::NAN, 0), (4294967295.0, 0)] {
            assert_eq!(told(item, &bytes), [at], "{item}");
        }
        assert!(told(300.0, &bytes).is_empty());
        assert!(told(-1.0, &[0_u16, 65_535]).is_empty());
        assert_eq!(told(f64::NAN, &[0_u16, 65_535]), [0]);
        assert_eq!(told(-2147483649.0, &[0_u32, u32::MAX, i32::MAX as u32]), [2]);
        assert_eq!(told(2147483648.0, &[0_i32, i32::MIN, i32::MAX]), [1]);
        assert_eq!(told(-0.5, &[0_i16, -1]), [0]);
        assert_eq!(told(9007199254740993.0, &[9007199254740993_i64, 9007199254740992, 1]), [0, 1]);
        assert!(told(1.5, &[1_i64, 2]).is_empty());
        assert_eq!(told(0.1, &[0.1_f32, 0.100_000_01, f32::NAN]), [0]);
        assert_eq!(told(1e300, &[0.1_f32, f32::INFINITY]), [1]);
        assert!(told(f64::NAN, &[f64::NAN]).is_empty());
        assert_eq!(told(1.0, &[num_complex::Complex::new(1.0_f32, 1.0)]), [0]);
    }

    #[test]
    fn sparse_samples_hold_the_nearest_value() {
        assert_eq!(sample_bytes(DataType::UInt8, Nodata::Float(300.0)), Some(vec![255]));
        let most = u64::MAX.to_ne_bytes().to_vec();
        assert_eq!(sample_bytes(DataType::UInt64, Nodata::UInt(u64::MAX)), Some(most));
    }
}
