//! Windows: rectangles of pixels, and what happens where they leave the image.

use std::fmt;
use std::ops::Range;

use crate::{Error, ErrorKind};

/// A rectangle in pixels of the level that is read, from the upper left corner.
///
/// Offsets and sizes may be fractions of a pixel, for resampled reads; a plain read needs whole numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// The first column; negative to the left of the image.
    pub col_off: f64,
    /// The first row; negative above the image.
    pub row_off: f64,
    /// Columns.
    pub width: f64,
    /// Rows.
    pub height: f64,
}

impl Window {
    /// A window from its first column and row, in pixels.
    pub fn new(
        col_off: impl Into<f64>,
        row_off: impl Into<f64>,
        width: impl Into<f64>,
        height: impl Into<f64>,
    ) -> Self {
        Self { col_off: col_off.into(), row_off: row_off.into(), width: width.into(), height: height.into() }
    }

    /// The window over `bounds` (`[left, bottom, right, top]`, in the units of the CRS) of an image with
    /// `transform` (`[a, b, c, d, e, f]`), as fractions of pixels.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Usage`] where the bounds are empty or not finite, or the transform cannot be inverted.
    pub fn from_bounds(bounds: [f64; 4], transform: [f64; 6]) -> Result<Self, Error> {
        let [left, bottom, right, top] = bounds;
        if !(left < right && bottom < top) || bounds.iter().any(|value| !value.is_finite()) {
            return Err(Error::usage(format!(
                "bounds {left},{bottom},{right},{top} are not left,bottom,right,top"
            )));
        }
        let inverse = crate::transform::invert(transform)
            .ok_or_else(|| Error::usage("the image's transform cannot be inverted"))?;
        let corners = [(left, top), (right, top), (left, bottom), (right, bottom)]
            .map(|(x, y)| crate::transform::apply(inverse, x, y));
        let fold = |pick: fn(&(f64, f64)) -> f64, choose: fn(f64, f64) -> f64| {
            corners.iter().map(pick).reduce(choose).unwrap_or(f64::NAN)
        };
        let (col, row) = (fold(|c| c.0, f64::min), fold(|c| c.1, f64::min));
        let (col_end, row_end) = (fold(|c| c.0, f64::max), fold(|c| c.1, f64::max));
        Ok(Self::new(col, row, col_end - col, row_end - row))
    }

    /// The smallest window of whole pixels that covers this one, bounds within a millionth of a pixel of a
    /// whole one counting as whole.
    #[must_use]
    pub fn to_whole(&self) -> Self {
        const TOLERANCE: f64 = 1e-6;
        let (col, row) = ((self.col_off + TOLERANCE).floor(), (self.row_off + TOLERANCE).floor());
        let col_end = (self.col_off + self.width - TOLERANCE).ceil();
        let row_end = (self.row_off + self.height - TOLERANCE).ceil();
        Self::new(col, row, col_end - col, row_end - row)
    }

    /// As whole pixels.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Usage`] where a number is not whole, the window is empty, or beyond what an image can be.
    pub fn to_pixels(&self) -> Result<PixelWindow, Error> {
        self.check()?;
        let whole = [self.col_off, self.row_off, self.width, self.height].iter().all(|v| v.fract() == 0.0);
        if !whole {
            return Err(Error::usage(format!(
                "window {self} is not of whole pixels: give an output size to resample to"
            )));
        }
        Ok(PixelWindow {
            col: self.col_off as i64,
            row: self.row_off as i64,
            width: self.width as u32,
            height: self.height as u32,
        })
    }

    /// Refuses windows that no image can answer: empty, not finite, or out of the range of pixels.
    pub(crate) fn check(&self) -> Result<(), Error> {
        const MOST: f64 = (1_u64 << 40) as f64;
        let offsets_fit = [self.col_off, self.row_off].iter().all(|v| v.abs() <= MOST);
        let sizes_fit = [self.width, self.height].iter().all(|v| *v > 0.0 && *v <= f64::from(u32::MAX));
        if offsets_fit && sizes_fit {
            Ok(())
        } else {
            Err(Error::usage(format!("window {self} is empty or out of range")))
        }
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{},{},{}", self.col_off, self.row_off, self.width, self.height)
    }
}

