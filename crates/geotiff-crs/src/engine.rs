//! One CRS made ready for computing: between its own coordinates and longitude and latitude in radians.

use std::f64::consts::PI;
use std::fmt::Write as _;

use proj4rs::Proj;
use proj4rs::transform::{Transform, TransformClosure};

use crate::error::{Error, Result};
use crate::method::{self, Method, Param};
use crate::model::{AxisDirection, Conversion, CoordinateSystem, Definition, Ellipsoid, Parameter, epsg_of};
use crate::projection::{self, Modification, Named, Placed};
use crate::rotation::Rotation;

/// From two columns of coordinates to themselves; points outside the domain become NaN.
pub(crate) struct Columns<'a> {
    pub(crate) xs: &'a mut [f64],
    pub(crate) ys: &'a mut [f64],
}

impl Columns<'_> {
    /// Applies `f` to every point that is still valid.
    pub(crate) fn apply(&mut self, mut f: impl FnMut(f64, f64) -> Option<(f64, f64)>) {
        self.apply_each(|_, x, y| f(x, y));
    }

    /// As [`apply`](Self::apply), with the point's index.
    pub(crate) fn apply_each(&mut self, mut f: impl FnMut(usize, f64, f64) -> Option<(f64, f64)>) {
        for (i, (x, y)) in self.xs.iter_mut().zip(self.ys.iter_mut()).enumerate() {
            let point = if x.is_finite() && y.is_finite() { f(i, *x, *y) } else { None };
            (*x, *y) = match point {
                Some((px, py)) if px.is_finite() && py.is_finite() => (px, py),
                _ => (f64::NAN, f64::NAN),
            };
        }
    }
}

impl Transform for Columns<'_> {
    // The trait's own slices stop at the first point that fails; a raster has to go on.
    fn transform_coordinates<F: TransformClosure>(&mut self, f: &mut F) -> proj4rs::errors::Result<()> {
        self.apply(|x, y| f(x, y, 0.0).ok().map(|(x, y, _)| (x, y)));
        Ok(())
    }
}

/// How the coordinates of a CRS in GIS order come from easting and northing.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Axes {
    /// Metres or radians in one unit of x and of y.
    units: [f64; 2],
    /// The sign of the axis against east and north.
    signs: [f64; 2],
    /// x is a northing and y an easting, as in Krovak's southing and westing.
    crossed: bool,
}

impl Axes {
    fn new(system: &CoordinateSystem) -> Result<Self> {
        let [first, second, ..] = system.axes.as_slice() else {
            return Err(Error::malformed("a horizontal coordinate system has two axes at least"));
        };
        let (x, y) = if system.is_swapped() { (second, first) } else { (first, second) };
        use AxisDirection::{East, North, South, West};
        let (signs, crossed) = match (x.direction, y.direction) {
            (East | West, North | South) => ([sign(x.direction), sign(y.direction)], false),
            (North | South, East | West) => ([sign(x.direction), sign(y.direction)], true),
            // Both point along meridians of a polar CRS: easting and northing by name.
            _ => ([1.0, 1.0], false),
        };
        Ok(Self { units: [x.unit.factor, y.unit.factor], signs, crossed })
    }

    fn to_base(self, x: f64, y: f64) -> (f64, f64) {
        let (x, y) = (x * self.units[0] * self.signs[0], y * self.units[1] * self.signs[1]);
        if self.crossed { (y, x) } else { (x, y) }
    }

    fn to_crs(self, e: f64, n: f64) -> (f64, f64) {
        let (x, y) = if self.crossed { (n, e) } else { (e, n) };
        (x * self.signs[0] / self.units[0], y * self.signs[1] / self.units[1])
    }
}

fn sign(direction: AxisDirection) -> f64 {
    match direction {
        AxisDirection::West | AxisDirection::South => -1.0,
        _ => 1.0,
    }
}

/// What the coordinates mean once the axes are sorted out.
enum Kind {
    Geographic,
    Rotated(Rotation),
    /// Closed forms, faster than any general engine: `a`, false easting, false northing, central meridian.
    WebMercator {
        a: f64,
        fe: f64,
        fn_: f64,
        lon0: f64,
    },
    Projected {
        proj: Box<Proj>,
        geographic: Box<Proj>,
        modification: Option<Modification>,
    },
    Own(Placed),
}

/// A CRS that can be computed with. Longitudes are relative to its own prime meridian.
pub(crate) struct Engine {
    axes: Axes,
    kind: Kind,
}

impl Engine {
    pub(crate) fn new(definition: &Definition) -> Result<Self> {
        let name = definition.name();
        let kind = match definition.horizontal() {
            Definition::Geodetic(crs) if !crs.is_geocentric() => match &crs.derivation {
                None => Kind::Geographic,
                Some(derivation) => Kind::Rotated(Rotation::new(&derivation.conversion)?),
            },
            Definition::Projected(crs) => projected(&crs.conversion, &crs.base.datum.ellipsoid)
                .map_err(|error| error.context(format!("transform of {name:?}")))?,
            _ => {
                return Err(Error::unsupported(format!(
                    "{name:?} has no horizontal coordinates to transform"
                )));
            }
        };
        Ok(Self { axes: Axes::new(definition.system())?, kind })
    }

