//! Transforms between two CRSs.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use crate::crs::Crs;
use crate::datum::Shift;
use crate::engine::{Columns, Engine};
use crate::error::Result;
use crate::registry;

/// Points transformed at a time: both columns stay in the first-level cache through all stages.
const BATCH: usize = 512;

/// Transforms kept by pair of CRSs.
const CACHED: usize = 512;

/// A transform of horizontal coordinates from one CRS to another.
///
/// Coordinates are always in GIS order whatever the axes of the CRS: `x` is easting or longitude, `y` northing or
/// latitude, each in the unit of the CRS (degrees for EPSG:4326, US survey feet for EPSG:2263).
pub trait CoordTransform: Send + Sync {
    /// Transforms `xs[i], ys[i]` in place. A point outside the domain of either CRS becomes NaN in both.
    ///
    /// Where the slices differ in length, the rest of the longer one is left alone.
    fn transform(&self, xs: &mut [f64], ys: &mut [f64]);

    /// Whether the result may differ from PROJ's by more than a millimetre or two: a datum shift that is not known,
    /// or known only through grids. Never silent: ask before relying on the last metres.
    fn is_approximate(&self) -> bool {
        false
    }

    /// Transforms one point: `None` outside the domain.
    fn transform_point(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        let (mut xs, mut ys) = ([x], [y]);
        self.transform(&mut xs, &mut ys);
        let [x] = xs;
        let [y] = ys;
        (x.is_finite() && y.is_finite()).then_some((x, y))
    }
}

/// The same CRS on both sides.
struct Identity;

impl CoordTransform for Identity {
    fn transform(&self, _xs: &mut [f64], _ys: &mut [f64]) {}
}

/// Unproject, shift the datum, project.
struct Pipeline {
    from: Engine,
    shift: Shift,
    to: Engine,
    approximate: bool,
}

impl CoordTransform for Pipeline {
    fn transform(&self, xs: &mut [f64], ys: &mut [f64]) {
        let mut kept = ([0.0; BATCH], [0.0; BATCH]);
        let by_place = self.shift.is_by_place();
        for (xs, ys) in xs.chunks_mut(BATCH).zip(ys.chunks_mut(BATCH)) {
            if by_place {
                kept.0.iter_mut().zip(xs.iter()).for_each(|(kept, x)| *kept = *x);
                kept.1.iter_mut().zip(ys.iter()).for_each(|(kept, y)| *kept = *y);
            }
            let mut points = Columns { xs, ys };
            self.from.inverse(&mut points);
            self.shift.apply(&mut points, (&kept.0, &kept.1));
            self.to.forward(&mut points);
        }
    }

    fn is_approximate(&self) -> bool {
        self.approximate
    }
}

type Cache = HashMap<(Arc<str>, Arc<str>), Arc<dyn CoordTransform>>;

static CACHE: LazyLock<RwLock<Cache>> = LazyLock::new(RwLock::default);

/// The transform from one CRS to another, made once per pair and shared.
///
/// ```
/// use geotiff_crs::{Crs, transformer};
///
/// let utm = Crs::from_epsg(32632)?;
/// let web_mercator = Crs::from_epsg(3857)?;
/// let transform = transformer(&utm, &web_mercator)?;
/// let (mut xs, mut ys) = ([500_000.0], [5_000_000.0]);
/// transform.transform(&mut xs, &mut ys);
/// assert!((xs[0] - 1_001_875.417).abs() < 1e-3);
/// assert!((ys[0] - 5_645_715.775).abs() < 1e-3);
/// # Ok::<(), geotiff_crs::Error>(())
/// ```
///
/// # Errors
///
/// [`Unsupported`](crate::ErrorKind::Unsupported) where a CRS has no horizontal coordinates (vertical, geocentric,
/// engineering) or a conversion method without formulas here.
pub fn transformer(from: &Crs, to: &Crs) -> Result<Arc<dyn CoordTransform>> {
    let key = (from.engine_key(), to.engine_key());
    if let Some(found) = CACHE.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return Ok(Arc::clone(found));
    }
    let made = make(from, to)?;
    let mut cache = CACHE.write().unwrap_or_else(PoisonError::into_inner);
    if cache.len() >= CACHED {
        cache.clear();
    }
    cache.insert(key, Arc::clone(&made));
    Ok(made)
}

fn make(from: &Crs, to: &Crs) -> Result<Arc<dyn CoordTransform>> {
    let (source, target) = (Engine::new(from.definition())?, Engine::new(to.definition())?);
    if from.engine_key() == to.engine_key() {
        return Ok(Arc::new(Identity));
    }
    let shift = Shift::between(from.definition(), to.definition(), &source);
    let listed = |crs: &Crs| {
        let code = crs.horizontal().and_then(|crs| crs.epsg());
        code.is_some_and(|code| registry::row(registry::APPROXIMATE, code).is_some())
    };
    let approximate = shift.is_approximate() || listed(from) || listed(to);
    Ok(Arc::new(Pipeline { from: source, shift, to: target, approximate }))
}
