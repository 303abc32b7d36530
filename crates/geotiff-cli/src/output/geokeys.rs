//! GeoKeys of a CRS (OGC GeoTIFF 1.1, section 7): by code, else user-defined, in the way that libgeotiff reads.

use std::collections::BTreeMap;

use geotiff_kit::Crs;
use serde_json::Value;

use super::geotiff::GeoKeyTags;

/// The code of what is defined by other keys.
const USER_DEFINED: u16 = 32767;

const MODEL_TYPE: u16 = 1024;
const RASTER_TYPE: u16 = 1025;
const GEODETIC_CRS: u16 = 2048;
const GEODETIC_CITATION: u16 = 2049;
const DATUM: u16 = 2050;
const PRIME_MERIDIAN: u16 = 2051;
const ANGULAR_UNIT: u16 = 2054;
const ANGULAR_UNIT_SIZE: u16 = 2055;
const ELLIPSOID: u16 = 2056;
const SEMI_MAJOR_AXIS: u16 = 2057;
const SEMI_MINOR_AXIS: u16 = 2058;
const INVERSE_FLATTENING: u16 = 2059;
const PRIME_MERIDIAN_LONGITUDE: u16 = 2061;
const PROJECTED_CRS: u16 = 3072;
const PROJECTED_CITATION: u16 = 3073;
const PROJECTION: u16 = 3074;
const METHOD: u16 = 3075;
const LINEAR_UNIT: u16 = 3076;
const LINEAR_UNIT_SIZE: u16 = 3077;

/// EPSG's codes of methods and the values of ProjMethodGeoKey.
const METHODS: [(u64, u16); 24] = [
    (9807, 1),
    (9812, 3),
    (9813, 4),
    (9815, 9815),
    (9804, 7),
    (9805, 7),
    (9802, 8),
    (9801, 9),
    (9820, 10),
    (1027, 10),
    (9822, 11),
    (1125, 12),
    (1119, 13),
    (9810, 15),
    (9829, 15),
    (9809, 16),
    (1028, 17),
    (1029, 17),
    (9806, 18),
    (9840, 21),
    (9818, 22),
    (9811, 26),
    (9808, 27),
    (9835, 28),
];
/// Methods without a code, by their names in PROJ.
const NAMED_METHODS: [(&str, u16); 6] = [
    ("Stereographic", 14),
    ("Gnomonic", 19),
    ("Miller Cylindrical", 20),
    ("Robinson", 23),
    ("Sinusoidal", 24),
    ("Van Der Grinten", 25),
];
/// EPSG's codes of parameters and their keys.
const PARAMETERS: [(u64, u16); 20] = [
    (8801, 3081),
    (8802, 3080),
    (8805, 3092),
    (8806, 3082),
    (8807, 3083),
    (8811, 3089),
    (8812, 3088),
    (8813, 3094),
    (8814, 3096),
    (8815, 3093),
    (8816, 3082),
    (8817, 3083),
    (8821, 3085),
    (8822, 3084),
    (8823, 3078),
    (8824, 3079),
    (8826, 3086),
    (8827, 3087),
    (8832, 3081),
    (8833, 3095),
];
/// EPSG's codes of units, by their names in PROJJSON.
const UNITS: [(&str, u16); 5] =
    [("metre", 9001), ("foot", 9002), ("US survey foot", 9003), ("degree", 9102), ("grad", 9105)];

/// The keys of `crs` and of the raster type; `None` for a CRS that keys cannot say.
pub(super) fn of(crs: &Crs, pixel_is_point: bool) -> Option<GeoKeyTags> {
    let crs = crs.horizontal().unwrap_or_else(|| crs.clone());
    let mut keys = Keys::default();
    keys.short(RASTER_TYPE, if pixel_is_point { 2 } else { 1 });
    match crs.epsg().and_then(|code| u16::try_from(code).ok()) {
        Some(code) if crs.is_geographic() => {
            keys.short(MODEL_TYPE, 2);
            keys.short(GEODETIC_CRS, code);
        }
        Some(code) if crs.is_projected() => {
            keys.short(MODEL_TYPE, 1);
            keys.short(PROJECTED_CRS, code);
        }
        _ => keys.define(&crs.to_projjson())?,
    }
    keys.tags()
}

