use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, LazyLock, OnceLock, PoisonError, RwLock};

use geotiff_core::GeoKeys;

use crate::error::{Error, Result};
use crate::lookup::{self, Usage};
use crate::model::{Axis, CoordinateSystem, Definition, Ellipsoid, Id};
use crate::units::Unit;
use crate::{geokeys, identify, input, projjson, wkt};

/// What kind of coordinate reference system a [`Crs`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CrsKind {
    /// Latitude and longitude.
    Geographic2D,
    /// Latitude, longitude and ellipsoidal height.
    Geographic3D,
    /// X, Y and Z from the Earth's centre.
    Geocentric,
    /// Easting and northing on a map projection.
    Projected,
    /// Heights alone.
    Vertical,
    /// A horizontal CRS with a vertical one.
    Compound,
    /// A plane without a place on the Earth (`LOCAL_CS`).
    Engineering,
}

/// A coordinate reference system. Cheap to clone and to share between threads.
///
/// ```
/// use geotiff_crs::{Crs, CrsKind};
///
/// let crs = Crs::from_epsg(2056)?;
/// assert_eq!(crs.name(), "CH1903+ / LV95");
/// assert_eq!(crs.kind(), CrsKind::Projected);
/// assert_eq!(crs.linear_unit().map(|unit| unit.name()), Some("metre"));
/// # Ok::<(), geotiff_crs::Error>(())
/// ```
#[derive(Clone)]
pub struct Crs(Arc<Inner>);

struct Inner {
    definition: Definition,
    usage: Usage,
    engine_key: OnceLock<Arc<str>>,
    identified: OnceLock<Option<u32>>,
}

/// CRSs by EPSG code, made once: the table bounds their number.
static KNOWN: LazyLock<RwLock<HashMap<u32, Crs>>> = LazyLock::new(RwLock::default);

impl Crs {
    pub(crate) fn from_definition(definition: Definition, usage: Usage) -> Self {
        Self(Arc::new(Inner { definition, usage, engine_key: OnceLock::new(), identified: OnceLock::new() }))
    }

    /// The CRS with an EPSG code: projected, geographic 2D or 3D, geocentric, vertical or compound, deprecated ones
    /// included. Codes are those of the EPSG Dataset v12.029; making one takes microseconds and is done once.
    ///
    /// # Errors
    ///
    /// [`UnknownCode`](crate::ErrorKind::UnknownCode) if the embedded table has no CRS with the code.
    pub fn from_epsg(code: u32) -> Result<Self> {
        if let Some(crs) = KNOWN.read().unwrap_or_else(PoisonError::into_inner).get(&code) {
            return Ok(crs.clone());
        }
        let (definition, usage) = lookup::crs(code)?;
        let crs = Self::from_definition(definition, usage);
        KNOWN.write().unwrap_or_else(PoisonError::into_inner).insert(code, crs.clone());
        Ok(crs)
    }

    /// The CRS that a file's GeoKeys describe, as GDAL reads them; `None` where they describe none.
    ///
    /// # Errors
    ///
    /// [`UnknownCode`](crate::ErrorKind::UnknownCode) for a code that the table does not hold,
    /// [`Unsupported`](crate::ErrorKind::Unsupported) or [`Malformed`](crate::ErrorKind::Malformed) for keys that
    /// make no CRS.
    pub fn from_geokeys(keys: &GeoKeys) -> Result<Option<Self>> {
        geokeys::read(keys)
    }

    /// The CRS that a text names or defines: `EPSG:4326`, `ESRI:54030`, `OGC:CRS84`, an OGC URN or URI, WKT 1 or 2,
    /// PROJJSON or a PROJ string. A definition in ESRI's WKT that EPSG or ESRI has a code for gets it.
    ///
    /// ```
    /// use geotiff_crs::Crs;
    ///
    /// let crs = Crs::from_user_input("http://www.opengis.net/def/crs/EPSG/0/3857")?;
    /// assert_eq!(crs.epsg(), Some(3857));
    /// # Ok::<(), geotiff_crs::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`UnknownCode`](crate::ErrorKind::UnknownCode), [`Malformed`](crate::ErrorKind::Malformed) or
    /// [`Unsupported`](crate::ErrorKind::Unsupported).
    pub fn from_user_input(text: &str) -> Result<Self> {
        input::parse(text)
    }

    /// OGC:CRS84, WGS 84 with longitude before latitude.
    pub(crate) fn crs84() -> Result<Self> {
        let (mut crs, usage) = lookup::geodetic(4326)?;
        "WGS 84 (CRS84)".clone_into(&mut crs.name);
        crs.system = CoordinateSystem::lon_lat(&Unit::degree());
        crs.id = Some(Id { authority: "OGC".to_owned(), code: "CRS84".to_owned() });
        Ok(Self::from_definition(Definition::Geodetic(crs), usage))
    }

