//! The definition of a CRS, after ISO 19111 and in the terms of OGC WKT 2:2019 and PROJJSON.
//!
//! Every reader (table, GeoKeys, WKT, PROJJSON, PROJ string) makes these types and every writer takes them.

use std::sync::Arc;

use crate::units::Unit;

/// An identifier: `ID["EPSG",4326]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Id {
    pub(crate) authority: String,
    pub(crate) code: String,
}

impl Id {
    pub(crate) fn epsg(code: u32) -> Self {
        Self { authority: "EPSG".to_owned(), code: code.to_string() }
    }

    /// The code, if the authority is EPSG.
    pub(crate) fn as_epsg(&self) -> Option<u32> {
        if self.authority.eq_ignore_ascii_case("EPSG") { self.code.parse().ok() } else { None }
    }
}

/// The EPSG code of an optional identifier.
pub(crate) fn epsg_of(id: Option<&Id>) -> Option<u32> {
    id.and_then(Id::as_epsg)
}

/// The direction in which the values of an axis grow (ISO 19111 `AxisDirection`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AxisDirection {
    /// Towards geographic or grid north.
    North,
    /// Towards the south.
    South,
    /// Towards the east.
    East,
    /// Towards the west.
    West,
    /// Upwards, against gravity.
    Up,
    /// Downwards.
    Down,
    /// From the Earth's centre to latitude 0, longitude 0.
    GeocentricX,
    /// From the Earth's centre to latitude 0, longitude 90° east.
    GeocentricY,
    /// From the Earth's centre to the north pole.
    GeocentricZ,
    /// Not said, or a direction that no raster CRS uses.
    Unspecified,
}

impl AxisDirection {
    const NAMES: [(Self, &'static str); 10] = [
        (Self::North, "north"),
        (Self::South, "south"),
        (Self::East, "east"),
        (Self::West, "west"),
        (Self::Up, "up"),
        (Self::Down, "down"),
        (Self::GeocentricX, "geocentricX"),
        (Self::GeocentricY, "geocentricY"),
        (Self::GeocentricZ, "geocentricZ"),
        (Self::Unspecified, "unspecified"),
    ];

    /// The name in WKT 2 and PROJJSON, such as `north` or `geocentricX`.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(d, _)| *d == self).map_or("unspecified", |(_, n)| n)
    }

    pub(crate) fn from_name(name: &str) -> Self {
        Self::NAMES.iter().find(|(_, n)| n.eq_ignore_ascii_case(name)).map_or(Self::Unspecified, |(d, _)| *d)
    }
}

/// One axis of a coordinate system.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    pub(crate) name: String,
    pub(crate) abbreviation: String,
    pub(crate) direction: AxisDirection,
    pub(crate) unit: Unit,
    /// The meridian along which a polar axis points: longitude and its unit.
    pub(crate) meridian: Option<(f64, Unit)>,
}

impl Axis {
    pub(crate) fn new(name: &str, abbreviation: &str, direction: AxisDirection, unit: Unit) -> Self {
        Self { name: name.to_owned(), abbreviation: abbreviation.to_owned(), direction, unit, meridian: None }
    }

    /// The name, such as `Geodetic latitude` or `Easting`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The abbreviation, such as `Lat` or `E`.
    pub fn abbreviation(&self) -> &str {
        &self.abbreviation
    }

    /// Where the values grow to.
    pub fn direction(&self) -> AxisDirection {
        self.direction
    }

    /// The unit of the values.
    pub fn unit(&self) -> &Unit {
        &self.unit
    }