/// Keys under construction.
#[derive(Debug, Default)]
struct Keys {
    shorts: BTreeMap<u16, u16>,
    doubles: BTreeMap<u16, f64>,
    texts: BTreeMap<u16, String>,
    /// Degrees to a unit of the base CRS.
    degrees: f64,
}

impl Keys {
    fn short(&mut self, key: u16, value: u16) {
        self.shorts.insert(key, value);
    }

    /// A CRS in full.
    fn define(&mut self, crs: &Value) -> Option<()> {
        match crs["type"].as_str()? {
            "GeographicCRS" => {
                self.short(MODEL_TYPE, 2);
                self.geodetic(crs)
            }
            "ProjectedCRS" => {
                self.short(MODEL_TYPE, 1);
                self.short(PROJECTED_CRS, USER_DEFINED);
                self.text(PROJECTED_CITATION, crs["name"].as_str()?);
                self.geodetic(&crs["base_crs"])?;
                let unit = Unit::of(&crs["coordinate_system"]["axis"][0]["unit"])?;
                self.unit(&unit, LINEAR_UNIT, LINEAR_UNIT_SIZE);
                self.conversion(&crs["conversion"], unit.factor)
            }
            _ => None,
        }
    }

    /// A geodetic CRS, by its code where it has one. Its axes are in degrees or in what the base of a projected CRS is
    /// measured in.
    fn geodetic(&mut self, crs: &Value) -> Option<()> {
        let unit = Unit::of(&crs["coordinate_system"]["axis"][0]["unit"]).unwrap_or_else(Unit::degree);
        self.unit(&unit, ANGULAR_UNIT, ANGULAR_UNIT_SIZE);
        self.degrees = unit.factor.to_degrees();
        if let Some(code) = code(crs) {
            self.short(GEODETIC_CRS, code);
            return Some(());
        }
        let datum = if crs["datum"].is_object() { &crs["datum"] } else { &crs["datum_ensemble"] };
        let (ellipsoid, meridian) = (&datum["ellipsoid"], &datum["prime_meridian"]);
        self.short(GEODETIC_CRS, USER_DEFINED);
        self.short(DATUM, code(datum).unwrap_or(USER_DEFINED));
        self.short(ELLIPSOID, code(ellipsoid).unwrap_or(USER_DEFINED));
        let name = |of: &Value, other: &str| of["name"].as_str().unwrap_or(other).replace('|', " ");
        let names = [
            ("GCS Name", name(crs, "unknown")),
            ("Datum", name(datum, "unknown")),
            ("Ellipsoid", name(ellipsoid, "unknown")),
            ("Primem", name(meridian, "Greenwich")),
        ];
        // libgeotiff's spelling of the names of user-defined parts.
        let citation: Vec<String> = names.iter().map(|(part, name)| format!("{part} = {name}")).collect();
        self.text(GEODETIC_CITATION, &citation.join("|"));
        let (radius, inverse) =
            (measure(&ellipsoid["radius"], &Unit::metre()), ellipsoid["inverse_flattening"].as_f64());
        let minor = measure(&ellipsoid["semi_minor_axis"], &Unit::metre());
        self.doubles
            .insert(SEMI_MAJOR_AXIS, measure(&ellipsoid["semi_major_axis"], &Unit::metre()).or(radius)?);
        match (inverse, minor.or(radius)) {
            (Some(inverse), _) => self.doubles.insert(INVERSE_FLATTENING, inverse),
            (None, minor) => self.doubles.insert(SEMI_MINOR_AXIS, minor?),
        };
        if let Some(longitude) = measure(&meridian["longitude"], &Unit::degree()) {
            self.short(PRIME_MERIDIAN, code(meridian).unwrap_or(USER_DEFINED));
            self.doubles.insert(PRIME_MERIDIAN_LONGITUDE, longitude / unit.factor);
        }
        Some(())
    }

