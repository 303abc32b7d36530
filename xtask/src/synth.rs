//! Files that would take GDAL too long to write, or a repository too much room: `cargo xtask synth cog|appended OUT`.
//!
//! `cog` is a BigTIFF of 1,000,000 × 1,000,000 pixels with overviews in the layout of GDAL's COG driver: all IFDs
//! first, then the arrays of offsets and sizes (5.1 million tiles, of which all of a level are the same one).
//! `appended` is an uncompressed file of 89 MB whose overviews were added by `gdaladdo`: their IFDs lie behind the
//! pixels of the full resolution.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

use crate::Outcome;

const LONG: u16 = 4;
const SHORT: u16 = 3;
const LONG8: u16 = 16;
const DOUBLE: u16 = 12;

/// Writes one of the files.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let written = match arguments {
        [kind, out] if kind == "cog" => write_cog(Path::new(out), 1_000_000, 512),
        [kind, out] if kind == "appended" => write_appended(Path::new(out), 8192, 256),
        _ => return Err(vec!["usage: cargo xtask synth cog|appended OUT".into()]),
    };
    written.map_err(|error| vec![error.to_string()])
}

/// A square level of an image.
struct Level {
    size: u64,
    tile: u64,
}

impl Level {
    /// Levels of half the size each, down to one tile.
    fn pyramid(size: u64, tile: u64) -> Vec<Self> {
        let sizes = std::iter::successors(Some(size), |size| (*size > tile).then(|| size.div_ceil(2)));
        sizes.map(|size| Self { size, tile }).collect()
    }

    fn tiles(&self) -> u64 {
        self.size.div_ceil(self.tile).pow(2)
    }

    /// The tags of an 8-bit grey level, its index arrays at `offsets` and `counts`.
    fn tags(&self, is_overview: bool, compression: u64, index: [(u16, u64); 2]) -> Vec<(u16, u16, u64, u64)> {
        let [(offset_type, offsets), (count_type, counts)] = index;
        vec![
            (254, LONG, 1, u64::from(is_overview)),
            (256, LONG, 1, self.size),
            (257, LONG, 1, self.size),
            (258, SHORT, 1, 8),
            (259, SHORT, 1, compression),
            (262, SHORT, 1, 1),
            (277, SHORT, 1, 1),
            (322, SHORT, 1, self.tile),
            (323, SHORT, 1, self.tile),
            (324, offset_type, self.tiles(), offsets),
            (325, count_type, self.tiles(), counts),
        ]
    }
}

/// Bytes that an IFD of `tags` entries takes.
fn ifd_size(tags: u64, big: bool) -> u64 {
    if big { 8 + tags * 20 + 8 } else { 2 + tags * 12 + 4 }
}

fn write_ifd(out: &mut impl Write, tags: &[(u16, u16, u64, u64)], next: u64, big: bool) -> io::Result<()> {
    match big {
        true => out.write_all(&(tags.len() as u64).to_le_bytes())?,
        false => out.write_all(&(tags.len() as u16).to_le_bytes())?,
    }
    for &(tag, field_type, count, value) in tags {
        out.write_all(&tag.to_le_bytes())?;
        out.write_all(&field_type.to_le_bytes())?;
        for number in [count, value] {
            match big {
                true => out.write_all(&number.to_le_bytes())?,
                false => out.write_all(&(number as u32).to_le_bytes())?,
            }
        }
    }
    match big {
        true => out.write_all(&next.to_le_bytes()),
        false => out.write_all(&(next as u32).to_le_bytes()),
    }
}

/// A tile of one value, run-length encoded as `PackBits` does.
fn packed_tile(tile: u64, value: u8) -> Vec<u8> {
    // 129 says: repeat the next byte 128 times.
    [129, value].repeat((tile * tile / 128) as usize)
}

/// Where the image lies: scale and tiepoint, after the IFDs.
const GEOREFERENCING: [f64; 9] = [10.0, 10.0, 0.0, 0.0, 0.0, 0.0, 500_000.0, 5_000_000.0, 0.0];

