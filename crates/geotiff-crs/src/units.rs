use crate::registry;

/// What a [`Unit`] measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UnitKind {
    /// Lengths; the base unit is the metre.
    Linear,
    /// Angles; the base unit is the radian.
    Angular,
    /// Ratios; the base unit is one.
    Scale,
}

/// A unit of measure.
#[derive(Clone, Debug)]
pub struct Unit {
    pub(crate) name: String,
    pub(crate) kind: UnitKind,
    pub(crate) factor: f64,
}

impl Unit {
    pub(crate) fn new(name: impl Into<String>, kind: UnitKind, factor: f64) -> Self {
        Self { name: name.into(), kind, factor }
    }

    pub(crate) fn metre() -> Self {
        Self::new("metre", UnitKind::Linear, 1.0)
    }

    pub(crate) fn degree() -> Self {
        Self::new("degree", UnitKind::Angular, DEGREE)
    }

    pub(crate) fn unity() -> Self {
        Self::new("unity", UnitKind::Scale, 1.0)
    }

    /// The unit with an EPSG code, such as 9001 (metre), 9003 (US survey foot) or 9102 (degree).
    pub(crate) fn from_epsg(code: u32) -> Option<Self> {
        // 9122 is "degree (supplier to define representation)": PROJ calls it degree as well.
        if matches!(code, 9102 | 9122) {
            return Some(Self::degree());
        }
        let mut fields = registry::row(registry::UNIT, code)?.split('\t');
        let name = fields.next()?;
        let kind = match fields.next()? {
            "l" => UnitKind::Linear,
            "a" => UnitKind::Angular,
            _ => UnitKind::Scale,
        };
        let factor: f64 = fields.next()?.parse().ok()?;
        (factor > 0.0).then(|| Self::new(name, kind, factor))
    }

    /// The name, as EPSG spells it: `metre`, `US survey foot`, `degree`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is measured.
    pub fn kind(&self) -> UnitKind {
        self.kind
    }

    /// The size in the base unit: metres, radians or one.
    pub fn factor(&self) -> f64 {
        self.factor
    }

    pub(crate) fn is_angular(&self) -> bool {
        self.kind == UnitKind::Angular
    }
}

/// A degree in radians. WKT and the table carry it with 15 digits; the unit itself is exact.
pub(crate) const DEGREE: f64 = std::f64::consts::PI / 180.0;

/// Two units are equal when they measure the same with the same size; names differ between dialects.
impl PartialEq for Unit {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && (self.factor - other.factor).abs() <= 1e-10 * self.factor.abs()
    }
}
