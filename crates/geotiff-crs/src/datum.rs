//! Datum shifts: which operations lead from one datum to another, and which of them holds at a place.
//!
//! The table has, for each EPSG datum, the operations to WGS 84 among which PROJ chooses when it has no grids. At each
//! point the choice follows PROJ's rule: of the operations whose area holds the point, the most accurate. Which of them
//! are candidates depends on both CRSs: their areas of use say where a transform is meant to hold.

use std::cmp::Ordering;
use std::f64::consts::FRAC_PI_2;

use crate::area::{Area, Extent};
use crate::engine::{Columns, DatumKey, Engine, wrap};
use crate::lookup;
use crate::model::{Definition, epsg_of};
use crate::registry;

const ARC_SECOND: f64 = std::f64::consts::PI / (180.0 * 3600.0);

/// EPSG's datum of WGS 84 (the ensemble).
const WGS84: u32 = 6326;

const WGS84_SHAPE: Shape = Shape { a: 6_378_137.0, b: 6_356_752.314_245_179 };

#[derive(Clone, Copy, Debug, PartialEq)]
struct Shape {
    a: f64,
    b: f64,
}

impl Shape {
    fn es(self) -> f64 {
        1.0 - (self.b * self.b) / (self.a * self.a)
    }
}

/// A seven-parameter similarity in cartesian space, with a pivot for Molodensky-Badekas.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Helmert {
    translation: [f64; 3],
    /// Radians, position vector convention.
    rotation: [f64; 3],
    /// One plus the scale difference.
    scale: f64,
    pivot: [f64; 3],
    inverse: bool,
}

impl Helmert {
    /// x, y, z in metres; rx, ry, rz in arc-seconds; s in parts per million; then the pivot. Missing ones are 0.
    fn new(values: &[f64], inverse: bool) -> Self {
        let at = |i: usize| values.get(i).copied().unwrap_or(0.0);
        Self {
            translation: [at(0), at(1), at(2)],
            rotation: [at(3) * ARC_SECOND, at(4) * ARC_SECOND, at(5) * ARC_SECOND],
            scale: 1.0 + at(6) * 1e-6,
            pivot: [at(7), at(8), at(9)],
            inverse,
        }
    }

