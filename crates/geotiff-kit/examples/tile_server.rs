//! What a tile server does for `GET /{z}/{x}/{y}.png`: one open file, and a WebMercator tile of it for each request.
//!
//! ```sh
//! cargo run -p geotiff-kit --example tile_server -- https://example.com/scene.tif 12/2170/1432 > tile.png
//! ```

use std::io::Write;

use geotiff_kit::read::resample::Resampling;
use geotiff_kit::tms::{Tile, well_known};
use geotiff_kit::warp::{ErrorKind, tile, write_picture};
use geotiff_kit::{GeoTiff, PictureFormat, TileMatrixSet, TileOptions, WarpOptions};

/// What the server holds: the file is opened once and shared by all requests.
struct Layer {
    tiff: GeoTiff,
    set: std::sync::Arc<TileMatrixSet>,
}

/// A response: its status and body.
type Response = (u16, Vec<u8>);

/// The handler: a picture of the tile, 204 where the image has no pixel, 404 where the set has no such tile.
async fn handle(layer: &Layer, wanted: Tile) -> Response {
    let options = TileOptions::new().warp(WarpOptions::new().resampling(Resampling::Bilinear));
    let raster = match tile(&layer.tiff, wanted, &layer.set, &options).await {
        Ok(raster) => raster,
        Err(error) => {
            let status = match error.kind() {
                ErrorKind::OutsideBounds => 204,
                ErrorKind::OutsideMatrix => 404,
                _ => 500,
            };
            return (status, error.to_string().into_bytes());
        }
    };
    let mut png = Vec::new();
    match write_picture(&raster, None, PictureFormat::Png, &mut png) {
        Ok(()) => (200, png),
        Err(error) => (500, error.to_string().into_bytes()),
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let scene = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/scene.tif");
    let mut arguments = std::env::args().skip(1);
    let source = arguments.next().unwrap_or_else(|| scene.to_owned());
    let wanted = arguments.next().unwrap_or_else(|| "12/2170/1432".to_owned()).parse()?;

    let layer = Layer { tiff: geotiff_kit::open(&source).await?, set: well_known("WebMercatorQuad")? };
    let (status, body) = handle(&layer, wanted).await;
    eprintln!("{status}, {} bytes", body.len());
    std::io::stdout().write_all(&body)?;
    Ok(())
}
