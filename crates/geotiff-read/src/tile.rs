//! Single tiles of a level, decoded or as they are in the file.

use std::sync::Arc;

use bytes::Bytes;
use geotiff_core::Compression;
use ndarray::s;

use crate::executor::run;
use crate::plan;
use crate::raster::Validity;
use crate::read::{Area, read_area};
use crate::window::{Edge, PixelWindow};
use crate::{Array, Error, Level, Raster, ReadOptions, transform};

/// A tile as it is in the file, for passing on.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct EncodedTile {
    /// The compressed bytes: one part where the tile holds every band, one for each band where bands have tiles of
    /// their own. `None` for a sparse tile, which stands for nodata, or 0.
    pub parts: Vec<Option<Bytes>>,
    /// Tag 259, `Compression`. What else decoding depends on is in [`Level::image`]: predictor, photometric
    /// interpretation, bits, fill order; the byte order is that of the file.
    pub compression: Compression,
    /// Tag 347, `JPEGTables`: what a JPEG stream of the tile lacks (TIFF Technical Note 2).
    pub jpeg_tables: Option<Bytes>,
    /// Columns and rows that are encoded; a tile at the image's edge has its full size.
    pub size: (u32, u32),
}

impl Level {
    /// The pixels of the tile at (`column`, `row`) of the level's grid, counted from the upper left; of an image in
    /// strips, column 0 and the strip's number. A tile at the image's edge gives the part inside, or, with
    /// [`Edge::Fill`], its full size.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) where there is no such tile, or where `options` name a window or
    /// a size; otherwise as [`GeoTiff::read`](crate::GeoTiff::read).
    pub async fn tile(&self, column: u32, row: u32, options: &ReadOptions) -> Result<Raster, Error> {
        let mut tiles = self.tiles(&[(column, row)], options).await?;
        tiles.pop().ok_or_else(|| Error::usage("no tile is asked for").at(self.path()))
    }

    /// As [`Level::tile`], for several tiles (column, row), in the order given: those that lie side by side in the
    /// file come in one request.
    ///
    /// # Errors
    ///
    /// As [`Level::tile`].
    pub async fn tiles(&self, tiles: &[(u32, u32)], options: &ReadOptions) -> Result<Vec<Raster>, Error> {
        self.read_tiles(tiles, options).await.map_err(|error| error.at(self.path()))
    }

    async fn read_tiles(&self, tiles: &[(u32, u32)], options: &ReadOptions) -> Result<Vec<Raster>, Error> {
        if options.window.is_some() || options.size.is_some() {
            return Err(Error::usage("a tile has a window and a size of its own"));
        }
        let windows = tiles.iter().map(|tile| self.tile_window(*tile)).collect::<Result<Vec<_>, _>>()?;
        if windows.is_empty() {
            return Ok(Vec::new());
        }
        let size = self.tile_size();
        let area = Area::Tiles { windows: &windows, size };
        let stack = read_area(self.inner(), self.number(), area, options).await?;
        let base = self.transform();
        let crs = self.inner().crs().ok().flatten().cloned();
        let is_full = matches!(options.edge, Edge::Fill(_));
        let split = move || {
            let cut = |(index, inside): (usize, PixelWindow)| {
                let shown =
                    if is_full { PixelWindow { width: size.0, height: size.1, ..inside } } else { inside };
                let mut tile = part(&stack, index * size.1 as usize, shown, inside);
                let origin = (shown.col as f64, shown.row as f64);
                tile.transform = base.map(|base| transform::rebase(base, origin, (1.0, 1.0)));
                tile.crs.clone_from(&crs);
                tile
            };
            windows.into_iter().enumerate().map(cut).collect()
        };
        run(self.inner().executor(), split).await
    }

    /// The bytes of the tile at (`column`, `row`), as they are in the file.
    ///
    /// # Errors
    ///
    /// As [`Level::tile`], short of what decoding meets.
    pub async fn encoded_tile(&self, column: u32, row: u32) -> Result<EncodedTile, Error> {
        self.fetch_tile((column, row)).await.map_err(|error| error.at(self.path()))
    }

