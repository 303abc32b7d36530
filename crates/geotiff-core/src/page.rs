//! A page: an image with its overviews and masks.

use alloc::vec::Vec;

use crate::lazy::Lazy;
use crate::{GdalMetadata, Georeferencing, Image, Limits, Nodata};

/// One dataset as GDAL opens it: an image, its overviews and its masks, and where it lies.
#[derive(Clone, Debug)]
pub struct Page {
    pub(crate) image: Image,
    pub(crate) overviews: Vec<Image>,
    pub(crate) mask: Option<Image>,
    pub(crate) overview_masks: Vec<Option<Image>>,
    pub(crate) georeferencing: Lazy<Georeferencing>,
    pub(crate) metadata: Lazy<GdalMetadata>,
    pub(crate) nodata: Option<Nodata>,
    /// The ghost header says that the file is a COG.
    pub(crate) cog: bool,
    pub(crate) external_overviews: bool,
    pub(crate) external_mask: bool,
    max_xml_nodes: usize,
}

impl Page {
    /// An image alone.
    pub(crate) fn new(image: Image, limits: &Limits) -> Self {
        Self {
            georeferencing: Lazy::new(),
            metadata: Lazy::new(),
            cog: false,
            external_overviews: false,
            external_mask: false,
            max_xml_nodes: limits.max_xml_nodes,
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

    /// Whether the overviews, and their masks unless [`has_external_mask`](Self::has_external_mask), lie in
    /// another file.
    #[must_use]
    pub fn has_external_overviews(&self) -> bool {
        self.external_overviews
    }

    /// Whether the mask and the masks of overviews lie in another file.
    #[must_use]
    pub fn has_external_mask(&self) -> bool {
        self.external_mask
    }

    /// Where the image lies. Read from the tags when first asked for.
    #[must_use]
    pub fn georeferencing(&self) -> &Georeferencing {
        self.georeferencing.get_or(|| Georeferencing::from_ifd(self.image.ifd()))
    }

    /// GDAL's metadata. Read from the tags when first asked for.
    #[must_use]
    pub fn metadata(&self) -> &GdalMetadata {
        let read = || GdalMetadata::read(&self.image, self.georeferencing(), self.cog, self.max_xml_nodes);
        self.metadata.get_or(read)
    }

    /// The nodata value of all bands.
    #[must_use]
    pub fn nodata(&self) -> Option<Nodata> {
        self.nodata
    }
}
