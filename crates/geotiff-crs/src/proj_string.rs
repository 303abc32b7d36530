//! CRSs from PROJ strings: `+proj=utm +zone=33 +datum=WGS84`.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::lookup;
use crate::method::{self, Method, Quantity};
use crate::model::{
    BoundCrs, Conversion, CoordinateSystem, Datum, Definition, Ellipsoid, Flattening, Frame, GeodeticCrs, Id,
    Parameter, PrimeMeridian, ProjectedCrs,
};
use crate::names;
use crate::units::{Unit, UnitKind};

/// PROJ's names of datums: EPSG code, and parameters to WGS 84 where PROJ gives some.
const DATUMS: [(&str, u32); 9] = [
    ("WGS84", 6326),
    ("NAD83", 6269),
    ("NAD27", 6267),
    ("potsdam", 6314),
    ("OSGB36", 6277),
    ("GGRS87", 6121),
    ("carthage", 6223),
    ("hermannskogel", 6312),
    ("nzgd49", 6272),
];

/// PROJ's names of ellipsoids and EPSG's codes.
const ELLIPSOIDS: [(&str, u32); 22] = [
    ("WGS84", 7030),
    ("GRS80", 7019),
    ("intl", 7022),
    ("bessel", 7004),
    ("clrk66", 7008),
    ("clrk80", 7034),
    ("clrk80ign", 7011),
    ("airy", 7001),
    ("mod_airy", 7002),
    ("aust_SA", 7003),
    ("krass", 7024),
    ("GRS67", 7036),
    ("evrst30", 7015),
    ("evrstSS", 7016),
    ("helmert", 7020),
    ("WGS72", 7043),
    ("WGS66", 7025),
    ("GSK2011", 1025),
    ("PZ90", 7054),
    ("bess_nam", 7046),
    ("evrst48", 7018),
    ("evrst56", 7044),
];

/// PROJ's names of prime meridians and EPSG's codes.
const MERIDIANS: [(&str, u32); 12] = [
    ("greenwich", 8901),
    ("lisbon", 8902),
    ("paris", 8903),
    ("bogota", 8904),
    ("madrid", 8905),
    ("rome", 8906),
    ("bern", 8907),
    ("jakarta", 8908),
    ("ferro", 8909),
    ("brussels", 8910),
    ("stockholm", 8911),
    ("athens", 8912),
];

/// PROJ's names of units of length: EPSG's name and size in metres.
const UNITS: [(&str, &str, f64); 14] = [
    ("m", "metre", 1.0),
    ("km", "kilometre", 1000.0),
    ("cm", "centimetre", 0.01),
    ("mm", "millimetre", 0.001),
    ("dm", "decimetre", 0.1),
    ("ft", "foot", 0.3048),
    ("us-ft", "US survey foot", 1200.0 / 3937.0),
    ("yd", "yard", 0.9144),
    ("us-yd", "US survey yard", 3600.0 / 3937.0),
    ("mi", "Statute mile", 1609.344),
    ("us-mi", "US survey mile", 6_336_000.0 / 3937.0),
    ("kmi", "nautical mile", 1852.0),
    ("ind-yd", "Indian yard", 0.914_398_530_744_440_8),
    ("ch", "chain", 20.1168),
];

pub(crate) fn read(text: &str) -> Result<Definition> {
    let arguments = Arguments::parse(text);
    crs(&arguments).map_err(|error| error.context("PROJ string"))
}

/// The arguments of a PROJ string in order; of those given twice the first counts.
struct Arguments<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Arguments<'a> {
    fn parse(text: &'a str) -> Self {
        let words = text.split_whitespace().map(|word| word.trim_start_matches('+'));
        Self(words.map(|word| word.split_once('=').unwrap_or((word, ""))).collect())
    }

    fn get(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    fn number(&self, name: &str) -> Result<Option<f64>> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let value: Option<f64> = text.parse().ok().or_else(|| degrees(text));
        match value.filter(|value| value.is_finite()) {
            Some(value) => Ok(Some(value)),
            None => Err(Error::malformed(format!("+{name}={text:.40} is no number"))),
        }
    }
}

