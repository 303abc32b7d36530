//! Reads of any size in bounded memory: the image as a stream of windows.

use futures::{Stream, StreamExt, stream};

use crate::{Error, Level, PixelWindow, Raster, ReadOptions};

/// Bytes that one window of a stream aims at, unless a row of chunks is larger.
const WINDOW_BYTES: u64 = 16 << 20;

/// Windows that are fetched and decoded while the caller works on one.
const AHEAD: usize = 2;

impl Level {
    /// The level cut into windows along its chunks, each about 16 MiB of decoded samples, from the upper left,
    /// row by row: reading them in this order decodes each chunk once.
    pub fn chunk_windows(&self) -> Vec<PixelWindow> {
        let grid = self.image().chunks();
        let (chunk_width, chunk_height) = (grid.chunk_width().max(1), grid.chunk_height().max(1));
        let samples = u64::from(self.image().band_count());
        let sample_size = self.image().data_type().map_or(1, |data_type| data_type.size() as u64);
        let chunk_bytes = u64::from(chunk_width) * u64::from(chunk_height) * samples * sample_size;
        let chunks = (WINDOW_BYTES / chunk_bytes.max(1)).max(1);
        let across = chunks.min(u64::from(grid.columns().max(1)));
        let down = (chunks / across).max(1);
        let step =
            |chunk: u32, count: u64| u64::from(chunk).saturating_mul(count).min(u64::from(u32::MAX)) as u32;
        let (step_x, step_y) = (step(chunk_width, across), step(chunk_height, down));
        let rows = (0..self.height()).step_by(step_y as usize);
        rows.flat_map(|row| {
            (0..self.width()).step_by(step_x as usize).map(move |col| PixelWindow {
                col: col.into(),
                row: row.into(),
                width: step_x.min(self.width() - col),
                height: step_y.min(self.height() - row),
            })
        })
        .collect()
    }

    /// Streams the level as the windows of [`Level::chunk_windows`], in their order; `options.window` and
    /// `options.edge` do not apply. Memory stays within a few windows, whatever the size of the image.
    pub fn read_chunks(
        &self,
        options: &ReadOptions,
    ) -> impl Stream<Item = Result<(PixelWindow, Raster), Error>> {
        let (level, options) = (self.clone(), options.clone());
        stream::iter(self.chunk_windows())
            .map(move |window| {
                let (level, options) = (level.clone(), options.clone().window(window));
                async move { Ok((window, level.read(&options).await?)) }
            })
            .buffered(AHEAD)
    }
}
