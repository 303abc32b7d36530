use serde_json::{Map, Value, json};

use crate::model::{
    Axis, BoundCrs, Conversion, CoordinateSystem, Datum, Definition, Ellipsoid, EngineeringCrs, Flattening,
    Frame, GeodeticCrs, Id, PrimeMeridian, ProjectedCrs, VerticalCrs,
};
use crate::number;
use crate::shift::AbridgedTransformation;
use crate::units::{Unit, UnitKind};

const SCHEMA: &str = "https://proj.org/schemas/v0.7/projjson.schema.json";

pub(crate) fn write(definition: &Definition) -> Value {
    let mut object = crs(definition, true);
    object.insert("$schema".to_owned(), SCHEMA.into());
    Value::Object(object)
}

type Object = Map<String, Value>;

fn object(pairs: impl IntoIterator<Item = (&'static str, Value)>) -> Object {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn with_id(mut object: Object, id: Option<&Id>) -> Object {
    if let Some(id) = id {
        object.insert("id".to_owned(), identifier(id));
    }
    object
}

fn identifier(id: &Id) -> Value {
    match id.code.parse::<u32>() {
        Ok(code) => json!({ "authority": id.authority, "code": code }),
        Err(_) => json!({ "authority": id.authority, "code": id.code }),
    }
}

fn epsg(code: u32) -> Value {
    identifier(&Id::epsg(code))
}

/// 15 digits, whole numbers as integers: what PROJ writes.
fn numeral(value: f64) -> Value {
    let value = number::round(value);
    if value.fract() == 0.0 && value.abs() < 1e15 {
        // Whole and far below 2^53.
        return Value::from(value as i64);
    }
    Value::from(value)
}

/// `identified`: whether identifiers are wanted, since the object around has none that covers this one.
fn crs(definition: &Definition, identified: bool) -> Object {
    match definition {
        Definition::Geodetic(crs) => geodetic(crs, identified),
        Definition::Projected(crs) => projected(crs, identified),
        Definition::Vertical(crs) => vertical(crs, identified),
        Definition::Compound(compound) => {
            let inner = identified && compound.id.is_none();
            let parts =
                [&compound.horizontal, &compound.vertical].map(|part| Value::Object(crs(part, inner)));
            let object = object([
                ("type", "CompoundCRS".into()),
                ("name", compound.name.as_str().into()),
                ("components", parts.into()),
            ]);
            with_id(object, compound.id.as_ref().filter(|_| identified))
        }
        Definition::Bound(crs) => bound(crs),
        Definition::Engineering(crs) => engineering(crs),
    }
}

fn geodetic(crs: &GeodeticCrs, identified: bool) -> Object {
    if let Some(derivation) = &crs.derivation {
        let inner = identified && crs.id.is_none();
        let object = object([
            ("type", "DerivedGeographicCRS".into()),
            ("name", crs.name.as_str().into()),
            ("base_crs", geodetic(&derivation.base, inner).into()),
            ("conversion", conversion(&derivation.conversion, inner)),
            ("coordinate_system", system(&crs.system)),
        ]);
        return with_id(object, crs.id.as_ref().filter(|_| identified));
    }
    let mut object = geodetic_body(crs, identified && crs.id.is_none());
    let kind = if crs.is_geocentric() { "GeodeticCRS" } else { "GeographicCRS" };
    object.insert("type".to_owned(), kind.into());
    with_id(object, crs.id.as_ref().filter(|_| identified))
}

fn geodetic_body(crs: &GeodeticCrs, identified: bool) -> Object {
    let (key, value) = datum(&crs.datum, identified);
    object([("name", crs.name.as_str().into()), (key, value), ("coordinate_system", system(&crs.system))])
}

fn projected(crs: &ProjectedCrs, identified: bool) -> Object {
    let inner = identified && crs.id.is_none();
    let base = with_id(geodetic_body(&crs.base, inner && crs.base.id.is_none()), crs.base.id.as_ref());
    let object = object([
        ("type", "ProjectedCRS".into()),
        ("name", crs.name.as_str().into()),
        ("base_crs", base.into()),
        ("conversion", conversion(&crs.conversion, inner)),
        ("coordinate_system", system(&crs.system)),
    ]);
    with_id(object, crs.id.as_ref().filter(|_| identified))
}

fn datum(datum: &Datum, identified: bool) -> (&'static str, Value) {
    // PROJ writes the identifier of an ensemble always.
    let ensemble = matches!(datum.frame, Frame::Ensemble { .. });
    let id = datum.id.as_ref().filter(|_| identified || ensemble);
    let mut body = object([
        ("name", datum.name.as_str().into()),
        ("ellipsoid", ellipsoid(&datum.ellipsoid, identified && id.is_none())),
    ]);
    let key = frame(&mut body, &datum.frame, datum.anchor_epoch, "Geodetic");
    if datum.prime_meridian.radians() != 0.0 || datum.prime_meridian.name != "Greenwich" {
        body.insert("prime_meridian".to_owned(), prime_meridian(&datum.prime_meridian));
    }
    (key, with_id(body, id).into())
}

/// Adds what makes a datum dynamic or an ensemble; the key under which the datum stands.
fn frame(body: &mut Object, frame: &Frame, anchor_epoch: Option<f64>, kind: &str) -> &'static str {
    if let Some(epoch) = anchor_epoch {
        body.insert("anchor_epoch".to_owned(), numeral(epoch));
    }
    match frame {
        Frame::Ensemble { accuracy, members } => {
            let members: Vec<Value> = members
                .iter()
                .map(|(name, id)| with_id(object([("name", name.as_str().into())]), id.as_ref()).into())
                .collect();
            body.insert("members".to_owned(), members.into());
            body.insert("accuracy".to_owned(), accuracy.as_str().into());
            "datum_ensemble"
        }
        Frame::Dynamic { epoch } => {
            body.insert("type".to_owned(), format!("Dynamic{kind}ReferenceFrame").into());
            body.insert("frame_reference_epoch".to_owned(), numeral(*epoch));
            "datum"
        }
        Frame::Static => {
            body.insert("type".to_owned(), format!("{kind}ReferenceFrame").into());
            "datum"
        }
    }
}

