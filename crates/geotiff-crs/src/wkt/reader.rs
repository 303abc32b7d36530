use std::sync::Arc;

use super::tree::Node;
use crate::error::{Error, Result};
use crate::method::{self, Method};
use crate::model::{
    Axis, AxisDirection, BoundCrs, CompoundCrs, Conversion, CoordinateSystem, Datum, Definition, Derivation,
    Ellipsoid, EngineeringCrs, Flattening, Frame, GeodeticCrs, Parameter, PrimeMeridian, ProjectedCrs,
    SystemKind, VerticalCrs, VerticalDatum,
};
use crate::names;
use crate::units::{Unit, UnitKind};
use crate::wkt::dialect;

const GEODETIC: &[&str] =
    &["GEOGCS", "GEOGCRS", "GEOGRAPHICCRS", "GEODCRS", "GEODETICCRS", "GEOCCS", "BASEGEOGCRS", "BASEGEODCRS"];
const PROJECTED: &[&str] = &["PROJCS", "PROJCRS", "PROJECTEDCRS"];
const VERTICAL: &[&str] = &["VERT_CS", "VERTCS", "VERTCRS", "VERTICALCRS"];
const COMPOUND: &[&str] = &["COMPD_CS", "COMPOUNDCRS"];
const ENGINEERING: &[&str] = &["LOCAL_CS", "ENGCRS", "ENGINEERINGCRS"];
const BOUND: &[&str] = &["BOUNDCRS"];
const DATUM: &[&str] = &["DATUM", "ENSEMBLE", "GEODETICDATUM", "TRF"];
const PRIMEM: &[&str] = &["PRIMEM", "PRIMEMERIDIAN"];
const UNITS: &[&str] = &["UNIT", "LENGTHUNIT", "ANGLEUNIT", "SCALEUNIT", "PARAMETRICUNIT"];

/// Reads a definition in WKT 1 (GDAL's or ESRI's) or WKT 2.
pub(crate) fn read(text: &str) -> Result<Definition> {
    let (node, heights) = Node::parse(text)?;
    let read = || {
        let horizontal = crs(&node)?;
        let Some(heights) = heights.map(|heights| crs(&heights)).transpose()? else { return Ok(horizontal) };
        Ok(Definition::Compound(CompoundCrs {
            name: format!("{} + {}", horizontal.name(), heights.name()),
            horizontal: Box::new(horizontal),
            vertical: Box::new(heights),
            id: None,
        }))
    };
    read().map_err(|error: Error| error.context("well-known text"))
}

/// Whether a text begins like well-known text.
pub(crate) fn looks_like_wkt(text: &str) -> bool {
    let keyword: String =
        text.trim_start().chars().take_while(|c| c.is_ascii_alphabetic() || *c == '_').collect();
    let keyword = keyword.to_ascii_uppercase();
    [GEODETIC, PROJECTED, VERTICAL, COMPOUND, ENGINEERING, BOUND]
        .iter()
        .any(|set| set.contains(&keyword.as_str()))
}

fn crs(node: &Node) -> Result<Definition> {
    let definition =
        if let Some(conversion) = node.child(&["DERIVINGCONVERSION"]).filter(|_| node.is(GEODETIC)) {
            Definition::Geodetic(derived(node, conversion)?)
        } else if node.is(GEODETIC) {
            let (crs, shift) = geodetic(node)?;
            return Ok(bind(Definition::Geodetic(crs), shift));
        } else if node.is(PROJECTED) {
            let (crs, shift) = projected(node)?;
            return Ok(bind(Definition::Projected(Box::new(crs)), shift));
        } else if node.is(VERTICAL) {
            Definition::Vertical(vertical(node)?)
        } else if node.is(COMPOUND) {
            compound(node)?
        } else if node.is(ENGINEERING) {
            let datum = node.child(&["EDATUM", "ENGINEERINGDATUM", "LOCAL_DATUM"]);
            let unit = unit(node, UnitKind::Linear).unwrap_or_else(Unit::metre);
            Definition::Engineering(EngineeringCrs {
                name: node.name().to_owned(),
                datum: datum.map_or("Unknown engineering datum", Node::name).to_owned(),
                system: system(node, SystemKind::Cartesian, &unit)
                    .unwrap_or_else(|| CoordinateSystem::easting_northing(&unit)),
                id: node.id(),
            })
        } else if node.is(BOUND) {
            bound(node)?
        } else {
            return Err(Error::unsupported(format!("{:.40} is no CRS that rasters use", node.keyword)));
        };
    Ok(definition)
}

