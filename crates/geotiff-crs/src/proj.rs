//! Transforms by PROJ itself: with grids, with every method it has, and as exact as it is.
//!
//! The [default transforms](crate::transformer) need nothing but this crate. Where they say that they are approximate, or a
//! method has no formulas here, this module's come from the C library through the crate
//! [`proj`](https://docs.rs/proj), behind the same trait.
//!
//! # Setting up
//!
//! The feature `proj` links libproj where pkg-config finds version 9.6.2 or newer. Elsewhere it builds PROJ from source,
//! for which a C++ compiler, cmake, the program `sqlite3` and SQLite's headers must be there (Debian: `apt-get install
//! g++ cmake sqlite3 libsqlite3-dev`); PROJ's database is then within the program. `cargo xtask proj` says what is missing,
//! builds and tests.
//!
//! Grids are not part of PROJ: put those of the package `proj-data` into a folder that the environment variable
//! `PROJ_DATA` names, or allow PROJ to fetch them with `PROJ_NETWORK=ON` where it was built to.
//!
//! ```no_run
//! use geotiff_crs::{Crs, proj};
//!
//! // New Zealand's old grid, with the shift of its datum through a grid where there is one.
//! let transform = proj::transformer(&Crs::from_epsg(27200)?, &Crs::from_epsg(4326)?)?;
//! assert!(transform.transform_point(2_510_000.0, 6_023_150.0).is_some());
//! # Ok::<(), geotiff_crs::Error>(())
//! ```

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use ::proj::Proj;

use crate::crs::Crs;
use crate::error::{Error, Result};
use crate::transform::CoordTransform;

/// Objects of PROJ kept for each thread: making one takes milliseconds.
const CACHED: usize = 64;

type Pair = (Arc<str>, Arc<str>);

thread_local! {
    /// PROJ's objects belong to the thread that made them.
    static MADE: RefCell<HashMap<Pair, Rc<Proj>>> = RefCell::default();
}

/// A pair of CRSs as PROJ reads them; each thread makes PROJ's object when it first needs it.
struct Pipeline {
    pair: Pair,
}

impl CoordTransform for Pipeline {
    fn transform(&self, xs: &mut [f64], ys: &mut [f64]) {
        let made = made(&self.pair).ok();
        for (x, y) in xs.iter_mut().zip(ys.iter_mut()) {
            let point = made.as_ref().filter(|_| x.is_finite() && y.is_finite());
            (*x, *y) = match point.map(|proj| proj.convert((*x, *y))) {
                Some(Ok((px, py))) if px.is_finite() && py.is_finite() => (px, py),
                _ => (f64::NAN, f64::NAN),
            };
        }
    }
}

/// The transform from one CRS to another as PROJ makes it: of the operations between them, the best whose grids are there,
/// chosen at each point.
///
/// Nothing says that a grid is missing: [`CoordTransform::is_approximate`] is `false` always.
///
/// # Errors
///
/// [`Unsupported`](crate::ErrorKind::Unsupported) where PROJ knows no way.
pub fn transformer(from: &Crs, to: &Crs) -> Result<Arc<dyn CoordTransform>> {
    let pair = (name(from), name(to));
    made(&pair)?;
    Ok(Arc::new(Pipeline { pair }))
}

/// The code of a CRS of EPSG's or ESRI's, which tells PROJ more than its definition does; else its WKT.
fn name(crs: &Crs) -> Arc<str> {
    match crs.authority() {
        Some((authority, code)) if crs.is_registered() => format!("{authority}:{code}").into(),
        _ => crs.to_wkt2().into(),
    }
}

fn made(pair: &Pair) -> Result<Rc<Proj>> {
    if let Some(found) = MADE.with_borrow(|made| made.get(pair).map(Rc::clone)) {
        return Ok(found);
    }
    let proj = Proj::new_known_crs(&pair.0, &pair.1, None).map_err(|error| {
        Error::unsupported(format!("PROJ: from {:.80} to {:.80}: {error}", pair.0, pair.1))
    })?;
    let proj = Rc::new(proj);
    MADE.with_borrow_mut(|made| {
        if made.len() >= CACHED {
            made.clear();
        }
        made.insert(pair.clone(), Rc::clone(&proj));
    });
    Ok(proj)
}
