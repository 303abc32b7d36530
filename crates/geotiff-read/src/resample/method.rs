//! The names of the resampling methods.

use std::fmt;
use std::str::FromStr;

use super::{ResampleError, ResampleErrorKind};

/// How pixels are combined where a read makes an image smaller or larger: rasterio's names, GDAL's methods.
///
/// rasterio refuses max, min, med, q1, q3 and sum where it reads, and takes them where it warps; here a read takes them
/// too, with the warper's definitions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Resampling {
    /// The pixel under the centre of the output pixel.
    #[default]
    Nearest,
    /// A triangle over 2 × 2 pixels, widened by the ratio when the image is made smaller.
    Bilinear,
    /// Keys' cubic convolution (a = −0.5) over 4 × 4 pixels, widened likewise.
    Cubic,
    /// The cubic B-spline over 4 × 4 pixels, widened likewise.
    CubicSpline,
    /// Windowed sinc over 6 × 6 pixels, widened likewise.
    Lanczos,
    /// The mean of the pixels under the output pixel, those at its edge weighted by the part that it covers.
    Average,
    /// The value that occurs most often under the output pixel; of equals, the one that got there first.
    Mode,
    /// A 3 × 3, 5 × 5 or 7 × 7 binomial kernel, by the ratio.
    Gauss,
    /// The largest value of the pixels that the output pixel touches.
    Max,
    /// The smallest value.
    Min,
    /// The median: the value at half of their number, rounded up, in order.
    Med,
    /// The first quartile, likewise.
    Q1,
    /// The third quartile.
    Q3,
    /// The sum, the pixels at the edge weighted by the part that is covered.
    Sum,
    /// The root of the mean of the squares, weighted as [`Average`](Self::Average).
    Rms,
}

impl Resampling {
    /// Every method, in the order of rasterio's numbers.
    pub const ALL: [Self; 15] = [
        Self::Nearest,
        Self::Bilinear,
        Self::Cubic,
        Self::CubicSpline,
        Self::Lanczos,
        Self::Average,
        Self::Mode,
        Self::Gauss,
        Self::Max,
        Self::Min,
        Self::Med,
        Self::Q1,
        Self::Q3,
        Self::Sum,
        Self::Rms,
    ];

    /// rasterio's name: `nearest`, `cubic_spline`, `q1` ….
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Nearest => "nearest",
            Self::Bilinear => "bilinear",
            Self::Cubic => "cubic",
            Self::CubicSpline => "cubic_spline",
            Self::Lanczos => "lanczos",
            Self::Average => "average",
            Self::Mode => "mode",
            Self::Gauss => "gauss",
            Self::Max => "max",
            Self::Min => "min",
            Self::Med => "med",
            Self::Q1 => "q1",
            Self::Q3 => "q3",
            Self::Sum => "sum",
            Self::Rms => "rms",
        }
    }

    /// The method that GDAL uses for a band in the place of this one.
    ///
    /// Interpolating palette indices makes no sense, so the four interpolating kernels become nearest on a band
    /// with a colour table; gauss becomes nearest on complex samples.
    #[must_use]
    pub fn for_band(self, is_complex: bool, has_palette: bool) -> Self {
        if (has_palette && self.is_convolution()) || (is_complex && self == Self::Gauss) {
            Self::Nearest
        } else {
            self
        }
    }

    /// Whether the method is a separable convolution: bilinear, cubic, cubic spline, lanczos.
    pub(super) fn is_convolution(self) -> bool {
        matches!(self, Self::Bilinear | Self::Cubic | Self::CubicSpline | Self::Lanczos)
    }

    /// Whether the method picks one of the values by their order, which complex numbers have none of.
    pub(crate) fn is_of_order(self) -> bool {
        matches!(self, Self::Max | Self::Min | Self::Med | Self::Q1 | Self::Q3)
    }

    /// The kernel's radius in pixels of the smaller of the two images.
    pub(super) fn radius(self) -> u32 {
        match self {
            Self::Bilinear | Self::Gauss => 1,
            Self::Cubic | Self::CubicSpline => 2,
            Self::Lanczos => 3,
            _ => 0,
        }
    }
}

impl fmt::Display for Resampling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Resampling {
    type Err = ResampleError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|method| method.name() == name).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.into_iter().map(Self::name).collect();
            ResampleError::new(
                ResampleErrorKind::Method,
                format!("no resampling method is called {name:?}; there are {}", known.join(", ")),
            )
        })
    }
}
