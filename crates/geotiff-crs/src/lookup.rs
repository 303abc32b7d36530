//! Rows of the embedded table made into definitions.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::model::{
    Axis, AxisDirection, CompoundCrs, Conversion, CoordinateSystem, Datum, Definition, Ellipsoid, Flattening,
    Frame, GeodeticCrs, Id, Parameter, PrimeMeridian, ProjectedCrs, SystemKind, VerticalCrs, VerticalDatum,
};
use crate::registry::{self, Tag};
use crate::units::{Unit, UnitKind};
use crate::wkt;

/// West, south, east, north in degrees.
pub(crate) type Area = [f64; 4];

/// The area of use of a CRS and whether EPSG has deprecated it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Usage {
    pub(crate) area: Option<Area>,
    pub(crate) deprecated: bool,
    /// The definition is the table's own, so that its code says everything.
    pub(crate) registered: bool,
    /// The text that was read said nothing of the axes' order.
    pub(crate) implicit_axes: bool,
}

/// The fields of one row, read in order. A field that is missing or unreadable says that the table is damaged.
struct Fields {
    tag: Tag,
    code: u32,
    rest: std::str::Split<'static, char>,
}

impl Fields {
    fn open(tag: Tag, code: u32) -> Result<Self> {
        let row = registry::row(tag, code).ok_or_else(|| Error::unknown_code("EPSG", code))?;
        Ok(Self { tag, code, rest: row.split('\t') })
    }

    fn damaged(&self) -> Error {
        Error::malformed(format!(
            "row {}{} of the embedded table cannot be read",
            char::from(self.tag),
            self.code
        ))
    }

    fn text(&mut self) -> Result<&'static str> {
        self.rest.next().ok_or_else(|| self.damaged())
    }

    fn optional(&mut self) -> &'static str {
        self.rest.next().unwrap_or("")
    }

    fn number<T: std::str::FromStr>(&mut self) -> Result<T> {
        let text = self.text()?;
        text.parse().map_err(|_| self.damaged())
    }

    fn usage(&mut self) -> Usage {
        let mut values = self.optional().split(',').map(str::parse::<f64>);
        let mut next = || values.next().and_then(std::result::Result::ok);
        let area = (|| Some([next()?, next()?, next()?, next()?]))();
        Usage { area, deprecated: self.optional() == "d", registered: true, implicit_axes: false }
    }
}

/// A horizontal, vertical or compound CRS of EPSG.
pub(crate) fn crs(code: u32) -> Result<(Definition, Usage)> {
    if let Ok((crs, usage)) = projected(code) {
        return Ok((Definition::Projected(Box::new(crs)), usage));
    }
    if registry::row(registry::GEODETIC, code).is_some() {
        let (crs, usage) = geodetic(code)?;
        return Ok((Definition::Geodetic(crs), usage));
    }
    if registry::row(registry::VERTICAL, code).is_some() {
        let (crs, usage) = vertical(code)?;
        return Ok((Definition::Vertical(crs), usage));
    }
    compound(code)
}

pub(crate) fn geodetic(code: u32) -> Result<(GeodeticCrs, Usage)> {
    let mut fields = Fields::open(registry::GEODETIC, code)?;
    let name = fields.text()?.to_owned();
    let _kind = fields.text()?;
    let system = system(fields.number()?)?;
    let datum = Arc::new(datum(fields.number()?)?);
    Ok((GeodeticCrs { name, datum, system, derivation: None, id: Some(Id::epsg(code)) }, fields.usage()))
}

pub(crate) fn projected(code: u32) -> Result<(ProjectedCrs, Usage)> {
    let mut fields = Fields::open(registry::PROJECTED, code)?;
    let name = fields.text()?;
    let (base, _) = geodetic(fields.number()?)?;
    let conversion = conversion(fields.number()?)?;
    let system = system(fields.number()?)?;
    // The row leaves out what the base CRS and the conversion already say.
    let name = match name.strip_prefix('/') {
        _ if name == "=" => format!("{} / {}", base.name, conversion.name),
        Some(tail) => format!("{} / {tail}", base.name),
        None => name.to_owned(),
    };
    Ok((ProjectedCrs { name, base, conversion, system, id: Some(Id::epsg(code)) }, fields.usage()))
}

