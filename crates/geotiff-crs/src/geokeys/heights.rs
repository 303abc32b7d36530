//! Heights from the Vertical keys: above an ellipsoid, which makes the horizontal CRS three-dimensional, or a CRS of
//! their own.

use geotiff_core::GeoKey;

use super::{Reader, USER_DEFINED, citation, finish};
use crate::crs::{Crs, CrsKind};
use crate::error::Result;
use crate::lookup;
use crate::model::{
    Axis, AxisDirection, CompoundCrs, CoordinateSystem, Definition, Frame, ProjectedCrs, VerticalCrs,
    VerticalDatum, epsg_of,
};
use crate::units::Unit;

/// What the keys say of heights.
enum Heights {
    /// Nothing, or nothing that can be understood.
    None,
    /// Above the ellipsoid; with the code of the geographic 3D CRS where the key is one.
    Ellipsoidal(Option<u32>),
    /// A CRS of EPSG, or the file's own.
    Own(Box<VerticalCrs>),
}

/// GeoTIFF 1.0's code of heights above the ellipsoid of WGS 84 (section 6.3.4.1).
const ABOVE_WGS84: u32 = 5030;

/// The code of that datum.
const WGS84: u32 = 6326;

fn read(horizontal: &Crs, reader: &Reader<'_>) -> Heights {
    let Some(code) = reader.code(GeoKey::VERTICAL_CS_TYPE) else {
        let spoken = reader.keys.has_vertical();
        return if spoken { Heights::Own(Box::new(own(reader))) } else { Heights::None };
    };
    let is_ellipsoidal = (5001..=5033).contains(&code);
    // With a datum of the file's own GDAL gives none of them.
    if is_ellipsoidal && reader.keys.short(GeoKey::VERTICAL_DATUM) == Some(USER_DEFINED) {
        return Heights::None;
    }
    let datum = horizontal.definition().geodetic().and_then(|crs| epsg_of(crs.datum.id.as_ref()));
    if code == ABOVE_WGS84 && datum == Some(WGS84) {
        return Heights::Ellipsoidal(None);
    }
    // The other codes of heights above ellipsoids say no more to GDAL than that there are heights.
    if is_ellipsoidal {
        return Heights::Own(Box::new(own(reader)));
    }
    if let Ok((crs, _)) = lookup::vertical(code) {
        return Heights::Own(Box::new(crs));
    }
    // GDAL marks a geographic 3D CRS by giving its code as the vertical one.
    match Crs::from_epsg(code) {
        Ok(crs) if crs.kind() == CrsKind::Geographic3D => Heights::Ellipsoidal(Some(code)),
        _ => Heights::None,
    }
}

/// `horizontal` with the heights that the keys give it.
pub(super) fn add_to(horizontal: Crs, reader: &Reader<'_>) -> Result<Crs> {
    match (read(&horizontal, reader), horizontal.definition()) {
        (Heights::Ellipsoidal(Some(code)), Definition::Geodetic(crs)) if crs.id.is_some() => {
            Crs::from_epsg(code)
        }
        (Heights::Ellipsoidal(Some(_)), Definition::Geodetic(_)) => Ok(horizontal),
        (Heights::Ellipsoidal(_), Definition::Geodetic(crs)) if crs.system.axes.len() == 2 => {
            lookup::geographic_with(crs, 3).map_or(Ok(horizontal), Crs::from_epsg)
        }
        (Heights::Ellipsoidal(_), Definition::Projected(crs)) if crs.system.axes.len() == 2 => {
            Ok(finish(Definition::Projected(Box::new(in_three_dimensions(crs))), None))
        }
        (
            Heights::Own(heights),
            Definition::Geodetic(_)
            | Definition::Projected(_)
            | Definition::Bound(_)
            | Definition::Engineering(_),
        ) if !matches!(horizontal.kind(), CrsKind::Geographic3D | CrsKind::Geocentric) => {
            compound(&horizontal, *heights, reader)
        }
        _ => Ok(horizontal),
    }
}

/// A plane without a place on the Earth, with heights where their unit is given: their code does not count.
pub(super) fn add_to_plane(plane: Crs, reader: &Reader<'_>) -> Result<Crs> {
    let has_unit = reader.keys.short(GeoKey::VERTICAL_UNITS).is_some_and(|unit| unit != 0);
    match plane.definition() {
        Definition::Engineering(_) if has_unit => compound(&plane, own(reader), reader),
        _ => Ok(plane),
    }
}

/// A projected CRS with ellipsoidal heights, as PROJ promotes it to three dimensions.
fn in_three_dimensions(crs: &ProjectedCrs) -> ProjectedCrs {
    let mut three = crs.clone();
    if let Some(Ok((base, _))) = lookup::geographic_with(&crs.base, 3).map(lookup::geodetic) {
        three.base = base;
    }
    three.system.axes.push(Axis::new("Ellipsoidal height", "h", AxisDirection::Up, Unit::metre()));
    three.id = None;
    three
}

fn compound(horizontal: &Crs, heights: VerticalCrs, reader: &Reader<'_>) -> Result<Crs> {
    let code = epsg_of(heights.id.as_ref());
    if let (Some(h), Some(v)) = (horizontal.epsg(), code)
        && let Some(known) = lookup::compound_of(h, v)
    {
        return Crs::from_epsg(known);
    }
    let name = match reader.text(GeoKey::CITATION) {
        Some(name) => name.to_owned(),
        None if code.is_some() => format!("{} + {}", horizontal.name(), heights.name),
        None => format!("{} + {}", horizontal.name(), given_name(reader).unwrap_or("unknown")),
    };
    let crs = CompoundCrs {
        name,
        horizontal: Box::new(horizontal.definition().clone()),
        vertical: Box::new(Definition::Vertical(heights)),
        id: None,
    };
    Ok(finish(Definition::Compound(crs), None))
}

/// The name that GDAL writes.
fn given_name<'a>(reader: &'a Reader<'_>) -> Option<&'a str> {
    citation::field(reader.text(GeoKey::VERTICAL_CITATION)?, "VCS Name")
}

fn own(reader: &Reader<'_>) -> VerticalCrs {
    let datum = reader.code(GeoKey::VERTICAL_DATUM).and_then(|code| lookup::vertical_datum(code).ok());
    let unit = reader.code(GeoKey::VERTICAL_UNITS).and_then(Unit::from_epsg).unwrap_or_else(Unit::metre);
    let name = given_name(reader).or(reader.text(GeoKey::VERTICAL_CITATION)).unwrap_or("unknown");
    VerticalCrs {
        name: name.to_owned(),
        datum: datum.unwrap_or(VerticalDatum {
            name: "unknown".to_owned(),
            frame: Frame::Static,
            anchor_epoch: None,
            id: None,
        }),
        system: CoordinateSystem::height(&unit),
        id: None,
    }
}
