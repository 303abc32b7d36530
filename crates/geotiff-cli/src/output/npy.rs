//! NumPy's `.npy` format, version 1.0: a header that is a Python literal, then the elements in C order.

use std::io::{self, Write};

use ndarray::ArrayView3;
use num_complex::Complex;

/// An element type that NumPy has, or one that converts to such a type as rasterio converts it.
pub(crate) trait NpyElement: Copy {
    /// NumPy's name of the little-endian type.
    const DESCR: &'static str;

    /// Appends the element's little-endian bytes.
    fn put(self, bytes: &mut Vec<u8>);
}

macro_rules! npy_element {
    ($($element:ty => $descr:literal),*) => {$(
        impl NpyElement for $element {
            const DESCR: &'static str = $descr;

            fn put(self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(&self.to_le_bytes());
            }
        }
    )*};
}

npy_element! {
    u8 => "|u1", i8 => "|i1", u16 => "<u2", i16 => "<i2", u32 => "<u4", i32 => "<i4", u64 => "<u8", i64 => "<i8",
    f32 => "<f4", f64 => "<f8"
}

macro_rules! npy_complex {
    ($($part:ty => $descr:literal as $stored:ty),*) => {$(
        impl NpyElement for Complex<$part> {
            const DESCR: &'static str = $descr;

            fn put(self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(&(self.re as $stored).to_le_bytes());
                bytes.extend_from_slice(&(self.im as $stored).to_le_bytes());
            }
        }
    )*};
}

// NumPy has no complex integers: rasterio reads both kinds as complex64.
npy_complex! { i16 => "<c8" as f32, i32 => "<c8" as f32, f32 => "<c8" as f32, f64 => "<c16" as f64 }

/// Writes `array` in C order.
///
/// # Errors
/// Those of `out`.
pub(crate) fn write<T: NpyElement>(out: &mut impl Write, array: ArrayView3<'_, T>) -> io::Result<()> {
    out.write_all(&header(T::DESCR, array.shape()))?;
    let mut bytes = Vec::new();
    for row in array.rows() {
        bytes.clear();
        row.iter().for_each(|&element| element.put(&mut bytes));
        out.write_all(&bytes)?;
    }
    Ok(())
}

/// The magic string, the version, and the header padded so that the data starts at a multiple of 64 bytes.
fn header(descr: &str, shape: &[usize]) -> Vec<u8> {
    const PREFIX: usize = 10;
    let shape: Vec<_> = shape.iter().map(ToString::to_string).collect();
    let mut text =
        format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({}), }}", shape.join(", "));
    while !(PREFIX + text.len() + 1).is_multiple_of(64) {
        text.push(' ');
    }
    text.push('\n');
    // Three numbers of at most 20 digits: the length always fits the two bytes of version 1.0.
    let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
    [b"\x93NUMPY\x01\x00".as_slice(), &length.to_le_bytes(), text.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use ndarray::{Array3, arr3};

    use super::*;

    fn bytes<T: NpyElement>(array: &Array3<T>) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut out, array.view()).unwrap();
        out
    }

    #[test]
    fn header_is_numpys() {
        let file = bytes(&arr3(&[[[1_u16, 2, 3], [4, 5, 0x1234]]]));
        // What numpy.save writes for this array.
        let mut expected =
            b"\x93NUMPY\x01\x00\x76\x00{'descr': '<u2', 'fortran_order': False, 'shape': (1, 2, 3), }"
                .to_vec();
        expected.resize(127, b' ');
        expected.push(b'\n');
        expected.extend([1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 0x34, 0x12]);
        assert_eq!(file, expected);
    }

    #[test]
    fn any_memory_order_is_written_in_c_order() {
        let array = arr3(&[[[1_u8, 2], [3, 4]], [[5, 6], [7, 8]]]);
        let reversed = array.view().reversed_axes().as_standard_layout().into_owned();
        let mut out = Vec::new();
        write(&mut out, reversed.view().reversed_axes()).unwrap();
        assert_eq!(out, bytes(&array));
        assert_eq!(out[128..], [1, 2, 3, 4, 5, 6, 7, 8]);
    }

    #[test]
    fn complex_integers_become_complex64() {
        let file = bytes(&arr3(&[[[Complex::new(-2_i16, 3)]]]));
        assert!(file.windows(5).any(|bytes| bytes == b"'<c8'"));
        assert_eq!(file[128..], [(-2_f32).to_le_bytes(), 3_f32.to_le_bytes()].concat());
    }
}