pub(crate) fn vertical(code: u32) -> Result<(VerticalCrs, Usage)> {
    let mut fields = Fields::open(registry::VERTICAL, code)?;
    let name = fields.text()?.to_owned();
    let system = system(fields.number()?)?;
    let datum = vertical_datum(fields.number()?)?;
    Ok((VerticalCrs { name, datum, system, id: Some(Id::epsg(code)) }, fields.usage()))
}

fn compound(code: u32) -> Result<(Definition, Usage)> {
    let mut fields = Fields::open(registry::COMPOUND, code)?;
    let name = fields.text()?.to_owned();
    let horizontal = match fields.number()? {
        code if registry::row(registry::GEODETIC, code).is_some() => Definition::Geodetic(geodetic(code)?.0),
        code => Definition::Projected(Box::new(projected(code)?.0)),
    };
    let vertical = Definition::Vertical(vertical(fields.number()?)?.0);
    let crs = CompoundCrs {
        name,
        horizontal: Box::new(horizontal),
        vertical: Box::new(vertical),
        id: Some(Id::epsg(code)),
    };
    Ok((Definition::Compound(crs), fields.usage()))
}

/// The geographic CRS of EPSG on the same datum with 2 or 3 axes; the lowest code that is not deprecated.
pub(crate) fn geographic_with(crs: &GeodeticCrs, axes: usize) -> Option<u32> {
    let datum = crate::model::epsg_of(crs.datum.id.as_ref())?.to_string();
    let candidates = registry::rows(registry::GEODETIC).filter(|(_, row)| {
        let mut fields = row.split('\t').skip(1);
        fields.next() == Some("g") && fields.nth(1) == Some(&datum) && fields.nth(1) != Some("d")
    });
    let fits = |code: u32| geodetic(code).is_ok_and(|(found, _)| found.system.axes.len() == axes);
    candidates.map(|(code, _)| code).find(|code| fits(*code))
}

/// A CRS of ESRI's own, by its code.
pub(crate) fn esri(code: u32) -> Result<(Definition, Usage)> {
    let row = registry::row(registry::ESRI, code).ok_or_else(|| Error::unknown_code("ESRI", code))?;
    let (_, text) = row.split_once('\t').unwrap_or((row, ""));
    let mut definition = wkt::read(text)?;
    let id = Some(Id { authority: "ESRI".to_owned(), code: code.to_string() });
    match &mut definition {
        Definition::Projected(crs) => crs.id = id,
        Definition::Geodetic(crs) => crs.id = id,
        _ => {}
    }
    Ok((definition, Usage { registered: true, ..Usage::default() }))
}

/// The compound CRS of EPSG with two parts, the lowest code that is not deprecated.
pub(crate) fn compound_of(horizontal: u32, vertical: u32) -> Option<u32> {
    let (horizontal, vertical) = (horizontal.to_string(), vertical.to_string());
    let found = registry::rows(registry::COMPOUND).find(|(_, row)| {
        let mut fields = row.split('\t').skip(1);
        fields.next() == Some(&horizontal) && fields.next() == Some(&vertical) && fields.nth(1) != Some("d")
    });
    found.map(|(code, _)| code)
}

pub(crate) fn datum(code: u32) -> Result<Datum> {
    let mut fields = Fields::open(registry::DATUM, code)?;
    let name = fields.text()?.to_owned();
    let ellipsoid = ellipsoid(fields.number()?)?;
    let prime_meridian = prime_meridian(fields.number()?)?;
    let frame = frame(fields.optional());
    let anchor_epoch = fields.optional().parse().ok();
    Ok(Datum { name, ellipsoid, prime_meridian, frame, anchor_epoch, id: Some(Id::epsg(code)) })
}

pub(crate) fn vertical_datum(code: u32) -> Result<VerticalDatum> {
    let mut fields = Fields::open(registry::VERTICAL_DATUM, code)?;
    let name = fields.text()?.to_owned();
    let (_ellipsoid, _meridian) = (fields.optional(), fields.optional());
    let frame = frame(fields.optional());
    let anchor_epoch = fields.optional().parse().ok();
    Ok(VerticalDatum { name, frame, anchor_epoch, id: Some(Id::epsg(code)) })
}

/// `E<accuracy>;<code>;<name>…` for an ensemble, `D<epoch>` for a dynamic frame, nothing for a static one.
fn frame(text: &str) -> Frame {
    if let Some(epoch) = text.strip_prefix('D').and_then(|epoch| epoch.parse().ok()) {
        return Frame::Dynamic { epoch };
    }
    let Some(ensemble) = text.strip_prefix('E') else { return Frame::Static };
    let mut parts = ensemble.split(';');
    let accuracy = parts.next().unwrap_or("").to_owned();
    let mut members = Vec::new();
    while let (Some(code), Some(name)) = (parts.next(), parts.next()) {
        members.push((name.to_owned(), code.parse().ok().map(Id::epsg)));
    }
    Frame::Ensemble { accuracy, members }
}

