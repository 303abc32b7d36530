//! Reads a window of a GeoTIFF and prints what a program needs of it.
//!
//! ```sh
//! cargo run -p geotiff-kit --example read_window -- https://example.com/scene.tif
//! ```

use geotiff_kit::{ReadOptions, Window};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let scene = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/scene.tif");
    let source = std::env::args().nth(1).unwrap_or_else(|| scene.to_owned());
    let tiff = geotiff_kit::open(&source).await?;
    println!("{} bands of {} x {} {}", tiff.count(), tiff.width(), tiff.height(), tiff.data_type()?.name());
    if let Some(crs) = tiff.crs()? {
        println!("{}", crs.name());
    }

    // The first tile's worth of pixels: columns first, as everywhere that says x and y.
    let (width, height) = (tiff.width().min(256), tiff.height().min(256));
    let raster = tiff.read(&ReadOptions::new().window(Window::new(0, 0, width, height))).await?;

    // (bands, rows, columns), as rasterio's; 255 in the mask where a pixel is valid.
    let masks = raster.masks();
    for (index, band) in raster.bands.iter().enumerate() {
        let values = raster.valid_values(index);
        let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
        println!(
            "band {band}: {} of {} pixels valid, mean {mean:.2}",
            values.len(),
            masks.len() / raster.count()
        );
    }
    Ok(())
}