    fn apply(&self, point: [f64; 3], reverse: bool) -> [f64; 3] {
        let [rx, ry, rz] = self.rotation;
        let [tx, ty, tz] = self.translation;
        let [px, py, pz] = self.pivot;
        if self.inverse == reverse {
            let [x, y, z] = [point[0] - px, point[1] - py, point[2] - pz];
            let s = self.scale;
            return [
                s * (x - rz * y + ry * z) + px + tx,
                s * (rz * x + y - rx * z) + py + ty,
                s * (-ry * x + rx * y + z) + pz + tz,
            ];
        }
        let unscaled = |value: f64, pivot: f64, shift: f64| (value - pivot - shift) / self.scale;
        let [x, y, z] = [unscaled(point[0], px, tx), unscaled(point[1], py, ty), unscaled(point[2], pz, tz)];
        [x + rz * y - ry * z + px, -rz * x + y + rx * z + py, ry * x - rx * y + z + pz]
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Step {
    ToCartesian(Shape),
    ToGeographic(Shape),
    Helmert(Helmert),
    /// Longitude and latitude in radians.
    Offset(f64, f64),
}

/// One way from a datum to WGS 84.
#[derive(Clone, Debug, PartialEq)]
struct Operation {
    area: Area,
    /// The area in the coordinates of the CRS that points come from, where that is not geographic.
    extents: Option<Vec<Extent>>,
    /// Metres; negative for a ballpark operation.
    accuracy: f64,
    offshore: bool,
    steps: Vec<Step>,
}

impl Operation {
    fn everywhere(accuracy: f64, steps: Vec<Step>) -> Self {
        Self { area: Area::WORLD, extents: None, accuracy, offshore: false, steps }
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(';');
        let area = Area::parse(parts.next()?).unwrap_or(Area::WORLD);
        let accuracy = parts.next()?;
        let offshore = accuracy.ends_with('o');
        let accuracy = accuracy.trim_end_matches('o').parse().ok()?;
        let steps = parts.map(step).collect::<Option<Vec<_>>>()?;
        Some(Self { area, extents: None, accuracy, offshore, steps })
    }

    /// Takes longitudes and latitudes as they are, as if the datums were the same.
    fn is_ballpark(&self) -> bool {
        self.accuracy < 0.0 && self.steps.is_empty()
    }

    fn holds(&self, place: Place) -> bool {
        match &self.extents {
            None => self.area.holds(place.lon, place.lat),
            Some(extents) => extents.iter().any(|extent| extent.holds(place.x, place.y)),
        }
    }

    fn run(&self, lon: f64, lat: f64, reverse: bool) -> (f64, f64) {
        let mut state = [lon, lat, 0.0];
        let count = self.steps.len();
        for i in 0..count {
            let Some(step) = self.steps.get(if reverse { count - 1 - i } else { i }) else { break };
            state = match (step, reverse) {
                (Step::ToCartesian(shape), false) | (Step::ToGeographic(shape), true) => {
                    to_cartesian(state[0], state[1], *shape)
                }
                (Step::ToCartesian(shape), true) | (Step::ToGeographic(shape), false) => {
                    let (lon, lat) = to_geographic(state, *shape);
                    [lon, lat, 0.0]
                }
                (Step::Helmert(helmert), _) => helmert.apply(state, reverse),
                (Step::Offset(dlon, dlat), false) => [state[0] + dlon, state[1] + dlat, 0.0],
                (Step::Offset(dlon, dlat), true) => [state[0] - dlon, state[1] - dlat, 0.0],
            };
        }
        (state[0], state[1])
    }
}

fn step(text: &str) -> Option<Step> {
    let (kind, rest) = text.split_at_checked(1)?;
    let values = || rest.split(',').map(|v| v.parse().ok()).collect::<Option<Vec<f64>>>();
    Some(match kind {
        "c" => Step::ToCartesian(shape(rest.parse().ok()?)?),
        "g" => Step::ToGeographic(shape(rest.parse().ok()?)?),
        "h" | "H" if rest.is_empty() => Step::Helmert(Helmert::new(&[], false)),
        "h" => Step::Helmert(Helmert::new(&values()?, false)),
        "H" => Step::Helmert(Helmert::new(&values()?, true)),
        "o" => {
            let values = values()?;
            Step::Offset(values.first()? * ARC_SECOND, values.get(1)? * ARC_SECOND)
        }
        _ => return None,
    })
}

fn shape(index: u32) -> Option<Shape> {
    let (a, b) = registry::row(registry::SHAPE, index)?.split_once('\t')?;
    Some(Shape { a: a.parse().ok()?, b: b.parse().ok()? })
}

/// Geographic coordinates at height 0 to geocentric ones (EPSG method 9602).
fn to_cartesian(lon: f64, lat: f64, shape: Shape) -> [f64; 3] {
    let (sin_lat, cos_lat) = lat.sin_cos();
    let (sin_lon, cos_lon) = lon.sin_cos();
    let es = shape.es();
    let n = shape.a / (1.0 - es * sin_lat * sin_lat).sqrt();
    [n * cos_lat * cos_lon, n * cos_lat * sin_lon, n * (1.0 - es) * sin_lat]
}

/// Bowring's closed formula for the latitude: exact to far less than a millimetre near the ellipsoid.
fn to_geographic(point: [f64; 3], shape: Shape) -> (f64, f64) {
    let [x, y, z] = point;
    let p = x.hypot(y);
    if p == 0.0 {
        return (0.0, FRAC_PI_2.copysign(z));
    }
    let (a, b, es) = (shape.a, shape.b, shape.es());
    let (sin_beta, cos_beta) = (z * a).atan2(p * b).sin_cos();
    let second = (a * a - b * b) / (b * b);
    let lat = (z + second * b * sin_beta.powi(3)).atan2(p - es * a * cos_beta.powi(3));
    (y.atan2(x), lat)
}

/// A point by which an operation is chosen.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// In degrees, of Greenwich.
    lon: f64,
    lat: f64,
    /// In the coordinates of the CRS that it comes from.
    x: f64,
    y: f64,
}

impl DatumKey {
    fn is_wgs84(&self) -> bool {
        self.code == Some(WGS84) || self.name.starts_with("worldgeodeticsystem1984") || self.name == "wgs1984"
    }
}

/// What leads from a datum to WGS 84.
#[derive(Clone, Debug, PartialEq)]
enum ToWgs84 {
    /// Longitudes and latitudes are taken as WGS 84's, as PROJ does.
    Same,
    /// PROJ knows nothing either and takes them as they are: a ballpark transformation, off by up to a kilometre.
    Unknown,
    /// To be chosen among by position.
    Operations(Vec<Operation>),
}

impl ToWgs84 {
    fn new(datum: &DatumKey) -> Self {
        if let Some(values) = datum.to_wgs84 {
            let from = Shape { a: datum.a, b: datum.b };
            if values == [0.0; 7] && from == WGS84_SHAPE {
                return Self::Same;
            }
            let steps = vec![
                Step::ToCartesian(from),
                Step::Helmert(Helmert::new(&values, false)),
                Step::ToGeographic(WGS84_SHAPE),
            ];
            return Self::Operations(vec![Operation::everywhere(0.0, steps)]);
        }
        if datum.is_wgs84() {
            return Self::Same;
        }
        let Some(row) = datum.code.and_then(|code| registry::row(registry::OPERATIONS, code)) else {
            return Self::Unknown;
        };
        if row == "0" {
            return Self::Same;
        }
        row.split('\t')
            .map(Operation::parse)
            .collect::<Option<Vec<_>>>()
            .map_or(Self::Unknown, Self::Operations)
    }

