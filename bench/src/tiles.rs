//! Map tiles, our side.

use std::sync::Arc;

use futures::{StreamExt, TryStreamExt, stream};
use geotiff_kit::io::FileStore;
use geotiff_kit::read::{ChunkCache, InlineExecutor};
use geotiff_kit::tms::{TileMatrixSet, well_known};
use geotiff_kit::{GeoTiff, OpenOptions, RangeStore};
use geotiff_warp::{TileOptions, tile};

use crate::protocol::{Answer, Stopwatch, TileMode};
use crate::{Failure, ours};

/// Tiles made at the same time.
const AT_ONCE: usize = 32;
/// A tile far from all others at full resolution, which sets the reader up without reading what they need.
const WARM_UP: usize = 0;

/// Makes tiles (`z/x/y`) of WebMercatorQuad out of `source`. The first one is for warming up and not timed.
pub(crate) fn answer(source: &str, tiles: &[String], mode: TileMode, check: bool) -> Result<Answer, Failure> {
    let set = well_known("WebMercatorQuad")?;
    match mode {
        TileMode::AtOnce => ours::run(at_once(source.to_owned(), tiles.to_vec(), set)),
        TileMode::Cold | TileMode::Decoded => {
            ours::runtime()?.block_on(in_turn(source, tiles, &set, mode, check))
        }
    }
}

/// One after another, on one thread.
async fn in_turn(
    source: &str,
    tiles: &[String],
    set: &TileMatrixSet,
    mode: TileMode,
    check: bool,
) -> Result<Answer, Failure> {
    let mut total = Answer::default();
    let mut bytes = Vec::new();
    let options = TileOptions::new();
    for wanted in &tiles[WARM_UP + 1..] {
        let tiff = GeoTiff::open_with(Arc::new(FileStore::new()), source, open_options(mode)).await?;
        tile(&tiff, tiles[WARM_UP].parse()?, set, &options).await?;
        if mode == TileMode::Decoded {
            tile(&tiff, wanted.parse()?, set, &options).await?;
        }
        let watch = Stopwatch::start();
        let raster = tile(&tiff, wanted.parse()?, set, &options).await?;
        let answer = watch.stop();
        (total.seconds, total.cpu) = (total.seconds + answer.seconds, total.cpu + answer.cpu);
        bytes.extend_from_slice(raster.data.as_bytes().filter(|_| check).unwrap_or_default());
    }
    Ok(if check { total.checked(&bytes) } else { total })
}

/// Bytes of decoded blocks that are kept: more than any tile needs, as in GDAL's block cache.
const CACHE: u64 = 512 << 20;

fn open_options(mode: TileMode) -> OpenOptions {
    let options = OpenOptions::default().with_executor(Arc::new(InlineExecutor));
    if mode == TileMode::Decoded { options.with_cache(ChunkCache::new(CACHE)) } else { options }
}

/// 32 at a time, of a file that is open already. GDAL's datasets keep the blocks that they decode, one thread's each;
/// so does this handle, which all tasks share.
async fn at_once(source: String, tiles: Vec<String>, set: Arc<TileMatrixSet>) -> Result<Answer, Failure> {
    let store: Arc<dyn RangeStore> = ours::http();
    let options = OpenOptions::default().with_cache(ChunkCache::new(CACHE));
    let tiff = GeoTiff::open_with(store, source, options).await?;
    let watch = Stopwatch::start();
    let made = tiles.into_iter().map(|wanted| {
        let (tiff, set) = (tiff.clone(), Arc::clone(&set));
        tokio::spawn(async move {
            let options = TileOptions::new();
            let raster = tile(&tiff, wanted.parse()?, &set, &options).await?;
            Ok::<_, Failure>(raster.data.shape())
        })
    });
    let made: Vec<[usize; 3]> =
        stream::iter(made).buffer_unordered(AT_ONCE).map(|one| one?).try_collect().await?;
    let answer = watch.stop();
    if made.iter().all(|shape| *shape == [3, 256, 256]) {
        Ok(answer)
    } else {
        Err("tiles of another shape".into())
    }
}
