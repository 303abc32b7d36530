//! Typed pixels: one `ndarray` per data type, behind one enum.

use geotiff_core::DataType;
use ndarray::{Array3, ArrayView3, ArrayViewMut2, ArrayViewMut3};

use crate::resample::{Band, Chunk, ConvertTo, Resampler};
use crate::{Error, ErrorKind};

/// A sample of one of the data types that a GeoTIFF can hold.
///
/// Implemented for `u8` … `f64` and their complex pairs, and for nothing else.
pub trait Sample: bytemuck::Pod + Default + PartialEq + Send + Sync + sealed::Sealed {
    /// The data type of this sample.
    const DATA_TYPE: DataType;

    /// The array in `array`, when it holds this type.
    fn from_array(array: &Array) -> Option<&Array3<Self>>;

    /// As [`Sample::from_array`], to write to.
    fn from_array_mut(array: &mut Array) -> Option<&mut Array3<Self>>;

    /// The array in `array`, taken out; `Err` gives it back when it holds another type.
    ///
    /// # Errors
    ///
    /// The array itself, unchanged.
    fn take_array(array: Array) -> Result<Array3<Self>, Array>;

    /// The nearest sample to `value`: rounded, and clamped to the type's range, as GDAL converts.
    fn from_f64_saturating(value: f64) -> Self;

    /// The value as a float; the real part of a complex one.
    fn to_f64(self) -> f64;

    /// Resamples one chunk; called by [`Resampler`] with everything checked.
    #[doc(hidden)]
    fn resample_chunk(by: &Resampler, chunk: &Chunk, band: &Band<'_, Self>, out: ArrayViewMut2<'_, Self>);
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! samples {
    ($($variant:ident $type:ty, $from:expr, $to:expr, $resample:ident;)*) => {
        /// Pixels in the file's data type, in the axis order (band, row, column).
        ///
        /// A chunky result (see [`ReadOptions::interleaved`](crate::ReadOptions::interleaved)) has the axes
        /// (row, column, band).
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum Array {
            $(#[doc = concat!("Samples of type `", stringify!($type), "`.")] $variant(Array3<$type>),)*
        }

        impl Array {
            /// An array of zeros.
            ///
            /// # Errors
            ///
            /// [`ErrorKind::Limit`] where the size does not fit in memory's address space.
            pub fn zeros(data_type: DataType, shape: [usize; 3]) -> Result<Self, Error> {
                match data_type {
                    $(DataType::$variant => zeros(shape).map(Self::$variant),)*
                    other => Err(Error::new(
                        ErrorKind::Unsupported,
                        format!("data type {} has no array", other.name()),
                    )),
                }
            }

            /// The data type of the samples.
            pub fn data_type(&self) -> DataType {
                match self { $(Self::$variant(_) => DataType::$variant,)* }
            }

            /// The size of each axis.
            pub fn shape(&self) -> [usize; 3] {
                match self { $(Self::$variant(array) => { let (a, b, c) = array.dim(); [a, b, c] })* }
            }

            /// The samples as native-endian bytes in C order; `None` when the array was reordered by its owner.
            pub fn as_bytes(&self) -> Option<&[u8]> {
                match self { $(Self::$variant(array) => array.as_slice().map(bytemuck::cast_slice),)* }
            }

            pub(crate) fn as_bytes_mut(&mut self) -> Option<&mut [u8]> {
                match self { $(Self::$variant(array) => array.as_slice_mut().map(bytemuck::cast_slice_mut),)* }
            }

            /// Every sample as `f64`, the real part of complex ones.
            pub fn to_f64(&self) -> Array3<f64> {
                match self { $(Self::$variant(array) => array.mapv(Sample::to_f64),)* }
            }
        }

        $(
            impl From<Array3<$type>> for Array {
                fn from(array: Array3<$type>) -> Self {
                    Self::$variant(array)
                }
            }

            impl sealed::Sealed for $type {}

            impl Sample for $type {
                const DATA_TYPE: DataType = DataType::$variant;

                fn from_array(array: &Array) -> Option<&Array3<Self>> {
                    match array { Array::$variant(array) => Some(array), _ => None }
                }

                fn from_array_mut(array: &mut Array) -> Option<&mut Array3<Self>> {
                    match array { Array::$variant(array) => Some(array), _ => None }
                }

                fn take_array(array: Array) -> Result<Array3<Self>, Array> {
                    match array { Array::$variant(array) => Ok(array), other => Err(other) }
                }

                fn from_f64_saturating(value: f64) -> Self {
                    let convert: fn(f64) -> Self = $from;
                    convert(value)
                }

                fn to_f64(self) -> f64 {
                    let convert: fn(Self) -> f64 = $to;
                    convert(self)
                }

                fn resample_chunk(
                    by: &Resampler,
                    chunk: &Chunk,
                    band: &Band<'_, Self>,
                    out: ArrayViewMut2<'_, Self>,
                ) {
                    by.$resample(chunk, band, out);
                }
            }
        )*

        /// `Some` of `$body` with `$sample` standing for the type of a data type's samples; `None` where it has none.
        macro_rules! with_type {
            ($value:expr, $sample:ident => $body:expr) => {
                match $value {
                    $(geotiff_core::DataType::$variant => {
                        type $sample = $type;
                        Some($body)
                    })*
                    _ => None,
                }
            };
        }

        /// Calls `$body` with `$array` bound to the typed `Array3` inside.
        macro_rules! with_array {
            ($value:expr, $array:ident => $body:expr) => {
                match $value { $($crate::Array::$variant($array) => $body,)* }
            };
        }
    };
}

samples! {
    UInt8 u8, ConvertTo::convert_to, f64::from, resample_real;
    Int8 i8, ConvertTo::convert_to, f64::from, resample_real;
    UInt16 u16, ConvertTo::convert_to, f64::from, resample_real;
    Int16 i16, ConvertTo::convert_to, f64::from, resample_real;
    UInt32 u32, ConvertTo::convert_to, f64::from, resample_real;
    Int32 i32, ConvertTo::convert_to, f64::from, resample_real;
    UInt64 u64, ConvertTo::convert_to, |v| v as f64, resample_real;
    Int64 i64, ConvertTo::convert_to, |v| v as f64, resample_real;
    Float32 f32, |v| v as f32, f64::from, resample_real;
    Float64 f64, |v| v, |v| v, resample_real;
    ComplexInt16 num_complex::Complex<i16>, ConvertTo::convert_to, |v| f64::from(v.re), resample_complex;
    ComplexInt32 num_complex::Complex<i32>, ConvertTo::convert_to, |v| f64::from(v.re), resample_complex;
    Complex64 num_complex::Complex<f32>, |v| num_complex::Complex::new(v as f32, 0.0), |v| f64::from(v.re), resample_complex;
    Complex128 num_complex::Complex<f64>, |v| num_complex::Complex::new(v, 0.0), |v| v.re, resample_complex;
}

impl Array {
    /// A view of the samples when they are of type `T`.
    pub fn view<T: Sample>(&self) -> Option<ArrayView3<'_, T>> {
        T::from_array(self).map(|array| array.view())
    }

    /// A view to write to, when the samples are of type `T`.
    pub fn view_mut<T: Sample>(&mut self) -> Option<ArrayViewMut3<'_, T>> {
        T::from_array_mut(self).map(|array| array.view_mut())
    }