/// A window of whole pixels; the offsets may lie outside the image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PixelWindow {
    /// The first column.
    pub col: i64,
    /// The first row.
    pub row: i64,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl PixelWindow {
    /// The whole of an image of `width` × `height` pixels.
    pub fn whole(width: u32, height: u32) -> Self {
        Self { col: 0, row: 0, width, height }
    }

    /// The column after the last.
    pub fn col_end(&self) -> i64 {
        self.col + i64::from(self.width)
    }

    /// The row after the last.
    pub fn row_end(&self) -> i64 {
        self.row + i64::from(self.height)
    }

    /// The part inside an image of `width` × `height`; `None` when nothing is.
    pub fn clipped(&self, width: u32, height: u32) -> Option<Self> {
        let (col, row) = (self.col.max(0), self.row.max(0));
        let width = self.col_end().min(i64::from(width)) - col;
        let height = self.row_end().min(i64::from(height)) - row;
        Some(Self {
            col,
            row,
            width: u32::try_from(width).ok().filter(|w| *w > 0)?,
            height: u32::try_from(height).ok().filter(|h| *h > 0)?,
        })
    }

    /// Columns and rows of `window` that this window, a part of it, covers.
    pub(crate) fn within(&self, window: Self) -> [Range<usize>; 2] {
        let (col, row) = ((self.col - window.col) as usize, (self.row - window.row) as usize);
        [col..col + self.width as usize, row..row + self.height as usize]
    }

    /// True when every pixel lies in an image of `width` × `height`.
    pub fn is_inside(&self, width: u32, height: u32) -> bool {
        self.clipped(width, height) == Some(*self)
    }
}

impl From<PixelWindow> for Window {
    fn from(window: PixelWindow) -> Self {
        Self::new(window.col as f64, window.row as f64, window.width, window.height)
    }
}

impl fmt::Display for PixelWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Window::from(*self).fmt(f)
    }
}

/// What to do where a window leaves the image.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Edge {
    /// An error that names window and image (the default; rasterio clips without a word).
    #[default]
    Refuse,
    /// Read the part inside; the result is smaller than the window.
    Clip,
    /// Fill what lies outside with this value, or with nodata (0 where there is none).
    Fill(Option<f64>),
}

/// The window to return and the part of it that the image holds, by `edge`.
pub(crate) fn place(
    window: PixelWindow,
    (width, height): (u32, u32),
    edge: Edge,
) -> Result<(PixelWindow, Option<PixelWindow>), Error> {
    let inside = window.clipped(width, height);
    match edge {
        Edge::Refuse if inside == Some(window) => Ok((window, inside)),
        Edge::Clip => match inside {
            Some(inside) => Ok((inside, Some(inside))),
            None => Err(outside(window, width, height, "lies outside")),
        },
        Edge::Fill(_) => Ok((window, inside)),
        Edge::Refuse => Err(outside(window, width, height, "is not inside")),
    }
}

fn outside(window: PixelWindow, width: u32, height: u32, how: &str) -> Error {
    Error::new(
        ErrorKind::Usage,
        format!("window {window} (column, row, width, height) {how} the image of {width} x {height} pixels"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_that_leaves_the_image_is_refused_clipped_or_filled() {
        let window = PixelWindow { col: -2, row: 5, width: 4, height: 10 };
        let error = place(window, (8, 10), Edge::Refuse).unwrap_err().to_string();
        assert!(error.contains("-2,5,4,10") && error.contains("8 x 10"), "{error}");
        let inside = PixelWindow { col: 0, row: 5, width: 2, height: 5 };
        assert_eq!(place(window, (8, 10), Edge::Clip).unwrap(), (inside, Some(inside)));
        assert_eq!(place(window, (8, 10), Edge::Fill(None)).unwrap(), (window, Some(inside)));
        let far = PixelWindow { col: 8, ..window };
        assert!(place(far, (8, 10), Edge::Clip).is_err());
        assert_eq!(place(far, (8, 10), Edge::Fill(None)).unwrap(), (far, None));
    }

    #[test]
    fn bounds_become_windows_through_the_transform() {
        let transform = [10.0, 0.0, 300_000.0, 0.0, -10.0, 4_100_040.0];
        let window =
            Window::from_bounds([300_100.0, 4_099_000.0, 300_200.0, 4_100_000.0], transform).unwrap();
        assert_eq!(window, Window::new(10, 4, 10, 100));
        assert!(Window::from_bounds([1.0, 0.0, 1.0, 2.0], transform).is_err());
        assert!(Window::from_bounds([f64::NAN, 0.0, 1.0, 2.0], transform).is_err());
    }

    #[test]
    fn whole_windows_cover_fractions_but_not_noise() {
        assert_eq!(Window::new(0.4, 1.0, 2.0, 2.0).to_whole(), Window::new(0, 1, 3, 2));
        assert_eq!(Window::new(1e-9, 0.0, 2.0, 2.000_000_01).to_whole(), Window::new(0, 0, 2, 2));
    }

    #[test]
    fn numbers_that_are_no_window_are_usage_errors() {
        for window in [
            Window::new(0, 0, 0, 5),
            Window::new(f64::NAN, 0, 1, 1),
            Window::new(0, 0, f64::INFINITY, 1),
            Window::new(0.5, 0, 1, 1),
        ] {
            assert_eq!(window.to_pixels().unwrap_err().kind(), ErrorKind::Usage, "{window}");
        }
    }
}
