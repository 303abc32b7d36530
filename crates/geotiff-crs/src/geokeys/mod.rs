//! CRSs from GeoKeys (OGC GeoTIFF 1.1, section 7), by the rules of libgeotiff and GDAL where the standard is silent.

mod citation;
mod conversion;
mod geodetic;
mod heights;

use geotiff_core::{GeoKey, GeoKeys};

use crate::crs::{Crs, CrsKind};
use crate::error::{Error, Result};
use crate::input;
use crate::lookup::{self, Usage};
use crate::model::{BoundCrs, CoordinateSystem, Definition, EngineeringCrs, Frame, ProjectedCrs};
use crate::units::{Unit, UnitKind};

const USER_DEFINED: u16 = 32767;

/// The CRS that the keys describe, `None` where there are no keys.
pub(crate) fn read(keys: &GeoKeys) -> Result<Option<Crs>> {
    if keys.iter().len() == 0 {
        return Ok(None);
    }
    let crs = Reader { keys }.crs().map_err(|error| error.context("GeoKeys"))?;
    // GDAL reports heights from GeoTIFF 1.1 on: 1.0 files often bear them by mistake.
    match crs {
        Some(crs) if keys.is_geotiff_1_0() && crs.kind() == CrsKind::Compound => Ok(crs.horizontal()),
        crs => Ok(crs),
    }
}

/// The unit of the heights that the keys speak of, whether the CRS is given with heights or not.
pub(crate) fn height_unit(keys: &GeoKeys) -> Option<Unit> {
    let crs = Reader { keys }.crs().ok()??;
    crs.vertical()?.vertical_unit().cloned()
}

struct Reader<'a> {
    keys: &'a GeoKeys,
}

