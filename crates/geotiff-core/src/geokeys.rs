//! The GeoKey directory (OGC GeoTIFF 1.1, requirements class 7.1: GeoKeyDirectoryTag).

use alloc::string::String;
use alloc::vec::Vec;

use crate::ifd::until_nul;
use crate::{Ifd, Tag};

/// A GeoKey's number. A newtype, so that private keys stay reachable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GeoKey(pub u16);

macro_rules! keys {
    ($($konst:ident $number:literal $name:literal;)*) => {
        impl GeoKey {
            $(
                #[doc = concat!("`", $name, "`, key ", stringify!($number), ".")]
                pub const $konst: Self = Self($number);
            )*

            /// The name as libgeotiff spells it; `None` for a key that this library has no name for.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                Some(match self.0 {
                    $($number => $name,)*
                    _ => return None,
                })
            }
        }
    };
}

keys! {
    MODEL_TYPE 1024 "GTModelTypeGeoKey";
    RASTER_TYPE 1025 "GTRasterTypeGeoKey";
    CITATION 1026 "GTCitationGeoKey";
    GEOGRAPHIC_TYPE 2048 "GeographicTypeGeoKey";
    GEOG_CITATION 2049 "GeogCitationGeoKey";
    GEOG_GEODETIC_DATUM 2050 "GeogGeodeticDatumGeoKey";
    GEOG_PRIME_MERIDIAN 2051 "GeogPrimeMeridianGeoKey";
    GEOG_LINEAR_UNITS 2052 "GeogLinearUnitsGeoKey";
    GEOG_LINEAR_UNIT_SIZE 2053 "GeogLinearUnitSizeGeoKey";
    GEOG_ANGULAR_UNITS 2054 "GeogAngularUnitsGeoKey";
    GEOG_ANGULAR_UNIT_SIZE 2055 "GeogAngularUnitSizeGeoKey";
    GEOG_ELLIPSOID 2056 "GeogEllipsoidGeoKey";
    GEOG_SEMI_MAJOR_AXIS 2057 "GeogSemiMajorAxisGeoKey";
    GEOG_SEMI_MINOR_AXIS 2058 "GeogSemiMinorAxisGeoKey";
    GEOG_INV_FLATTENING 2059 "GeogInvFlatteningGeoKey";
    GEOG_AZIMUTH_UNITS 2060 "GeogAzimuthUnitsGeoKey";
    GEOG_PRIME_MERIDIAN_LONG 2061 "GeogPrimeMeridianLongGeoKey";
    GEOG_TOWGS84 2062 "GeogTOWGS84GeoKey";
    PROJECTED_CS_TYPE 3072 "ProjectedCSTypeGeoKey";
    PCS_CITATION 3073 "PCSCitationGeoKey";
    PROJECTION 3074 "ProjectionGeoKey";
    PROJ_COORD_TRANS 3075 "ProjCoordTransGeoKey";
    PROJ_LINEAR_UNITS 3076 "ProjLinearUnitsGeoKey";
    PROJ_LINEAR_UNIT_SIZE 3077 "ProjLinearUnitSizeGeoKey";
    PROJ_STD_PARALLEL1 3078 "ProjStdParallel1GeoKey";
    PROJ_STD_PARALLEL2 3079 "ProjStdParallel2GeoKey";
    PROJ_NAT_ORIGIN_LONG 3080 "ProjNatOriginLongGeoKey";
    PROJ_NAT_ORIGIN_LAT 3081 "ProjNatOriginLatGeoKey";
    PROJ_FALSE_EASTING 3082 "ProjFalseEastingGeoKey";
    PROJ_FALSE_NORTHING 3083 "ProjFalseNorthingGeoKey";
    PROJ_FALSE_ORIGIN_LONG 3084 "ProjFalseOriginLongGeoKey";
    PROJ_FALSE_ORIGIN_LAT 3085 "ProjFalseOriginLatGeoKey";
    PROJ_FALSE_ORIGIN_EASTING 3086 "ProjFalseOriginEastingGeoKey";
    PROJ_FALSE_ORIGIN_NORTHING 3087 "ProjFalseOriginNorthingGeoKey";
    PROJ_CENTER_LONG 3088 "ProjCenterLongGeoKey";
    PROJ_CENTER_LAT 3089 "ProjCenterLatGeoKey";
    PROJ_CENTER_EASTING 3090 "ProjCenterEastingGeoKey";
    PROJ_CENTER_NORTHING 3091 "ProjCenterNorthingGeoKey";
    PROJ_SCALE_AT_NAT_ORIGIN 3092 "ProjScaleAtNatOriginGeoKey";
    PROJ_SCALE_AT_CENTER 3093 "ProjScaleAtCenterGeoKey";
    PROJ_AZIMUTH_ANGLE 3094 "ProjAzimuthAngleGeoKey";
    PROJ_STRAIGHT_VERT_POLE_LONG 3095 "ProjStraightVertPoleLongGeoKey";
    PROJ_RECTIFIED_GRID_ANGLE 3096 "ProjRectifiedGridAngleGeoKey";
    VERTICAL_CS_TYPE 4096 "VerticalCSTypeGeoKey";
    VERTICAL_CITATION 4097 "VerticalCitationGeoKey";
    VERTICAL_DATUM 4098 "VerticalDatumGeoKey";
    VERTICAL_UNITS 4099 "VerticalUnitsGeoKey";
    COORDINATE_EPOCH 5120 "CoordinateEpochGeoKey";
}