    pub(crate) fn is_geographic(&self) -> bool {
        matches!(self.kind, Kind::Geographic)
    }

    /// From the CRS's coordinates in GIS order to longitude and latitude in radians.
    pub(crate) fn inverse(&self, points: &mut Columns<'_>) {
        let axes = self.axes;
        points.apply(|x, y| Some(axes.to_base(x, y)));
        match &self.kind {
            Kind::Geographic => {}
            Kind::Rotated(rotation) => rotation.inverse(points),
            Kind::WebMercator { a, fe, fn_, lon0 } => points.apply(|x, y| {
                let lat = ((y - fn_) / a).sinh().atan();
                Some((wrap((x - fe) / a + lon0), lat))
            }),
            Kind::Projected { proj, geographic, modification } => {
                if let Some(modification) = modification {
                    points.apply(|e, n| Some(modification.inverse(e, n)));
                }
                project(proj, geographic, points);
            }
            Kind::Own(placed) => placed.inverse(points),
        }
    }

    /// From longitude and latitude in radians to the CRS's coordinates in GIS order.
    pub(crate) fn forward(&self, points: &mut Columns<'_>) {
        match &self.kind {
            Kind::Geographic => {}
            Kind::Rotated(rotation) => rotation.forward(points),
            Kind::WebMercator { a, fe, fn_, lon0 } => points.apply(|lon, lat| {
                let in_range = lat.abs() <= PI / 2.0 + 1e-12 && lon.abs() <= 10.0;
                in_range.then(|| (a * wrap(lon - lon0) + fe, a * lat.tan().asinh() + fn_))
            }),
            Kind::Projected { proj, geographic, modification } => {
                project(geographic, proj, points);
                if let Some(modification) = modification {
                    points.apply(|e, n| Some(modification.forward(e, n)));
                }
            }
            Kind::Own(placed) => placed.forward(points),
        }
        let axes = self.axes;
        points.apply(|e, n| Some(axes.to_crs(e, n)));
    }
}

fn project(from: &Proj, to: &Proj, points: &mut Columns<'_>) {
    // An error here says that a direction is missing altogether: no point has an image.
    if proj4rs::transform::transform(from, to, points).is_err() {
        points.apply(|_, _| None);
    }
}

/// Radians by which rounding may take a longitude past the antimeridian without changing its side (PROJ's tolerance).
const OVERSHOOT: f64 = 1e-12;

/// A longitude within ±π, as PROJ's `adjlon` makes it: ±π stay as they are.
pub(crate) fn wrap(lon: f64) -> f64 {
    if lon.abs() <= PI + OVERSHOOT { lon } else { (lon + PI).rem_euclid(2.0 * PI) - PI }
}

fn projected(conversion: &Conversion, ellipsoid: &Ellipsoid) -> Result<Kind> {
    let method = method::find(conversion.method_code, &conversion.method).ok_or_else(|| {
        Error::unsupported(format!("conversion method {:?} is not known", conversion.method))
    })?;
    let values = Values { conversion, method };
    if method.proj == "webmerc" {
        return Ok(Kind::WebMercator {
            a: ellipsoid.a(),
            fe: values.base(8806),
            fn_: values.base(8807),
            lon0: values.base(8802),
        });
    }
    if method.proj == "nzmg" {
        return Ok(Kind::Own(projection::new_zealand()));
    }
    // PROJ takes a sphere of the same surface for Miller's, Van der Grinten's and for the equal-area ones that are
    // spherical by name, of the semi-major axis for others without an ellipsoidal form.
    let authalic = matches!(method.proj, "mill" | "vandg") || matches!(method.code, 1027 | 9834);
    let (a, b) = if authalic {
        let radius = authalic_radius(ellipsoid);
        (radius, radius)
    } else {
        (ellipsoid.a(), ellipsoid.b())
    };
    let es = 1.0 - (b * b) / (a * a);
    if let Some((projection, lon_0)) = projection::make(method.proj, a, es, &values)? {
        return Ok(Kind::Own(Placed {
            projection,
            a,
            lon_0,
            origin: [values.base(8806), values.base(8807)],
        }));
    }
    let modification = matches!(method.code, 1042 | 1043)
        .then(|| Modification { false_easting: values.base(8806), false_northing: values.base(8807) });
    let shape = if authalic { format!(" +R={a}") } else { shape(ellipsoid) };
    let arguments = values.proj_string()?;
    let make = |text: &str| {
        Proj::from_proj_string(text)
            .map_err(|error| Error::unsupported(format!("method {:?} ({text}): {error}", method.name)))
    };
    Ok(Kind::Projected {
        proj: Box::new(make(&format!("+proj={arguments}{shape}"))?),
        geographic: Box::new(make(&format!("+proj=longlat{shape}"))?),
        modification,
    })
}

