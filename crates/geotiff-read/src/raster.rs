//! What a read returns: pixels, their validity, and where they lie on the ground.

use std::sync::Arc;

use geotiff_core::Nodata;
use geotiff_crs::Crs;
use ndarray::{Array2, Array3, Axis};

use crate::{Array, Error, Sample};

/// How a file marks pixels without a value, as rasterio's `MaskFlags` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MaskKind {
    /// Every pixel is valid (`all_valid`).
    AllValid,
    /// Pixels that hold the nodata value are not (`nodata`).
    Nodata,
    /// Pixels whose bands all hold the value that GDAL's item `NODATA_VALUES` has for them are not (`per_dataset` and
    /// `nodata`).
    NodataValues,
    /// A mask for all bands, inside the file or in a sidecar (`per_dataset`).
    PerDataset,
    /// A mask of the band's own, inside the file or in a sidecar (no flag).
    PerBand,
    /// The alpha band (`alpha`, and `per_dataset`).
    Alpha,
}

impl MaskKind {
    /// Whether a mask image tells.
    pub(crate) fn is_image(self) -> bool {
        matches!(self, Self::PerDataset | Self::PerBand)
    }

    /// rasterio's names of the flags.
    pub fn flag_names(self) -> &'static [&'static str] {
        match self {
            Self::AllValid => &["all_valid"],
            Self::Nodata => &["nodata"],
            Self::NodataValues => &["per_dataset", "nodata"],
            Self::PerDataset => &["per_dataset"],
            Self::PerBand => &[],
            Self::Alpha => &["per_dataset", "alpha"],
        }
    }
}

/// The validity of pixels, as it was read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Validity {
    /// Every pixel inside the image is valid.
    All,
    /// Pixels equal to nodata are not: worked out when asked for.
    Nodata(Nodata),
    /// Shape (rows, columns), 0 where there is no value: a mask or alpha band.
    Shared(Arc<Array2<u8>>),
    /// One band of masks with the axes (band, row, column).
    Band(Arc<Array3<u8>>, usize),
}

/// Pixels of a window, with what is needed to use them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Raster {
    /// The pixels, with the axes (band, row, column); (row, column, band) when read interleaved.
    pub data: Array,
    /// The band numbers, from 1, in the order of the band axis.
    pub bands: Vec<u16>,
    /// `[a, b, c, d, e, f]` of the window: `x = a·col + b·row + c`, `y = d·col + e·row + f`.
    pub transform: Option<[f64; 6]>,
    /// The CRS of the transform's coordinates.
    pub crs: Option<Crs>,
    /// The value of pixels without one, in the first of the bands.
    pub nodata: Option<Nodata>,
    pub(crate) interleaved: bool,
    /// For each band.
    pub(crate) mask_kinds: Vec<MaskKind>,
    pub(crate) validity: Vec<Validity>,
    /// Columns and rows of the window that lie in the image, as first and end.
    pub(crate) inside: Option<[std::ops::Range<usize>; 2]>,
}

impl Raster {
    /// A raster of pixels that were made rather than read, such as warped ones: `data` and `masks` have the axes
    /// (band, row, column); a mask is 0 where a pixel has no value. It has no georeferencing yet.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) where the shapes and the number of bands differ.
    pub fn from_parts(
        data: Array,
        masks: &Array3<u8>,
        bands: Vec<u16>,
        mask_kinds: Vec<MaskKind>,
    ) -> Result<Self, Error> {
        let [count, height, width] = data.shape();
        if masks.dim() != (count, height, width) || bands.len() != count || mask_kinds.len() != count {
            let message = format!(
                "{} bands, {} kinds of masks and masks of {:?} for pixels of {:?}",
                bands.len(),
                mask_kinds.len(),
                masks.shape(),
                data.shape()
            );
            return Err(Error::usage(message));
        }
        let masks = Arc::new(masks.clone());
        Ok(Self {
            data,
            bands,
            transform: None,
            crs: None,
            nodata: None,
            interleaved: false,
            mask_kinds,
            validity: (0..count).map(|band| Validity::Band(Arc::clone(&masks), band)).collect(),
            inside: Some([0..width, 0..height]),
        })
    }

    /// Columns.
    pub fn width(&self) -> usize {
        let [_, height_or_width, last] = self.data.shape();
        if self.interleaved { height_or_width } else { last }
    }

    /// Rows.
    pub fn height(&self) -> usize {
        let [first, second, _] = self.data.shape();
        if self.interleaved { first } else { second }
    }

    /// Bands.
    pub fn count(&self) -> usize {
        self.bands.len()
    }

    /// Pixels of one band.
    pub fn pixels(&self) -> u64 {
        self.width() as u64 * self.height() as u64
    }

    /// Whether the axes are (row, column, band).
    pub fn is_interleaved(&self) -> bool {
        self.interleaved
    }

    /// How each band's validity is known.
    pub fn mask_kinds(&self) -> &[MaskKind] {
        &self.mask_kinds
    }

    /// The masks, with the axes (band, row, column): 0 where a pixel has no value, 255 where it has; with an
    /// alpha band, its values. This is what rasterio's `read_masks` gives; outside the image it is 0.
    pub fn masks(&self) -> Array3<u8> {
        let (bands, height, width) = (self.count(), self.height(), self.width());
        let mut masks = Array3::from_elem((bands, height, width), 0);
        let Some([cols, rows]) = self.inside.clone() else { return masks };
        let area = ndarray::s![rows.start..rows.end, cols.start..cols.end];
        for (band, mut mask) in masks.outer_iter_mut().enumerate() {
            match &self.validity[band] {
                Validity::All => mask.slice_mut(area).fill(255),
                Validity::Shared(shared) => mask.assign(shared),
                Validity::Band(masks, band) => mask.assign(&masks.index_axis(Axis(0), *band)),
                Validity::Nodata(nodata) => {
                    let axis = Axis(if self.interleaved { 2 } else { 0 });
                    with_array!(&self.data, array => {
                        let valid = crate::nodata::validity(array.index_axis(axis, band), *nodata);
                        mask.slice_mut(area).assign(&valid.slice(area));
                    });
                }
            }
        }
        masks
    }

    /// The pixels of band `index` (from 0, in the order read) that are valid, as floats; the real parts of complex
    /// ones.
    pub fn valid_values(&self, index: usize) -> Vec<f64> {
        let masks = self.masks();
        let axis = Axis(if self.interleaved { 2 } else { 0 });
        with_array!(&self.data, array => {
            let band = array.index_axis(axis, index);
            let pairs = band.iter().zip(masks.index_axis(Axis(0), index));
            pairs.filter(|(_, valid)| **valid != 0).map(|(value, _)| Sample::to_f64(*value)).collect()
        })
    }

    /// The pixels as an `ndarray` of their type.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) when the data type is another.
    pub fn into_array<T: Sample>(self) -> Result<Array3<T>, Error> {
        self.data.into_typed()
    }
}
