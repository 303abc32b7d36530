//! Whole images: `codecs` from memory, `images` from the file system.

use super::Context;
use super::report::Report;
use super::rounds::{Case, Rounds};
use super::sides::Side;
use crate::Failure;
use crate::protocol::Task;

/// Type, bytes of a pixel, and codec with predictor, as the files are named.
const IMAGES: &[(&str, f64, &[&str])] = &[
    (
        "uint8",
        3.0,
        &[
            "none",
            "packbits",
            "deflate-p1",
            "deflate-p2",
            "lzw-p1",
            "lzw-p2",
            "zstd-p1",
            "zstd-p2",
            "jpeg",
            "lerc",
            "webp",
            "webp-lossless",
            "lzma",
        ],
    ),
    (
        "uint16",
        6.0,
        &[
            "none",
            "packbits",
            "deflate-p1",
            "deflate-p2",
            "lzw-p1",
            "lzw-p2",
            "zstd-p1",
            "zstd-p2",
            "lerc",
            "lzma",
        ],
    ),
    (
        "float32",
        4.0,
        &[
            "none",
            "packbits",
            "deflate-p1",
            "deflate-p3",
            "lzw-p1",
            "lzw-p3",
            "zstd-p1",
            "zstd-p3",
            "lerc",
            "lzma",
        ],
    ),
];

/// On one thread, the least ratio to GDAL of each codec and predictor.
const TO_GDAL_ONE_THREAD: &[(&str, f64)] = &[
    ("none", 1.0),
    ("deflate-p1", 1.05),
    ("deflate-p2", 1.05),
    ("deflate-p3", 1.4),
    ("lzw-p1", 0.95),
    ("lzw-p2", 1.05),
    ("lzw-p3", 1.6),
    ("zstd-p1", 1.1),
    ("zstd-p2", 1.25),
    ("zstd-p3", 2.5),
    ("jpeg", 1.6),
    ("lerc", 1.0),
    ("webp", 0.95),
    ("webp-lossless", 0.95),
];

/// Codecs whose whole images must be read at 1.2 times GDAL's rate, and at 1.5 times async-geotiff's.
const FAST_TO_GDAL: &[&str] = &["deflate", "lzw", "zstd", "jpeg"];
const FAST_TO_ASYNC_GEOTIFF: &[&str] = &["deflate", "lzw", "zstd"];

fn is_one_of(codec: &str, family: &[&str]) -> bool {
    family.iter().any(|name| codec.starts_with(name))
}

/// Decoding, predictor and band-planar output, from memory.
pub(super) fn codecs(context: &Context) -> Result<Report, Failure> {
    let mut rounds = Rounds::new(context, &[Side::Ours, Side::Rasterio, Side::AsyncTiff], 5)?;
    measure(context, &mut rounds, &[1, super::sides::THREADS], true, |codec, threads| {
        let to_gdal = TO_GDAL_ONE_THREAD.iter().find(|(name, _)| *name == codec && threads == 1);
        let to_gdal = to_gdal.map(|(_, bound)| ("rasterio", *bound));
        to_gdal.into_iter().chain([("async-tiff", 1.0)]).collect()
    })
}

/// Whole images from local files, on two threads.
pub(super) fn images(context: &Context) -> Result<Report, Failure> {
    let mut rounds = Rounds::new(context, &[Side::Ours, Side::Rasterio, Side::AsyncGeotiff], 4)?;
    measure(context, &mut rounds, &[super::sides::THREADS], false, |codec, _| {
        let to_gdal = if is_one_of(codec, FAST_TO_GDAL) { 1.2 } else { 1.0 };
        let to_async = is_one_of(codec, FAST_TO_ASYNC_GEOTIFF).then_some(("async-geotiff", 1.5));
        std::iter::once(("rasterio", to_gdal)).chain(to_async).collect()
    })
}

fn measure(
    context: &Context,
    rounds: &mut Rounds<'_>,
    threads: &[usize],
    from_memory: bool,
    bounds: impl Fn(&str, usize) -> Vec<(&'static str, f64)>,
) -> Result<Report, Failure> {
    let mut report = Report::default();
    let pixels = if context.quick { 1024.0 * 1024.0 } else { 4096.0 * 4096.0 };
    for (dtype, pixel_bytes, codecs) in IMAGES {
        for codec in *codecs {
            for &threads in threads {
                let path = context.path(&format!("{dtype}-{codec}.tif"));
                let case = Case {
                    name: format!("{dtype} {codec}, {threads} thread{}", if threads == 1 { "" } else { "s" }),
                    unit: "MB/s",
                    amount: pixels * pixel_bytes / 1e6,
                    bounds: &bounds(codec, threads),
                    lossy: matches!(*codec, "jpeg" | "webp"),
                    server: None,
                };
                rounds.measure(case, &mut report, |round, _, _| {
                    let check = round == 0;
                    Task::Image { path: path.clone(), threads, from_memory, check }
                })?;
            }
        }
    }
    Ok(report)
}