impl Reader<'_> {
    /// An EPSG code; user-defined and undefined are none.
    fn code(&self, key: GeoKey) -> Option<u32> {
        self.keys.short(key).filter(|code| !matches!(*code, 0 | USER_DEFINED)).map(u32::from)
    }

    /// A finite number.
    fn double(&self, key: GeoKey) -> Option<f64> {
        self.keys.double(key).filter(|value| value.is_finite())
    }

    fn text(&self, key: GeoKey) -> Option<&str> {
        self.keys.ascii(key).map(str::trim).filter(|text| !text.is_empty())
    }

    /// The CRS with its heights.
    fn crs(&self) -> Result<Option<Crs>> {
        let model = match self.keys.short(GeoKey::MODEL_TYPE) {
            Some(model @ 1..=3) => model,
            // Without a model the code of a projected CRS says enough.
            None | Some(USER_DEFINED) if self.code(GeoKey::PROJECTED_CS_TYPE).is_some() => 1,
            _ => 0,
        };
        let horizontal = match model {
            1 => self.projected()?,
            2 => self.geographic()?,
            3 => return self.geocentric().map(Some),
            _ => return heights::add_to_plane(self.without_model()?, self).map(Some),
        };
        heights::add_to(horizontal, self).map(Some)
    }

    fn projected(&self) -> Result<Crs> {
        let transform = self.code(GeoKey::PROJ_COORD_TRANS);
        let defined = transform.is_some() || self.code(GeoKey::PROJECTION).is_some();
        // What a code that is not in the table stands for may be written out.
        if let Some(Ok(crs)) = self.code(GeoKey::PROJECTED_CS_TYPE).map(Crs::from_epsg) {
            return self.in_own_unit(crs);
        }
        if let Some(text) = self.text(GeoKey::PCS_CITATION).and_then(citation::esri_pe) {
            return input::from_wkt(text);
        }
        if !defined {
            // Methods that GeoTIFF has no number for, or a code of nobody's: GDAL keeps the name, and no unit.
            return Ok(engineering(&citation::projected_name(self), &Unit::metre()));
        }
        let (base, shift) = geodetic::read(self)?;
        let linear = self.linear_unit()?;
        let conversion = conversion::read(self, &base.angular_unit(), &linear)?;
        let system = CoordinateSystem::of_conversion(&conversion, &linear);
        let crs = ProjectedCrs { name: citation::projected_name(self), base, conversion, system, id: None };
        Ok(finish(Definition::Projected(Box::new(crs)), shift))
    }

    /// A CRS of EPSG whose axes the file gives in another unit: then it is no longer EPSG's.
    fn in_own_unit(&self, crs: Crs) -> Result<Crs> {
        let given = self.code(GeoKey::PROJ_LINEAR_UNITS).and_then(Unit::from_epsg);
        let Definition::Projected(known) = crs.definition() else { return Ok(crs) };
        match given.filter(|given| given.kind() == UnitKind::Linear && crs.linear_unit() != Some(given)) {
            None => Ok(crs),
            Some(unit) => {
                let mut own = (**known).clone();
                own.id = None;
                own.system.axes.iter_mut().for_each(|axis| axis.unit = unit.clone());
                Ok(finish(Definition::Projected(Box::new(own)), None))
            }
        }
    }

    fn geographic(&self) -> Result<Crs> {
        if let Some(Ok(crs)) = self.code(GeoKey::GEOGRAPHIC_TYPE).map(Crs::from_epsg) {
            // GDAL takes any CRS that the code stands for.
            let Definition::Geodetic(found) = crs.definition() else { return Ok(crs) };
            // It takes the third axis away but where a datum is dynamic or an ensemble.
            let flat = crs.kind() == CrsKind::Geographic3D && found.datum.frame == Frame::Static;
            let two = flat.then(|| lookup::geographic_with(found, 2)).flatten();
            return two.map_or(Ok(crs), Crs::from_epsg);
        }
        // The base of a projected CRS says enough where nothing else is said.
        let own = [
            GeoKey::GEOGRAPHIC_TYPE,
            GeoKey::GEOG_GEODETIC_DATUM,
            GeoKey::GEOG_ELLIPSOID,
            GeoKey::GEOG_PRIME_MERIDIAN,
        ];
        if own.iter().all(|key| self.keys.get(*key).is_none())
            && let Some(Ok(projected)) = self.code(GeoKey::PROJECTED_CS_TYPE).map(Crs::from_epsg)
        {
            return projected.geographic();
        }
        let (crs, shift) = geodetic::read(self)?;
        Ok(finish(Definition::Geodetic(crs), shift))
    }

    fn geocentric(&self) -> Result<Crs> {
        if let Some(Ok(crs)) = self.code(GeoKey::GEOGRAPHIC_TYPE).map(Crs::from_epsg)
            && crs.kind() == CrsKind::Geocentric
        {
            return Ok(crs);
        }
        let (mut crs, shift) = geodetic::read(self)?;
        let unit = self.unit(GeoKey::GEOG_LINEAR_UNITS, GeoKey::GEOG_LINEAR_UNIT_SIZE, UnitKind::Linear)?;
        crs.system = CoordinateSystem::geocentric(&unit);
        crs.id = None;
        if let Some(name) = self.text(GeoKey::CITATION).or(self.text(GeoKey::GEOG_CITATION)) {
            name.clone_into(&mut crs.name);
        }
        Ok(finish(Definition::Geodetic(crs), shift))
    }

    /// An ESRI definition where the model is user-defined, else a plane without a place on the Earth.
    fn without_model(&self) -> Result<Crs> {
        if let Some(text) = self.text(GeoKey::PCS_CITATION).and_then(citation::esri_pe) {
            return input::from_wkt(text);
        }
        let name = self.text(GeoKey::CITATION).or(self.text(GeoKey::GEOG_CITATION)).unwrap_or("unnamed");
        Ok(engineering(&citation::without_imagine(name), &self.unit_of_plane()?))
    }

    /// The unit of a plane: unknown where neither a key nor the code of a projected CRS says it.
    fn unit_of_plane(&self) -> Result<Unit> {
        if self.keys.get(GeoKey::PROJ_LINEAR_UNITS).is_some() {
            return self.linear_unit();
        }
        let projected = self.code(GeoKey::PROJECTED_CS_TYPE).and_then(|code| Crs::from_epsg(code).ok());
        let unit = projected.as_ref().and_then(Crs::linear_unit).cloned();
        Ok(unit.unwrap_or_else(|| Unit::new("unknown", UnitKind::Linear, 1.0)))
    }

    fn linear_unit(&self) -> Result<Unit> {
        self.unit(GeoKey::PROJ_LINEAR_UNITS, GeoKey::PROJ_LINEAR_UNIT_SIZE, UnitKind::Linear)
    }

    /// A unit by its code, by its size where it is user-defined; metre or degree where nothing is said.
    fn unit(&self, code: GeoKey, size: GeoKey, kind: UnitKind) -> Result<Unit> {
        if let Some(code) = self.code(code) {
            let unit = Unit::from_epsg(code).filter(|unit| unit.kind() == kind);
            // Degrees that are written as minutes and seconds are degrees to GDAL, like any angle that it does not know.
            let unit = unit.or_else(|| (kind == UnitKind::Angular).then(Unit::degree));
            return unit.ok_or_else(|| Error::unsupported(format!("unit with code {code}")));
        }
        let user_defined = self.keys.short(code) == Some(USER_DEFINED);
        match self.double(size).filter(|size| user_defined && *size > 0.0) {
            Some(size) => Ok(crate::names::unit(&citation::unit_name(self, kind), kind, size)),
            None if kind == UnitKind::Angular => Ok(Unit::degree()),
            None => Ok(Unit::metre()),
        }
    }
}

/// A plane of which the name and the unit are all that is known.
fn engineering(name: &str, unit: &Unit) -> Crs {
    let crs = EngineeringCrs {
        name: name.to_owned(),
        datum: "Unknown engineering datum".to_owned(),
        system: CoordinateSystem::easting_northing(unit),
        id: None,
    };
    finish(Definition::Engineering(crs), None)
}

fn finish(definition: Definition, shift: Option<[f64; 7]>) -> Crs {
    let definition = match shift {
        Some(to_wgs84) => Definition::Bound(BoundCrs { source: Box::new(definition), to_wgs84 }),
        None => definition,
    };
    Crs::from_definition(definition, Usage::default())
}