    pub(crate) fn definition(&self) -> &Definition {
        &self.0.definition
    }

    /// What tells two CRSs apart for computing: the code where there is one, else everything.
    pub(crate) fn engine_key(&self) -> Arc<str> {
        let make = || match self.definition().id() {
            // What a text says under some code may be anything.
            Some(id) if self.0.usage.registered => format!("{}:{}", id.authority, id.code).into(),
            _ => format!("{:?}", self.definition()).into(),
        };
        Arc::clone(self.0.engine_key.get_or_init(make))
    }

    /// Whether the definition is the table's own, so that its code says everything.
    #[cfg(feature = "proj")]
    pub(crate) fn is_registered(&self) -> bool {
        self.0.usage.registered
    }

    /// The name, such as `WGS 84 / UTM zone 32N`.
    pub fn name(&self) -> &str {
        self.definition().name()
    }

    /// The kind of CRS.
    pub fn kind(&self) -> CrsKind {
        kind(self.definition())
    }

    /// Whether the horizontal coordinates are latitude and longitude.
    pub fn is_geographic(&self) -> bool {
        matches!(self.definition().horizontal(), Definition::Geodetic(crs) if !crs.is_geocentric())
    }

    /// Whether the horizontal coordinates are those of a map projection.
    pub fn is_projected(&self) -> bool {
        matches!(self.definition().horizontal(), Definition::Projected(_))
    }

    /// The EPSG code: the definition's own, else that of the CRS in the table that PROJ identifies with a confidence of
    /// 70 or more: the same method, parameters, datum and units; under another name than EPSG's also the same axes, and
    /// of several the first by name. A datum of which nothing but the ellipsoid is known fits every one on it.
    ///
    /// The search, for a definition without a code, takes milliseconds and is done once per `Crs`.
    pub fn epsg(&self) -> Option<u32> {
        *self.0.identified.get_or_init(|| match self.definition().id() {
            // Another authority's code rules EPSG's out.
            Some(id) => id.as_epsg(),
            None => identify::identify(self.definition(), self.0.usage.implicit_axes),
        })
    }

    /// Authority and code, such as `("EPSG", "4326")`.
    pub fn authority(&self) -> Option<(&str, &str)> {
        self.definition().id().map(|id| (id.authority.as_str(), id.code.as_str()))
    }

    /// The URI of OGC's register, such as `http://www.opengis.net/def/crs/EPSG/0/32612`.
    pub fn uri(&self) -> Option<String> {
        let (authority, code) = self.authority()?;
        // OGC's own CRSs are registered with a version; EPSG's without one.
        let version = if authority == "OGC" { "1.3" } else { "0" };
        Some(format!("http://www.opengis.net/def/crs/{authority}/{version}/{code}"))
    }

    /// The definition as WKT 2:2019 (OGC 18-010r7), on one line.
    ///
    /// ```
    /// let wkt = geotiff_crs::Crs::from_epsg(4326)?.to_wkt2();
    /// assert!(wkt.starts_with(r#"GEOGCRS["WGS 84",ENSEMBLE["World Geodetic System 1984 ensemble""#));
    /// assert!(wkt.ends_with(r#"ID["EPSG",4326]]"#));
    /// # Ok::<(), geotiff_crs::Error>(())
    /// ```
    pub fn to_wkt2(&self) -> String {
        wkt::write(self.definition())
    }

    /// The definition as PROJJSON (schema v0.7).
    ///
    /// ```
    /// let json = geotiff_crs::Crs::from_epsg(32632)?.to_projjson();
    /// assert_eq!(json["base_crs"]["id"]["code"], 4326);
    /// # Ok::<(), geotiff_crs::Error>(())
    /// ```
    pub fn to_projjson(&self) -> serde_json::Value {
        projjson::write(self.definition())
    }

    /// The axes in the order of the CRS's definition, horizontal before vertical.
    ///
    /// Coordinates of rasters and of [`CoordTransform`](crate::CoordTransform) are in GIS order whatever this says.
    pub fn axes(&self) -> Vec<&Axis> {
        self.definition().axes()
    }

    /// Whether the definition's axes run northing (or latitude) first: the reverse of GIS order.
    pub fn is_northing_first(&self) -> bool {
        self.definition().system().is_swapped()
    }

    /// The unit of the horizontal axes if they are lengths.
    pub fn linear_unit(&self) -> Option<&Unit> {
        self.horizontal_unit().filter(|unit| !unit.is_angular())
    }

    /// The unit of the horizontal axes if they are angles.
    pub fn angular_unit(&self) -> Option<&Unit> {
        self.horizontal_unit().filter(|unit| unit.is_angular())
    }

    fn horizontal_unit(&self) -> Option<&Unit> {
        if self.kind() == CrsKind::Vertical {
            return None;
        }
        self.definition().system().axes.first().map(Axis::unit)
    }