    /// Keeps what PROJ takes into account between two CRSs: operations that overlap the area in which the transform is
    /// wanted, those that cover most of it first, the most accurate of equals. Unless one of them covers all of it,
    /// points elsewhere are not shifted.
    fn restrict(&mut self, wanted: Area) {
        let Self::Operations(operations) = self else { return };
        operations.retain(|operation| !operation.is_ballpark() && operation.area.common(wanted) > 0.0);
        let rank = |operation: &Operation| {
            (operation.accuracy < 0.0, -operation.area.common(wanted), operation.accuracy)
        };
        operations.sort_by(|a, b| rank(a).partial_cmp(&rank(b)).unwrap_or(Ordering::Equal));
        if !operations.iter().any(|operation| operation.area.contains(wanted)) {
            operations.push(Operation::everywhere(-1.0, Vec::new()));
        }
    }

    /// Finds operations by the coordinates of the CRS that points come from.
    fn locate(&mut self, source: &Engine, prime_meridian: f64) {
        let Self::Operations(operations) = self else { return };
        for operation in operations.iter_mut().filter(|operation| operation.area != Area::WORLD) {
            operation.extents = Some(operation.area.extents(source, prime_meridian));
        }
    }

    /// PROJ's choice at a place: the first operation there unless a later one is more accurate, or equally accurate
    /// for a smaller area. Outside all areas, the first of all.
    fn choose(operations: &[Operation], place: Place) -> Option<&Operation> {
        let mut best: Option<&Operation> = None;
        for candidate in operations.iter().filter(|operation| operation.holds(place)) {
            let better = best.is_none_or(|best| {
                let accuracy = candidate.accuracy;
                let finer = accuracy < best.accuracy
                    || (accuracy == best.accuracy && candidate.area.size() < best.area.size());
                accuracy >= 0.0 && finer && !candidate.offshore
            });
            if better {
                best = Some(candidate);
            }
        }
        best.or(operations.first())
    }

    fn apply(&self, place: Place, (lon, lat): (f64, f64), reverse: bool) -> (f64, f64) {
        let Self::Operations(operations) = self else { return (lon, lat) };
        match Self::choose(operations, place) {
            Some(operation) => operation.run(lon, lat, reverse),
            None => (lon, lat),
        }
    }