pub(crate) fn ellipsoid(code: u32) -> Result<Ellipsoid> {
    let mut fields = Fields::open(registry::ELLIPSOID, code)?;
    let name = fields.text()?.to_owned();
    let semi_major = fields.number()?;
    let shape = fields.text()?;
    let number = |prefix| shape.strip_prefix(prefix).and_then(|value| value.parse().ok());
    let flattening = match (number('i'), number('b')) {
        (Some(rf), _) => Flattening::Inverse(rf),
        (_, Some(b)) => Flattening::SemiMinor(b),
        _ => Flattening::Sphere,
    };
    let unit = local_unit(fields.number()?)?;
    Ok(Ellipsoid { name, semi_major, flattening, unit, id: Some(Id::epsg(code)) })
}

pub(crate) fn prime_meridian(code: u32) -> Result<PrimeMeridian> {
    let mut fields = Fields::open(registry::PRIME_MERIDIAN, code)?;
    let name = fields.text()?.to_owned();
    let longitude = fields.number()?;
    let unit = local_unit(fields.number()?)?;
    Ok(PrimeMeridian { name, longitude, unit, id: Some(Id::epsg(code)) })
}

pub(crate) fn conversion(code: u32) -> Result<Conversion> {
    let mut fields = Fields::open(registry::CONVERSION, code)?;
    let name = fields.text()?.to_owned();
    let method = fields.number()?;
    let mut parameters = Vec::with_capacity(7);
    while let Some(field) = fields.rest.next() {
        parameters.push(parameter(field).ok_or_else(|| fields.damaged())?);
    }
    Ok(Conversion {
        name,
        method: name_of(registry::METHOD, method)?.to_owned(),
        method_code: Some(method),
        parameters,
        id: Some(Id::epsg(code)),
    })
}

/// `<code>;<value>;<unit>`.
fn parameter(field: &str) -> Option<Parameter> {
    let mut parts = field.split(';');
    let code = parts.next()?.parse().ok()?;
    let value = parts.next()?.parse().ok()?;
    let unit = local_unit(parts.next()?.parse().ok()?).ok()?;
    let name = registry::row(registry::PARAMETER, code)?.to_owned();
    Some(Parameter { name, value, unit, code: Some(code) })
}

/// The name of a method or a parameter.
pub(crate) fn name_of(tag: Tag, code: u32) -> Result<&'static str> {
    Fields::open(tag, code)?.text()
}

fn local_unit(index: u32) -> Result<Unit> {
    // The two that nearly every row uses, without a look-up.
    match index {
        0 => return Ok(Unit::degree()),
        1 => return Ok(Unit::metre()),
        _ => {}
    }
    let mut fields = Fields::open(registry::LOCAL_UNIT, index)?;
    let name = fields.text()?;
    let kind = match fields.text()? {
        "a" => UnitKind::Angular,
        "l" => UnitKind::Linear,
        _ => UnitKind::Scale,
    };
    Ok(Unit::new(name, kind, fields.number()?))
}

fn system(index: u32) -> Result<CoordinateSystem> {
    let mut fields = Fields::open(registry::SYSTEM, index)?;
    let kind = SystemKind::from_name(fields.text()?);
    let mut axes = Vec::with_capacity(3);
    while let Some(field) = fields.rest.next() {
        axes.push(axis(field).ok_or_else(|| fields.damaged())?);
    }
    Ok(CoordinateSystem { kind, axes })
}

/// `<name>;<abbreviation>;<direction>;<unit>[;<meridian>;<its unit>]`.
fn axis(field: &str) -> Option<Axis> {
    let mut parts = field.split(';');
    let (name, abbreviation) = (parts.next()?, parts.next()?);
    let direction = AxisDirection::from_name(parts.next()?);
    let unit = local_unit(parts.next()?.parse().ok()?).ok()?;
    let mut axis = Axis::new(name, abbreviation, direction, unit);
    if let (Some(longitude), Some(unit)) = (parts.next(), parts.next()) {
        axis.meridian = Some((longitude.parse().ok()?, local_unit(unit.parse().ok()?).ok()?));
    }
    Some(axis)
}
