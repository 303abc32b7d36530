//! Times the parsing of headers in memory: `parse_time FILE…`. Transform, CRS code, overviews and
//! nodata are asked for, as a tile server would.
use std::hint::black_box;
use std::time::Instant;

use geotiff_core::{Bytes, Limits, MetadataDecoder, Step};

/// What a reader prefetches.
const PREFETCH: usize = 32 << 10;

fn parse(header: &Bytes, size: u64) -> bool {
    let mut decoder = MetadataDecoder::new(Limits::default());
    decoder.set_file_size(size);
    decoder.feed(0, header.clone());
    let Ok(Step::Finished(tiff)) = decoder.decode() else { return false };
    let Some(page) = tiff.pages().first() else { return false };
    let geo = page.georeferencing();
    black_box((geo.transform(), geo.geokeys().and_then(|keys| keys.epsg())));
    black_box((page.overviews().iter().map(|o| o.width()).sum::<u32>(), page.nodata()));
    true
}

fn main() {
    for path in std::env::args().skip(1) {
        let Ok(file) = std::fs::read(&path) else { continue };
        let header = Bytes::copy_from_slice(&file[..file.len().min(PREFETCH)]);
        if !parse(&header, file.len() as u64) {
            println!("{path}: needs more than its first {PREFETCH} bytes");
            continue;
        }
        let best = (0..20)
            .map(|_| {
                let start = Instant::now();
                for _ in 0..200 {
                    black_box(parse(black_box(&header), file.len() as u64));
                }
                start.elapsed() / 200
            })
            .min();
        println!("{path}: {:?} best of 20 × 200", best.unwrap_or_default());
    }
}
