//! The transformation of a bound CRS, as WKT 2 and PROJJSON write it.

use crate::lookup;
use crate::model::PrimeMeridian;
use crate::model::{
    BoundCrs, CoordinateSystem, Datum, Definition, Ellipsoid, Flattening, Frame, GeodeticCrs, Id,
};
use crate::units::{Unit, UnitKind};

/// Name, EPSG code, value and quantity of a parameter; scale in parts per million, rotations in arc-seconds.
pub(crate) type ShiftParameter = (&'static str, u32, f64, UnitKind);

const NAMES: [(&str, u32, UnitKind); 7] = [
    ("X-axis translation", 8605, UnitKind::Linear),
    ("Y-axis translation", 8606, UnitKind::Linear),
    ("Z-axis translation", 8607, UnitKind::Linear),
    ("X-axis rotation", 8608, UnitKind::Angular),
    ("Y-axis rotation", 8609, UnitKind::Angular),
    ("Z-axis rotation", 8610, UnitKind::Angular),
    ("Scale difference", 8611, UnitKind::Scale),
];

pub(crate) struct AbridgedTransformation {
    pub(crate) name: String,
    pub(crate) method: (&'static str, u32),
    pub(crate) parameters: Vec<ShiftParameter>,
    pub(crate) target: Definition,
}

impl AbridgedTransformation {
    pub(crate) fn new(crs: &BoundCrs) -> Self {
        let translation_only = crs.to_wgs84.iter().skip(3).all(|value| *value == 0.0);
        let (method, count) = if translation_only {
            (("Geocentric translations (geog2D domain)", 9603), 3)
        } else {
            (("Position Vector transformation (geog2D domain)", 9606), 7)
        };
        let parameters = NAMES
            .iter()
            .zip(crs.to_wgs84)
            .take(count)
            .map(|((name, code, kind), value)| (*name, *code, value, *kind))
            .collect();
        let source = crs.source.geodetic().map_or("unknown", |geodetic| geodetic.name.as_str());
        Self {
            name: format!("Transformation from {source} to WGS84"),
            method,
            parameters,
            target: Definition::Geodetic(wgs84()),
        }
    }
}

/// EPSG:4326; made by hand should the table be damaged.
pub(crate) fn wgs84() -> GeodeticCrs {
    if let Ok((crs, _)) = lookup::geodetic(4326) {
        return crs;
    }
    let ellipsoid = Ellipsoid {
        name: "WGS 84".to_owned(),
        semi_major: 6_378_137.0,
        flattening: Flattening::Inverse(298.257_223_563),
        unit: Unit::metre(),
        id: Some(Id::epsg(7030)),
    };
    let datum = Datum {
        name: "World Geodetic System 1984".to_owned(),
        ellipsoid,
        prime_meridian: PrimeMeridian::greenwich(),
        frame: Frame::Static,
        anchor_epoch: None,
        id: Some(Id::epsg(6326)),
    };
    GeodeticCrs {
        name: "WGS 84".to_owned(),
        datum: std::sync::Arc::new(datum),
        system: CoordinateSystem::lat_lon(&Unit::degree()),
        derivation: None,
        id: Some(Id::epsg(4326)),
    }
}
