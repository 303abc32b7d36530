//! A whole file.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use crate::segments::Segments;
use crate::{ByteOrder, Error, GhostHeader, Ifd, Limits, Page, classify};

/// Something wrong in a file that did not keep it from being read: GDAL warns in these cases too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    what: &'static str,
    ifd: Option<u64>,
    detail: String,
}

impl Warning {
    pub(crate) fn new(what: &'static str, ifd: Option<u64>, detail: String) -> Self {
        Self { what, ifd, detail }
    }

    /// File offset of the IFD concerned.
    #[must_use]
    pub fn ifd(&self) -> Option<u64> {
        self.ifd
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.detail)
    }
}

/// Everything read from a file's IFDs.
#[derive(Clone, Debug)]
pub struct Tiff {
    order: ByteOrder,
    big: bool,
    ifds: Vec<Ifd>,
    pages: Vec<Page>,
    ghost: Option<GhostHeader>,
    warnings: Vec<Warning>,
    data: Arc<Segments>,
}

/// What the decoder hands over.
pub(crate) struct Parts {
    pub(crate) order: ByteOrder,
    pub(crate) big: bool,
    pub(crate) ifds: Vec<Ifd>,
    pub(crate) ghost: Option<GhostHeader>,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) limits: Limits,
    pub(crate) data: Arc<Segments>,
}

impl Tiff {
    pub(crate) fn assemble(parts: Parts) -> Result<Self, Error> {
        let Parts { order, big, ifds, ghost, mut warnings, limits, data } = parts;
        let mut pages = classify::pages(&ifds, &limits, &mut warnings)?;
        if let Some(main) = pages.first_mut() {
            main.cog = ghost.as_ref().is_some_and(GhostHeader::is_cog);
        }
        Ok(Self { order, big, ifds, pages, ghost, warnings, data })
    }

    /// The file's byte order.
    #[must_use]
    pub fn byte_order(&self) -> ByteOrder {
        self.order
    }

    /// Whether the file is a BigTIFF.
    #[must_use]
    pub fn is_big_tiff(&self) -> bool {
        self.big
    }

    /// The IFDs in the order of their chain; SubIFDs are reached through their parents.
    #[must_use]
    pub fn ifds(&self) -> &[Ifd] {
        &self.ifds
    }

    /// The images that GDAL lists as subdatasets, the main image first; overviews and masks belong to their
    /// page. Never empty.
    #[must_use]
    pub fn pages(&self) -> &[Page] {
        &self.pages
    }

    /// The COG ghost header.
    #[must_use]
    pub fn ghost_header(&self) -> Option<&GhostHeader> {
        self.ghost.as_ref()
    }

    /// What was wrong and passed over.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    pub(crate) fn data(&self) -> &Segments {
        &self.data
    }

    /// Size of the file, where the caller said it.
    #[must_use]
    pub fn file_size(&self) -> Option<u64> {
        self.data.file_size
    }
}
