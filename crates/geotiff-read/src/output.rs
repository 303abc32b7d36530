//! The memory that chunks are decoded into, written by several workers at once, each its own pixels.
#![allow(unsafe_code, reason = "disjoint writes into one array from several threads; invariants below")]

use std::cell::UnsafeCell;
use std::ops::Range;
use std::sync::Arc;

use crate::{Array, Error, ErrorKind};

/// An array that workers fill, each the ranges that it claims.
///
/// # Invariants
///
/// 1. `base` and `len` describe the samples of `array`, which is not touched otherwise until every clone of the
///    `Arc` around this value is gone ([`SharedOutput::into_array`] takes it out of the last one).
/// 2. Ranges that are written through [`SharedOutput::write`] at the same time do not overlap: chunks of one
///    image cover disjoint pixels, and each band of the output is one region of its own.
/// 3. Samples are plain old data: any bytes are a valid value.
pub(crate) struct SharedOutput {
    array: UnsafeCell<Array>,
    base: *mut u8,
    len: usize,
}

// SAFETY: the only access through a shared reference is `write`, whose callers keep invariant 2.
unsafe impl Send for SharedOutput {}
// SAFETY: as above.
unsafe impl Sync for SharedOutput {}

impl SharedOutput {
    pub(crate) fn new(mut array: Array) -> Result<Arc<Self>, Error> {
        let bytes = array
            .as_bytes_mut()
            .ok_or_else(|| Error::new(ErrorKind::Usage, "the output array is not contiguous"))?;
        let (base, len) = (bytes.as_mut_ptr(), bytes.len());
        // Moving the array does not move its samples: they are on the heap.
        Ok(Arc::new(Self { array: UnsafeCell::new(array), base, len }))
    }

    /// Lets `fill` write the bytes of `range`; `None` when the range is not inside the output.
    ///
    /// # Safety
    ///
    /// No other call may be under way for a range that overlaps this one (invariant 2).
    pub(crate) unsafe fn write<R>(
        &self,
        range: Range<usize>,
        fill: impl FnOnce(&mut [u8]) -> R,
    ) -> Option<R> {
        if range.start > range.end || range.end > self.len {
            return None;
        }
        // SAFETY: the range lies in the array (checked), which lives as long as `self` (invariant 1), and no
        // other reference to these bytes exists (the caller's promise).
        let bytes = unsafe { std::slice::from_raw_parts_mut(self.base.add(range.start), range.len()) };
        Some(fill(bytes))
    }

    /// The array, once no worker holds it any more.
    pub(crate) fn into_array(self: Arc<Self>) -> Result<Array, Error> {
        Arc::into_inner(self)
            .map(|output| output.array.into_inner())
            .ok_or_else(|| Error::new(ErrorKind::Usage, "a worker still holds the output"))
    }
}

#[cfg(test)]
mod tests {
    use geotiff_core::DataType;

    use super::*;

    #[test]
    fn writes_land_and_ranges_outside_are_refused() {
        let output = SharedOutput::new(Array::zeros(DataType::UInt16, [1, 2, 2]).unwrap()).unwrap();
        // SAFETY: one thread, one call at a time.
        unsafe {
            assert!(output.write(2..4, |bytes| bytes.fill(0xff)).is_some());
            assert!(output.write(6..10, |_| ()).is_none());
        }
        let array = output.into_array().unwrap().into_typed::<u16>().unwrap();
        assert_eq!(array.as_slice().unwrap(), [0, 0xffff, 0, 0]);
    }
}
