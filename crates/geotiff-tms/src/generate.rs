//! The TileMatrixSet of a file: its own chunks and overviews as tiles and zoom levels.

use geotiff_core::{Image, Page};
use geotiff_crs::Crs;
use uuid::Uuid;

use crate::model::{CornerOfOrigin, CrsReference, DeclaredBounds, Document, TileMatrix};
use crate::reference::{northing_first, reference_of};
use crate::{BoundingBox, Error, ErrorKind, TileMatrixSet};

/// Side of a pixel in metres for which scale denominators are stated (OGC 17-083r4, section 6.1.1.1).
pub(crate) const SCREEN_PIXEL_SIZE: f64 = 0.28e-3;

/// How far, in cells, the grid of an image may drift from square cells between one side and the other.
const IMAGE_DRIFT: f64 = 0.01;
/// An overview's size is rounded to whole pixels, so its cells are up to one cell in all out of square.
const OVERVIEW_DRIFT: f64 = 1.0 + 1e-9;

/// One resolution of a tiled grid, for [`generate_tms_from_levels`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(clippy::exhaustive_structs)]
pub struct GridLevel {
    /// Affine transform from pixel corner to CRS: `x = a·column + b·row + c`, `y = d·column + e·row + f`.
    pub transform: [f64; 6],
    /// Width in cells.
    pub width: u64,
    /// Height in cells.
    pub height: u64,
    /// Width of a tile in cells.
    pub tile_width: u64,
    /// Height of a tile in cells.
    pub tile_height: u64,
}

/// The TileMatrixSet whose tiles are the chunks of a file.
///
/// Each overview and the image itself is a tile matrix, the coarsest first with id `"0"`. A file in strips has tiles as
/// wide as the image and as high as a strip. An overview's cell size follows from its true size, not from a power of
/// two: 10980 pixels in 687 make cells 15.98 times as large. The scale denominator takes a pixel of 0.28 mm.
///
/// The set is identified by a random UUID, fresh at each call; change it through the [`Document`]. The CRS is
/// given as a URI where it has a code, else as PROJJSON. Points are in the CRS's own axis order; where that is northing
/// or latitude first, `orderedAxes` says so.
///
/// # Errors
///
/// - [`NotGeoreferenced`](ErrorKind::NotGeoreferenced): no affine transform (ground control points are none).
/// - [`RotatedGrid`](ErrorKind::RotatedGrid): rows or columns do not run along the axes, or columns run from the right.
///   Rows that run upwards are fine: the corner of origin is then `bottomLeft`.
/// - [`NonSquareCells`](ErrorKind::NonSquareCells): a tile matrix has one cell size. What is tolerated is a
///   hundredth of a cell over the whole image, and one cell over a whole overview, whose size is rounded: its
///   cell size is that of its width, or where that would be further off, the larger of the two.
/// - [`UnknownCrs`](ErrorKind::UnknownCrs): the CRS has neither a code nor a definition in PROJJSON.
pub fn generate_tms(page: &Page, crs: &Crs) -> Result<TileMatrixSet, Error> {
    let transform = page
        .georeferencing()
        .transform()
        .ok_or_else(|| Error::new(ErrorKind::NotGeoreferenced, "the image has no affine transform"))?;
    let image = page.image();
    let level = |of: &Image| {
        let scale_x = f64::from(image.width()) / f64::from(of.width());
        let scale_y = f64::from(image.height()) / f64::from(of.height());
        let [a, b, c, d, e, f] = transform;
        GridLevel {
            transform: [a * scale_x, b * scale_y, c, d * scale_x, e * scale_y, f],
            width: of.width().into(),
            height: of.height().into(),
            tile_width: of.chunks().chunk_width().into(),
            tile_height: of.chunks().chunk_height().into(),
        }
    };
    let levels: Vec<GridLevel> = std::iter::once(image).chain(page.overviews()).map(level).collect();
    generate_tms_from_levels(&levels, crs)
}