/// The value of one GeoKey.
#[derive(Clone, Debug, PartialEq)]
pub enum GeoKeyValue {
    /// Values of 16 bits: kept in the directory itself, one in nearly every case.
    Short(Vec<u16>),
    /// Values of GeoDoubleParamsTag.
    Double(Vec<f64>),
    /// Text of GeoAsciiParamsTag, without the closing `|`.
    Ascii(String),
}

/// The keys of an image, sorted.
#[derive(Clone, Debug, PartialEq)]
pub struct GeoKeys {
    version: u16,
    revision: (u16, u16),
    keys: Vec<(GeoKey, GeoKeyValue)>,
}

const USER_DEFINED: u16 = 32767;

impl GeoKeys {
    /// Reads the three GeoKey tags. `None` where there is no directory, or one that is damaged. Unknown keys are
    /// kept.
    #[must_use]
    pub fn from_ifd(ifd: &Ifd) -> Option<Self> {
        let directory = ifd.shorts(Tag::GEO_KEY_DIRECTORY)?;
        let doubles = ifd.doubles(Tag::GEO_DOUBLE_PARAMS).unwrap_or_default();
        Self::parse(&directory, &doubles, ifd.text(Tag::GEO_ASCII_PARAMS).unwrap_or_default())
    }

    /// Reads a directory from the values of its three tags. As in libgeotiff one unreadable key spoils them
    /// all, and of a key that stands twice the last counts. `ascii` counts up to its first NUL.
    #[must_use]
    pub fn parse(directory: &[u16], doubles: &[f64], ascii: &[u8]) -> Option<Self> {
        let (header, entries) = directory.split_first_chunk::<4>()?;
        let [version, major, minor, count] = *header;
        if version > 1 {
            return None;
        }
        let entries = entries.as_chunks::<4>().0.get(..usize::from(count))?;
        let ascii = until_nul(ascii);
        let mut keys: Vec<(GeoKey, GeoKeyValue)> = Vec::with_capacity(entries.len());
        for &[key, location, count, offset] in entries.iter().rev() {
            keys.push((GeoKey(key), value(location, count, offset, directory, doubles, ascii)?));
        }
        keys.sort_by_key(|(key, _)| *key);
        keys.dedup_by_key(|(key, _)| *key);
        Some(Self { version, revision: (major, minor), keys })
    }

    /// Version of the key directory, 1.
    #[must_use]
    pub fn version(&self) -> u16 {
        self.version
    }

    /// Revision of the keys: 1.0 for GeoTIFF 1.0, 1.1 for OGC GeoTIFF 1.1.
    #[must_use]
    pub fn revision(&self) -> (u16, u16) {
        self.revision
    }

    /// Whether the directory is that of GeoTIFF 1.0: version 1, revision 1.0.
    #[must_use]
    pub fn is_geotiff_1_0(&self) -> bool {
        (self.version, self.revision) == (1, (1, 0))
    }