/// A COG of `size` × `size` pixels whose tiles hold 1 at full resolution, 2 on the first overview, and so on.
pub(crate) fn write_cog(path: &Path, size: u64, tile: u64) -> io::Result<()> {
    const GHOST: &str = "LAYOUT=IFDS_BEFORE_DATA\nBLOCK_ORDER=ROW_MAJOR\nBLOCK_LEADER=SIZE_AS_UINT4\n\
        BLOCK_TRAILER=LAST_4_BYTES_REPEATED\nKNOWN_INCOMPATIBLE_EDITION=NO\n ";
    let ghost = format!("GDAL_STRUCTURAL_METADATA_SIZE={:06} bytes\n{GHOST}", GHOST.len());
    let levels = Level::pyramid(size, tile);
    let first_ifd = 16 + ghost.len() as u64;
    let (plain, referenced) = (ifd_size(11, true), ifd_size(13, true));
    let doubles = first_ifd + referenced + plain * (levels.len() as u64 - 1);
    let index = doubles + 8 * GEOREFERENCING.len() as u64;
    let data = index + levels.iter().map(|level| level.tiles() * 12).sum::<u64>();

    let mut out = BufWriter::new(File::create(path)?);
    out.write_all(b"II\x2b\0\x08\0\0\0")?;
    out.write_all(&first_ifd.to_le_bytes())?;
    out.write_all(ghost.as_bytes())?;
    let (mut at, mut arrays) = (first_ifd, index);
    for (number, level) in levels.iter().enumerate() {
        let place = [(LONG8, arrays), (LONG, arrays + level.tiles() * 8)];
        // One tile needs no array: the values are in the entries.
        let tile_len = tile * tile / 64;
        let single = [(LONG8, data + number as u64 * (tile_len + 8) + 4), (LONG, tile_len)];
        let mut tags = level.tags(number > 0, 32_773, if level.tiles() == 1 { single } else { place });
        if number == 0 {
            tags.push((33_550, DOUBLE, 3, doubles));
            tags.push((33_922, DOUBLE, 6, doubles + 24));
        }
        at += if number == 0 { referenced } else { plain };
        write_ifd(&mut out, &tags, if number + 1 < levels.len() { at } else { 0 }, true)?;
        arrays += level.tiles() * 12;
    }
    for value in GEOREFERENCING {
        out.write_all(&value.to_le_bytes())?;
    }
    let tile_len = tile * tile / 64;
    for (number, level) in levels.iter().enumerate() {
        let offset = data + number as u64 * (tile_len + 8) + 4;
        for _ in 0..level.tiles() {
            out.write_all(&offset.to_le_bytes())?;
        }
        for _ in 0..level.tiles() {
            out.write_all(&(tile_len as u32).to_le_bytes())?;
        }
    }
    for number in 0..levels.len() {
        let tile = packed_tile(tile, number as u8 + 1);
        out.write_all(&(tile.len() as u32).to_le_bytes())?;
        out.write_all(&tile)?;
        out.write_all(&tile[tile.len() - 4..])?;
    }
    out.flush()
}

/// An uncompressed image of zeros with its overviews as `gdaladdo` appends them: IFDs and arrays of all overviews
/// behind the pixels, then their pixels. The zeros are a hole in the file.
pub(crate) fn write_appended(path: &Path, size: u64, tile: u64) -> io::Result<()> {
    let levels = Level::pyramid(size, tile);
    let bytes = tile * tile;
    let ifd = ifd_size(11, false);
    let mut out = BufWriter::new(File::create(path)?);
    out.write_all(b"II\x2a\0\x08\0\0\0")?;
    let first_data = 8 + ifd + levels[0].tiles() * 8;
    let appended = first_data + levels[0].tiles() * bytes;
    let overviews: u64 = levels[1..].iter().map(|level| ifd + level.tiles() * 8).sum();
    let mut data = first_data;
    let mut at = 8;
    for (number, level) in levels.iter().enumerate() {
        out.seek(SeekFrom::Start(at))?;
        let arrays = at + ifd;
        let next = match number {
            0 => appended,
            _ if number + 1 < levels.len() => arrays + level.tiles() * 8,
            _ => 0,
        };
        let single = [(LONG, data), (LONG, bytes)];
        let place = [(LONG, arrays), (LONG, arrays + level.tiles() * 4)];
        let index = if level.tiles() == 1 { single } else { place };
        write_ifd(&mut out, &level.tags(number > 0, 1, index), next, false)?;
        for tile in 0..level.tiles() {
            out.write_all(&((data + tile * bytes) as u32).to_le_bytes())?;
        }
        for _ in 0..level.tiles() {
            out.write_all(&(bytes as u32).to_le_bytes())?;
        }
        data = if number == 0 { appended + overviews } else { data + level.tiles() * bytes };
        at = next;
    }
    out.flush()?;
    out.into_inner()?.set_len(data)
}