    /// The typed array inside.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Usage`] when the samples are of another type; [`Array::view`] keeps the array then.
    pub fn into_typed<T: Sample>(self) -> Result<Array3<T>, Error> {
        T::take_array(self).map_err(|array| {
            Error::usage(format!("the pixels are {}, not {}", array.data_type().name(), T::DATA_TYPE.name()))
        })
    }
}

/// Zeroed memory straight from the allocator: pages that nothing is written to cost nothing.
fn zeros<T: bytemuck::Zeroable + Clone>(shape: [usize; 3]) -> Result<Array3<T>, Error> {
    let too_large = || Error::new(ErrorKind::Limit, format!("an array of {shape:?} is too large"));
    let len = shape.iter().try_fold(1_usize, |len, axis| len.checked_mul(*axis)).ok_or_else(too_large)?;
    let mut samples = bytemuck::allocation::try_zeroed_vec(len).map_err(|()| too_large())?;
    crate::pages::advise_huge(&mut samples);
    Array3::from_shape_vec(shape, samples).map_err(|_| too_large())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_access_gives_the_type_or_an_error_that_names_both() {
        let array = Array::from(Array3::from_elem([1, 2, 3], 65_535_u16));
        assert_eq!(array.view::<u16>().unwrap()[[0, 1, 2]], 65_535);
        assert!(array.view::<u8>().is_none());
        let error = array.into_typed::<f32>().unwrap_err().to_string();
        assert!(error.contains("uint16") && error.contains("float32"), "{error}");
    }

    #[test]
    fn conversion_rounds_and_saturates() {
        assert_eq!(u8::from_f64_saturating(254.5), 255);
        assert_eq!(u8::from_f64_saturating(-3.0), 0);
        assert_eq!(i8::from_f64_saturating(-200.0), -128);
        assert_eq!(i16::from_f64_saturating(f64::NAN), 0);
    }

    #[test]
    fn a_size_beyond_memory_is_an_error() {
        assert_eq!(Array::zeros(DataType::UInt8, [usize::MAX, 2, 2]).unwrap_err().kind(), ErrorKind::Limit);
    }
}