    async fn fetch_tile(&self, tile: (u32, u32)) -> Result<EncodedTile, Error> {
        self.tile_window(tile)?;
        let state = self.inner().level(self.number());
        let limits = &self.inner().options().limits;
        let grid = state.image().chunks();
        let planes = if state.is_planar() { grid.planes() } else { 1 };
        let mut chunks = (0..planes)
            .map(|plane| plan::PlannedChunk::new(plan::ImageRole::Data, grid, plane, tile, Vec::new()))
            .collect::<Result<Vec<_>, _>>()?;
        let indices: Vec<u64> = chunks.iter().map(|chunk| chunk.index).collect();
        let size = state.source().object().size;
        for (chunk, location) in chunks.iter_mut().zip(state.locate(&indices, None).await?) {
            plan::locate(chunk, location, size)?;
            plan::check_chunk_size(chunk, limits.max_chunk_bytes)?;
        }
        let ranges: Vec<_> = chunks.iter().filter_map(|chunk| chunk.location.clone()).collect();
        let mut fetched = state.source().get_many(&ranges, None).await?.into_iter();
        let parts = chunks.iter().map(|chunk| match &chunk.location {
            Some(range) => fetched.next().map(|bytes| plan::check_complete(chunk, range, bytes)).transpose(),
            None => Ok(None),
        });
        Ok(EncodedTile {
            parts: parts.collect::<Result<_, _>>()?,
            compression: state.image().compression(),
            jpeg_tables: state.image().jpeg_tables().map(Bytes::copy_from_slice),
            size: (grid.chunk_width(), grid.encoded_height(tile.1)),
        })
    }

    /// Columns and rows of a whole tile.
    fn tile_size(&self) -> (u32, u32) {
        let grid = self.image().chunks();
        (grid.chunk_width(), grid.chunk_height())
    }

    /// The pixels of the image that a tile holds.
    fn tile_window(&self, (column, row): (u32, u32)) -> Result<PixelWindow, Error> {
        let grid = self.image().chunks();
        if column >= grid.columns() || row >= grid.rows() {
            let (columns, rows) = (grid.columns(), grid.rows());
            let message =
                format!("there is no tile {column},{row}: the level has {columns} x {rows}, from 0");
            return Err(Error::usage(message));
        }
        let (left, top, width, height) = grid.extent(row, column);
        Ok(PixelWindow { col: left.into(), row: top.into(), width, height })
    }
}

/// The tile that begins at row `top` of a stack of tiles; `inside` is what of `shown` the image holds.
fn part(stack: &Raster, top: usize, shown: PixelWindow, inside: PixelWindow) -> Raster {
    let (rows, columns) = (top..top + shown.height as usize, 0..shown.width as usize);
    let data = with_array!(&stack.data, array => Array::from(match stack.interleaved {
        true => array.slice(s![rows.clone(), columns.clone(), ..]).to_owned(),
        false => array.slice(s![.., rows.clone(), columns.clone()]).to_owned(),
    }));
    let mask = |validity: &Validity| match validity {
        Validity::Shared(mask) => {
            Validity::Shared(Arc::new(mask.slice(s![rows.clone(), columns.clone()]).to_owned()))
        }
        Validity::Band(masks, band) => {
            Validity::Shared(Arc::new(masks.slice(s![*band, rows.clone(), columns.clone()]).to_owned()))
        }
        other => other.clone(),
    };
    Raster {
        data,
        bands: stack.bands.clone(),
        transform: None,
        crs: None,
        nodata: stack.nodata,
        interleaved: stack.interleaved,
        mask_kinds: stack.mask_kinds.clone(),
        validity: stack.validity.iter().map(mask).collect(),
        inside: Some(inside.within(shown)),
    }
}
