//! Sets of one's own: an extent divided again and again.

use geotiff_crs::Crs;

use crate::bounds::transform_bounds;
use crate::generate::{SCREEN_PIXEL_SIZE, axis_names};
use crate::model::{CornerOfOrigin, CrsReference, Document, TileMatrix};
use crate::reference::{abbreviates_northing_first, first_axis_says_northing, northing_first, reference_of};
use crate::{BoundingBox, Error, ErrorKind, TileMatrixSet};

/// How [`TileMatrixSet::custom`] divides an extent. The default is 25 levels of 256 by 256 cells, each twice as fine as
/// the one before, from one tile whose top left corner is the extent's.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs)]
pub struct CustomOptions {
    /// CRS of the extent where it is not the set's own.
    pub extent_crs: Option<Crs>,
    /// Cells in a tile: width, height.
    pub tile_size: [u64; 2],
    /// Tiles at level 0: columns, rows; `[2, 1]` suits longitude and latitude.
    pub matrix_scale: [u64; 2],
    /// The first level; not negative.
    pub minzoom: i32,
    /// The last level.
    pub maxzoom: i32,
    /// How many times finer each level is than the one before; at least 2.
    pub decimation_base: u64,
    /// The corner from which rows count.
    pub corner_of_origin: CornerOfOrigin,
    /// That corner's position in the CRS's axis order, where it is not the extent's corner.
    pub point_of_origin: Option<[f64; 2]>,
    /// Names of the axes, where the CRS's own order is not meant.
    pub ordered_axes: Option<[String; 2]>,
    /// Side of a pixel in metres, for the scale denominators.
    pub screen_pixel_size: f64,
    /// Identifier.
    pub id: Option<String>,
    /// Title for people.
    pub title: Option<String>,
}

impl Default for CustomOptions {
    fn default() -> Self {
        Self {
            extent_crs: None,
            tile_size: [256, 256],
            matrix_scale: [1, 1],
            minzoom: 0,
            maxzoom: 24,
            decimation_base: 2,
            corner_of_origin: CornerOfOrigin::TopLeft,
            point_of_origin: None,
            ordered_axes: None,
            screen_pixel_size: SCREEN_PIXEL_SIZE,
            id: None,
            title: None,
        }
    }
}

impl TileMatrixSet {
    /// A set over an extent. Cells are square: the longer side decides their size, and the tiles reach past the
    /// extent on the other.
    ///
    /// ```
    /// use geotiff_crs::Crs;
    /// use geotiff_tms::{BoundingBox, CustomOptions, Tile, TileMatrixSet};
    ///
    /// let extent = BoundingBox::new(166_021.44, 0.0, 534_994.66, 9_329_005.18);
    /// let options = CustomOptions { maxzoom: 10, ..Default::default() };
    /// let tms = TileMatrixSet::custom(extent, &Crs::from_epsg(32631)?, &options)?;
    /// assert_eq!(tms.xy_bounds(Tile::new(0, 0, 0))?.to_array(), [166_021.44, 0.0, 9_495_026.62, 9_329_005.18]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Usage`](ErrorKind::Usage) for options that make no set; [`InvalidZoom`](ErrorKind::InvalidZoom) for levels too
    /// deep to count their tiles; [`UnknownCrs`](ErrorKind::UnknownCrs) and
    /// [`OutsideDomain`](ErrorKind::OutsideDomain) for an extent that cannot be transformed.
    pub fn custom(extent: BoundingBox, crs: &Crs, options: &CustomOptions) -> Result<Self, Error> {
        check(options)?;
        let extent = match &options.extent_crs {
            Some(extent_crs) => transform_bounds(extent_crs, crs, &extent)?,
            None => extent,
        };
        let inverted = match &options.ordered_axes {
            Some(axes) => first_axis_says_northing(&axes[0]),
            None => northing_first(crs),
        };
        let origin = options.point_of_origin.unwrap_or_else(|| {
            let y = match options.corner_of_origin {
                CornerOfOrigin::TopLeft => extent.top,
                CornerOfOrigin::BottomLeft => extent.bottom,
            };
            if inverted { [y, extent.left] } else { [extent.left, y] }
        });
        let scale = crs.meters_per_unit() / options.screen_pixel_size;
        let matrices = (options.minzoom..=options.maxzoom)
            .map(|zoom| matrix(zoom, &extent, origin, scale, options))
            .collect::<Result<_, _>>()?;
        // A plain string, as morecantile writes it.
        let reference = match reference_of(crs)? {
            CrsReference::Uri(uri) => CrsReference::Text(uri),
            other => other,
        };
        let mut document = Document::new(reference, matrices);
        document.id = options.id.clone();
        document.title = options.title.clone();
        document.ordered_axes = options.ordered_axes.clone().or_else(|| needed_axes(crs, inverted));
        Self::try_from(document)
    }
}

/// The axes' names where readers that go by abbreviations would take the CRS's order for the other one.
fn needed_axes(crs: &Crs, inverted: bool) -> Option<[String; 2]> {
    (abbreviates_northing_first(crs) != inverted).then(|| axis_names(crs))
}

fn check(options: &CustomOptions) -> Result<(), Error> {
    let usage = |message: &str| Err(Error::new(ErrorKind::Usage, message));
    if options.decimation_base < 2 {
        return usage("a decimation base below 2");
    }
    if options.minzoom < 0 || options.minzoom > options.maxzoom {
        return usage("levels go from minzoom, which is not negative, to maxzoom");
    }
    if options.tile_size.contains(&0) || options.matrix_scale.contains(&0) {
        return usage("a tile or matrix of size 0");
    }
    Ok(())
}

fn matrix(
    zoom: i32,
    extent: &BoundingBox,
    origin: [f64; 2],
    scale: f64,
    options: &CustomOptions,
) -> Result<TileMatrix, Error> {
    let [columns, rows] = options.matrix_scale;
    let [tile_width, tile_height] = options.tile_size;
    let factor = (options.decimation_base as f64).powi(zoom);
    let cells = |length: f64, tile: u64, tiles: u64| length.abs() / (tile as f64 * tiles as f64) / factor;
    let width = cells(extent.right - extent.left, tile_width, columns);
    let height = cells(extent.top - extent.bottom, tile_height, rows);
    let cell_size = width.max(height);
    let count = |tiles: u64| {
        u32::try_from(zoom)
            .ok()
            .and_then(|zoom| options.decimation_base.checked_pow(zoom)?.checked_mul(tiles))
    };
    let (Some(matrix_width), Some(matrix_height)) = (count(columns), count(rows)) else {
        let message = format!("level {zoom} is too deep to count its tiles");
        return Err(Error::new(ErrorKind::InvalidZoom, message));
    };
    let sizes = [matrix_width, matrix_height];
    let mut matrix = TileMatrix::new(zoom, cell_size, cell_size * scale, origin, options.tile_size, sizes);
    matrix.corner_of_origin = Some(options.corner_of_origin);
    Ok(matrix)
}
