//! Opening SRC.

use std::sync::Arc;

use geotiff_kit::io::{Outcome, RequestRecord, StackOptions, StoreBuilder, Trace, UrlStore};
use geotiff_kit::{GeoTiff, OpenOptions, RangeStore};
use serde::Serialize;

use crate::error::Failure;

/// How files are opened: with a log of the requests, or without.
#[derive(Clone)]
pub(super) struct Source {
    trace: Option<Trace>,
}

/// One line of the log.
#[derive(Serialize)]
struct Line<'a> {
    path: &'a str,
    /// First byte, and the byte after the last, as asked for.
    range: (u64, u64),
    started_ms: f64,
    elapsed_ms: f64,
    outcome: String,
}

/// Whether SRC is a file of this machine.
pub(super) fn is_local(src: &str) -> bool {
    !src.contains("://") || src.starts_with("file://")
}

impl Source {
    /// No log.
    pub(super) fn plain() -> Self {
        Self { trace: None }
    }

    /// Logs each request.
    pub(super) fn traced() -> Self {
        Self { trace: Some(Trace::new()) }
    }

    /// Opens page `page` of the file at a path or URL. What lies beside a local file is read too, as GDAL does; beside
    /// a URL only where `sidecars` asks for it, since looking costs requests.
    ///
    /// # Errors
    /// What the store or the metadata reports, or a page that is not there.
    pub(super) async fn open(&self, src: &str, page: usize, sidecars: bool) -> Result<GeoTiff, Failure> {
        let tiff = match &self.trace {
            None => geotiff_kit::open(src).await?,
            Some(trace) => {
                let urls = UrlStore::from_env();
                urls.check(src).map_err(geotiff_kit::Error::from)?;
                // The log stands under the cache: it shows what is really asked for.
                let store: Arc<dyn RangeStore> = match is_local(src) {
                    true => Arc::new(StoreBuilder::new().layer(trace.layer()).store(urls)),
                    false => StackOptions::new().with_trace(trace.clone()).store(urls).store,
                };
                GeoTiff::open_with(store, src, OpenOptions::default()).await?
            }
        };
        let tiff = if page == 0 { tiff } else { tiff.with_page(page)? };
        // Sidecars belong to the first page.
        Ok(if page == 0 && (is_local(src) || sidecars) { tiff.with_sidecars().await? } else { tiff })
    }

    /// Prints the log on standard error, a JSON line a request.
    pub(super) fn print_trace(&self) {
        for record in self.trace.iter().flat_map(Trace::requests) {
            if let Ok(line) = serde_json::to_string(&line(&record)) {
                eprintln!("{line}");
            }
        }
    }
}

fn line(record: &RequestRecord) -> Line<'_> {
    let milliseconds = |duration: std::time::Duration| duration.as_secs_f64() * 1000.0;
    Line {
        path: &record.path,
        range: (record.range.start, record.range.end),
        started_ms: milliseconds(record.started),
        elapsed_ms: milliseconds(record.elapsed),
        outcome: match record.outcome {
            Outcome::Bytes(bytes) => format!("{bytes} bytes"),
            Outcome::Failed(kind) => kind.describe().to_owned(),
            Outcome::Cancelled => "cancelled".to_owned(),
            other => format!("{other:?}"),
        },
    }
}

/// As [`Source::open`], without a log.
///
/// # Errors
/// As [`Source::open`].
pub(super) async fn open(src: &str, page: usize, sidecars: bool) -> Result<GeoTiff, Failure> {
    Source::plain().open(src, page, sidecars).await
}
