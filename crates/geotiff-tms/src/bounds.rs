//! The box that holds a box of another CRS.

use geotiff_crs::{CoordTransform, Crs};

use crate::reference::between;
use crate::{BoundingBox, Error, ErrorKind};

/// Points between the corners of each side.
const POINTS: usize = 21;
/// Two longitudes this far apart lie on either side of the antimeridian.
const TURN: f64 = 200.0;

/// The box in `to` that holds a box in `from`: what PROJ's `proj_trans_bounds` answers, with 21 points a side.
///
/// Where `to` is geographic, a box around a pole spans all longitudes and reaches the pole, and one across the
/// antimeridian has `left > right`. Points without an answer are left out.
///
/// # Errors
///
/// [`UnknownCrs`](ErrorKind::UnknownCrs) where there is no transform between the two;
/// [`OutsideDomain`](ErrorKind::OutsideDomain) where no point of the box has an answer.
pub fn transform_bounds(from: &Crs, to: &Crs, bounds: &BoundingBox) -> Result<BoundingBox, Error> {
    let there = between(from, to)?;
    if from == to {
        return Ok(*bounds);
    }
    let (mut xs, mut ys) = ring(bounds, from.is_geographic());
    there.transform(&mut xs, &mut ys);
    let y = extent(&ys);
    let x = if to.is_geographic() { longitudes(&xs) } else { extent(&xs) };
    let (Some((left, right)), Some((bottom, top))) = (x, y) else {
        let sides = bounds.to_array();
        let message = format!("the box {sides:?} of {} in {}", from.name(), to.name());
        return Err(Error::new(ErrorKind::OutsideDomain, message));
    };
    let mut found = BoundingBox::new(left, bottom, right, top);
    if to.is_geographic() {
        reach_poles(&mut found, bounds, &*between(to, from)?);
    }
    Ok(found)
}

fn reach_poles(found: &mut BoundingBox, bounds: &BoundingBox, back: &dyn CoordTransform) {
    let within = |latitude: f64| {
        back.transform_point(0.0, latitude)
            .is_some_and(|(x, y)| bounds.left < x && x < bounds.right && bounds.bottom < y && y < bounds.top)
    };
    // A box around both poles counts as one around the northern, as in PROJ.
    if within(90.0) {
        (found.left, found.right, found.top) = (-180.0, 180.0, 90.0);
    } else if within(-90.0) {
        (found.left, found.right, found.bottom) = (-180.0, 180.0, -90.0);
    }
}

/// The sides, anticlockwise from the upper left corner.
fn ring(bounds: &BoundingBox, geographic: bool) -> (Vec<f64>, Vec<f64>) {
    let steps = POINTS + 1;
    let turn = if geographic && bounds.right < bounds.left { 360.0 } else { 0.0 };
    let across = (bounds.right - bounds.left + turn) / steps as f64;
    let up = (bounds.top - bounds.bottom) / steps as f64;
    let along = |point: fn(&BoundingBox, f64, f64) -> (f64, f64)| {
        (0..steps).map(move |step| point(bounds, step as f64 * across, step as f64 * up))
    };
    along(|sides, _, up| (sides.left, sides.top - up))
        .chain(along(|sides, across, _| (sides.left + across, sides.bottom)))
        .chain(along(|sides, _, up| (sides.right, sides.bottom + up)))
        .chain(along(|sides, across, _| (sides.right - across, sides.top)))
        .unzip()
}

fn extent(values: &[f64]) -> Option<(f64, f64)> {
    let finite = || values.iter().copied().filter(|value| value.is_finite());
    Some((finite().reduce(f64::min)?, finite().reduce(f64::max)?))
}

/// West and east of a closed line of longitudes.
fn longitudes(values: &[f64]) -> Option<(f64, f64)> {
    let finite: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    let all = extent(&finite)?;
    let before = |index: usize| finite[(index + finite.len() - 1) % finite.len()];
    let jump = |index: usize| before(index) - finite[index];
    let crossings: Vec<usize> = (0..finite.len()).filter(|at| jump(*at).abs() >= TURN).collect();
    match crossings.as_slice() {
        [one, other] => {
            // One stretch lies east of the antimeridian, with longitudes below zero, the rest west of it.
            let inner = extent(&finite[*one..*other])?;
            let outer: Vec<f64> = finite[..*one].iter().chain(&finite[*other..]).copied().collect();
            let outer = extent(&outer)?;
            Some(if jump(*one) > 0.0 { (outer.0, inner.1) } else { (inner.0, outer.1) })
        }
        [_, _, _, _] => Some((-180.0, 180.0)),
        _ => Some(all),
    }
}
