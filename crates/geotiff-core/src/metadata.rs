//! GDAL's metadata of a page: domains, and what the bands are.

use alloc::borrow::{Cow, ToOwned};
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::color::interpretation;
use crate::nodata::atof;
use crate::xml::{self, Element};
use crate::{
    ColorInterpretation, ColorTable, DataType, Georeferencing, Image, Pam, RasterAttributeTable, Rpc, Tag,
    structure,
};

/// Key and value pairs by domain, in the order in which they were set; keys and domains match in any case of
/// letters, as GDAL's do. The default domain has an empty name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Domains(Vec<(String, Vec<(String, String)>)>);

impl Domains {
    /// Names of the domains that hold items.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// The items of a domain: empty where there is none.
    #[must_use]
    pub fn items(&self, domain: &str) -> &[(String, String)] {
        let found = self.0.iter().find(|(name, _)| name.eq_ignore_ascii_case(domain));
        found.map_or(&[], |(_, items)| items)
    }

    /// One value. The items of a domain `xml:…` have the domain's name for a key.
    #[must_use]
    pub fn get(&self, domain: &str, key: &str) -> Option<&str> {
        let item = self.items(domain).iter().find(|(k, _)| k.eq_ignore_ascii_case(key))?;
        Some(&item.1)
    }

    pub(crate) fn set(&mut self, domain: &str, key: &str, value: impl Into<String>) {
        let at = match self.0.iter().position(|(name, _)| name.eq_ignore_ascii_case(domain)) {
            Some(at) => at,
            None => {
                self.0.push((domain.to_owned(), Vec::new()));
                self.0.len().saturating_sub(1)
            }
        };
        let Some((_, items)) = self.0.get_mut(at) else { return };
        let mut value: String = value.into();
        // As rasterio gives them; XML is left as it is.
        if value.starts_with([' ', '\t']) && !key.eq_ignore_ascii_case(domain) {
            value = value.trim_start_matches([' ', '\t']).to_owned();
        }
        let item = (key.to_owned(), value);
        match items.iter_mut().find(|(k, _)| k.eq_ignore_ascii_case(key)) {
            Some(old) => *old = item,
            None => items.push(item),
        }
    }

    /// Takes an item out, and returns its value.
    fn remove(&mut self, domain: &str, key: &str) -> Option<String> {
        let (_, items) = self.0.iter_mut().find(|(name, _)| name.eq_ignore_ascii_case(domain))?;
        let at = items.iter().position(|(k, _)| k.eq_ignore_ascii_case(key))?;
        Some(items.remove(at).1)
    }

    /// Takes out all items of a domain.
    pub(crate) fn clear(&mut self, domain: &str) {
        self.0.retain(|(name, _)| !name.eq_ignore_ascii_case(domain));
    }

    /// Takes over all items of `other`, which win.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (domain, items) in &other.0 {
            for (key, value) in items {
                self.set(domain, key, value.as_str());
            }
        }
    }
}

/// What was computed of a band and written down: GDAL's `STATISTICS_*` items.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Statistics {
    /// Smallest valid value.
    pub min: f64,
    /// Largest valid value.
    pub max: f64,
    /// Mean of the valid values.
    pub mean: f64,
    /// Standard deviation of the valid values.
    pub std: f64,
    /// Valid pixels in percent, where it was written.
    pub valid_percent: Option<f64>,
}

/// What the metadata says of one band.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct BandItems {
    pub(crate) domains: Domains,
    pub(crate) scale: Option<f64>,
    pub(crate) offset: Option<f64>,
    pub(crate) unit: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) color: Option<ColorInterpretation>,
    pub(crate) categories: Vec<String>,
    pub(crate) table: Option<RasterAttributeTable>,
}

impl BandItems {
    /// Takes over what `other` says.
    fn take(&mut self, other: &Self) {
        self.domains.merge(&other.domains);
        // GDAL takes both where either is given.
        if other.scale.is_some() || other.offset.is_some() {
            self.scale = other.scale;
            self.offset = other.offset;
        }
        self.unit = other.unit.clone().or_else(|| self.unit.take());
        self.description = other.description.clone().or_else(|| self.description.take());
        let color = other.color.filter(|&color| color != ColorInterpretation::Undefined);
        self.color = color.or(self.color);
        if !other.categories.is_empty() {
            self.categories.clone_from(&other.categories);
        }
        self.table = other.table.clone().or_else(|| self.table.take());
    }
}

