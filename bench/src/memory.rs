//! How much memory a read takes: measured in a process that does nothing else.

use std::sync::Arc;

use futures::StreamExt;
use geotiff_kit::io::FileStore;
use geotiff_kit::{GeoTiff, ReadOptions, Window};
use serde::{Deserialize, Serialize};

use crate::{Failure, ours};

/// Bytes of resident memory.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Memory {
    /// Before the file was opened.
    pub(crate) before: u64,
    /// At most, until the read was done.
    pub(crate) peak: u64,
    /// Bytes of the pixels read.
    pub(crate) pixels: u64,
}

/// Prints what opening and reading the file at `path` takes: all of it, all of it in pieces, or one window.
pub(crate) fn measure(kind: &str, path: &str) -> Result<(), Failure> {
    let before = status("VmRSS:")?;
    let pixels = ours::runtime()?.block_on(read(kind, path))?;
    let memory = Memory { before, peak: status("VmHWM:")?, pixels };
    println!("{}", serde_json::to_string(&memory)?);
    Ok(())
}

async fn read(kind: &str, path: &str) -> Result<u64, Failure> {
    let tiff = GeoTiff::open(Arc::new(FileStore::new()), path).await?;
    match kind {
        "whole" => {
            let raster = tiff.read(&ReadOptions::new()).await?;
            Ok(raster.data.as_bytes().unwrap_or_default().len() as u64)
        }
        "window" => {
            let middle = Window::new(tiff.width() / 2, tiff.height() / 2, 1000, 1000);
            let raster = tiff.read(&ReadOptions::new().window(middle)).await?;
            Ok(raster.data.as_bytes().unwrap_or_default().len() as u64)
        }
        "stream" => {
            let (level, options) = (tiff.level(0)?, ReadOptions::new());
            let mut windows = std::pin::pin!(level.read_chunks(&options));
            let mut bytes = 0;
            while let Some(window) = windows.next().await {
                bytes += window?.1.data.as_bytes().unwrap_or_default().len() as u64;
            }
            Ok(bytes)
        }
        _ => Err(format!("no kind {kind}").into()),
    }
}

/// A line of `/proc/self/status`, in bytes.
fn status(key: &str) -> Result<u64, Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(key)).ok_or("no such line")?;
    let kib: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kib * 1024)
}