/// The TileMatrixSet of a grid of several resolutions, the finest first: what [`generate_tms`] does for a file.
///
/// # Errors
///
/// As [`generate_tms`]; and [`Usage`](ErrorKind::Usage) where there is no level or one is empty.
pub fn generate_tms_from_levels(levels: &[GridLevel], crs: &Crs) -> Result<TileMatrixSet, Error> {
    // A tile matrix set is of two dimensions: heights play no part.
    let crs = &crs.horizontal().unwrap_or_else(|| crs.clone());
    let inverted = northing_first(crs);
    let units = Units { meters_per_unit: crs.meters_per_unit(), inverted };
    let finest = levels.first().ok_or_else(|| Error::new(ErrorKind::Usage, "a grid without levels"))?;
    let mut sized = Vec::with_capacity(levels.len());
    for (index, level) in levels.iter().enumerate() {
        sized.push((cell_size(level, index)?, level));
    }
    sized.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let matrices = (0..).zip(sized).map(|(zoom, (cell, level))| matrix(zoom, cell, level, &units)).collect();

    let reference = reference_of(crs)?;
    let bounds = bounds(finest);
    let mut document = Document::new(reference.clone(), matrices);
    document.id = Some(Uuid::new_v4().to_string());
    document.ordered_axes = inverted.then(|| axis_names(crs));
    document.bounding_box = Some(declared(&bounds, reference, &units, document.ordered_axes.clone()));
    TileMatrixSet::try_from(document)
}

struct Units {
    meters_per_unit: f64,
    inverted: bool,
}

impl Units {
    /// A point in the axis order of the document.
    fn point(&self, x: f64, y: f64) -> [f64; 2] {
        if self.inverted { [y, x] } else { [x, y] }
    }
}

/// Names that every reader takes for northing first, whatever the CRS abbreviates its axes to.
pub(crate) fn axis_names(crs: &Crs) -> [String; 2] {
    let names = if crs.is_geographic() { ["Lat", "Lon"] } else { ["N", "E"] };
    names.map(String::from)
}

fn matrix(zoom: i32, cell: f64, level: &GridLevel, units: &Units) -> TileMatrix {
    let [_, _, c, _, e, f] = level.transform;
    let mut matrix = TileMatrix::new(
        zoom,
        cell,
        cell * units.meters_per_unit / SCREEN_PIXEL_SIZE,
        units.point(c, f),
        [level.tile_width, level.tile_height],
        [level.width.div_ceil(level.tile_width), level.height.div_ceil(level.tile_height)],
    );
    matrix.corner_of_origin =
        Some(if e > 0.0 { CornerOfOrigin::BottomLeft } else { CornerOfOrigin::TopLeft });
    matrix
}

/// The one cell size of a level, or why it has none.
fn cell_size(level: &GridLevel, index: usize) -> Result<f64, Error> {
    let [a, b, c, d, e, f] = level.transform;
    if [level.width, level.height, level.tile_width, level.tile_height].contains(&0) {
        return Err(Error::new(ErrorKind::Usage, format!("level {index} of the grid is empty")));
    }
    if !level.transform.iter().all(|term| term.is_finite()) || (a, b) == (0.0, 0.0) || (d, e) == (0.0, 0.0) {
        let message = format!("the transform [{a}, {b}, {c}, {d}, {e}, {f}] maps no area");
        return Err(Error::new(ErrorKind::NotGeoreferenced, message));
    }
    if b != 0.0 || d != 0.0 || a < 0.0 {
        let message = format!("the transform [{a}, {b}, {c}, {d}, {e}, {f}] is rotated, sheared or mirrored");
        return Err(Error::new(ErrorKind::RotatedGrid, message));
    }
    let (wide, high) = (a, e.abs());
    let larger = wide.max(high);
    let tolerance = if index == 0 { IMAGE_DRIFT } else { OVERVIEW_DRIFT };
    let drift = |cell: f64| {
        let (width, height) = (level.width as f64, level.height as f64);
        ((wide - cell).abs() * width).max((high - cell).abs() * height) / cell
    };
    [wide, larger].into_iter().find(|cell| drift(*cell) <= tolerance).ok_or_else(|| {
        let message =
            format!("the cells of level {index} are {wide} by {high}; a tile matrix has square ones");
        Error::new(ErrorKind::NonSquareCells, message)
    })
}

fn bounds(level: &GridLevel) -> BoundingBox {
    let [a, _, c, _, e, f] = level.transform;
    let end = f + e * level.height as f64;
    BoundingBox::new(c, f.min(end), c + a * level.width as f64, f.max(end))
}

fn declared(
    bounds: &BoundingBox,
    crs: CrsReference,
    units: &Units,
    axes: Option<[String; 2]>,
) -> DeclaredBounds {
    let lower_left = units.point(bounds.left, bounds.bottom);
    let mut declared = DeclaredBounds::new(lower_left, units.point(bounds.right, bounds.top), Some(crs));
    declared.ordered_axes = axes;
    declared
}