fn ellipsoid(ellipsoid: &Ellipsoid, identified: bool) -> Value {
    let mut body = object([("name", ellipsoid.name.as_str().into())]);
    let length = |value| measure(value, &ellipsoid.unit, "metre");
    match ellipsoid.flattening {
        Flattening::Sphere => {
            body.insert("radius".to_owned(), length(ellipsoid.semi_major));
        }
        Flattening::Inverse(rf) => {
            body.insert("semi_major_axis".to_owned(), length(ellipsoid.semi_major));
            body.insert("inverse_flattening".to_owned(), numeral(rf));
        }
        Flattening::SemiMinor(b) => {
            body.insert("semi_major_axis".to_owned(), length(ellipsoid.semi_major));
            body.insert("semi_minor_axis".to_owned(), length(b));
        }
    }
    with_id(body, ellipsoid.id.as_ref().filter(|_| identified)).into()
}

fn prime_meridian(meridian: &PrimeMeridian) -> Value {
    json!({ "name": meridian.name, "longitude": measure(meridian.longitude, &meridian.unit, "degree") })
}

/// A number alone in the default unit, with its unit otherwise.
fn measure(value: f64, unit: &Unit, default: &str) -> Value {
    let unit_value = unit_of(unit);
    if unit_value == default {
        numeral(value)
    } else {
        json!({ "value": numeral(value), "unit": unit_value })
    }
}

fn unit_of(unit: &Unit) -> Value {
    let known = [Unit::metre(), Unit::degree(), Unit::unity()];
    if known.iter().any(|k| k.name() == unit.name() && k == unit) {
        return unit.name().into();
    }
    let kind = match unit.kind() {
        UnitKind::Linear => "LinearUnit",
        UnitKind::Angular => "AngularUnit",
        UnitKind::Scale => "ScaleUnit",
    };
    json!({ "type": kind, "name": unit.name(), "conversion_factor": numeral(unit.factor()) })
}