/// GDAL's metadata of a page: what rasterio gives as `tags`, `scales`, `offsets`, `units`, `descriptions`,
/// `colorinterp`, `colormap` and `rpcs`.
///
/// It joins GDAL's XML (tag 42112), the tags that GDAL shows as `TIFFTAG_…`, and the `IMAGE_STRUCTURE` that
/// follows from the layout. Not here: `SUBDATASETS`, which needs the file's name; what a
/// [`DetailsReader`](crate::DetailsReader) reads on request (`EXIF`, `COLOR_PROFILE`, the reversibility of WebP).
#[derive(Clone, Debug, PartialEq)]
pub struct GdalMetadata {
    pub(crate) domains: Domains,
    /// Bands that something was said of, by number from 0.
    pub(crate) bands: BTreeMap<u16, BandItems>,
    pub(crate) defaults: BandDefaults,
    pub(crate) color_table: Option<ColorTable>,
    pub(crate) rpc: Option<Rpc>,
}

/// What holds for a band that nothing was said of.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct BandDefaults {
    pub(crate) count: u16,
    pub(crate) nbits: Option<u16>,
    pub(crate) colors: Vec<ColorInterpretation>,
    /// GDAL does not ask what the metadata say of a bitmap, which always has a table of two colours, or of what it
    /// reads as RGBA.
    pub(crate) fixed_colors: bool,
    pub(crate) first_scale: Option<(f64, f64)>,
}

/// A view of what the metadata says of one band.
#[derive(Clone, Copy, Debug)]
pub struct BandMetadata<'a> {
    all: &'a GdalMetadata,
    items: Option<&'a BandItems>,
    band: u16,
}

impl GdalMetadata {
    pub(crate) fn read(image: &Image, geo: &Georeferencing, cog: bool, max_xml_nodes: usize) -> Self {
        let color_table = ColorTable::of(image);
        let count = image.band_count();
        let mut metadata = Self {
            domains: Domains::default(),
            bands: BTreeMap::new(),
            defaults: BandDefaults {
                count,
                nbits: nbits(image),
                colors: colors(image, color_table.is_some()),
                fixed_colors: image.is_bitmap() || image.is_read_as_rgba(),
                first_scale: vertical_scale(image, geo),
            },
            color_table,
            rpc: Rpc::from_ifd(image.ifd()),
        };
        structure::tag_items(image, geo, &mut metadata.domains);
        structure::image_structure(image, cog, &mut metadata.domains);
        metadata.read_xml(image, max_xml_nodes);
        if let Some(rpc) = &metadata.rpc {
            for (key, value) in rpc.items() {
                metadata.domains.set("RPC", &key, value);
            }
        }
        metadata
    }

    /// Key and value pairs of the page, by domain.
    #[must_use]
    pub fn domains(&self) -> &Domains {
        &self.domains
    }

    /// Number of bands.
    #[must_use]
    pub fn band_count(&self) -> u16 {
        self.defaults.count
    }

