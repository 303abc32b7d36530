use std::sync::Arc;

use serde_json::Value;

use crate::error::{Error, Result};
use crate::method;
use crate::model::{
    Axis, AxisDirection, BoundCrs, CompoundCrs, Conversion, CoordinateSystem, Datum, Definition, Derivation,
    Ellipsoid, EngineeringCrs, Flattening, Frame, GeodeticCrs, Id, Parameter, PrimeMeridian, ProjectedCrs,
    SystemKind, VerticalCrs, VerticalDatum,
};
use crate::units::{Unit, UnitKind};

/// Reads a definition in PROJJSON.
pub(crate) fn read(value: &Value) -> Result<Definition> {
    crs(value, 0).map_err(|error| error.context("PROJJSON"))
}

fn crs(value: &Value, depth: usize) -> Result<Definition> {
    if depth > 4 {
        return Err(Error::malformed("CRSs nest too deeply"));
    }
    match text(value, "type")? {
        "GeographicCRS" | "GeodeticCRS" => Ok(Definition::Geodetic(geodetic(value)?)),
        "DerivedGeographicCRS" => Ok(Definition::Geodetic(derived(value)?)),
        "ProjectedCRS" => Ok(Definition::Projected(Box::new(projected(value)?))),
        "VerticalCRS" => Ok(Definition::Vertical(vertical(value)?)),
        "CompoundCRS" => {
            let [horizontal, vertical] = array(value, "components") else {
                return Err(Error::malformed("a compound CRS has two components"));
            };
            Ok(Definition::Compound(CompoundCrs {
                name: name(value),
                horizontal: Box::new(crs(horizontal, depth + 1)?),
                vertical: Box::new(crs(vertical, depth + 1)?),
                id: id(value),
            }))
        }
        "BoundCRS" => bound(value, depth),
        "EngineeringCRS" => Ok(Definition::Engineering(EngineeringCrs {
            name: name(value),
            datum: value.get("datum").map_or_else(|| "Unknown engineering datum".to_owned(), name),
            system: system(value)?,
            id: id(value),
        })),
        other => Err(Error::unsupported(format!("{other:.40} is no CRS that rasters use"))),
    }
}

fn bound(value: &Value, depth: usize) -> Result<Definition> {
    let source = Box::new(crs(member(value, "source_crs")?, depth + 1)?);
    let shift = member(value, "transformation")?;
    let codes = [8605, 8606, 8607, 8608, 8609, 8610, 8611];
    let mut to_wgs84 = [0.0; 7];
    for parameter in array(shift, "parameters") {
        let code = id(parameter).and_then(|id| id.as_epsg());
        let at = codes.iter().position(|known| code == Some(*known));
        let slot = at.and_then(|at| to_wgs84.get_mut(at));
        *slot
            .ok_or_else(|| Error::unsupported("a bound CRS whose shift is not a Helmert transformation"))? =
            number(parameter, "value")?;
    }
    if member(shift, "method").ok().and_then(id).and_then(|id| id.as_epsg()) == Some(9607) {
        // Coordinate frame rotation: the opposite sense.
        to_wgs84.iter_mut().skip(3).take(3).for_each(|angle| *angle = -*angle);
    }
    Ok(Definition::Bound(BoundCrs { source, to_wgs84 }))
}

fn geodetic(value: &Value) -> Result<GeodeticCrs> {
    let found = value.get("datum").or_else(|| value.get("datum_ensemble"));
    let found = found.ok_or_else(|| Error::malformed("a geodetic CRS has a datum"))?;
    let datum = Datum {
        name: name(found),
        ellipsoid: ellipsoid(member(found, "ellipsoid")?)?,
        prime_meridian: match found.get("prime_meridian") {
            Some(meridian) => {
                let (longitude, unit) = measure(member(meridian, "longitude")?, Unit::degree())?;
                PrimeMeridian { name: name(meridian), longitude, unit, id: id(meridian) }
            }
            None => PrimeMeridian::greenwich(),
        },
        frame: frame(found),
        anchor_epoch: found.get("anchor_epoch").and_then(Value::as_f64),
        id: id(found),
    };
    let system = match value.get("coordinate_system") {
        Some(_) => system(value)?,
        None => CoordinateSystem::lat_lon(&Unit::degree()),
    };
    Ok(GeodeticCrs { name: name(value), datum: Arc::new(datum), system, derivation: None, id: id(value) })
}

/// A rotated pole.
fn derived(value: &Value) -> Result<GeodeticCrs> {
    let base = geodetic(member(value, "base_crs")?)?;
    Ok(GeodeticCrs {
        name: name(value),
        datum: Arc::clone(&base.datum),
        system: system(value)?,
        derivation: Some(Arc::new(Derivation {
            base,
            conversion: conversion(member(value, "conversion")?)?,
        })),
        id: id(value),
    })
}

fn frame(value: &Value) -> Frame {
    if let Some(members) = value.get("members").and_then(Value::as_array) {
        let accuracy = value.get("accuracy").and_then(Value::as_str).unwrap_or("0").to_owned();
        return Frame::Ensemble { accuracy, members: members.iter().map(|m| (name(m), id(m))).collect() };
    }
    match value.get("frame_reference_epoch").and_then(Value::as_f64) {
        Some(epoch) => Frame::Dynamic { epoch },
        None => Frame::Static,
    }
}