    /// Angles are in the unit of the base CRS, lengths in that of the CRS, which has `metres`.
    fn conversion(&mut self, conversion: &Value, metres: f64) -> Option<()> {
        self.short(PROJECTION, USER_DEFINED);
        let method = &conversion["method"];
        let by_code = METHODS.iter().find(|(epsg, _)| method["id"]["code"].as_u64() == Some(*epsg));
        let by_name = || NAMED_METHODS.iter().find(|(name, _)| method["name"].as_str() == Some(*name));
        let value = by_code.map(|(_, value)| *value).or_else(|| by_name().map(|(_, value)| *value))?;
        self.short(METHOD, value);
        for parameter in conversion["parameters"].as_array()? {
            let code = parameter["id"]["code"].as_u64();
            let (_, key) = PARAMETERS.iter().find(|(epsg, _)| code == Some(*epsg))?;
            let number = parameter["value"].as_f64()?;
            let unit = Unit::of(&parameter["unit"])?;
            let number = match unit.kind {
                UnitKind::Angle => number * unit.factor.to_degrees() / self.degrees,
                UnitKind::Length => number * unit.factor / metres,
                UnitKind::Scale => number * unit.factor,
            };
            self.doubles.insert(*key, number);
        }
        Some(())
    }

    fn unit(&mut self, unit: &Unit, key: u16, size: u16) {
        let code = UNITS.iter().find(|(name, _)| *name == unit.name).map(|(_, code)| *code);
        self.short(key, code.unwrap_or(USER_DEFINED));
        if code.is_none() {
            self.doubles.insert(size, unit.factor);
        }
    }

    fn text(&mut self, key: u16, text: &str) {
        self.texts.insert(key, text.to_owned());
    }

    /// The keys in their order, as the three tags have them.
    fn tags(&self) -> Option<GeoKeyTags> {
        const DOUBLES: u16 = 34736;
        const TEXTS: u16 = 34737;
        let mut entries = BTreeMap::new();
        let (mut doubles, mut ascii) = (Vec::new(), Vec::new());
        for (&key, &value) in &self.shorts {
            entries.insert(key, [0, 1, value]);
        }
        for (&key, &value) in &self.doubles {
            entries.insert(key, [DOUBLES, 1, u16::try_from(doubles.len()).ok()?]);
            doubles.push(value);
        }
        for (&key, text) in &self.texts {
            let start = u16::try_from(ascii.len()).ok()?;
            // Each text ends with a bar (OGC GeoTIFF 1.1, 7.1.3), which counts.
            ascii.extend_from_slice(text.as_bytes());
            ascii.push(b'|');
            entries.insert(key, [TEXTS, u16::try_from(text.len() + 1).ok()?, start]);
        }
        let header = [1, 1, 0, u16::try_from(entries.len()).ok()?];
        let rows = entries.iter().flat_map(|(&key, &[place, count, value])| [key, place, count, value]);
        Some(GeoKeyTags { directory: header.into_iter().chain(rows).collect(), doubles, ascii })
    }
}

#[derive(Clone, Copy, PartialEq)]
enum UnitKind {
    Angle,
    Length,
    Scale,
}

/// A unit of PROJJSON: radians or metres to it.
struct Unit {
    name: String,
    kind: UnitKind,
    factor: f64,
}

impl Unit {
    fn degree() -> Self {
        Self { name: "degree".into(), kind: UnitKind::Angle, factor: 1.0_f64.to_radians() }
    }

    fn metre() -> Self {
        Self { name: "metre".into(), kind: UnitKind::Length, factor: 1.0 }
    }

    fn of(unit: &Value) -> Option<Self> {
        match unit.as_str() {
            Some("degree") => return Some(Self::degree()),
            Some("metre") => return Some(Self::metre()),
            Some("unity") => return Some(Self { name: "unity".into(), kind: UnitKind::Scale, factor: 1.0 }),
            _ => {}
        }
        let kind = match unit["type"].as_str()? {
            "AngularUnit" => UnitKind::Angle,
            "LinearUnit" => UnitKind::Length,
            "ScaleUnit" => UnitKind::Scale,
            _ => return None,
        };
        Some(Self {
            name: unit["name"].as_str()?.to_owned(),
            kind,
            factor: unit["conversion_factor"].as_f64()?,
        })
    }
}

/// A number of `unit`, or of its own, in radians or metres.
fn measure(value: &Value, unit: &Unit) -> Option<f64> {
    match value.as_f64() {
        Some(number) => Some(number * unit.factor),
        None => Some(value["value"].as_f64()? * Unit::of(&value["unit"])?.factor),
    }
}

/// The EPSG code of a part.
fn code(part: &Value) -> Option<u16> {
    let id = &part["id"];
    (id["authority"].as_str() == Some("EPSG")).then_some(())?;
    u16::try_from(id["code"].as_u64()?).ok()
}
