//! `geotiff sample`: values at points.

use geotiff_kit::Array;
use geotiff_kit::read::PointSamples;
use serde::Serialize;
use serde_json::Value;

use super::{crs, points, source};
use crate::args::{Point, SampleArgs};
use crate::error::Failure;
use crate::output::{self, Number};
use crate::progress;

/// One line of the answer; the values of several files follow each other.
#[derive(Serialize)]
struct Line {
    x: f64,
    y: f64,
    values: Vec<Value>,
    /// For each value, whether it is one: false outside the image and where the mask says so.
    valid: Vec<bool>,
}

/// Prints one JSON line a point.
pub(super) async fn run(arguments: SampleArgs) -> Result<(), Failure> {
    let points = match &arguments.points_from {
        Some(path) => points::read(path)?,
        None => arguments.points.clone(),
    };
    let crs = arguments.crs.as_deref().map(crs::parse).transpose()?;
    let bands = arguments.bands.as_ref().map(|bands| bands.numbers()).transpose()?;
    let coordinates: Vec<(f64, f64)> = points.iter().map(|point| (point.x, point.y)).collect();
    let mut lines: Vec<Line> =
        points.iter().map(|&Point { x, y }| Line { x, y, values: vec![], valid: vec![] }).collect();
    for src in &arguments.src {
        let tiff = source::open(src, 0, arguments.sidecars).await?;
        let samples = match &crs {
            Some(crs) => {
                progress::spin("sampling", tiff.sample_in(&coordinates, crs, bands.as_deref())).await?
            }
            None => progress::spin("sampling", tiff.sample(&coordinates, bands.as_deref())).await?,
        };
        for (index, line) in lines.iter_mut().enumerate() {
            append(line, &samples, index);
        }
    }
    lines.iter().try_for_each(output::print_json)
}

fn append(line: &mut Line, samples: &PointSamples, index: usize) {
    for band in 0..samples.bands.len() {
        line.values.push(value(&samples.values, [band, 0, index]));
        line.valid.push(samples.valid[[band, index]]);
    }
}

/// A sample as JSON: integers exact, floats that JSON lacks as strings, complex numbers as `[real, imaginary]`.
fn value(array: &Array, at: [usize; 3]) -> Value {
    let number = |value: f64| serde_json::to_value(Number(value)).unwrap_or(Value::Null);
    let complex = |re: f64, im: f64| Value::Array(vec![number(re), number(im)]);
    match array {
        Array::UInt8(array) => array[at].into(),
        Array::Int8(array) => array[at].into(),
        Array::UInt16(array) => array[at].into(),
        Array::Int16(array) => array[at].into(),
        Array::UInt32(array) => array[at].into(),
        Array::Int32(array) => array[at].into(),
        Array::UInt64(array) => array[at].into(),
        Array::Int64(array) => array[at].into(),
        Array::Float32(array) => number(array[at].into()),
        Array::Float64(array) => number(array[at]),
        Array::ComplexInt16(array) => complex(array[at].re.into(), array[at].im.into()),
        Array::ComplexInt32(array) => complex(array[at].re.into(), array[at].im.into()),
        Array::Complex64(array) => complex(array[at].re.into(), array[at].im.into()),
        Array::Complex128(array) => complex(array[at].re, array[at].im),
        _ => Value::Null,
    }
}
