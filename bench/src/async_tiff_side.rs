//! The side of async-tiff, from memory.

use std::ops::Range;

use async_tiff::decoder::DecoderRegistry;
use async_tiff::error::AsyncTiffResult;
use async_tiff::metadata::TiffMetadataReader;
use async_tiff::reader::AsyncFileReader;
use async_tiff::{Array, Tile, TypedArray};
use async_trait::async_trait;
use bytes::Bytes;
use rayon::prelude::*;

use crate::protocol::{Answer, Stopwatch, Task};
use crate::{Failure, parse};

/// A file in memory.
#[derive(Clone, Debug)]
pub(crate) struct Memory(pub(crate) Bytes);

#[async_trait]
impl AsyncFileReader for Memory {
    async fn get_bytes(&self, range: Range<u64>) -> AsyncTiffResult<Bytes> {
        let end = (range.end as usize).min(self.0.len());
        Ok(self.0.slice((range.start as usize).min(end)..end))
    }
}

/// Does a task, of those that this side has.
pub(crate) fn answer(task: Task) -> Result<Answer, Failure> {
    match task {
        Task::Image { path, threads, check, .. } => image(&path, threads, check),
        Task::Parse { path } => parse::async_tiff(&path),
        _ => Err("not a task for async-tiff".into()),
    }
}

/// The image as its tiles, and where they go.
struct Grid {
    tiles: Vec<Tile>,
    columns: usize,
    tile_width: usize,
    tile_height: usize,
    width: usize,
    height: usize,
}

fn image(path: &str, threads: usize, check: bool) -> Result<Answer, Failure> {
    let source = Memory(std::fs::read(path)?.into());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let watch = Stopwatch::start();
    let grid = futures::executor::block_on(open(&source))?;
    let bytes = pool.install(|| decode(grid))?;
    let answer = watch.stop();
    Ok(if check { answer.checked(bytes.as_bytes()) } else { answer })
}

async fn open(source: &Memory) -> Result<Grid, Failure> {
    let tiff = TiffMetadataReader::try_open(source).await?.read(source).await?;
    let image = tiff.ifds().first().ok_or("no image")?;
    let (columns, rows) = image.tile_count().ok_or("not tiled")?;
    let all: Vec<_> = (0..rows).flat_map(|y| (0..columns).map(move |x| (x, y))).collect();
    Ok(Grid {
        tiles: image.fetch_tiles(&all, source).await?,
        columns,
        tile_width: image.tile_width().unwrap_or(0) as usize,
        tile_height: image.tile_height().unwrap_or(0) as usize,
        width: image.image_width() as usize,
        height: image.image_height() as usize,
    })
}

/// Pixels as (band, row, column).
enum Pixels {
    U8(Vec<u8>),
    U16(Vec<u16>),
    F32(Vec<f32>),
}

impl Pixels {
    fn as_bytes(&self) -> &[u8] {
        match self {
            Self::U8(values) => values,
            Self::U16(values) => bytemuck::cast_slice(values),
            Self::F32(values) => bytemuck::cast_slice(values),
        }
    }
}

fn decode(mut grid: Grid) -> Result<Pixels, Failure> {
    let registry = DecoderRegistry::default();
    let tiles = std::mem::take(&mut grid.tiles);
    let arrays: Vec<Array> =
        tiles.into_par_iter().map(|tile| tile.decode(&registry)).collect::<AsyncTiffResult<_>>()?;
    macro_rules! typed {
        ($($variant:ident $pixels:ident),*) => {
            match arrays.first().map(Array::data) {
                $(Some(TypedArray::$variant(_)) => Ok(Pixels::$pixels(assemble(&grid, &arrays, |array| {
                    match array.data() {
                        TypedArray::$variant(values) => values,
                        _ => &[],
                    }
                }))),)*
                _ => Err("samples of another type".into()),
            }
        };
    }
    typed!(UInt8 U8, UInt16 U16, Float32 F32)
}

/// Tiles of (row, column, band) as one array of (band, row, column), a row of tiles of one band at a time.
fn assemble<'a, T: Copy + Default + Send + Sync + 'a>(
    grid: &Grid,
    arrays: &'a [Array],
    values: impl Fn(&'a Array) -> &'a [T] + Sync,
) -> Vec<T> {
    let bands = arrays.first().map_or(0, |array| array.shape()[2]);
    let tile_rows = arrays.len() / grid.columns;
    let mut pixels = vec![T::default(); bands * grid.height * grid.width];
    pixels.par_chunks_mut(grid.height * grid.width).enumerate().for_each(|(band, plane)| {
        plane.par_chunks_mut(grid.tile_height * grid.width).enumerate().for_each(|(tile_row, part)| {
            let tiles = &arrays[tile_row.min(tile_rows) * grid.columns..][..grid.columns];
            for (column, tile) in tiles.iter().enumerate() {
                let tile = values(tile);
                let left = column * grid.tile_width;
                let across = grid.tile_width.min(grid.width - left);
                for (to, from) in
                    part.chunks_exact_mut(grid.width).zip(tile.chunks_exact(grid.tile_width * bands))
                {
                    let to = &mut to[left..left + across];
                    for (to, pixel) in to.iter_mut().zip(from.chunks_exact(bands)) {
                        *to = pixel[band];
                    }
                }
            }
        });
    });
    pixels
}