/// `52d9'22.178"N` and the like, or radians with a closing `r`.
fn degrees(text: &str) -> Option<f64> {
    let (text, sign) = match text.strip_suffix(['W', 'w', 'S', 's']) {
        Some(text) => (text, -1.0),
        None => (text.trim_end_matches(['E', 'e', 'N', 'n']), 1.0),
    };
    if let Some(radians) = text.strip_suffix(['r', 'R']) {
        return radians.parse::<f64>().ok().map(f64::to_degrees);
    }
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |text| (true, text));
    let mut value = 0.0;
    let mut rest = text;
    for (marks, part) in [(&['d', 'D', '°'][..], 1.0), (&['\''][..], 60.0), (&['"'][..], 3600.0)] {
        if let Some((number, tail)) = rest.split_once(marks) {
            value += number.parse::<f64>().ok()? / part;
            rest = tail;
        }
    }
    if !rest.is_empty() {
        value += rest.parse::<f64>().ok()?;
    }
    Some(if negative { -value * sign } else { value * sign })
}

fn crs(arguments: &Arguments<'_>) -> Result<Definition> {
    if let Some(code) =
        arguments.get("init").and_then(|init| init.to_ascii_lowercase().strip_prefix("epsg:")?.parse().ok())
    {
        return lookup::crs(code).map(|(definition, _)| definition);
    }
    for flag in ["R_A", "R_V", "R_a", "R_g", "R_h", "R_lat_a", "R_lat_g", "R_C", "lon_wrap", "geoc"] {
        if arguments.has(flag) {
            return Err(Error::unsupported(format!("+{flag}")));
        }
    }
    if arguments.get("nadgrids").is_some_and(|grids| grids != "@null") {
        return Err(Error::unsupported("+nadgrids: datum shift grids"));
    }
    let base = geographic(arguments)?;
    let operator = arguments.get("proj").ok_or_else(|| Error::malformed("+proj is missing"))?;
    let definition = match operator {
        "longlat" | "latlong" | "lonlat" | "latlon" => Definition::Geodetic(base),
        "geocent" => {
            let unit = linear_unit(arguments)?;
            Definition::Geodetic(GeodeticCrs { system: CoordinateSystem::geocentric(&unit), ..base })
        }
        _ => projected(arguments, operator, base)?,
    };
    let Some(text) = arguments.get("towgs84") else { return Ok(definition) };
    let values: Vec<f64> = text.split(',').filter_map(|value| value.trim().parse().ok()).collect();
    if !matches!(values.len(), 3 | 7) {
        return Err(Error::malformed("+towgs84 has three or seven numbers"));
    }
    let mut to_wgs84 = [0.0; 7];
    to_wgs84.iter_mut().zip(values).for_each(|(slot, value)| *slot = value);
    Ok(Definition::Bound(BoundCrs { source: Box::new(definition), to_wgs84 }))
}

fn geographic(arguments: &Arguments<'_>) -> Result<GeodeticCrs> {
    let prime_meridian = prime_meridian(arguments)?;
    let datum = match arguments.get("datum") {
        Some(name) => {
            let known = DATUMS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
            let (_, code) = known.ok_or_else(|| Error::unsupported(format!("+datum={name:.40}")))?;
            let datum = lookup::datum(*code)?;
            Datum { name: names::plain_datum(&datum.name), frame: Frame::Static, prime_meridian, ..datum }
        }
        None => {
            let ellipsoid = ellipsoid(arguments)?;
            let shift =
                arguments.get("towgs84").map_or_else(String::new, |text| format!(" using towgs84={text}"));
            let name = match &ellipsoid.id {
                Some(_) => format!("Unknown based on {} ellipsoid{shift}", ellipsoid.name),
                None => format!("unknown{shift}"),
            };
            Datum { name, ellipsoid, prime_meridian, frame: Frame::Static, anchor_epoch: None, id: None }
        }
    };
    let system = CoordinateSystem::lon_lat(&Unit::degree());
    Ok(GeodeticCrs { name: "unknown".to_owned(), datum: Arc::new(datum), system, derivation: None, id: None })
}

