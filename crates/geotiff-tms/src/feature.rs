//! Tiles as GeoJSON.

use geotiff_crs::Crs;
use serde_json::{Map, Value, json};

use crate::bounds::transform_bounds;
use crate::range::LeftEdge;
use crate::{Error, ErrorKind, Tile, TileMatrixSet, TileRange};

/// How a tile becomes a GeoJSON feature. The default is RFC 7946's: longitude and latitude on WGS 84, as they are.
#[derive(Clone, Debug, Default)]
#[allow(clippy::exhaustive_structs)]
pub struct FeatureOptions {
    /// Coordinates in the set's own CRS.
    pub projected: bool,
    /// Longitudes and latitudes of another CRS than WGS 84.
    pub geographic_crs: Option<Crs>,
    /// Distance by which the polygon grows on each side, in units of its coordinates.
    pub buffer: f64,
    /// Decimals to round to.
    pub precision: Option<u8>,
    /// Identifier, instead of the tile's name.
    pub id: Option<String>,
    /// More properties.
    pub properties: Map<String, Value>,
}

impl TileMatrixSet {
    /// The GeoJSON feature of a tile: the rectangle that holds it, poles and antimeridian minded.
    ///
    /// Its properties name the tile, the set and the set's CRS. Coordinates other than longitude and latitude on WGS 84
    /// are labelled with a `crs` member as GeoJSON had it before RFC 7946.
    ///
    /// ```
    /// use geotiff_tms::{FeatureOptions, Tile, well_known};
    ///
    /// let tms = well_known("WebMercatorQuad")?;
    /// let feature = tms.feature(Tile::new(1, 0, 1), &FeatureOptions::default())?;
    /// assert_eq!(feature["bbox"][0], 0.0);
    /// assert_eq!(feature["properties"]["tms"], "WebMercatorQuad");
    /// # Ok::<(), geotiff_tms::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidZoom`](ErrorKind::InvalidZoom); [`OutsideMatrix`](ErrorKind::OutsideMatrix);
    /// [`OutsideDomain`](ErrorKind::OutsideDomain); [`UnknownCrs`](ErrorKind::UnknownCrs).
    pub fn feature(&self, tile: Tile, options: &FeatureOptions) -> Result<Value, Error> {
        let own = self.xy_bounds(tile)?;
        let (bounds, label) = if options.projected {
            (own, Some(self.crs()?.clone()))
        } else {
            let target = match &options.geographic_crs {
                Some(crs) => crs.clone(),
                None => wgs84()?,
            };
            let label = (target.epsg() != Some(WGS84)).then(|| target.clone());
            (transform_bounds(self.crs()?, &target, &own)?, label)
        };
        let sides = bounds.to_array();
        let grown = [
            sides[0] - options.buffer,
            sides[1] - options.buffer,
            sides[2] + options.buffer,
            sides[3] + options.buffer,
        ]
        .map(|side| rounded(side, options.precision));
        self.geojson(tile, grown, label.as_ref(), options)
    }

    fn geojson(
        &self,
        tile: Tile,
        [west, south, east, north]: [f64; 4],
        label: Option<&Crs>,
        options: &FeatureOptions,
    ) -> Result<Value, Error> {
        let name = format!("Tile(x={}, y={}, z={})", tile.x, tile.y, tile.z);
        let mut properties = Map::new();
        properties.insert("title".into(), format!("XYZ tile {name}").into());
        properties.insert("tms".into(), self.id().into());
        properties.insert("tms_crs".into(), self.crs_uri()?.into());
        properties.extend(options.properties.clone());
        let mut feature = json!({
            "type": "Feature",
            "bbox": [west.min(east), south.min(north), west.max(east), south.max(north)],
            "id": options.id.as_ref().unwrap_or(&name),
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[west, south], [west, north], [east, north], [east, south], [west, south]]],
            },
            "properties": properties,
        });
        if let Some(crs) = label {
            let name = crs.uri().unwrap_or_else(|| crs.name().to_owned());
            feature["crs"] = json!({"type": "name", "properties": {"name": name}});
        }
        Ok(feature)
    }

    /// Every tile of a zoom level, wide tiles once.
    ///
    /// # Errors
    ///
    /// [`InvalidZoom`](ErrorKind::InvalidZoom).
    pub fn matrix_tiles(&self, zoom: i32) -> Result<TileRange, Error> {
        let matrix = self.matrix(zoom)?;
        let (columns, rows) = ((0, matrix.matrix_width - 1), (0, matrix.matrix_height - 1));
        Ok(TileRange::new(zoom, &matrix, columns, rows, LeftEdge::Included))
    }
}

const WGS84: u32 = 4326;

fn wgs84() -> Result<Crs, Error> {
    Crs::from_epsg(WGS84).map_err(|error| Error::new(ErrorKind::UnknownCrs, "EPSG:4326").with_source(error))
}

fn rounded(value: f64, decimals: Option<u8>) -> f64 {
    match decimals {
        // The text is the decimal nearest to the exact value, which scaling and rounding is not always.
        Some(decimals) => format!("{value:.*}", usize::from(decimals)).parse().unwrap_or(value),
        None => value,
    }
}