fn bind(definition: Definition, shift: Option<[f64; 7]>) -> Definition {
    match shift {
        Some(to_wgs84) => Definition::Bound(BoundCrs { source: Box::new(definition), to_wgs84 }),
        None => definition,
    }
}

fn compound(node: &Node) -> Result<Definition> {
    let sets = [GEODETIC, PROJECTED, VERTICAL, ENGINEERING, BOUND].concat();
    let mut parts = node.all(&sets).map(crs);
    let (Some(horizontal), Some(vertical)) = (parts.next(), parts.next()) else {
        return Err(Error::malformed("a compound CRS has two components"));
    };
    Ok(Definition::Compound(CompoundCrs {
        name: node.name().to_owned(),
        horizontal: Box::new(horizontal?),
        vertical: Box::new(vertical?),
        id: node.id(),
    }))
}

fn bound(node: &Node) -> Result<Definition> {
    let source = node.require(&["SOURCECRS"])?.children().next();
    let source = crs(source.ok_or_else(|| Error::malformed("SOURCECRS is empty"))?)?;
    let shift = node.require(&["ABRIDGEDTRANSFORMATION"])?;
    let mut to_wgs84 = [0.0; 7];
    let codes = [8605, 8606, 8607, 8608, 8609, 8610, 8611];
    for parameter in shift.all(&["PARAMETER"]) {
        let code = parameter.id().and_then(|id| id.as_epsg());
        let at = codes.iter().position(|known| code == Some(*known));
        let slot = at.and_then(|at| to_wgs84.get_mut(at));
        let slot = slot
            .ok_or_else(|| Error::unsupported("a bound CRS whose shift is not a Helmert transformation"))?;
        let value = parameter.number(1)?;
        *slot = if at == Some(6) { (value - 1.0) * 1e6 } else { value };
    }
    let method = shift.child(&["METHOD"]).and_then(|method| method.id()).and_then(|id| id.as_epsg());
    if method == Some(9607) {
        // Coordinate frame rotation: the opposite sense.
        to_wgs84.iter_mut().skip(3).take(3).for_each(|angle| *angle = -*angle);
    }
    Ok(bind(source, Some(to_wgs84)))
}

/// The CRS and the `TOWGS84` that WKT 1 keeps in its datum.
fn geodetic(node: &Node) -> Result<(GeodeticCrs, Option<[f64; 7]>)> {
    let geocentric = node.is(&["GEOCCS"])
        || node
            .child(&["CS"])
            .is_some_and(|cs| cs.text(0).is_some_and(|kind| kind.eq_ignore_ascii_case("Cartesian")));
    let prime = node.child(PRIMEM);
    // A base CRS in WKT 2 has no coordinate system: its prime meridian's unit is the angular one.
    let angular = unit(node, UnitKind::Angular)
        .or_else(|| prime.and_then(|prime| unit(prime, UnitKind::Angular)))
        .unwrap_or_else(Unit::degree);
    let (datum, shift) = datum(node, &angular)?;
    let linear = unit(node, UnitKind::Linear).unwrap_or_else(Unit::metre);
    let id = node.id();
    let system = if geocentric {
        system(node, SystemKind::Cartesian, &linear).unwrap_or_else(|| CoordinateSystem::geocentric(&linear))
    } else {
        // WKT 1 without axes is longitude first, unless the code says what the order is.
        let lat_first = !node.is(&["GEOGCS"]) || id.as_ref().is_some_and(|id| id.as_epsg().is_some());
        system(node, SystemKind::Ellipsoidal, &angular).unwrap_or_else(|| {
            if lat_first { CoordinateSystem::lat_lon(&angular) } else { CoordinateSystem::lon_lat(&angular) }
        })
    };
    let name = names::geographic(node.name(), node.is(&["GEOGCS"]));
    Ok((GeodeticCrs { name, datum: Arc::new(datum), system, derivation: None, id }, shift))
}

/// A geographic CRS with its base CRS and its conversion: a rotated pole.
fn derived(node: &Node, conversion: &Node) -> Result<GeodeticCrs> {
    let (base, _) = geodetic(node.require(&["BASEGEOGCRS", "BASEGEODCRS"])?)?;
    let angular = unit(node, UnitKind::Angular).unwrap_or_else(|| base.angular_unit());
    let conversion = self::conversion(conversion, &angular, &Unit::metre())?;
    Ok(GeodeticCrs {
        name: node.name().to_owned(),
        datum: Arc::clone(&base.datum),
        system: system(node, SystemKind::Ellipsoidal, &angular)
            .unwrap_or_else(|| CoordinateSystem::lat_lon(&angular)),
        derivation: Some(Arc::new(Derivation { base, conversion })),
        id: node.id(),
    })
}

