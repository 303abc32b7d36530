//! Map tiles of WebMercatorQuad out of a UTM image.

use geotiff_kit::tms::{BoundingBox, transform_bounds, well_known};
use geotiff_kit::{Crs, GeoTiff};

use super::Context;
use super::report::Report;
use super::rounds::{Case, Rounds};
use super::sides::Side;
use crate::protocol::{Task, TileMode};
use crate::{Failure, ours};

const PEER: &str = "rio-tiler";
const ZOOMS: std::ops::RangeInclusive<i32> = 9..=15;
/// Zooms of the tiles over HTTP: one from an overview, one at full resolution.
const HTTP_ZOOMS: [i32; 2] = [11, 14];

pub(super) fn tiles(context: &Context) -> Result<Report, Failure> {
    let mut report = Report::default();
    let path = context.path("mosaic.tif");
    let places = Places::of(&path)?;
    let mut rounds = Rounds::new(context, &[Side::Ours, Side::RioTiler], 5)?;
    for zoom in ZOOMS {
        for (mode, state, bound) in
            [(TileMode::Cold, "nothing cached", 2.0), (TileMode::Decoded, "blocks decoded", 4.0)]
        {
            let tiles = places.spread(zoom, if context.quick { 3 } else { 8 })?;
            let case = case(format!("zoom {zoom}, {state}, 1 thread"), tiles.len() - 1, bound);
            rounds.measure(case, &mut report, |round, _, _| Task::Tiles {
                source: path.clone(),
                tiles: tiles.clone(),
                mode,
                check: round == 0,
            })?;
        }
    }
    let mut server = context.server()?;
    for zoom in HTTP_ZOOMS {
        let mut tiles = places.spread(zoom, if context.quick { 32 } else { 128 })?;
        tiles.remove(0);
        let count = tiles.len();
        let case = Case {
            server: Some((&mut server, 20, count as f64)),
            ..case(format!("zoom {zoom}, HTTP 20 ms, 32 at a time, 2 threads"), count, 4.0)
        };
        rounds.measure(case, &mut report, |round, side, server| {
            let copy = format!("tiles-{zoom}-{round}-{}", side.name());
            let source = super::remote::url(server, &copy, "mosaic.tif");
            Task::Tiles { source, tiles: tiles.clone(), mode: TileMode::AtOnce, check: false }
        })?;
    }
    Ok(report)
}

fn case<'a>(name: String, tiles: usize, bound: f64) -> Case<'a> {
    let bounds: &[(&str, f64)] = if bound == 2.0 { &[(PEER, 2.0)] } else { &[(PEER, 4.0)] };
    // Where the image ends, tiles may differ by a row of pixels.
    Case { name, unit: "tiles/s", amount: tiles as f64, bounds, lossy: true, server: None }
}

/// Where the image lies in the CRS of the tiles.
struct Places {
    bounds: BoundingBox,
}

impl Places {
    fn of(path: &str) -> Result<Self, Failure> {
        let tiff = ours::runtime()?.block_on(async {
            GeoTiff::open(std::sync::Arc::new(geotiff_kit::io::FileStore::new()), path).await
        })?;
        let [left, bottom, right, top] = tiff.bounds().ok_or("no bounds")?;
        let own = tiff.crs()?.ok_or("no CRS")?;
        let bounds =
            transform_bounds(own, &Crs::from_epsg(3857)?, &BoundingBox::new(left, bottom, right, top))?;
        Ok(Self { bounds })
    }

    /// A tile of the finest zoom near the upper left corner, to warm up with, and up to `count` tiles of `zoom`
    /// spread over the rest of the image.
    fn spread(&self, zoom: i32, count: usize) -> Result<Vec<String>, Failure> {
        let set = well_known("WebMercatorQuad")?;
        let [left, bottom, right, top] = self.bounds.to_array();
        let at = |x: f64, y: f64, zoom: i32| {
            set.xy_tile(left + x * (right - left), top - y * (top - bottom), zoom)
        };
        let (first, last) = (at(0.1, 0.1, zoom)?, at(0.9, 0.9, zoom)?);
        let all: Vec<String> = (first.y..=last.y)
            .flat_map(|y| (first.x..=last.x).map(move |x| format!("{zoom}/{x}/{y}")))
            .collect();
        let chosen = count.min(all.len());
        let step = all.len() as f64 / chosen as f64;
        let mut tiles = vec![at(0.05, 0.05, *ZOOMS.end())?.to_string()];
        tiles.extend((0..chosen).map(|number| all[((number as f64 + 0.5) * step) as usize].clone()));
        Ok(tiles)
    }
}
