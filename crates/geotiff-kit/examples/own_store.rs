//! Reads through a store of one's own: here one that counts what a read costs.
//!
//! ```sh
//! cargo run -p geotiff-kit --example own_store
//! ```

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use geotiff_kit::io::Error;
use geotiff_kit::{GeoTiff, GetOptions, MemoryStore, RangeResponse, RangeStore, ReadOptions, Window};

/// Counts requests and bytes on their way to another store.
#[derive(Debug)]
struct Counting<S> {
    inner: S,
    requests: AtomicU64,
    bytes: AtomicU64,
}

// One method is enough: several ranges go through it concurrently.
#[async_trait]
impl<S: RangeStore> RangeStore for Counting<S> {
    async fn get_range(
        &self,
        path: &str,
        range: Range<u64>,
        options: &GetOptions,
    ) -> Result<RangeResponse, Error> {
        let response = self.inner.get_range(path, range, options).await?;
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(response.bytes.len() as u64, Ordering::Relaxed);
        Ok(response)
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let memory = MemoryStore::new();
    memory.put("scene.tif", std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/scene.tif"))?);
    let store = Arc::new(Counting { inner: memory, requests: AtomicU64::new(0), bytes: AtomicU64::new(0) });
    let cost = || (store.requests.load(Ordering::Relaxed), store.bytes.load(Ordering::Relaxed));

    let tiff = GeoTiff::open(store.clone(), "scene.tif").await?;
    let (requests, bytes) = cost();
    println!("open: {requests} request, {bytes} bytes");

    tiff.read(&ReadOptions::new().window(Window::new(0, 0, 64, 64))).await?;
    println!("read: {} more, {} bytes", cost().0 - requests, cost().1 - bytes);
    Ok(())
}