fn conversion(conversion: &Conversion, identified: bool) -> Value {
    let mut method = object([("name", conversion.method.as_str().into())]);
    if let Some(code) = conversion.method_code {
        method.insert("id".to_owned(), epsg(code));
    }
    let parameters: Vec<Value> = conversion
        .parameters
        .iter()
        .map(|p| {
            let mut body = object([
                ("name", p.name.as_str().into()),
                ("value", numeral(p.value)),
                ("unit", unit_of(&p.unit)),
            ]);
            if let Some(code) = p.code {
                body.insert("id".to_owned(), epsg(code));
            }
            body.into()
        })
        .collect();
    let body = object([
        ("name", conversion.name.as_str().into()),
        ("method", method.into()),
        ("parameters", parameters.into()),
    ]);
    with_id(body, conversion.id.as_ref().filter(|_| identified)).into()
}

fn vertical(crs: &VerticalCrs, identified: bool) -> Object {
    let mut datum = object([("name", crs.datum.name.as_str().into())]);
    let key = frame(&mut datum, &crs.datum.frame, crs.datum.anchor_epoch, "Vertical");
    let wanted = key == "datum_ensemble" || (identified && crs.id.is_none());
    let datum = with_id(datum, crs.datum.id.as_ref().filter(|_| wanted));
    let body = object([
        ("type", "VerticalCRS".into()),
        ("name", crs.name.as_str().into()),
        (key, datum.into()),
        ("coordinate_system", system(&crs.system)),
    ]);
    with_id(body, crs.id.as_ref().filter(|_| identified))
}

fn engineering(crs: &EngineeringCrs) -> Object {
    let body = object([
        ("type", "EngineeringCRS".into()),
        ("name", crs.name.as_str().into()),
        ("datum", json!({ "type": "EngineeringDatum", "name": crs.datum })),
        ("coordinate_system", system(&crs.system)),
    ]);
    with_id(body, crs.id.as_ref())
}

fn bound(bound: &BoundCrs) -> Object {
    let abridged = AbridgedTransformation::new(bound);
    let parameters: Vec<Value> = abridged
        .parameters
        .iter()
        .map(|(name, code, value, kind)| {
            let unit = match kind {
                UnitKind::Linear => json!("metre"),
                UnitKind::Angular => {
                    json!({ "type": "AngularUnit", "name": "arc-second", "conversion_factor": 4.84813681109536e-06 })
                }
                UnitKind::Scale => {
                    json!({ "type": "ScaleUnit", "name": "parts per million", "conversion_factor": 1e-06 })
                }
            };
            json!({ "name": name, "value": numeral(*value), "unit": unit, "id": epsg(*code) })
        })
        .collect();
    object([
        ("type", "BoundCRS".into()),
        ("source_crs", crs(&bound.source, true).into()),
        ("target_crs", crs(&abridged.target, true).into()),
        (
            "transformation",
            json!({
                "name": abridged.name,
                "method": { "name": abridged.method.0, "id": epsg(abridged.method.1) },
                "parameters": parameters,
            }),
        ),
    ])
}

fn system(system: &CoordinateSystem) -> Value {
    let axes: Vec<Value> = system.axes.iter().map(axis).collect();
    json!({ "subtype": system.kind.name(), "axis": axes })
}

fn axis(axis: &Axis) -> Value {
    let mut body = object([
        ("name", axis.name.as_str().into()),
        ("abbreviation", axis.abbreviation.as_str().into()),
        ("direction", axis.direction.name().into()),
        ("unit", unit_of(&axis.unit)),
    ]);
    if let Some((longitude, unit)) = &axis.meridian {
        body.insert("meridian".to_owned(), json!({ "longitude": measure(*longitude, unit, "degree") }));
    }
    body.into()
}