fn ellipsoid(value: &Value) -> Result<Ellipsoid> {
    let axis = |key: &str| value.get(key).map(|value| measure(value, Unit::metre())).transpose();
    let (semi_major, unit) = match (axis("radius")?, axis("semi_major_axis")?) {
        (Some(radius), _) => radius,
        (_, Some(semi_major)) => semi_major,
        _ => return Err(Error::malformed("an ellipsoid has a radius or a semi-major axis")),
    };
    let flattening = match (value.get("inverse_flattening").and_then(Value::as_f64), axis("semi_minor_axis")?)
    {
        (Some(rf), _) if rf > 1.0 => Flattening::Inverse(rf),
        (_, Some((b, _))) if b > 0.0 && b < semi_major => Flattening::SemiMinor(b),
        _ => Flattening::Sphere,
    };
    if semi_major <= 0.0 {
        return Err(Error::malformed("an ellipsoid's axis is positive"));
    }
    Ok(Ellipsoid { name: name(value), semi_major, flattening, unit, id: id(value) })
}

fn projected(value: &Value) -> Result<ProjectedCrs> {
    Ok(ProjectedCrs {
        name: name(value),
        base: geodetic(member(value, "base_crs")?)?,
        conversion: conversion(member(value, "conversion")?)?,
        system: system(value)?,
        id: id(value),
    })
}

fn conversion(value: &Value) -> Result<Conversion> {
    let found = member(value, "method")?;
    let code = id(found).and_then(|id| id.as_epsg());
    let known = method::find(code, &name(found));
    let parameters = array(value, "parameters")
        .iter()
        .map(|parameter| {
            let code = id(parameter).and_then(|id| id.as_epsg());
            let wanted = method::canonical(&name(parameter));
            let by_name =
                || known?.params.iter().find(|p| method::canonical(p.name) == wanted).map(|p| p.code);
            let unit = parameter.get("unit").map(unit).transpose()?.unwrap_or_else(Unit::unity);
            let code = code.or_else(by_name).filter(|code| *code != 0);
            Ok(Parameter { name: name(parameter), value: number(parameter, "value")?, unit, code })
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(Conversion {
        name: name(value),
        method: name(found),
        method_code: code.or(known.map(|method| method.code).filter(|code| *code != 0)),
        parameters,
        id: id(value),
    })
}

fn vertical(value: &Value) -> Result<VerticalCrs> {
    let found = value.get("datum").or_else(|| value.get("datum_ensemble"));
    let found = found.ok_or_else(|| Error::malformed("a vertical CRS has a datum"))?;
    let anchor_epoch = found.get("anchor_epoch").and_then(Value::as_f64);
    let datum = VerticalDatum { name: name(found), frame: frame(found), anchor_epoch, id: id(found) };
    Ok(VerticalCrs { name: name(value), datum, system: system(value)?, id: id(value) })
}

fn system(value: &Value) -> Result<CoordinateSystem> {
    let found = member(value, "coordinate_system")?;
    let axes = array(found, "axis").iter().map(axis).collect::<Result<Vec<_>>>()?;
    Ok(CoordinateSystem { kind: SystemKind::from_name(text(found, "subtype")?), axes })
}

fn axis(value: &Value) -> Result<Axis> {
    let direction = AxisDirection::from_name(text(value, "direction")?);
    let unit = value.get("unit").map(unit).transpose()?.unwrap_or_else(Unit::metre);
    let abbreviation = value.get("abbreviation").and_then(Value::as_str).unwrap_or("");
    let mut axis = Axis::new(&name(value), abbreviation, direction, unit);
    if let Some(longitude) = value.get("meridian").and_then(|meridian| meridian.get("longitude")) {
        axis.meridian = Some(measure(longitude, Unit::degree())?);
    }
    Ok(axis)
}

/// A number, or a number with its unit.
fn measure(value: &Value, default: Unit) -> Result<(f64, Unit)> {
    if let Some(number) = value.as_f64() {
        return Ok((number, default));
    }
    Ok((number(value, "value")?, unit(member(value, "unit")?)?))
}

fn unit(value: &Value) -> Result<Unit> {
    match value.as_str() {
        Some("metre") => return Ok(Unit::metre()),
        Some("degree") => return Ok(Unit::degree()),
        Some("unity") => return Ok(Unit::unity()),
        Some(other) => return Err(Error::malformed(format!("unit {other:.40?} has no size"))),
        None => {}
    }
    let kind = match text(value, "type")? {
        "AngularUnit" => UnitKind::Angular,
        "LinearUnit" => UnitKind::Linear,
        _ => UnitKind::Scale,
    };
    let factor = number(value, "conversion_factor")?;
    if factor <= 0.0 {
        return Err(Error::malformed("a unit's size is positive"));
    }
    Ok(Unit::new(name(value), kind, factor))
}

fn member<'a>(value: &'a Value, key: &str) -> Result<&'a Value> {
    value.get(key).ok_or_else(|| Error::malformed(format!("{key} is missing")))
}

fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str> {
    member(value, key)?.as_str().ok_or_else(|| Error::malformed(format!("{key} is no text")))
}

fn number(value: &Value, key: &str) -> Result<f64> {
    member(value, key)?.as_f64().ok_or_else(|| Error::malformed(format!("{key} is no number")))
}

fn array<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn name(value: &Value) -> String {
    value.get("name").and_then(Value::as_str).unwrap_or("unnamed").to_owned()
}

fn id(value: &Value) -> Option<Id> {
    let id = value.get("id")?;
    let code = id.get("code")?;
    let code = code.as_str().map_or_else(|| code.to_string(), str::to_owned);
    Some(Id { authority: id.get("authority")?.as_str()?.to_owned(), code })
}