    fn has_operations(&self) -> bool {
        matches!(self, Self::Operations(_))
    }
}

/// Whether PROJ takes a CRS's longitudes and latitudes for WGS 84's.
pub(crate) fn is_wgs84(definition: &Definition) -> bool {
    DatumKey::new(definition).is_some_and(|key| ToWgs84::new(&key) == ToWgs84::Same)
}

/// From the longitudes and latitudes of one CRS to those of another.
pub(crate) struct Shift {
    /// Longitudes to add to come to Greenwich, and to subtract again.
    meridians: [f64; 2],
    /// Nothing when the datums are the same.
    operations: Option<(ToWgs84, ToWgs84)>,
    /// Through WGS 84 by operations of the table, where PROJ may know a direct way.
    detour: bool,
}

impl Shift {
    /// `source` is the engine of `from`.
    pub(crate) fn between(from: &Definition, to: &Definition, source: &Engine) -> Self {
        let (Some(up), Some(down)) = (DatumKey::new(from), DatumKey::new(to)) else {
            return Self { meridians: [0.0; 2], operations: None, detour: false };
        };
        let meridians = [up.prime_meridian, down.prime_meridian];
        if same_datum(&up, &down) {
            return Self { meridians, operations: None, detour: false };
        }
        let mut operations = (ToWgs84::new(&up), ToWgs84::new(&down));
        if operations == (ToWgs84::Same, ToWgs84::Same) {
            return Self { meridians, operations: None, detour: false };
        }
        let wanted = wanted_area(from, to);
        for (side, datum) in [(&mut operations.0, &up), (&mut operations.1, &down)] {
            if let Some(wanted) = wanted.filter(|_| datum.to_wgs84.is_none()) {
                side.restrict(wanted);
            }
            if !source.is_geographic() {
                side.locate(source, up.prime_meridian);
            }
        }
        let shifted = |datum: &DatumKey, side: &ToWgs84| datum.to_wgs84.is_none() && side.has_operations();
        let detour = !up.is_wgs84()
            && !down.is_wgs84()
            && (shifted(&up, &operations.0) || shifted(&down, &operations.1));
        Self { meridians, operations: Some(operations), detour }
    }

    /// Whether [`apply`](Self::apply) looks at the coordinates that points come from.
    pub(crate) fn is_by_place(&self) -> bool {
        self.operations.as_ref().is_some_and(|(up, down)| up.has_operations() || down.has_operations())
    }

    /// From longitudes and latitudes in radians to such; `sources[i]` are the coordinates that point `i` had in the CRS
    /// that it comes from, and may be left out unless the shift [`is_by_place`](Self::is_by_place).
    pub(crate) fn apply(&self, points: &mut Columns<'_>, sources: (&[f64], &[f64])) {
        let [from, to] = self.meridians;
        let Some((up, down)) = &self.operations else {
            if from != to {
                points.apply(|lon, lat| Some((wrap(lon + from - to), lat)));
            }
            return;
        };
        let at = |values: &[f64], i: usize| values.get(i).copied().unwrap_or(f64::NAN);
        points.apply_each(|i, lon, lat| {
            let (x, y) = (at(sources.0, i), at(sources.1, i));
            let place =
                |lon: f64, lat: f64| Place { lon: wrap(lon).to_degrees(), lat: lat.to_degrees(), x, y };
            let start = (lon + from, lat);
            let (lon, lat) = up.apply(place(start.0, start.1), start, false);
            let (lon, lat) = down.apply(place(lon, lat), (lon, lat), true);
            Some((if to == 0.0 { lon } else { wrap(lon - to) }, lat))
        });
    }

    pub(crate) fn is_approximate(&self) -> bool {
        match &self.operations {
            None => false,
            Some((ToWgs84::Unknown, _) | (_, ToWgs84::Unknown)) => true,
            Some(_) => self.detour,
        }
    }
}

/// The smaller of two CRSs' areas of use, in which PROJ wants a transform to hold. A projected CRS without a code is
/// used anywhere; nothing is known of other CRSs that are not EPSG's, whose area PROJ looks up.
fn wanted_area(from: &Definition, to: &Definition) -> Option<Area> {
    let area = |definition: &Definition| match (definition.horizontal(), definition.horizontal().id()) {
        (_, id @ Some(_)) => lookup::crs(epsg_of(id)?).ok()?.1.area.map(Area),
        (Definition::Projected(_), None) => Some(Area::WORLD),
        _ => None,
    };
    let (from, to) = (area(from)?, area(to)?);
    Some(if from.size() < to.size() { from } else { to })
}

fn same_datum(a: &DatumKey, b: &DatumKey) -> bool {
    if a.to_wgs84 != b.to_wgs84 {
        return false;
    }
    let same_shape = (a.a - b.a).abs() < 1e-6 && (a.b - b.b).abs() < 1e-6;
    let same_name = a.name == b.name && !matches!(a.name.as_str(), "unknown" | "unnamed" | "");
    (a.code.is_some() && a.code == b.code) || (same_shape && (same_name || a.to_wgs84.is_some()))
}
