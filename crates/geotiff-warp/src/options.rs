//! What is to be made of a file: a grid of pixels, and how to fill it.

use geotiff_crs::Crs;
use geotiff_read::resample::Resampling;

use crate::{Error, ErrorKind};

/// The pixels wanted: bounds in a CRS, and the columns and rows that they are divided into.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TargetGrid {
    /// The CRS of the bounds.
    pub crs: Crs,
    /// `[left, bottom, right, top]` in the unit of the CRS, x (easting, longitude) before y.
    pub bounds: [f64; 4],
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl TargetGrid {
    /// A grid of `width` × `height` pixels over `bounds`.
    ///
    /// Longitudes may run past ±180: `[170, -10, 190, 10]` lies across the antimeridian.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Usage`] where the bounds are empty or not finite, or there is no pixel.
    pub fn new(crs: Crs, bounds: [f64; 4], width: u32, height: u32) -> Result<Self, Error> {
        let [left, bottom, right, top] = bounds;
        let is_box = left < right && bottom < top && bounds.iter().all(|side| side.is_finite());
        if !is_box {
            let message = format!("bounds {left},{bottom},{right},{top} are not left,bottom,right,top");
            return Err(Error::new(ErrorKind::Usage, message));
        }
        if width == 0 || height == 0 {
            return Err(Error::new(ErrorKind::Usage, format!("a size of {width} x {height} pixels")));
        }
        Ok(Self { crs, bounds, width, height })
    }

    /// Width and height of a pixel in the unit of the CRS.
    #[must_use]
    pub fn resolution(&self) -> (f64, f64) {
        let [left, bottom, right, top] = self.bounds;
        ((right - left) / f64::from(self.width), (top - bottom) / f64::from(self.height))
    }

    /// `[a, b, c, d, e, f]`: `x = a·col + b·row + c`, `y = d·col + e·row + f`, from the upper left corner.
    #[must_use]
    pub fn transform(&self) -> [f64; 6] {
        let (x, y) = self.resolution();
        [x, 0.0, self.bounds[0], 0.0, -y, self.bounds[3]]
    }
}

/// How pixels are warped. By default every band, nearest, with interpolated positions.
///
/// ```
/// use geotiff_read::resample::Resampling;
/// use geotiff_warp::WarpOptions;
///
/// let options = WarpOptions::new().bands([3, 2, 1]).resampling(Resampling::Bilinear).exact(true);
/// assert_eq!(options.bands, Some(vec![3, 2, 1]));
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct WarpOptions {
    /// Band numbers from 1, in any order; every band when `None`.
    pub bands: Option<Vec<u16>>,
    /// Nearest, bilinear, cubic, cubic spline, lanczos, average or mode; nearest by default.
    pub resampling: Resampling,
    /// Whether every pixel is transformed. Otherwise positions are interpolated between transformed ones, at most
    /// 0.125 source pixels off, as GDAL does by default.
    pub exact: bool,
}

impl WarpOptions {
    /// Every band, nearest, with interpolated positions.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`WarpOptions::bands`]; they count from 1.
    #[must_use]
    pub fn bands(mut self, bands: impl IntoIterator<Item = u16>) -> Self {
        self.bands = Some(bands.into_iter().collect());
        self
    }

    /// Sets [`WarpOptions::resampling`].
    #[must_use]
    pub fn resampling(mut self, resampling: Resampling) -> Self {
        self.resampling = resampling;
        self
    }

    /// Sets [`WarpOptions::exact`].
    #[must_use]
    pub fn exact(mut self, exact: bool) -> Self {
        self.exact = exact;
        self
    }
}