fn ellipsoid(arguments: &Arguments<'_>) -> Result<Ellipsoid> {
    let own = |semi_major, flattening| Ellipsoid {
        name: "unknown".to_owned(),
        semi_major,
        flattening,
        unit: Unit::metre(),
        id: None,
    };
    if let Some(radius) = arguments.number("R")? {
        return Ok(own(radius, Flattening::Sphere));
    }
    if let Some(name) = arguments.get("ellps") {
        let known = ELLIPSOIDS.iter().find(|(known, _)| *known == name);
        return match known {
            Some((_, code)) => lookup::ellipsoid(*code),
            None if name == "sphere" => Ok(own(6_370_997.0, Flattening::Sphere)),
            None => Err(Error::unsupported(format!("+ellps={name:.40}"))),
        };
    }
    let Some(a) = arguments.number("a")? else { return lookup::ellipsoid(7030) };
    let flattening = match (arguments.number("b")?, arguments.number("rf")?, arguments.number("f")?) {
        (Some(b), _, _) if b < a => Flattening::SemiMinor(b),
        (None, Some(rf), _) if rf > 1.0 => Flattening::Inverse(rf),
        (None, None, Some(f)) if f > 0.0 => Flattening::Inverse(1.0 / f),
        _ => Flattening::Sphere,
    };
    Ok(own(a, flattening))
}

fn prime_meridian(arguments: &Arguments<'_>) -> Result<PrimeMeridian> {
    let Some(text) = arguments.get("pm") else { return Ok(PrimeMeridian::greenwich()) };
    if let Some((_, code)) = MERIDIANS.iter().find(|(known, _)| *known == text) {
        let known = lookup::prime_meridian(*code)?;
        // Longitudes of PROJ strings are in degrees.
        return Ok(PrimeMeridian { longitude: known.radians().to_degrees(), unit: Unit::degree(), ..known });
    }
    let longitude = arguments.number("pm")?.unwrap_or(0.0);
    Ok(PrimeMeridian { name: "unknown".to_owned(), longitude, unit: Unit::degree(), id: None })
}

fn linear_unit(arguments: &Arguments<'_>) -> Result<Unit> {
    if let Some(size) = arguments.number("to_meter")?.filter(|size| *size > 0.0) {
        return Ok(Unit::new("unknown", UnitKind::Linear, size));
    }
    let name = arguments.get("units").unwrap_or("m");
    match UNITS.iter().find(|(known, _, _)| *known == name) {
        Some((_, name, size)) => Ok(Unit::new(*name, UnitKind::Linear, *size)),
        None => Err(Error::unsupported(format!("+units={name:.40}"))),
    }
}

fn projected(arguments: &Arguments<'_>, operator: &str, base: GeodeticCrs) -> Result<Definition> {
    let linear = linear_unit(arguments)?;
    let conversion = if operator == "utm" {
        let zone = arguments.number("zone")?.filter(|zone| (1.0..=60.0).contains(zone));
        let zone = zone.ok_or_else(|| Error::malformed("+zone is a number from 1 to 60"))?;
        // Whole and between 1 and 60.
        lookup::conversion(if arguments.has("south") { 16100 } else { 16000 } + zone as u32)?
    } else {
        conversion(arguments, method_of(arguments, operator)?, &linear)?
    };
    let code = match (conversion.method_code, arguments.get("axis")) {
        (Some(1041), Some("swu")) => Some(9819),
        (Some(9807), Some("wsu")) => Some(9808),
        (code, _) => code,
    };
    let method = code.and_then(method::by_code);
    let conversion = match method {
        Some(method) => Conversion { method: method.name.to_owned(), method_code: code, ..conversion },
        None => conversion,
    };
    let system = CoordinateSystem::of_conversion(&conversion, &linear);
    let crs = ProjectedCrs { name: "unknown".to_owned(), base, conversion, system, id: None };
    Ok(Definition::Projected(Box::new(crs)))
}