fn datum(node: &Node, angular: &Unit) -> Result<(Datum, Option<[f64; 7]>)> {
    let found = node.require(DATUM)?;
    let wkt1 = node.is(&["GEOGCS", "GEOCCS"]);
    let ellipsoid = ellipsoid(found.require(&["ELLIPSOID", "SPHEROID"])?)?;
    let prime_meridian = match node.child(PRIMEM) {
        Some(prime) => {
            let unit = unit(prime, UnitKind::Angular).unwrap_or_else(|| angular.clone());
            PrimeMeridian { name: prime.name().to_owned(), longitude: prime.number(1)?, unit, id: prime.id() }
        }
        None => PrimeMeridian::greenwich(),
    };
    let shift = found.child(&["TOWGS84"]).map(|node| {
        let mut values = [0.0; 7];
        values.iter_mut().zip(node.numbers()).for_each(|(slot, value)| *slot = value);
        values
    });
    let dynamic = node.child(&["DYNAMIC"]).and_then(|node| node.child(&["FRAMEEPOCH"]));
    let frame = match dynamic.and_then(|epoch| epoch.optional_number(0)) {
        Some(epoch) => Frame::Dynamic { epoch },
        None if found.is(&["ENSEMBLE"]) => ensemble(found),
        None => Frame::Static,
    };
    let (name, id) =
        if wkt1 { names::datum(found.name(), found.id()) } else { (found.name().to_owned(), found.id()) };
    let anchor_epoch = found.child(&["ANCHOREPOCH"]).and_then(|node| node.optional_number(0));
    Ok((Datum { name, ellipsoid, prime_meridian, frame, anchor_epoch, id }, shift))
}

fn ensemble(node: &Node) -> Frame {
    let accuracy = node.child(&["ENSEMBLEACCURACY"]).and_then(|node| node.text(0)).unwrap_or("0").to_owned();
    let members = node.all(&["MEMBER"]).map(|member| (member.name().to_owned(), member.id())).collect();
    Frame::Ensemble { accuracy, members }
}

fn ellipsoid(node: &Node) -> Result<Ellipsoid> {
    let semi_major = node.number(1)?;
    let inverse = node.number(2)?;
    if semi_major <= 0.0 || inverse < 0.0 || (inverse > 0.0 && inverse <= 1.0) {
        return Err(Error::malformed(format!(
            "no ellipsoid has axis {semi_major} and inverse flattening {inverse}"
        )));
    }
    let flattening = if inverse == 0.0 { Flattening::Sphere } else { Flattening::Inverse(inverse) };
    let unit = unit(node, UnitKind::Linear).unwrap_or_else(Unit::metre);
    Ok(Ellipsoid { name: names::ellipsoid(node.name()), semi_major, flattening, unit, id: node.id() })
}

fn projected(node: &Node) -> Result<(ProjectedCrs, Option<[f64; 7]>)> {
    let (base, shift) = geodetic(node.require(GEODETIC)?)?;
    let wkt2 = node.child(&["CONVERSION"]);
    let linear = unit(node, UnitKind::Linear)
        .or_else(|| node.all(&["AXIS"]).find_map(|axis| unit(axis, UnitKind::Linear)))
        .unwrap_or_else(Unit::metre);
    let conversion = match wkt2 {
        Some(found) => conversion(found, &base.angular_unit(), &linear)?,
        None => dialect::conversion(node, &base.angular_unit(), &linear)?,
    };
    let system = system(node, SystemKind::Cartesian, &linear)
        .unwrap_or_else(|| CoordinateSystem::of_conversion(&conversion, &linear));
    Ok((ProjectedCrs { name: node.name().to_owned(), base, conversion, system, id: node.id() }, shift))
}

fn conversion(node: &Node, angular: &Unit, linear: &Unit) -> Result<Conversion> {
    let found = node.require(&["METHOD", "PROJECTION"])?;
    let code = found.id().and_then(|id| id.as_epsg());
    let known = method::find(code, found.name());
    let parameters = node
        .all(&["PARAMETER"])
        .map(|parameter| parameter_of(parameter, known, angular, linear))
        .collect::<Result<Vec<_>>>()?;
    Ok(Conversion {
        name: node.name().to_owned(),
        method: found.name().to_owned(),
        method_code: code.or(known.map(|method| method.code).filter(|code| *code != 0)),
        parameters,
        id: node.id(),
    })
}

