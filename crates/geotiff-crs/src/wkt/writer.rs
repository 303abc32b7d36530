use crate::model::{
    Axis, BoundCrs, Conversion, CoordinateSystem, Datum, Definition, Ellipsoid, EngineeringCrs, Frame,
    GeodeticCrs, Id, ProjectedCrs, SystemKind, VerticalCrs,
};
use crate::number;
use crate::shift::AbridgedTransformation;
use crate::units::{Unit, UnitKind};

/// WKT 2:2019 on one line.
pub(crate) fn write(definition: &Definition) -> String {
    let mut writer = Writer { out: String::new(), open: true };
    writer.crs(definition, true);
    writer.out
}

struct Writer {
    out: String,
    /// Nothing stands in the current node yet: the next item needs no comma.
    open: bool,
}

impl Writer {
    fn node(&mut self, keyword: &str, body: impl FnOnce(&mut Self)) {
        self.raw(keyword);
        self.out.push('[');
        self.open = true;
        body(self);
        self.out.push(']');
        self.open = false;
    }

    fn raw(&mut self, text: &str) {
        if !self.open {
            self.out.push(',');
        }
        self.open = false;
        self.out.push_str(text);
    }

    fn text(&mut self, text: &str) {
        let quoted = format!("\"{}\"", text.replace('"', "\"\""));
        self.raw(&quoted);
    }

    fn number(&mut self, value: f64) {
        self.raw(&number::format(value));
    }

    fn id(&mut self, id: Option<&Id>) {
        let Some(id) = id else { return };
        self.node("ID", |w| {
            w.text(&id.authority);
            if id.code.bytes().all(|b| b.is_ascii_digit()) { w.raw(&id.code) } else { w.text(&id.code) }
        });
    }

    fn epsg(&mut self, code: Option<u32>) {
        self.id(code.map(Id::epsg).as_ref());
    }

    fn unit(&mut self, unit: &Unit) {
        let keyword = match unit.kind() {
            UnitKind::Linear => "LENGTHUNIT",
            UnitKind::Angular => "ANGLEUNIT",
            UnitKind::Scale => "SCALEUNIT",
        };
        self.node(keyword, |w| {
            w.text(unit.name());
            w.number(unit.factor());
        });
    }

    /// `identified`: whether identifiers are wanted, since the node around has none that covers this one.
    fn crs(&mut self, definition: &Definition, identified: bool) {
        match definition {
            Definition::Geodetic(crs) => self.geodetic(crs, identified),
            Definition::Projected(crs) => self.projected(crs, identified),
            Definition::Vertical(crs) => self.vertical(crs, identified),
            Definition::Compound(crs) => self.node("COMPOUNDCRS", |w| {
                w.text(&crs.name);
                let inner = identified && crs.id.is_none();
                w.crs(&crs.horizontal, inner);
                w.crs(&crs.vertical, inner);
                w.id(crs.id.as_ref().filter(|_| identified));
            }),
            Definition::Bound(crs) => self.bound(crs),
            Definition::Engineering(crs) => self.engineering(crs),
        }
    }

    fn geodetic(&mut self, crs: &GeodeticCrs, identified: bool) {
        self.node(if crs.is_geocentric() { "GEODCRS" } else { "GEOGCRS" }, |w| {
            w.text(&crs.name);
            let inner = identified && crs.id.is_none();
            match &crs.derivation {
                None => w.datum(&crs.datum, inner),
                Some(derivation) => {
                    w.base(&derivation.base, inner);
                    w.conversion("DERIVINGCONVERSION", &derivation.conversion, inner);
                }
            }
            w.system(&crs.system);
            w.id(crs.id.as_ref().filter(|_| identified));
        });
    }

    fn base(&mut self, crs: &GeodeticCrs, identified: bool) {
        self.node("BASEGEOGCRS", |w| {
            w.text(&crs.name);
            w.datum(&crs.datum, identified && crs.id.is_none());
            let angular = crs.angular_unit();
            if angular != crs.datum.prime_meridian.unit {
                w.unit(&angular);
            }
            w.id(crs.id.as_ref());
        });
    }

    fn projected(&mut self, crs: &ProjectedCrs, identified: bool) {
        let inner = identified && crs.id.is_none();
        self.node("PROJCRS", |w| {
            w.text(&crs.name);
            w.base(&crs.base, inner);
            w.conversion("CONVERSION", &crs.conversion, inner);
            w.system(&crs.system);
            w.id(crs.id.as_ref().filter(|_| identified));
        });
    }

    fn datum(&mut self, datum: &Datum, identified: bool) {
        let id = datum.id.as_ref().filter(|_| identified);
        match &datum.frame {
            Frame::Ensemble { accuracy, members } => self.node("ENSEMBLE", |w| {
                w.text(&datum.name);
                for (name, _) in members {
                    w.node("MEMBER", |w| w.text(name));
                }
                w.ellipsoid(&datum.ellipsoid, identified && id.is_none());
                w.node("ENSEMBLEACCURACY", |w| w.raw(accuracy));
                w.id(id);
            }),
            frame => {
                self.dynamic(frame);
                self.node("DATUM", |w| {
                    w.text(&datum.name);
                    w.ellipsoid(&datum.ellipsoid, identified && id.is_none());
                    if let Some(epoch) = datum.anchor_epoch {
                        w.node("ANCHOREPOCH", |w| w.number(epoch));
                    }
                    w.id(id);
                });
            }
        }
        self.node("PRIMEM", |w| {
            w.text(&datum.prime_meridian.name);
            w.number(datum.prime_meridian.longitude);
            w.unit(&datum.prime_meridian.unit);
        });
    }