/// The method, where the operator has several: by its arguments.
fn method_of(arguments: &Arguments<'_>, operator: &str) -> Result<&'static Method> {
    let number = |name| arguments.number(name);
    let unknown = || Error::unsupported(format!("+proj={operator:.40}"));
    let at_pole = number("lat_0")?.is_some_and(|lat| (lat.abs() - 90.0).abs() < 1e-10);
    let sphere = arguments.get("nadgrids") == Some("@null") && number("a")? == Some(6_378_137.0);
    let code = match operator {
        "merc" if sphere => 1024,
        "merc" if number("lat_ts")?.is_some_and(|lat| lat != 0.0) => 9805,
        "lcc" if arguments.has("lat_2") && number("lat_2")? != number("lat_1")? => 9802,
        "lcc" if number("lat_0")?.unwrap_or(0.0) == number("lat_1")?.unwrap_or(0.0) => 9801,
        "lcc" => 9802,
        "stere" if at_pole && arguments.has("lat_ts") => 9829,
        "stere" if at_pole => 9810,
        "stere" => return method::find(None, "Stereographic").ok_or_else(unknown),
        "omerc" if arguments.has("no_uoff") || arguments.has("no_off") => 9812,
        "omerc" if !arguments.has("alpha") && !arguments.has("gamma") => {
            return method::find(None, "Hotine Oblique Mercator Two Point Natural Origin")
                .ok_or_else(unknown);
        }
        "omerc" | "somerc" => 9815,
        "krovak" => 1041,
        "aeqd" if arguments.has("guam") => 9831,
        "etmerc" => 9807,
        "geos" if arguments.get("sweep") == Some("x") => {
            return method::find(None, "Geostationary Satellite (Sweep X)").ok_or_else(unknown);
        }
        _ => {
            let operator_of = |method: &&Method| method.proj.split(' ').next() == Some(operator);
            return method::METHODS.iter().find(operator_of).ok_or_else(unknown);
        }
    };
    method::by_code(code).ok_or_else(unknown)
}

fn conversion(arguments: &Arguments<'_>, method: &'static Method, linear: &Unit) -> Result<Conversion> {
    let swiss = arguments.get("proj") == Some("somerc");
    let mut parameters = Vec::with_capacity(method.params.len());
    for param in method.params {
        let mut value = arguments.number(param.proj)?;
        value = match (param.code, value) {
            (8813 | 8814, None) if swiss => Some(90.0),
            (8814, None) => arguments.number("alpha")?,
            (8812, None) => arguments.number("lon_0")?,
            (8818, None) => Some(78.5),
            (8832, Some(lat)) => {
                // The pole's sign: `+lat_ts` is often given without it.
                let south = arguments.number("lat_0")?.is_some_and(|lat| lat < 0.0);
                Some(if south { -lat.abs() } else { lat })
            }
            (8801, None) if method.code == 9801 => arguments.number("lat_1")?,
            (8824, None) => arguments.number("lat_1")?,
            (8805 | 8815 | 8819, None) => match arguments.number("k")? {
                Some(k) => Some(k),
                None => arguments.number("k_0")?,
            },
            (_, value) => value,
        };
        let value = value.unwrap_or(param.default());
        let (value, unit) = match param.quantity {
            Quantity::Angle => (value, Unit::degree()),
            // False eastings and northings are in metres whatever the unit of the axes.
            Quantity::Length => (value / linear.factor(), linear.clone()),
            Quantity::Scale => (value, Unit::unity()),
        };
        parameters.push(Parameter {
            name: param.name.to_owned(),
            value,
            unit,
            code: (param.code != 0).then_some(param.code),
        });
    }
    Ok(Conversion {
        name: "unknown".to_owned(),
        method: method.name.to_owned(),
        method_code: (method.code != 0).then_some(method.code),
        parameters,
        id: None::<Id>,
    })
}
