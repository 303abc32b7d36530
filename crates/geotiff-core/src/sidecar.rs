//! What lies beside a file, applied to a page: world files, `.aux.xml`, `.prj`, `.ovr`, `.msk`.
//!
//! Nothing is looked for here: the caller reads the bytes if it wants them.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::lazy::Lazy;
use crate::nodata::atof;
use crate::{DataType, Error, MaskScope, Page, Pam, Tiff};

/// The flag of a mask, in GDAL's raster API, that it is that of all bands.
const GMF_PER_DATASET: i32 = 2;

/// A world file (`.tfw`, `.tifw`, `.wld`): six numbers, one a line.
///
/// ```
/// use geotiff_core::WorldFile;
/// let world = WorldFile::parse(b"10\n0\n0\n-10\n300005\n4100035\n")?;
/// assert_eq!(world.transform(), [10.0, 0.0, 300000.0, 0.0, -10.0, 4100040.0]);
/// # Ok::<(), geotiff_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WorldFile([f64; 6]);

impl WorldFile {
    /// Reads the bytes of a world file.
    ///
    /// # Errors
    ///
    /// `Malformed` where there are fewer than six lines, or pixels have no size.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let text = String::from_utf8_lossy(bytes);
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let numbers: Vec<f64> = lines.take(6).map(atof).collect();
        let &[a, d, b, e, x, y] = numbers.as_slice() else {
            return Err(Error::malformed("a world file has six lines"));
        };
        if (a == 0.0 && b == 0.0) || (e == 0.0 && d == 0.0) {
            return Err(Error::malformed("a world file without pixel size"));
        }
        // The file gives the centre of the first pixel.
        Ok(Self([a, b, x - 0.5 * a - 0.5 * b, d, e, y - 0.5 * d - 0.5 * e]))
    }

    /// The transform, in the order of [`Georeferencing::transform`](crate::Georeferencing::transform): of the
    /// corner of the first pixel.
    #[must_use]
    pub fn transform(&self) -> [f64; 6] {
        self.0
    }
}

impl Page {
    /// The page with a world file applied: it gives the transform where the file itself gives none, also where
    /// it gives ground control points.
    #[must_use]
    pub fn with_world_file(mut self, world: &WorldFile) -> Self {
        let mut geo = self.georeferencing().clone();
        if geo.transform.is_none() {
            geo.transform = Some(world.transform());
            geo.gcps = Vec::new();
        }
        self.georeferencing = Lazy::of(geo);
        self
    }

    /// The page with the CRS of a `.prj` file (WKT), where the file itself has no GeoKeys. GDAL reads no such
    /// file beside a GeoTIFF.
    #[must_use]
    pub fn with_projection(mut self, wkt: &str) -> Self {
        let mut geo = self.georeferencing().clone();
        let wkt = wkt.trim_start_matches('\u{feff}').trim();
        if geo.geokeys.is_none() && geo.wkt.is_none() && !wkt.is_empty() {
            geo.wkt = Some(wkt.to_owned());
        }
        self.georeferencing = Lazy::of(geo);
        self
    }

    /// The page with an `.aux.xml` file applied, which overrides what the file itself says: transform, CRS or
    /// ground control points, metadata, and each band's nodata, scale, offset, unit, description and colours.
    #[must_use]
    pub fn with_pam(mut self, pam: &Pam) -> Self {
        let mut geo = self.georeferencing().clone();
        if let Some(transform) = pam.transform {
            geo.transform = Some(transform);
        }
        if let Some(srs) = &pam.srs {
            geo.wkt = Some(srs.clone());
        }
        if !pam.gcps.is_empty() {
            geo.gcps.clone_from(&pam.gcps);
            geo.wkt.clone_from(&pam.gcp_srs);
        }
        let mut metadata = self.metadata().clone();
        metadata.apply(pam);
        let data_type = self.image.data_type().unwrap_or(DataType::Float64);
        for (&number, band) in &pam.bands {
            if let Some(nodata) = band.nodata.as_ref().and_then(|nodata| nodata.value(data_type)) {
                self.band_nodata.insert(number, nodata);
            }
        }
        self.georeferencing = Lazy::of(geo);
        self.metadata = Lazy::of(metadata);
        self
    }

    /// The page with the overviews of an `.ovr` file, where it has none of its own: the file's first image is
    /// the finest overview. [`has_external_overviews`](Self::has_external_overviews) is true afterwards, and
    /// the chunks of overviews and of their masks are those of the other file.
    #[must_use]
    pub fn with_external_overviews(mut self, file: &Tiff) -> Self {
        let Some(other) = file.pages().first().filter(|_| self.overviews.is_empty()) else { return self };
        let bands = self.image.band_count();
        if other.image.band_count() != bands || other.image.data_type().is_err() {
            return self;
        }
        self.overviews.push(other.image.clone());
        self.overviews.extend_from_slice(&other.overviews);
        self.overview_masks.push(other.mask.clone());
        self.overview_masks.extend_from_slice(&other.overview_masks);
        self.external_overviews = true;
        self
    }

    /// The page with the mask of an `.msk` file, where it has none of its own, and that file's overviews as
    /// the masks of overviews of the same size; which of its bands is the mask of which says
    /// [`mask_scope`](Self::mask_scope). [`has_external_mask`](Self::has_external_mask) is true
    /// afterwards, and the chunks of all masks are those of the other file.
    #[must_use]
    pub fn with_external_mask(mut self, file: &Tiff) -> Self {
        let Some(other) = file.pages().first().filter(|_| self.mask.is_none()) else { return self };
        let same = (other.image.width(), other.image.height()) == (self.image.width(), self.image.height());
        if !same {
            return self;
        }
        self.mask = Some(other.image.clone());
        for (overview, slot) in self.overviews.iter().zip(self.overview_masks.iter_mut()) {
            let size = (overview.width(), overview.height());
            *slot = other.overviews.iter().find(|mask| (mask.width(), mask.height()) == size).cloned();
        }
        self.external_mask = true;
        let items = other.metadata().domains();
        let scope = |band: u16| {
            let flags =
                items.get("", &format!("INTERNAL_MASK_FLAGS_{}", u32::from(band).saturating_add(1)))?;
            let is_of_all = atof(flags) as i32 & GMF_PER_DATASET != 0;
            Some((band, if is_of_all { MaskScope::Dataset } else { MaskScope::Band }))
        };
        self.external_mask_scopes = (0..self.image.band_count()).filter_map(scope).collect();
        self
    }
}
