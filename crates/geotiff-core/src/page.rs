//! A page: an image with its overviews and masks.

use alloc::vec::Vec;

use crate::{Georeferencing, Image, Nodata};

/// One dataset as GDAL opens it: an image, its overviews and its masks, and where it lies.
#[derive(Clone, Debug)]
pub struct Page {
    pub(crate) image: Image,
    pub(crate) overviews: Vec<Image>,
    pub(crate) mask: Option<Image>,
    pub(crate) overview_masks: Vec<Option<Image>>,
    pub(crate) georeferencing: Georeferencing,
    pub(crate) nodata: Option<Nodata>,
}

impl Page {
    /// An image alone.
    pub(crate) fn new(image: Image) -> Self {
        Self {
            georeferencing: Georeferencing::from_ifd(image.ifd()),
            nodata: image.own_nodata(),
            image,
            overviews: Vec::new(),
            mask: None,
            overview_masks: Vec::new(),
        }
    }

    /// The image at full resolution.
    #[must_use]
    pub fn image(&self) -> &Image {
        &self.image
    }

    /// The overviews in the order of the file, which is finest first in files that GDAL writes.
    #[must_use]
    pub fn overviews(&self) -> &[Image] {
        &self.overviews
    }

    /// The mask of the image: one band, or one for each of its bands; 0 is invalid.
    #[must_use]
    pub fn mask(&self) -> Option<&Image> {
        self.mask.as_ref()
    }

    /// The mask of overview `index`.
    #[must_use]
    pub fn overview_mask(&self, index: usize) -> Option<&Image> {
        self.overview_masks.get(index)?.as_ref()
    }

    /// Where the image lies.
    #[must_use]
    pub fn georeferencing(&self) -> &Georeferencing {
        &self.georeferencing
    }

    /// The nodata value of all bands.
    #[must_use]
    pub fn nodata(&self) -> Option<Nodata> {
        self.nodata
    }
}
