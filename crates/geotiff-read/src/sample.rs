//! Values at points: grouped by chunk, each chunk fetched and decoded once.

use geotiff_crs::Crs;
use ndarray::Array2;

use crate::{Array, Error, ErrorKind, GeoTiff, Raster, ReadOptions, transform};

/// Values of bands at points.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PointSamples {
    /// The values, with the axes (band, 1, point); nodata, or 0, at points outside the image.
    pub values: Array,
    /// The band numbers, from 1, in the order of the band axis.
    pub bands: Vec<u16>,
    /// Whether a value is one, with the axes (band, point): false outside the image, and where the mask says so.
    pub valid: Array2<bool>,
}

impl GeoTiff {
    /// The pixels that hold the points `(x, y)`, in the units of the CRS, x being easting or longitude; `bands` count
    /// from 1, every band when `None`. Points that share a chunk share its bytes and its decoding.
    ///
    /// Where the file places its image nowhere, points are in pixels: columns and rows from the upper left corner, as
    /// rasterio has it ([`GeoTiff::nominal_transform`]).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unsupported`] where the image is placed by ground control points alone, or by a transform that
    /// cannot be inverted, and as [`GeoTiff::read`].
    pub async fn sample(&self, points: &[(f64, f64)], bands: Option<&[u16]>) -> Result<PointSamples, Error> {
        let placed = !self.page().georeferencing().gcps().is_empty();
        let inverse = self.transform().or_else(|| (!placed).then(|| self.nominal_transform()));
        let inverse = inverse.and_then(transform::invert).ok_or_else(|| {
            let message = "the image has no transform to find points with";
            Error::new(ErrorKind::Unsupported, message).at(self.path())
        })?;
        let (width, height) = (self.width(), self.height());
        let pixel = |(x, y): &(f64, f64)| {
            let (col, row) = transform::apply(inverse, *x, *y);
            let within = |value: f64, size: u32| {
                let whole = value.floor();
                (whole >= 0.0 && whole < f64::from(size)).then_some(whole as u32)
            };
            Some((within(col, width)?, within(row, height)?))
        };
        let pixels: Vec<Option<(u32, u32)>> = points.iter().map(pixel).collect();
        let mut options = ReadOptions::new();
        options.bands = bands.map(<[u16]>::to_vec);
        let raster = self.read_pixels(&pixels, &options).await?;
        Ok(with_validity(raster, &pixels))
    }

    /// As [`GeoTiff::sample`], with points in another CRS: points that cannot be transformed are outside.
    ///
    /// # Errors
    ///
    /// As [`GeoTiff::sample`], and [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) where there is no
    /// transform between the two.
    pub async fn sample_in(
        &self,
        points: &[(f64, f64)],
        crs: &Crs,
        bands: Option<&[u16]>,
    ) -> Result<PointSamples, Error> {
        let own = self.crs()?.ok_or_else(|| Error::usage("the image has no CRS").at(self.path()))?;
        let transformer = geotiff_crs::transformer(crs, own)
            .map_err(|error| Error::from(std::sync::Arc::new(error)).at(self.path()))?;
        let (mut xs, mut ys): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
        transformer.transform(&mut xs, &mut ys);
        let points: Vec<(f64, f64)> = xs.into_iter().zip(ys).collect();
        self.sample(&points, bands).await
    }
}

fn with_validity(raster: Raster, pixels: &[Option<(u32, u32)>]) -> PointSamples {
    let masks = raster.masks();
    let valid = Array2::from_shape_fn((raster.count(), pixels.len()), |(band, point)| {
        pixels[point].is_some() && masks[[band, 0, point]] != 0
    });
    PointSamples { values: raster.data, bands: raster.bands, valid }
}
