//! A page: an image with its overviews and masks.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::lazy::Lazy;
use crate::nodata::atof;
use crate::{GdalMetadata, Georeferencing, Image, Limits, Nodata};

/// Which band of a mask image is the mask of a band.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MaskScope {
    /// The first, which is the mask of all bands.
    Dataset,
    /// The one of the same number.
    Band,
}

/// One dataset as GDAL opens it: an image, its overviews and its masks, and where it lies.
#[derive(Clone, Debug)]
pub struct Page {
    pub(crate) image: Image,
    pub(crate) overviews: Vec<Image>,
    pub(crate) mask: Option<Image>,
    pub(crate) overview_masks: Vec<Option<Image>>,
    pub(crate) georeferencing: Lazy<Georeferencing>,
    pub(crate) metadata: Lazy<GdalMetadata>,
    /// Of the tag, in range or not.
    nodata: Option<Nodata>,
    /// Of bands, from 0, that a sidecar gives another; in range or not.
    pub(crate) band_nodata: BTreeMap<u16, Nodata>,
    /// The ghost header says that the file is a COG.
    pub(crate) cog: bool,
    pub(crate) external_overviews: bool,
    pub(crate) external_mask: bool,
    /// By band, from 0, what a mask in another file says that it is to it.
    pub(crate) external_mask_scopes: BTreeMap<u16, MaskScope>,
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
            external_mask_scopes: BTreeMap::new(),
            max_xml_nodes: limits.max_xml_nodes,
            nodata: image.own_nodata(),
            band_nodata: BTreeMap::new(),
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

    /// What a mask image of `samples` bands is to a band, from 0. Inside the file (GDAL's RFC 15) a mask of one band is
    /// that of all, and one of several has one for each. In another file the item `INTERNAL_MASK_FLAGS_n` says which,
    /// for band n from 1; a band without the item is not masked.
    #[must_use]
    pub fn mask_scope(&self, band: u16, samples: u16) -> Option<MaskScope> {
        let scope = match self.external_mask {
            true => self.external_mask_scopes.get(&band).copied(),
            false if samples == 1 => Some(MaskScope::Dataset),
            false => Some(MaskScope::Band),
        };
        scope.filter(|scope| *scope == MaskScope::Dataset || band < samples)
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

    /// The nodata value of the first band, and of the others but where an `.aux.xml` file gives them another.
    #[must_use]
    pub fn nodata(&self) -> Option<Nodata> {
        self.band_nodata(0)
    }

    /// The nodata value of a band, from 0, where its data type can hold it.
    #[must_use]
    pub fn band_nodata(&self, band: u16) -> Option<Nodata> {
        self.written_nodata(band)?.reported(self.image.data_type().ok()?)
    }

    /// The nodata value by which a band, from 0, is masked. GDAL compares in types that may hold more than the
    /// band's: what [`band_nodata`](Self::band_nodata) leaves out may be a value here.
    #[must_use]
    pub fn masking_nodata(&self, band: u16) -> Option<Nodata> {
        self.written_nodata(band)?.masking(self.image.data_type().ok()?)
    }

    /// The nodata value of a band, from 0, whether its data type can hold it or not: sparse chunks hold what is
    /// nearest to it.
    #[must_use]
    pub fn written_nodata(&self, band: u16) -> Option<Nodata> {
        self.band_nodata.get(&band).copied().or(self.nodata)
    }

    /// For each band, the value of the item `NODATA_VALUES` of GDAL's metadata: a pixel is without a value where all of
    /// its bands hold theirs. `None` where there are not as many values as bands. GDAL masks by them rather than by
    /// nodata, but not where there is a mask.
    #[must_use]
    pub fn nodata_values(&self) -> Option<Vec<f64>> {
        let text = self.metadata().domains().get("", "NODATA_VALUES")?;
        let values: Vec<f64> = text.split(' ').filter(|value| !value.is_empty()).map(atof).collect();
        (values.len() == usize::from(self.image.band_count())).then_some(values)
    }
}