/// The radius of the sphere with the ellipsoid's surface, by the series of PROJ's `+R_A`.
fn authalic_radius(ellipsoid: &Ellipsoid) -> f64 {
    let (a, b) = (ellipsoid.a(), ellipsoid.b());
    let es = 1.0 - (b * b) / (a * a);
    a * (1.0 - es * (1.0 / 6.0 + es * (17.0 / 360.0 + es * 67.0 / 3024.0)))
}

fn shape(ellipsoid: &Ellipsoid) -> String {
    let (a, b) = (ellipsoid.a(), ellipsoid.b());
    if a == b {
        return format!(" +R={a}");
    }
    match ellipsoid.inverse_flattening() {
        rf if rf > 0.0 => format!(" +a={a} +rf={rf}"),
        _ => format!(" +a={a} +b={b}"),
    }
}

/// The parameters of a conversion, seen through its method.
struct Values<'a> {
    conversion: &'a Conversion,
    method: &'static Method,
}

impl Named for Values<'_> {
    fn value(&self, name: &str) -> f64 {
        let param = self.method.params.iter().find(|param| param.name == name);
        let given = param.and_then(|param| self.given(param));
        given.map_or_else(|| param.map_or(0.0, |param| param.default()), Parameter::base_value)
    }
}

impl<'a> Values<'a> {
    /// What a definition gives for a parameter of the method: by code, or by name where it has none.
    fn given(&self, param: &Param) -> Option<&'a Parameter> {
        let wanted = method::canonical(param.name);
        self.conversion.parameters.iter().find(|p| match param.code {
            0 => method::canonical(&p.name) == wanted,
            code => p.code == Some(code),
        })
    }

    /// In radians, metres or one; the default where it is missing.
    fn base(&self, code: u32) -> f64 {
        self.conversion.parameters.iter().find(|p| p.code == Some(code)).map_or(0.0, |p| p.base_value())
    }

    fn degrees(&self, code: u32) -> f64 {
        let found = self.conversion.parameters.iter().find(|p| p.code == Some(code));
        found.map_or(0.0, |p| in_degrees(p.value, p.unit.factor))
    }

    /// PROJ's operator and arguments, in degrees and metres.
    fn proj_string(&self) -> Result<String> {
        let mut text = String::from(self.method.proj);
        if self.method.code == 9815 && self.is_swiss() {
            let (lat, lon) = (self.degrees(8811), self.degrees(8812));
            let (k, x, y) = (self.base(8815), self.base(8816), self.base(8817));
            return Ok(format!("somerc +lat_0={lat} +lon_0={lon} +k_0={k} +x_0={x} +y_0={y}"));
        }
        for param in self.method.params {
            let value = match self.given(param) {
                Some(p) if param.quantity == method::Quantity::Angle => in_degrees(p.value, p.unit.factor),
                Some(p) => p.base_value(),
                None => param.default(),
            };
            if !value.is_finite() {
                return Err(Error::malformed(format!("parameter {:?} is not a number", param.name)));
            }
            if !param.proj.is_empty() {
                // Writing to a String cannot fail.
                let _ = write!(text, " +{}={value}", param.proj);
            }
        }
        match self.method.code {
            9801 => {
                let _ = write!(text, " +lat_1={}", self.degrees(8801));
            }
            9829 => {
                let pole = if self.degrees(8832) < 0.0 { -90 } else { 90 };
                let _ = write!(text, " +lat_0={pole}");
            }
            _ => {}
        }
        Ok(text)
    }

    /// Azimuth and rectified angle of 90°: the Swiss double projection.
    fn is_swiss(&self) -> bool {
        [8813, 8814].iter().all(|code| (self.degrees(*code) - 90.0).abs() < 1e-4)
    }
}

/// An angle in degrees, without rounding where it already is.
fn in_degrees(value: f64, factor: f64) -> f64 {
    if (factor - crate::units::DEGREE).abs() < 1e-16 { value } else { (value * factor).to_degrees() }
}

/// The datum that a CRS's longitudes and latitudes are on: what decides whether a shift is needed.
#[derive(Clone, Debug)]
pub(crate) struct DatumKey {
    pub(crate) code: Option<u32>,
    pub(crate) name: String,
    pub(crate) a: f64,
    pub(crate) b: f64,
    /// The prime meridian east of Greenwich, in radians.
    pub(crate) prime_meridian: f64,
    pub(crate) to_wgs84: Option<[f64; 7]>,
}

impl DatumKey {
    pub(crate) fn new(definition: &Definition) -> Option<Self> {
        let datum = &definition.geodetic()?.datum;
        Some(Self {
            code: epsg_of(datum.id.as_ref()),
            name: method::canonical(&datum.name),
            a: datum.ellipsoid.a(),
            b: datum.ellipsoid.b(),
            prime_meridian: datum.prime_meridian.radians(),
            to_wgs84: definition.to_wgs84(),
        })
    }
}
