//! Bounding boxes from one CRS to another, as PROJ's `proj_trans_bounds` and GDAL's `OCTTransformBounds` make them.

use std::f64::consts::PI;

use crate::crs::Crs;
use crate::error::{Error, Result};
use crate::transform::transformer;

/// Points put between the corners of each edge when nothing else is said: PROJ's and rasterio's number.
pub const DENSIFY: usize = 21;

/// Transforms a bounding box `[left, bottom, right, top]`, with `densify` points between the corners of each edge
/// ([`DENSIFY`] is what PROJ's users take), since straight edges do not stay straight.
///
/// Coordinates are in GIS order and in the units of each CRS. Where the target is geographic, a box that holds a pole
/// reaches it and goes all around, and one across the antimeridian comes out with left > right; such a geographic box
/// is also taken as input. Points outside the domain of the transform are left out.
///
/// ```
/// use geotiff_crs::{Crs, DENSIFY, transform_bounds};
///
/// let polar = Crs::from_epsg(3413)?;
/// let wgs84 = Crs::from_epsg(4326)?;
/// let bounds = transform_bounds(&polar, &wgs84, [-1e6, -1e6, 1e6, 1e6], DENSIFY)?;
/// assert_eq!([bounds[0], bounds[2], bounds[3]], [-180.0, 180.0, 90.0]);
/// assert!((bounds[1] - 76.99881553).abs() < 1e-6);
/// # Ok::<(), geotiff_crs::Error>(())
/// ```
///
/// # Errors
///
/// [`Unsupported`](crate::ErrorKind::Unsupported) as [`transformer`]; [`Malformed`](crate::ErrorKind::Malformed) if
/// the box is not finite, is empty upwards or lies wholly outside the domain of the transform.
pub fn transform_bounds(from: &Crs, to: &Crs, bounds: [f64; 4], densify: usize) -> Result<[f64; 4]> {
    let [left, bottom, right, top] = bounds;
    let wraps = turn(from).is_some() && left > right;
    if bounds.iter().any(|value| !value.is_finite()) || bottom > top || (left > right && !wraps) {
        return Err(Error::malformed(format!("{bounds:?} is no bounding box [left, bottom, right, top]")));
    }
    let transform = transformer(from, to)?;
    let (mut xs, mut ys) = edges(bounds, turn(from), densify);
    if wraps && turn(to).is_none() {
        // On a plane the antimeridian is two lines far apart: the box reaches both.
        let half = turn(from).unwrap_or(0.0) / 2.0;
        for (x, y) in [(half, bottom), (half, top), (-half, bottom), (-half, top)] {
            xs.push(x);
            ys.push(y);
        }
    }
    transform.transform(&mut xs, &mut ys);
    let outside = || Error::malformed(format!("{bounds:?} lies outside what {:?} can show", to.name()));
    let (y_min, y_max) = range(&ys).ok_or_else(outside)?;
    let Some(turn) = turn(to) else {
        let (x_min, x_max) = range(&xs).ok_or_else(outside)?;
        return Ok([x_min, y_min, x_max, y_max]);
    };
    let pole = |latitude: f64| holds_pole(from, to, bounds, latitude);
    let (half, quarter) = (turn / 2.0, turn / 4.0);
    match (pole(-quarter), pole(quarter)) {
        (true, true) => Ok([-half, -quarter, half, quarter]),
        (true, false) => Ok([-half, -quarter, half, y_max]),
        (false, true) => Ok([-half, y_min, half, quarter]),
        (false, false) => {
            let (x_min, x_max) = longitudes(&xs, turn).ok_or_else(outside)?;
            Ok([x_min, y_min, x_max, y_max])
        }
    }
}

/// A whole turn in the unit of a geographic CRS; `None` for others.
fn turn(crs: &Crs) -> Option<f64> {
    crs.angular_unit()
        .filter(|_| crs.is_geographic())
        .map(|unit| (2.0 * PI / unit.factor() * 1e9).round() / 1e9)
}

/// The points of the four edges in order, each from a corner up to before the next.
fn edges(bounds: [f64; 4], turn: Option<f64>, densify: usize) -> (Vec<f64>, Vec<f64>) {
    let [left, bottom, right, top] = bounds;
    let sides = densify.min(1 << 16) + 1;
    let width = if right < left { right - left + turn.unwrap_or(0.0) } else { right - left };
    let (dx, dy) = (width / sides as f64, (top - bottom) / sides as f64);
    let (mut xs, mut ys) = (Vec::with_capacity(4 * sides), Vec::with_capacity(4 * sides));
    let mut push = |x: f64, y: f64| {
        let beyond = turn.filter(|turn| x > turn / 2.0 && left > right);
        xs.push(beyond.map_or(x, |turn| x - turn));
        ys.push(y);
    };
    let steps = || (0..sides).map(|i| i as f64);
    steps().for_each(|i| push(left, top - i * dy));
    steps().for_each(|i| push(left + i * dx, bottom));
    steps().for_each(|i| push(left + width, bottom + i * dy));
    steps().for_each(|i| push(left + width - i * dx, top));
    (xs, ys)
}

/// Least and greatest of the valid values.
fn range(values: &[f64]) -> Option<(f64, f64)> {
    let valid = || values.iter().copied().filter(|value| value.is_finite());
    Some((valid().reduce(f64::min)?, valid().reduce(f64::max)?))
}

/// Whether a pole of the target lies in the box.
fn holds_pole(from: &Crs, to: &Crs, [left, bottom, right, top]: [f64; 4], latitude: f64) -> bool {
    let Ok(back) = transformer(to, from) else { return false };
    // A pole of a cylindrical projection is a line, or infinitely far: no point in the box.
    back.transform_point(0.0, latitude)
        .is_some_and(|(x, y)| (left..=right).contains(&x) && (bottom..=top).contains(&y))
}

/// West and east of the longitudes along the closed line of edges, seeing where it crosses the antimeridian: a step
/// of more than 200° is taken for a crossing, not for a leap.
fn longitudes(values: &[f64], turn: f64) -> Option<(f64, f64)> {
    let leap = turn * 200.0 / 360.0;
    let valid: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    let mut previous = *valid.last()?;
    let (mut min, mut max) = (f64::INFINITY, f64::NEG_INFINITY);
    // Least on the eastern side and greatest on the western side of the antimeridian.
    let (mut east_min, mut west_max) = (f64::INFINITY, f64::NEG_INFINITY);
    let (mut crossings, mut on_east, mut on_west) = (0, false, false);
    for lon in valid {
        let delta = previous - lon;
        if delta.abs() >= leap {
            let to_west = delta > 0.0;
            if crossings == 0 {
                (east_min, west_max) = if to_west { (min, lon) } else { (lon, max) };
            }
            crossings += 1;
            (on_east, on_west) = (!to_west, to_west);
        }
        if on_east {
            east_min = east_min.min(lon);
        }
        if on_west {
            west_max = west_max.max(lon);
        }
        min = min.min(lon);
        max = max.max(lon);
        previous = lon;
    }
    Some(match crossings {
        2 => (east_min, west_max),
        4 => (-turn / 2.0, turn / 2.0),
        _ => (min, max),
    })
}
