//! Areas on the ellipsoid, bounded by meridians and parallels.

use crate::engine::{Columns, Engine};

/// West, south, east, north in degrees; west > east across the antimeridian.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Area(pub(crate) [f64; 4]);

/// Least x, least y, greatest x, greatest y in a CRS's own coordinates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Extent([f64; 4]);

impl Extent {
    pub(crate) fn holds(&self, x: f64, y: f64) -> bool {
        let [left, bottom, right, top] = self.0;
        (left..=right).contains(&x) && (bottom..=top).contains(&y)
    }
}

impl Area {
    pub(crate) const WORLD: Self = Self([-180.0, -90.0, 180.0, 90.0]);

    /// From `west,south,east,north`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut bounds = text.split(',').map(str::parse);
        let mut bound = || bounds.next()?.ok();
        Some(Self([bound()?, bound()?, bound()?, bound()?]))
    }

    pub(crate) fn holds(self, lon: f64, lat: f64) -> bool {
        self.parts().any(|part| Extent(part).holds(lon, lat))
    }

    /// The size on the sphere, up to a constant.
    pub(crate) fn size(self) -> f64 {
        self.parts().map(size).sum()
    }

    /// The size of what two areas have in common.
    pub(crate) fn common(self, other: Self) -> f64 {
        self.parts().flat_map(|a| other.parts().map(move |b| size(intersection(a, b)))).sum()
    }

    pub(crate) fn contains(self, other: Self) -> bool {
        other.parts().all(|inner| self.parts().any(|outer| intersection(inner, outer) == inner))
    }

    /// The area on either side of the antimeridian.
    fn parts(self) -> impl Iterator<Item = [f64; 4]> {
        let [west, south, east, north] = self.0;
        let crosses = west > east;
        let first = [west, south, if crosses { 180.0 } else { east }, north];
        std::iter::once(first).chain(crosses.then_some([-180.0, south, east, north]))
    }

    /// The boxes in a CRS's coordinates that PROJ takes for the area: around 21 points of each side, for each side of
    /// the antimeridian. `prime_meridian` is the CRS's, in radians.
    pub(crate) fn extents(self, engine: &Engine, prime_meridian: f64) -> Vec<Extent> {
        self.parts().filter_map(|part| extent(part, engine, prime_meridian)).collect()
    }
}

fn size([west, south, east, north]: [f64; 4]) -> f64 {
    (east - west).max(0.0) * (north.to_radians().sin() - south.to_radians().sin()).max(0.0)
}

fn intersection(a: [f64; 4], b: [f64; 4]) -> [f64; 4] {
    [a[0].max(b[0]), a[1].max(b[1]), a[2].min(b[2]), a[3].min(b[3])]
}

fn extent([west, south, east, north]: [f64; 4], engine: &Engine, prime_meridian: f64) -> Option<Extent> {
    const STEPS: u32 = 20;
    let (mut xs, mut ys) = (Vec::new(), Vec::new());
    for step in 0..=STEPS {
        let part = f64::from(step) / f64::from(STEPS);
        let (lon, lat) = (west + part * (east - west), south + part * (north - south));
        for (lon, lat) in [(lon, south), (lon, north), (west, lat), (east, lat)] {
            xs.push(lon.to_radians() - prime_meridian);
            ys.push(lat.to_radians());
        }
    }
    engine.forward(&mut Columns { xs: &mut xs, ys: &mut ys });
    let points = xs.into_iter().zip(ys).filter(|(x, y)| x.is_finite() && y.is_finite());
    points.fold(None, |found, (x, y)| {
        let [left, bottom, right, top] = found.map_or([x, y, x, y], |Extent(bounds)| bounds);
        Some(Extent([left.min(x), bottom.min(y), right.max(x), top.max(y)]))
    })
}