    /// The keys, sorted.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (GeoKey, &GeoKeyValue)> {
        self.keys.iter().map(|(key, value)| (*key, value))
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: GeoKey) -> Option<&GeoKeyValue> {
        let at = self.keys.binary_search_by_key(&key, |(key, _)| *key).ok()?;
        self.keys.get(at).map(|(_, value)| value)
    }

    /// First value of a key of 16-bit values.
    #[must_use]
    pub fn short(&self, key: GeoKey) -> Option<u16> {
        match self.get(key)? {
            GeoKeyValue::Short(values) => values.first().copied(),
            _ => None,
        }
    }

    /// First value of a key of doubles.
    #[must_use]
    pub fn double(&self, key: GeoKey) -> Option<f64> {
        self.doubles(key)?.first().copied()
    }

    /// All values of a key of doubles.
    #[must_use]
    pub fn doubles(&self, key: GeoKey) -> Option<&[f64]> {
        match self.get(key)? {
            GeoKeyValue::Double(values) => Some(values),
            _ => None,
        }
    }

    /// The text of a key.
    #[must_use]
    pub fn ascii(&self, key: GeoKey) -> Option<&str> {
        match self.get(key)? {
            GeoKeyValue::Ascii(text) => Some(text),
            _ => None,
        }
    }

    /// GTRasterTypeGeoKey says that a pixel is a point (RasterPixelIsPoint, 2).
    #[must_use]
    pub fn pixel_is_point(&self) -> bool {
        self.short(GeoKey::RASTER_TYPE) == Some(2)
    }

    /// Whether the keys give a vertical CRS. GeoTIFF 1.0's codes of heights above an ellipsoid (5001 to 5033)
    /// are none: with them GDAL makes the horizontal CRS three-dimensional.
    #[must_use]
    pub fn has_vertical(&self) -> bool {
        let given = |key| self.short(key).is_some_and(|code| code != 0);
        match self.short(GeoKey::VERTICAL_CS_TYPE) {
            Some(5001..=5033) => false,
            _ => [GeoKey::VERTICAL_CS_TYPE, GeoKey::VERTICAL_DATUM, GeoKey::VERTICAL_UNITS]
                .into_iter()
                .any(given),
        }
    }

    /// The EPSG code of the horizontal CRS, where the keys name one: the projected CRS, else the geographic
    /// or geocentric one unless the model is projected. User-defined (32767) and undefined (0) are no code.
    #[must_use]
    pub fn epsg(&self) -> Option<u32> {
        let code = |key| self.short(key).filter(|&code| code != 0 && code != USER_DEFINED).map(u32::from);
        let model = self.short(GeoKey::MODEL_TYPE);
        let projected = || code(GeoKey::PROJECTED_CS_TYPE);
        let geographic = || code(GeoKey::GEOGRAPHIC_TYPE);
        match model {
            Some(1) => projected(),
            Some(2 | 3) => geographic(),
            _ if self.get(GeoKey::PROJECTED_CS_TYPE).is_some() => projected(),
            _ => geographic(),
        }
    }
}

fn value(
    location: u16,
    count: u16,
    offset: u16,
    directory: &[u16],
    doubles: &[f64],
    ascii: &[u8],
) -> Option<GeoKeyValue> {
    let start = usize::from(offset);
    let end = start.checked_add(usize::from(count))?;
    match Tag(location) {
        Tag(0) => (count == 1).then(|| GeoKeyValue::Short(alloc::vec![offset])),
        Tag::GEO_KEY_DIRECTORY => directory.get(start..end).map(|v| GeoKeyValue::Short(v.to_vec())),
        Tag::GEO_DOUBLE_PARAMS => doubles.get(start..end).map(|v| GeoKeyValue::Double(v.to_vec())),
        Tag::GEO_ASCII_PARAMS => {
            // Text that begins in the tag is cut off at its end; libtiff leaves out the closing NUL, which some count.
            let len = ascii.len();
            let counts_nul = start == len && count == 1;
            let text = ascii.get(start..end.min(len)).filter(|_| start < len || count == 0 || counts_nul)?;
            let text = text.strip_suffix(b"|").unwrap_or(text);
            Some(GeoKeyValue::Ascii(String::from_utf8_lossy(text).into_owned()))
        }
        _ => None,
    }
}
