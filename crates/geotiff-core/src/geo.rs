//! Where an image lies: transform, ground control points, GeoKeys.

use alloc::string::String;
use alloc::vec::Vec;

use crate::{GeoKeys, Ifd, Tag};

/// A ground control point: a position in the image and its position on the ground.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroundControlPoint {
    /// Row of the image, from the top edge, in pixels.
    pub row: f64,
    /// Column of the image, from the left edge, in pixels.
    pub col: f64,
    /// Easting or longitude.
    pub x: f64,
    /// Northing or latitude.
    pub y: f64,
    /// Elevation.
    pub z: f64,
}

/// The georeferencing of a page, by GDAL's rules.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Georeferencing {
    pub(crate) transform: Option<[f64; 6]>,
    pub(crate) gcps: Vec<GroundControlPoint>,
    pub(crate) geokeys: Option<GeoKeys>,
    pub(crate) pixel_is_point: bool,
    pub(crate) wkt: Option<String>,
}

impl Georeferencing {
    /// Reads the tags ModelPixelScale, ModelTiepoint, ModelTransformation and the GeoKeys
    /// (OGC GeoTIFF 1.1, section 7.3.1) as GDAL does:
    /// scale and a tiepoint, wherever the tiepoint lies, come before a transformation matrix; a negative
    /// ScaleY is taken for a positive one; pixel-is-point coordinates are shifted by half a pixel to the
    /// corner of the pixel; tiepoints without a scale are ground control points.
    #[must_use]
    pub fn from_ifd(ifd: &Ifd) -> Self {
        let geokeys = GeoKeys::from_ifd(ifd);
        let pixel_is_point = geokeys.as_ref().is_some_and(GeoKeys::pixel_is_point);
        let scale = ifd.doubles(Tag::MODEL_PIXEL_SCALE);
        let tiepoints = ifd.doubles(Tag::MODEL_TIEPOINT).unwrap_or_default();
        let transform = match scale.as_deref() {
            Some(&[sx, sy, ..]) if sx != 0.0 && sy != 0.0 => from_scale(sx, sy, &tiepoints),
            _ => from_matrix(ifd),
        };
        let transform = transform.map(|t| if pixel_is_point { shift(t, -0.5) } else { t });
        let gcps = if transform.is_some() { Vec::new() } else { points(&tiepoints, pixel_is_point) };
        Self { transform, gcps, geokeys, pixel_is_point, wkt: None }
    }

    /// The affine transform from pixel to ground coordinates, in the order `a b c d e f`:
    /// `x = a·col + b·row + c`, `y = d·col + e·row + f`, where (0, 0) is the outer corner of the first pixel.
    #[must_use]
    pub fn transform(&self) -> Option<[f64; 6]> {
        self.transform
    }

    /// Ground control points; where there are any, there is no transform.
    #[must_use]
    pub fn gcps(&self) -> &[GroundControlPoint] {
        &self.gcps
    }

    /// The GeoKeys.
    #[must_use]
    pub fn geokeys(&self) -> Option<&GeoKeys> {
        self.geokeys.as_ref()
    }

    /// The CRS of a file beside the image, as WKT: where there is one, it counts before the GeoKeys.
    #[must_use]
    pub fn wkt(&self) -> Option<&str> {
        self.wkt.as_deref()
    }

    /// Whether the file says that a pixel is a point. The transform and the points are already shifted.
    #[must_use]
    pub fn pixel_is_point(&self) -> bool {
        self.pixel_is_point
    }
}

/// Scale and the first tiepoint: (column, row, -, x, y, -).
fn from_scale(sx: f64, sy: f64, tiepoints: &[f64]) -> Option<[f64; 6]> {
    let &[col, row, _, x, y, _, ..] = tiepoints else { return None };
    let e = if sy < 0.0 { sy } else { -sy };
    Some([sx, 0.0, x - col * sx, 0.0, e, y - row * e])
}

fn from_matrix(ifd: &Ifd) -> Option<[f64; 6]> {
    match *ifd.doubles(Tag::MODEL_TRANSFORMATION)? {
        [a, b, _, c, d, e, _, f, _, _, _, _, _, _, _, _] => Some([a, b, c, d, e, f]),
        _ => None,
    }
}

/// The transform with its origin moved by `by` pixels along both axes.
fn shift([a, b, c, d, e, f]: [f64; 6], by: f64) -> [f64; 6] {
    [a, b, c + (a * by + b * by), d, e, f + (d * by + e * by)]
}

fn points(tiepoints: &[f64], pixel_is_point: bool) -> Vec<GroundControlPoint> {
    let half = if pixel_is_point { 0.5 } else { 0.0 };
    let point = |p: &[f64; 6]| {
        let [col, row, _, x, y, z] = *p;
        GroundControlPoint { row: row + half, col: col + half, x, y, z }
    };
    tiepoints.as_chunks::<6>().0.iter().map(point).collect()
}