fn parameter_of(node: &Node, method: Option<&Method>, angular: &Unit, linear: &Unit) -> Result<Parameter> {
    let name = node.name();
    let code = node.id().and_then(|id| id.as_epsg());
    let wanted = method::canonical(name);
    let known = method.and_then(|method| {
        method
            .params
            .iter()
            .find(|p| code.map_or_else(|| method::canonical(p.name) == wanted, |code| p.code == code))
    });
    let default = match known.map(|param| param.quantity) {
        Some(method::Quantity::Angle) => angular.clone(),
        Some(method::Quantity::Length) => linear.clone(),
        _ => Unit::unity(),
    };
    let found =
        [UnitKind::Angular, UnitKind::Linear, UnitKind::Scale].into_iter().find_map(|kind| unit(node, kind));
    Ok(Parameter {
        name: name.to_owned(),
        value: node.number(1)?,
        unit: found.unwrap_or(default),
        code: code.or(known.map(|param| param.code).filter(|code| *code != 0)),
    })
}

fn vertical(node: &Node) -> Result<VerticalCrs> {
    let datum = node.child(&["VDATUM", "VERT_DATUM", "VERTICALDATUM", "VRF", "ENSEMBLE", "DATUM"]);
    let dynamic = node.child(&["DYNAMIC"]).and_then(|node| node.child(&["FRAMEEPOCH"]));
    let frame = match dynamic.and_then(|epoch| epoch.optional_number(0)) {
        Some(epoch) => Frame::Dynamic { epoch },
        None => datum.filter(|datum| datum.is(&["ENSEMBLE"])).map_or(Frame::Static, ensemble),
    };
    let unit = unit(node, UnitKind::Linear).unwrap_or_else(Unit::metre);
    Ok(VerticalCrs {
        name: node.name().to_owned(),
        datum: VerticalDatum {
            name: datum.map_or("unknown", Node::name).to_owned(),
            frame,
            anchor_epoch: datum
                .and_then(|datum| datum.child(&["ANCHOREPOCH"]))
                .and_then(|node| node.optional_number(0)),
            id: datum.and_then(Node::id),
        },
        system: system(node, SystemKind::Vertical, &unit).unwrap_or_else(|| CoordinateSystem::height(&unit)),
        id: node.id(),
    })
}

/// The axes where all of them are written out, with `unit` for those that have none of their own.
fn system(node: &Node, kind: SystemKind, unit: &Unit) -> Option<CoordinateSystem> {
    let mut axes: Vec<Axis> = node.all(&["AXIS"]).map(|axis| axis_of(axis, unit, kind)).collect();
    let kind = node.child(&["CS"]).and_then(|cs| cs.text(0)).map_or(kind, SystemKind::from_name);
    let wanted = if kind == SystemKind::Vertical { 1 } else { 2 };
    if kind != SystemKind::Ellipsoidal && kind != SystemKind::Vertical {
        // The third axis of a geocentric or 3D CRS stays as it is.
        axes.truncate(3);
    }
    (axes.len() >= wanted).then_some(CoordinateSystem { kind, axes })
}

fn axis_of(node: &Node, default: &Unit, kind: SystemKind) -> Axis {
    let (name, abbreviation) = names::axis(node.name(), kind);
    let direction = AxisDirection::from_name(node.text(1).unwrap_or(""));
    let own = [UnitKind::Angular, UnitKind::Linear].into_iter().find_map(|kind| unit(node, kind));
    let unit = own.unwrap_or_else(|| match direction {
        AxisDirection::Up | AxisDirection::Down if default.is_angular() => Unit::metre(),
        _ => default.clone(),
    });
    let mut axis = Axis::new(&name, &abbreviation, direction, unit);
    if let Some(meridian) = node.child(&["MERIDIAN"]) {
        let unit = self::unit(meridian, UnitKind::Angular).unwrap_or_else(Unit::degree);
        axis.meridian = meridian.optional_number(0).map(|longitude| (longitude, unit));
    }
    axis
}

/// The unit among a node's children: WKT 1's `UNIT` measures what the place asks for.
pub(super) fn unit(node: &Node, kind: UnitKind) -> Option<Unit> {
    let keyword = match kind {
        UnitKind::Linear => "LENGTHUNIT",
        UnitKind::Angular => "ANGLEUNIT",
        UnitKind::Scale => "SCALEUNIT",
    };
    let found = node.all(UNITS).find(|unit| unit.is(&[keyword, "UNIT"]))?;
    let factor = found.optional_number(1).filter(|factor| *factor > 0.0)?;
    Some(names::unit(found.name(), kind, factor))
}