    /// The longitude in degrees of the meridian along which an axis of a polar CRS points.
    pub fn meridian(&self) -> Option<f64> {
        self.meridian.as_ref().map(|(value, unit)| (value * unit.factor).to_degrees())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SystemKind {
    Ellipsoidal,
    Cartesian,
    Vertical,
    Spherical,
    Other,
}

impl SystemKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ellipsoidal => "ellipsoidal",
            Self::Cartesian | Self::Other => "Cartesian",
            Self::Vertical => "vertical",
            Self::Spherical => "spherical",
        }
    }

    pub(crate) fn from_name(name: &str) -> Self {
        [Self::Ellipsoidal, Self::Cartesian, Self::Vertical, Self::Spherical]
            .into_iter()
            .find(|kind| kind.name().eq_ignore_ascii_case(name))
            .unwrap_or(Self::Other)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CoordinateSystem {
    pub(crate) kind: SystemKind,
    pub(crate) axes: Vec<Axis>,
}

impl CoordinateSystem {
    /// Latitude, longitude: the order that EPSG gives to geographic CRSs.
    pub(crate) fn lat_lon(unit: &Unit) -> Self {
        Self { kind: SystemKind::Ellipsoidal, axes: vec![latitude(unit.clone()), longitude(unit.clone())] }
    }

    /// Longitude, latitude: CRS84 and PROJ strings.
    pub(crate) fn lon_lat(unit: &Unit) -> Self {
        Self { kind: SystemKind::Ellipsoidal, axes: vec![longitude(unit.clone()), latitude(unit.clone())] }
    }

    pub(crate) fn easting_northing(unit: &Unit) -> Self {
        Self {
            kind: SystemKind::Cartesian,
            axes: vec![
                Axis::new("Easting", "E", AxisDirection::East, unit.clone()),
                Axis::new("Northing", "N", AxisDirection::North, unit.clone()),
            ],
        }
    }

    /// The axes that WKT 1, GeoKeys and PROJ strings take for granted: those that the method implies.
    pub(crate) fn of_conversion(conversion: &Conversion, unit: &Unit) -> Self {
        use AxisDirection::{North, South, West};
        let latitude =
            |code| conversion.parameters.iter().find(|p| p.code == Some(code)).map_or(0.0, |p| p.value);
        // Away from the south pole, towards the north pole's opposite side.
        let polar = |latitude: f64| {
            let direction = if latitude < 0.0 { North } else { South };
            [("Easting", "E", direction), ("Northing", "N", direction)]
        };
        let axes = match conversion.method_code {
            Some(9808) => [("Westing", "Y", West), ("Southing", "X", South)],
            Some(9819 | 1042) => [("Southing", "X", South), ("Westing", "Y", West)],
            Some(9810) => polar(latitude(8801)),
            Some(9829) => polar(latitude(8832)),
            _ => return Self::easting_northing(unit),
        };
        let axes = axes
            .map(|(name, abbreviation, direction)| Axis::new(name, abbreviation, direction, unit.clone()));
        Self { kind: SystemKind::Cartesian, axes: axes.into() }
    }

    pub(crate) fn height(unit: &Unit) -> Self {
        Self {
            kind: SystemKind::Vertical,
            axes: vec![Axis::new("Gravity-related height", "H", AxisDirection::Up, unit.clone())],
        }
    }

    pub(crate) fn geocentric(unit: &Unit) -> Self {
        let axis = |name, abbreviation, direction| Axis::new(name, abbreviation, direction, unit.clone());
        Self {
            kind: SystemKind::Cartesian,
            axes: vec![
                axis("Geocentric X", "X", AxisDirection::GeocentricX),
                axis("Geocentric Y", "Y", AxisDirection::GeocentricY),
                axis("Geocentric Z", "Z", AxisDirection::GeocentricZ),
            ],
        }
    }

    /// Whether GIS order (x, y) is the reverse of the axes: PROJ's rule for "normalised for visualisation".
    pub(crate) fn is_swapped(&self) -> bool {
        use AxisDirection::{East, North, South};
        let [first, second, ..] = self.axes.as_slice() else { return false };
        let meridians = |a: f64, b: f64| {
            let near = |axis: &Axis, want: f64| axis.meridian().is_some_and(|m| (m - want).abs() < 1e-10);
            near(first, a) && near(second, b)
        };
        match (first.direction, second.direction) {
            (North, East) => true,
            (South, South) => meridians(180.0, 90.0),
            (North, North) => meridians(0.0, 90.0),
            _ => false,
        }
    }
}

fn latitude(unit: Unit) -> Axis {
    Axis::new("Geodetic latitude", "Lat", AxisDirection::North, unit)
}

fn longitude(unit: Unit) -> Axis {
    Axis::new("Geodetic longitude", "Lon", AxisDirection::East, unit)
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Flattening {
    Sphere,
    Inverse(f64),
    /// In the unit of the semi-major axis.
    SemiMinor(f64),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ellipsoid {
    pub(crate) name: String,
    pub(crate) semi_major: f64,
    pub(crate) flattening: Flattening,
    pub(crate) unit: Unit,
    pub(crate) id: Option<Id>,
}

impl Ellipsoid {
    /// The semi-major axis in metres.
    pub(crate) fn a(&self) -> f64 {
        self.semi_major * self.unit.factor
    }

    /// The semi-minor axis in metres.
    pub(crate) fn b(&self) -> f64 {
        match self.flattening {
            Flattening::Sphere => self.a(),
            Flattening::Inverse(rf) => self.a() * (1.0 - 1.0 / rf),
            Flattening::SemiMinor(b) => b * self.unit.factor,
        }
    }

    /// 1/f, with 0 for a sphere (as WKT writes it).
    pub(crate) fn inverse_flattening(&self) -> f64 {
        match self.flattening {
            Flattening::Sphere => 0.0,
            Flattening::Inverse(rf) => rf,
            Flattening::SemiMinor(b) if b == self.semi_major => 0.0,
            Flattening::SemiMinor(b) => self.semi_major / (self.semi_major - b),
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PrimeMeridian {
    pub(crate) name: String,
    pub(crate) longitude: f64,
    pub(crate) unit: Unit,
    pub(crate) id: Option<Id>,
}

impl PrimeMeridian {
    pub(crate) fn greenwich() -> Self {
        Self { name: "Greenwich".to_owned(), longitude: 0.0, unit: Unit::degree(), id: Some(Id::epsg(8901)) }
    }

    /// East of Greenwich, in radians.
    pub(crate) fn radians(&self) -> f64 {
        self.longitude * self.unit.factor
    }
}

/// Whether a datum is a plain one, moves with the plates, or stands for several.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Frame {
    Static,
    Dynamic { epoch: f64 },
    Ensemble { accuracy: String, members: Vec<(String, Option<Id>)> },
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Datum {
    pub(crate) name: String,
    pub(crate) ellipsoid: Ellipsoid,
    pub(crate) prime_meridian: PrimeMeridian,
    pub(crate) frame: Frame,
    pub(crate) anchor_epoch: Option<f64>,
    pub(crate) id: Option<Id>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct VerticalDatum {
    pub(crate) name: String,
    pub(crate) frame: Frame,
    pub(crate) anchor_epoch: Option<f64>,
    pub(crate) id: Option<Id>,
}

/// A geographic (2D or 3D) or geocentric CRS.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct GeodeticCrs {
    pub(crate) name: String,
    pub(crate) datum: Arc<Datum>,
    pub(crate) system: CoordinateSystem,
    /// What the CRS is derived from, on the same datum: a rotated pole.
    pub(crate) derivation: Option<Arc<Derivation>>,
    pub(crate) id: Option<Id>,
}

/// The base CRS and the conversion of a derived geographic CRS.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Derivation {
    pub(crate) base: GeodeticCrs,
    pub(crate) conversion: Conversion,
}

impl GeodeticCrs {
    pub(crate) fn is_geocentric(&self) -> bool {
        self.system.kind == SystemKind::Cartesian
    }

    /// The unit of latitude and longitude.
    pub(crate) fn angular_unit(&self) -> Unit {
        match self.system.axes.first() {
            Some(axis) if !self.is_geocentric() => axis.unit.clone(),
            _ => Unit::degree(),
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) value: f64,
    pub(crate) unit: Unit,
    /// EPSG code.
    pub(crate) code: Option<u32>,
}

impl Parameter {
    /// The value in the base unit: radian, metre or one.
    pub(crate) fn base_value(&self) -> f64 {
        self.value * self.unit.factor
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Conversion {
    pub(crate) name: String,
    pub(crate) method: String,
    /// EPSG code of the method; PROJ's own methods have none.
    pub(crate) method_code: Option<u32>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) id: Option<Id>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ProjectedCrs {
    pub(crate) name: String,
    pub(crate) base: GeodeticCrs,
    pub(crate) conversion: Conversion,
    pub(crate) system: CoordinateSystem,
    pub(crate) id: Option<Id>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct VerticalCrs {
    pub(crate) name: String,
    pub(crate) datum: VerticalDatum,
    pub(crate) system: CoordinateSystem,
    pub(crate) id: Option<Id>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CompoundCrs {
    pub(crate) name: String,
    pub(crate) horizontal: Box<Definition>,
    pub(crate) vertical: Box<Definition>,
    pub(crate) id: Option<Id>,
}

/// A CRS with its own way to WGS 84, as `TOWGS84` or `+towgs84` gives it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct BoundCrs {
    pub(crate) source: Box<Definition>,
    /// x, y, z in metres; rotations in arc-seconds (position vector); scale in parts per million.
    pub(crate) to_wgs84: [f64; 7],
}

/// A plane without a place on the Earth.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct EngineeringCrs {
    pub(crate) name: String,
    pub(crate) datum: String,
    pub(crate) system: CoordinateSystem,
    pub(crate) id: Option<Id>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Definition {
    Geodetic(GeodeticCrs),
    Projected(Box<ProjectedCrs>),
    Vertical(VerticalCrs),
    Compound(CompoundCrs),
    Bound(BoundCrs),
    Engineering(EngineeringCrs),
}

impl Definition {
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Geodetic(crs) => &crs.name,
            Self::Projected(crs) => &crs.name,
            Self::Vertical(crs) => &crs.name,
            Self::Compound(crs) => &crs.name,
            Self::Bound(crs) => crs.source.name(),
            Self::Engineering(crs) => &crs.name,
        }
    }

    pub(crate) fn id(&self) -> Option<&Id> {
        match self {
            Self::Geodetic(crs) => crs.id.as_ref(),
            Self::Projected(crs) => crs.id.as_ref(),
            Self::Vertical(crs) => crs.id.as_ref(),
            Self::Compound(crs) => crs.id.as_ref(),
            Self::Bound(crs) => crs.source.id(),
            Self::Engineering(crs) => crs.id.as_ref(),
        }
    }

    /// The part that places things on the map: a compound CRS's horizontal component, a bound CRS's source.
    pub(crate) fn horizontal(&self) -> &Self {
        match self {
            Self::Compound(crs) => crs.horizontal.horizontal(),
            Self::Bound(crs) => crs.source.horizontal(),
            other => other,
        }
    }

    /// The parameters to WGS 84 that the definition itself brings.
    pub(crate) fn to_wgs84(&self) -> Option<[f64; 7]> {
        match self {
            Self::Bound(crs) => Some(crs.to_wgs84),
            Self::Compound(crs) => crs.horizontal.to_wgs84(),
            _ => None,
        }
    }

    /// The geodetic CRS that the coordinates come down to.
    pub(crate) fn geodetic(&self) -> Option<&GeodeticCrs> {
        match self.horizontal() {
            Self::Geodetic(crs) => Some(crs.derivation.as_ref().map_or(crs, |derivation| &derivation.base)),
            Self::Projected(crs) => Some(&crs.base),
            _ => None,
        }
    }

    /// The axes, horizontal before vertical.
    pub(crate) fn axes(&self) -> Vec<&Axis> {
        match self {
            Self::Geodetic(crs) => crs.system.axes.iter().collect(),
            Self::Projected(crs) => crs.system.axes.iter().collect(),
            Self::Vertical(crs) => crs.system.axes.iter().collect(),
            Self::Engineering(crs) => crs.system.axes.iter().collect(),
            Self::Bound(crs) => crs.source.axes(),
            Self::Compound(crs) => {
                let mut axes = crs.horizontal.axes();
                axes.extend(crs.vertical.axes());
                axes
            }
        }
    }

    /// The coordinate system of the horizontal part.
    pub(crate) fn system(&self) -> &CoordinateSystem {
        match self.horizontal() {
            Self::Geodetic(crs) => &crs.system,
            Self::Projected(crs) => &crs.system,
            Self::Vertical(crs) => &crs.system,
            Self::Engineering(crs) => &crs.system,
            // `horizontal` has unwrapped these.
            Self::Compound(crs) => crs.horizontal.system(),
            Self::Bound(crs) => crs.source.system(),
        }
    }
}