    fn dynamic(&mut self, frame: &Frame) {
        if let Frame::Dynamic { epoch } = frame {
            self.node("DYNAMIC", |w| w.node("FRAMEEPOCH", |w| w.number(*epoch)));
        }
    }

    fn ellipsoid(&mut self, ellipsoid: &Ellipsoid, identified: bool) {
        self.node("ELLIPSOID", |w| {
            w.text(&ellipsoid.name);
            w.number(ellipsoid.semi_major);
            w.number(ellipsoid.inverse_flattening());
            w.unit(&ellipsoid.unit);
            w.id(ellipsoid.id.as_ref().filter(|_| identified));
        });
    }

    fn conversion(&mut self, keyword: &str, conversion: &Conversion, identified: bool) {
        self.node(keyword, |w| {
            w.text(&conversion.name);
            w.node("METHOD", |w| {
                w.text(&conversion.method);
                w.epsg(conversion.method_code);
            });
            for parameter in &conversion.parameters {
                w.node("PARAMETER", |w| {
                    w.text(&parameter.name);
                    w.number(parameter.value);
                    w.unit(&parameter.unit);
                    w.epsg(parameter.code);
                });
            }
            w.id(conversion.id.as_ref().filter(|_| identified));
        });
    }

    fn vertical(&mut self, crs: &VerticalCrs, identified: bool) {
        self.node("VERTCRS", |w| {
            w.text(&crs.name);
            let id = crs.datum.id.as_ref().filter(|_| identified && crs.id.is_none());
            if let Frame::Ensemble { accuracy, members } = &crs.datum.frame {
                w.node("ENSEMBLE", |w| {
                    w.text(&crs.datum.name);
                    for (name, _) in members {
                        w.node("MEMBER", |w| w.text(name));
                    }
                    w.node("ENSEMBLEACCURACY", |w| w.raw(accuracy));
                    w.id(id);
                });
            } else {
                w.dynamic(&crs.datum.frame);
                w.node("VDATUM", |w| {
                    w.text(&crs.datum.name);
                    if let Some(epoch) = crs.datum.anchor_epoch {
                        w.node("ANCHOREPOCH", |w| w.number(epoch));
                    }
                    w.id(id);
                });
            }
            w.system(&crs.system);
            w.id(crs.id.as_ref().filter(|_| identified));
        });
    }

    fn engineering(&mut self, crs: &EngineeringCrs) {
        self.node("ENGCRS", |w| {
            w.text(&crs.name);
            w.node("EDATUM", |w| w.text(&crs.datum));
            w.system(&crs.system);
            w.id(crs.id.as_ref());
        });
    }

    fn bound(&mut self, crs: &BoundCrs) {
        let abridged = AbridgedTransformation::new(crs);
        self.node("BOUNDCRS", |w| {
            w.node("SOURCECRS", |w| w.crs(&crs.source, true));
            w.node("TARGETCRS", |w| w.crs(&abridged.target, true));
            w.node("ABRIDGEDTRANSFORMATION", |w| {
                w.text(&abridged.name);
                w.node("METHOD", |w| {
                    w.text(abridged.method.0);
                    w.epsg(Some(abridged.method.1));
                });
                for (name, code, value, kind) in &abridged.parameters {
                    // WKT wants the factor where PROJJSON has parts per million.
                    let value = if *kind == UnitKind::Scale { 1.0 + value * 1e-6 } else { *value };
                    w.node("PARAMETER", |w| {
                        w.text(name);
                        w.number(value);
                        w.epsg(Some(*code));
                    });
                }
            });
        });
    }

    fn system(&mut self, system: &CoordinateSystem) {
        self.node("CS", |w| {
            w.raw(system.kind.name());
            w.raw(&system.axes.len().to_string());
        });
        let several = system.axes.len() > 1;
        for (i, axis) in system.axes.iter().enumerate() {
            self.node("AXIS", |w| {
                w.text(&axis_name(axis, system.kind));
                w.raw(axis.direction.name());
                if let Some((longitude, unit)) = &axis.meridian {
                    w.node("MERIDIAN", |w| {
                        w.number(*longitude);
                        w.unit(unit);
                    });
                }
                if several {
                    w.node("ORDER", |w| w.raw(&(i + 1).to_string()));
                }
                w.unit(&axis.unit);
            });
        }
    }
}

/// `geodetic latitude (Lat)`; `(E)` alone where the name would say the same, as the standard has it.
fn axis_name(axis: &Axis, kind: SystemKind) -> String {
    let plain = kind == SystemKind::Cartesian
        && (matches!((axis.name.as_str(), axis.abbreviation.as_str()), ("Easting", "E") | ("Northing", "N"))
            || axis.name.starts_with("Geocentric "));
    if plain {
        return format!("({})", axis.abbreviation);
    }
    let mut name: String = axis.name.chars().take(1).flat_map(char::to_lowercase).collect();
    name.extend(axis.name.chars().skip(1));
    if axis.abbreviation.is_empty() { name } else { format!("{name} ({})", axis.abbreviation) }
}