    /// The unit of the heights that GeoKeys speak of, which is that of the values of bands that name none. GDAL gives
    /// it also where it leaves heights out of the CRS, in GeoTIFF 1.0.
    pub fn height_unit_of_geokeys(keys: &GeoKeys) -> Option<Unit> {
        geokeys::height_unit(keys)
    }

    /// The unit of the heights of a compound, vertical or geographic 3D CRS.
    pub fn vertical_unit(&self) -> Option<&Unit> {
        match self.definition() {
            Definition::Vertical(crs) => crs.system.axes.first().map(Axis::unit),
            Definition::Compound(crs) => crs.vertical.system().axes.first().map(Axis::unit),
            _ if self.kind() == CrsKind::Geographic3D => {
                self.definition().system().axes.get(2).map(Axis::unit)
            }
            _ => None,
        }
    }

    /// Metres in one unit of the first axis, as OGC's Tile Matrix Set standard (2.0, section 6.1) counts them: a degree is
    /// the 360th part of the equator of the CRS's ellipsoid.
    pub fn meters_per_unit(&self) -> f64 {
        match self.horizontal_unit() {
            Some(unit) if unit.is_angular() => {
                let a = self.semi_major_axis().unwrap_or(6_378_137.0);
                let degrees = unit.factor() / crate::units::DEGREE;
                2.0 * std::f64::consts::PI * a / 360.0 * degrees
            }
            Some(unit) => unit.factor(),
            None => self.vertical_unit().map_or(1.0, Unit::factor),
        }
    }

    fn ellipsoid(&self) -> Option<&Ellipsoid> {
        self.definition().geodetic().map(|crs| &crs.datum.ellipsoid)
    }

    /// The ellipsoid's semi-major axis in metres.
    pub fn semi_major_axis(&self) -> Option<f64> {
        self.ellipsoid().map(Ellipsoid::a)
    }

    /// The ellipsoid's inverse flattening; 0 for a sphere.
    pub fn inverse_flattening(&self) -> Option<f64> {
        self.ellipsoid().map(Ellipsoid::inverse_flattening)
    }

    /// The area of use in degrees: west, south, east, north. West is greater than east across the antimeridian.
    pub fn area_of_use(&self) -> Option<[f64; 4]> {
        self.0.usage.area
    }

    /// Whether EPSG has deprecated the code.
    pub fn is_deprecated(&self) -> bool {
        self.0.usage.deprecated
    }

    /// The horizontal part of a compound CRS; any other horizontal CRS itself.
    pub fn horizontal(&self) -> Option<Self> {
        match self.definition() {
            Definition::Vertical(_) => None,
            Definition::Compound(crs) => Some(self.component(&crs.horizontal)),
            _ => Some(self.clone()),
        }
    }

    /// The vertical part of a compound CRS; a vertical CRS itself.
    pub fn vertical(&self) -> Option<Self> {
        match self.definition() {
            Definition::Vertical(_) => Some(self.clone()),
            Definition::Compound(crs) => Some(self.component(&crs.vertical)),
            _ => None,
        }
    }

    fn component(&self, definition: &Definition) -> Self {
        match definition.id().and_then(Id::as_epsg).map(Self::from_epsg) {
            Some(Ok(crs)) if crs.definition() == definition => crs,
            _ => Self::from_definition(definition.clone(), Usage::default()),
        }
    }

    /// The geographic CRS that the coordinates come down to.
    ///
    /// # Errors
    ///
    /// [`Unsupported`](crate::ErrorKind::Unsupported) for a vertical or engineering CRS, which has none.
    pub fn geographic(&self) -> Result<Self> {
        match self.definition().geodetic() {
            Some(crs) => Ok(self.component(&Definition::Geodetic(crs.clone()))),
            None => Err(Error::unsupported(format!("{:?} has no geographic CRS beneath it", self.name()))),
        }
    }
}

fn kind(definition: &Definition) -> CrsKind {
    match definition {
        Definition::Geodetic(crs) if crs.is_geocentric() => CrsKind::Geocentric,
        Definition::Geodetic(crs) if crs.system.axes.len() > 2 => CrsKind::Geographic3D,
        Definition::Geodetic(_) => CrsKind::Geographic2D,
        Definition::Projected(_) => CrsKind::Projected,
        Definition::Vertical(_) => CrsKind::Vertical,
        Definition::Compound(_) => CrsKind::Compound,
        Definition::Bound(crs) => kind(&crs.source),
        Definition::Engineering(_) => CrsKind::Engineering,
    }
}

/// Equal definitions; identifiers and areas of use count, the way they were read does not.
impl PartialEq for Crs {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.definition() == other.definition()
    }
}

impl fmt::Debug for Crs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.authority() {
            Some((authority, code)) => write!(f, "Crs({authority}:{code} {:?})", self.name()),
            None => write!(f, "Crs({:?})", self.name()),
        }
    }
}
