//! The window of a resampled read, both as asked for and in whole pixels.

use super::{ResampleError, ResampleErrorKind};

/// A rectangle of whole pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PixelRect {
    /// The first column.
    pub x: u32,
    /// The first row.
    pub y: u32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl PixelRect {
    /// From (first, count) of columns and of rows, which lie in an image.
    pub(super) fn from_spans(x: (i64, i64), y: (i64, i64)) -> Self {
        Self { x: x.0 as u32, y: y.0 as u32, width: x.1 as u32, height: y.1 as u32 }
    }

    /// Whether `other` lies inside.
    pub(super) fn contains(&self, other: &Self) -> bool {
        let within = |a: u32, a_size: u32, b: u32, b_size: u32| {
            b >= a && u64::from(b) + u64::from(b_size) <= u64::from(a) + u64::from(a_size)
        };
        within(self.x, self.width, other.x, other.width) && within(self.y, self.height, other.y, other.height)
    }

    /// The smallest rectangle that holds both.
    pub(crate) fn union(self, other: Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let right = (self.x + self.width).max(other.x + other.width);
        let bottom = (self.y + self.height).max(other.y + other.height);
        Self { x, y, width: right - x, height: bottom - y }
    }
}

/// A window on one level: fractions of pixels as asked for, and the whole pixels that GDAL takes it for where it
/// needs whole ones.
///
/// ```
/// use geotiff_read::resample::ReadWindow;
///
/// // The upper right quarter of a 1000 × 1000 image, on its overview of 500 × 500.
/// let window = ReadWindow::new(500.0, 0.0, 500.0, 500.0)?;
/// let on_overview = window.on_overview((1000, 1000), (500, 500));
/// assert_eq!((on_overview.x, on_overview.width, on_overview.column), (250.0, 250.0, 250));
/// # Ok::<(), geotiff_read::resample::ResampleError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReadWindow {
    /// The left edge in pixels of the level.
    pub x: f64,
    /// The upper edge.
    pub y: f64,
    /// The width in pixels of the level.
    pub width: f64,
    /// The height.
    pub height: f64,
    /// The first whole column.
    pub column: u32,
    /// The first whole row.
    pub row: u32,
    /// Whole columns.
    pub columns: u32,
    /// Whole rows.
    pub rows: u32,
}

impl ReadWindow {
    /// A window in pixels of the level that it is given for.
    ///
    /// The whole pixels are those of rasterio: the fractions of offset and size cut off, at least one pixel.
    ///
    /// # Errors
    ///
    /// [`ResampleErrorKind::Window`] where a number is not finite, an offset is negative, a size is not above 0,
    /// or one is beyond 2³¹ − 1, the most that GDAL can address.
    pub fn new(x: f64, y: f64, width: f64, height: f64) -> Result<Self, ResampleError> {
        let most = f64::from(i32::MAX);
        let fits = [x, y].iter().all(|v| (0.0..=most).contains(v))
            && [width, height].iter().all(|v| *v > 0.0 && *v <= most);
        if !fits {
            return Err(ResampleError::new(
                ResampleErrorKind::Window,
                format!("window {x},{y},{width},{height} is empty or not in an image"),
            ));
        }
        // rasterio crops windows to the image, and so has sizes from their edges.
        let (width, height) = (x + width - x, y + height - y);
        let whole = |size: f64| (size as u32).max(1);
        Ok(Self {
            x,
            y,
            width,
            height,
            column: x as u32,
            row: y as u32,
            columns: whole(width),
            rows: whole(height),
        })
    }

    /// The whole of a level of `width` × `height` pixels.
    #[must_use]
    pub fn whole(width: u32, height: u32) -> Self {
        Self {
            x: 0.0,
            y: 0.0,
            width: f64::from(width),
            height: f64::from(height),
            column: 0,
            row: 0,
            columns: width,
            rows: height,
        }
    }

    /// The same place on an overview, the sizes being (width, height) in pixels.
    ///
    /// Scaled by the true ratio of the sizes, which is not always a whole number; the whole pixels are rounded
    /// and kept inside the overview.
    #[must_use]
    pub fn on_overview(&self, full: (u32, u32), overview: (u32, u32)) -> Self {
        let (factor_x, factor_y) =
            (f64::from(full.0) / f64::from(overview.0), f64::from(full.1) / f64::from(overview.1));
        let place = |first: u32, count: u32, factor: f64, size: u32| {
            let first = ((f64::from(first) / factor + 0.5) as u32).min(size.saturating_sub(1));
            let count = ((f64::from(count) / factor + 0.5) as u32).max(1);
            (first, count.min(size - first))
        };
        let (column, columns) = place(self.column, self.columns, factor_x, overview.0);
        let (row, rows) = place(self.row, self.rows, factor_y, overview.1);
        Self {
            x: self.x / factor_x,
            y: self.y / factor_y,
            width: self.width / factor_x,
            height: self.height / factor_y,
            column,
            row,
            columns,
            rows,
        }
    }

    /// Whether the window is of whole pixels as asked for.
    pub(super) fn is_whole(&self) -> bool {
        [(self.x, self.column), (self.y, self.row), (self.width, self.columns), (self.height, self.rows)]
            .iter()
            .all(|(exact, whole)| *exact == f64::from(*whole))
    }

    /// Refuses a window whose pixels do not lie in a level of `size` (width, height).
    pub(super) fn check_inside(&self, size: (u32, u32)) -> Result<(), ResampleError> {
        let inside =
            |first: u32, count: u32, size: u32| u64::from(first) + u64::from(count) <= u64::from(size);
        if inside(self.column, self.columns, size.0) && inside(self.row, self.rows, size.1) {
            return Ok(());
        }
        Err(ResampleError::new(
            ResampleErrorKind::Window,
            format!(
                "window {},{},{},{} does not lie in the level of {} x {} pixels",
                self.x, self.y, self.width, self.height, size.0, size.1
            ),
        ))
    }
}