#[cfg(test)]
mod tests {
    use std::ops::Range;
    use std::sync::{Arc, Mutex};

    use async_trait::async_trait;
    use geotiff_io::{FileStore, GetOptions, RangeResponse, RangeStore};
    use geotiff_read::{GeoTiff, InlineExecutor, OpenOptions, PixelWindow, ReadOptions};

    use super::*;

    #[derive(Debug)]
    struct Log(FileStore, Mutex<Vec<Range<u64>>>);

    impl Log {
        /// Requests and their bytes since the last call.
        fn take(&self) -> (usize, u64) {
            let requests = std::mem::take(&mut *self.1.lock().unwrap());
            (requests.len(), requests.iter().map(|range| range.end - range.start).sum())
        }
    }

    #[async_trait]
    impl RangeStore for Log {
        async fn get_range(
            &self,
            path: &str,
            range: Range<u64>,
            options: &GetOptions,
        ) -> Result<RangeResponse, geotiff_io::Error> {
            self.1.lock().unwrap().push(range.clone());
            self.0.get_range(path, range, options).await
        }
    }

    fn open(path: &Path) -> (Arc<Log>, GeoTiff) {
        let log = Arc::new(Log(FileStore::new(), Mutex::default()));
        let options = OpenOptions::default().with_executor(Arc::new(InlineExecutor));
        let store: Arc<dyn RangeStore> = Arc::clone(&log) as _;
        let path = path.to_str().unwrap();
        (log, runtime().block_on(GeoTiff::open_with(store, path, options)).unwrap())
    }

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
    }

    #[test]
    fn five_million_tiles_open_and_read_in_few_requests() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("giant.tif");
        write_cog(&path, 1_000_000, 512).unwrap();
        let (log, tiff) = open(&path);
        assert_eq!((tiff.width(), tiff.height(), tiff.overviews().len()), (1_000_000, 1_000_000, 11));
        assert_eq!(tiff.transform(), Some([10.0, 0.0, 500_000.0, 0.0, -10.0, 5_000_000.0]));
        let (requests, bytes) = log.take();
        assert!(requests <= 2 && bytes <= 64 << 10, "{requests} requests, {bytes} bytes to open");

        let window = PixelWindow { col: 700_000, row: 300_000, width: 600, height: 10 };
        let options = ReadOptions::new().window(window);
        let plan = runtime().block_on(tiff.plan(&options)).unwrap();
        let (requests, bytes) = log.take();
        assert!(requests <= 2 && bytes <= 128 << 10, "{requests} requests, {bytes} bytes of chunk index");
        let raster = runtime().block_on(tiff.read(&options)).unwrap();
        assert_eq!(log.take().0, plan.requests.len());
        assert!(raster.into_array::<u8>().unwrap().iter().all(|value| *value == 1));

        let overview = &tiff.overviews()[2];
        let raster =
            runtime().block_on(overview.read(&options.window(PixelWindow::whole(100, 100)))).unwrap();
        assert!(raster.into_array::<u8>().unwrap().iter().all(|value| *value == 4));
    }

    #[test]
    fn overviews_at_the_end_are_jumped_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("appended.tif");
        write_appended(&path, 8192, 256).unwrap();
        assert!(std::fs::metadata(&path).unwrap().len() > 89_000_000);
        let (log, tiff) = open(&path);
        assert_eq!(
            tiff.overviews().iter().map(|level| level.width()).collect::<Vec<_>>(),
            [4096, 2048, 1024, 512, 256]
        );
        let (requests, bytes) = log.take();
        assert!(requests <= 4 && bytes <= 256 << 10, "{requests} requests, {bytes} bytes");
    }
}