    /// What is said of a band, counted from 0; `None` where the page has no such band.
    #[must_use]
    pub fn band(&self, band: u16) -> Option<BandMetadata<'_>> {
        (band < self.defaults.count).then(|| BandMetadata { all: self, items: self.bands.get(&band), band })
    }

    /// All bands in order.
    pub fn bands(&self) -> impl Iterator<Item = BandMetadata<'_>> {
        (0..self.defaults.count).filter_map(|band| self.band(band))
    }

    /// The colour table of the first band.
    #[must_use]
    pub fn color_table(&self) -> Option<&ColorTable> {
        self.color_table.as_ref()
    }

    /// The rational polynomial coefficients.
    #[must_use]
    pub fn rpc(&self) -> Option<&Rpc> {
        self.rpc.as_ref()
    }

    /// Overrides what is here with what an `.aux.xml` file says.
    pub(crate) fn apply(&mut self, pam: &Pam) {
        // GDAL does not look at GeoKeys where the CRS comes from elsewhere; what they say else stands.
        let kind = self.domains.remove("", "AREA_OR_POINT").filter(|_| !pam.places());
        self.domains.merge(&pam.domains);
        if let Some(kind) = kind {
            self.domains.set("", "AREA_OR_POINT", kind);
        }
        if !pam.domains.items("RPC").is_empty() {
            self.rpc = Rpc::from_items(self.domains.items("RPC"));
        }
        for (&band, other) in pam.bands.iter().filter(|&(&band, _)| band < self.defaults.count) {
            let items = self.bands.entry(band).or_default();
            items.take(&other.items);
            if band == 0 {
                if items.scale.is_some() || items.offset.is_some() {
                    self.defaults.first_scale = None;
                }
                if let Some(table) = &other.color_table {
                    self.color_table = Some(table.clone());
                }
            }
        }
    }

    /// Reads GDAL's XML: `<GDALMetadata><Item name= sample= role= domain=>value</Item>…`.
    fn read_xml(&mut self, image: &Image, max_nodes: usize) {
        let Some(bytes) = image.ifd().text(Tag::GDAL_METADATA) else { return };
        let text = String::from_utf8_lossy(bytes);
        let Some(root) = xml::parse(&text, max_nodes).filter(|root| root.is("GDALMetadata")) else { return };
        // rasterio leaves out items that are not UTF-8.
        let damaged = matches!(text, Cow::Owned(_));
        let whole =
            |item: &&Element<'_>| !(damaged && item.text().is_some_and(|text| text.contains('\u{fffd}')));
        for item in root.elements().filter(|element| element.is("Item")).filter(whole) {
            self.read_item(item, image);
        }
    }

    fn read_item(&mut self, item: &Element<'_>, image: &Image) {
        let (Some(key), Some(value)) = (item.attribute("name"), item.text()) else { return };
        let sample = atoi(item.attribute("sample").unwrap_or("-1"));
        let domain = item.attribute("domain").unwrap_or_default();
        if domain.eq_ignore_ascii_case("IMAGE_STRUCTURE") && !structure::allows(image, key, value) {
            return;
        }
        // GDAL unescapes once more than its writer escapes; so must we.
        let value = xml::unescape(value);
        let is_xml = domain.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("xml:"));
        let key = if is_xml { domain } else { key };
        if sample == -1 {
            self.domains.set(domain, key, value);
            if domain.eq_ignore_ascii_case("IMAGE_STRUCTURE") && structure::means_lossy(key) {
                self.domains.set(domain, "COMPRESSION_REVERSIBILITY", "LOSSY");
            }
            return;
        }
        let Some(band) = u16::try_from(sample).ok().filter(|&band| band < self.defaults.count) else {
            return;
        };
        let items = self.bands.entry(band).or_default();
        let role = item.attribute("role").unwrap_or_default();
        match role.to_ascii_lowercase().as_str() {
            "scale" => items.scale = Some(atof(&value)),
            "offset" => items.offset = Some(atof(&value)),
            "unittype" => items.unit = Some(value.into_owned()),
            "description" => items.description = Some(value.into_owned()),
            "colorinterp" => match ColorInterpretation::from_gdal_name(&value) {
                Some(color) => items.color = Some(color),
                None => {
                    items.color = Some(ColorInterpretation::Undefined);
                    items.domains.set("", "COLOR_INTERPRETATION", value);
                }
            },
            _ => items.domains.set(domain, key, value),
        }
    }
}

/// C's `atoi`.
fn atoi(text: &str) -> i64 {
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '-' && c != '+').unwrap_or(text.len());
    text.get(..end).and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// GDAL's `NBITS`: for depths that the data type is wider than.
fn nbits(image: &Image) -> Option<u16> {
    let bits = *image.bits_per_sample().first()?;
    let full = match image.data_type().ok()? {
        DataType::UInt8 => 8,
        DataType::UInt16 => 16,
        DataType::UInt32 | DataType::Float32 => 32,
        _ => return None,
    };
    (bits != full).then_some(bits)
}

/// The colour interpretations of bands up to the last that has one.
fn colors(image: &Image, table: bool) -> Vec<ColorInterpretation> {
    let mut colors: Vec<_> = (0..image.band_count()).map(|band| interpretation(image, band, table)).collect();
    let used =
        colors.iter().rposition(|&c| c != ColorInterpretation::Undefined).map_or(0, |i| i.saturating_add(1));
    colors.truncate(used);
    colors.shrink_to_fit();
    colors
}

