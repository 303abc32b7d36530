//! How fast map tiles come out of one open file, on one thread.
//!
//! ```sh
//! cargo run --release -p geotiff-warp --example tile_rate -- scene.tif bilinear 12/2170/1432 12/2171/1432
//! ```
//!
//! Prints the milliseconds that each tile took, and the milliseconds a tile of all of them.

use std::sync::Arc;
use std::time::Instant;

use geotiff_read::{GeoTiff, InlineExecutor, OpenOptions};
use geotiff_tms::{Tile, well_known};
use geotiff_warp::{TileOptions, WarpOptions, tile};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(path), Some(resampling)) = (arguments.next(), arguments.next()) else {
        return Err("expected a file, a resampling method and tiles".into());
    };
    let tiles = arguments.map(|text| text.parse()).collect::<Result<Vec<Tile>, _>>()?;
    let options = TileOptions::new().warp(WarpOptions::new().resampling(resampling.parse()?));
    let set = well_known("WebMercatorQuad")?;
    futures::executor::block_on(async {
        let mut open = OpenOptions::default();
        open.executor = Some(Arc::new(InlineExecutor));
        let store = geotiff_io::MemoryStore::new();
        store.put(path.clone(), std::fs::read(&path)?);
        let tiff = GeoTiff::open_with(Arc::new(store), path, open).await?;
        let start = Instant::now();
        for wanted in &tiles {
            let before = Instant::now();
            let raster = tile(&tiff, *wanted, &set, &options).await?;
            let milliseconds = before.elapsed().as_secs_f64() * 1000.0;
            println!(
                "{}/{}/{}: {milliseconds:.3} ms, {} pixels",
                wanted.z,
                wanted.x,
                wanted.y,
                raster.pixels()
            );
        }
        println!("{:.3} ms a tile", start.elapsed().as_secs_f64() * 1000.0 / tiles.len().max(1) as f64);
        Ok(())
    })
}