/// Scale and offset of heights, which GDAL takes from the third components of scale and tiepoint where the
/// CRS has a vertical part.
fn vertical_scale(image: &Image, geo: &Georeferencing) -> Option<(f64, f64)> {
    let keys = geo.geokeys()?;
    // In GeoTIFF 1.0 GDAL leaves the vertical part away.
    if image.samples_per_pixel() != 1 || keys.is_geotiff_1_0() || !keys.has_vertical() {
        return None;
    }
    let scale = image.ifd().doubles(Tag::MODEL_PIXEL_SCALE)?;
    let tiepoint = image.ifd().doubles(Tag::MODEL_TIEPOINT)?;
    let (&[sx, sy, sz, ..], &[_, _, z0, _, _, z, ..]) = (scale.as_slice(), tiepoint.as_slice()) else {
        return None;
    };
    let given = sz != 0.0 || z0 != 0.0 || z != 0.0;
    (sx != 0.0 && sy != 0.0 && given).then_some((sz, -z0 * sz + z))
}

impl<'a> BandMetadata<'a> {
    /// The band's number, from 0.
    #[must_use]
    pub fn index(&self) -> u16 {
        self.band
    }

    /// Scale of stored values; 1 where none is given. `value = stored · scale + offset`.
    #[must_use]
    pub fn scale(&self) -> f64 {
        self.vertical().map(|(scale, _)| scale).or_else(|| self.items?.scale).unwrap_or(1.0)
    }

    /// Offset of stored values; 0 where none is given.
    #[must_use]
    pub fn offset(&self) -> f64 {
        self.vertical().map(|(_, offset)| offset).or_else(|| self.items?.offset).unwrap_or(0.0)
    }

    fn vertical(&self) -> Option<(f64, f64)> {
        self.all.defaults.first_scale.filter(|_| self.band == 0)
    }

    /// The unit of the values. Where there is none, GDAL gives that of the vertical CRS which the GeoKeys name.
    #[must_use]
    pub fn unit(&self) -> Option<&'a str> {
        self.items?.unit.as_deref().filter(|text| !text.is_empty())
    }

    /// The band's description.
    #[must_use]
    pub fn description(&self) -> Option<&'a str> {
        self.items?.description.as_deref().filter(|text| !text.is_empty())
    }

    /// What the band shows.
    #[must_use]
    pub fn color_interpretation(&self) -> ColorInterpretation {
        let default = self.all.defaults.colors.get(usize::from(self.band)).copied();
        let given = self.items.and_then(|items| items.color).filter(|_| !self.all.defaults.fixed_colors);
        given.or(default).unwrap_or_default()
    }

    /// Key and value pairs of the band, by domain. `NBITS` of the domain `IMAGE_STRUCTURE` is not among them:
    /// see [`nbits`](Self::nbits).
    #[must_use]
    pub fn domains(&self) -> Option<&'a Domains> {
        self.items.map(|items| &items.domains)
    }

    /// Bits of a sample where they are fewer than the data type has: GDAL's `NBITS`.
    #[must_use]
    pub fn nbits(&self) -> Option<u16> {
        self.all.defaults.nbits
    }

    /// All items by domain as GDAL lists them, `NBITS` too.
    #[must_use]
    pub fn tags(&self) -> Domains {
        let mut tags = Domains::default();
        if let Some(bits) = self.nbits() {
            tags.set("IMAGE_STRUCTURE", "NBITS", bits.to_string());
        }
        if let Some(domains) = self.domains() {
            tags.merge(domains);
        }
        tags
    }

    /// Names of the values 0, 1, 2 and so on; empty where none are given.
    #[must_use]
    pub fn categories(&self) -> &'a [String] {
        self.items.map_or(&[], |items| &items.categories)
    }

    /// The raster attribute table.
    #[must_use]
    pub fn attribute_table(&self) -> Option<&'a RasterAttributeTable> {
        self.items?.table.as_ref()
    }

    /// The statistics written down for the band; all four of them, or none.
    #[must_use]
    pub fn statistics(&self) -> Option<Statistics> {
        let domains = self.domains()?;
        let number = |key| domains.get("", key).map(atof);
        Some(Statistics {
            min: number("STATISTICS_MINIMUM")?,
            max: number("STATISTICS_MAXIMUM")?,
            mean: number("STATISTICS_MEAN")?,
            std: number("STATISTICS_STDDEV")?,
            valid_percent: number("STATISTICS_VALID_PERCENT"),
        })
    }
}
