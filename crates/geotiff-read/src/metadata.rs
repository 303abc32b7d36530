//! Feeds the sans-IO metadata decoder from a store.

use std::ops::Range;

use geotiff_core::{MetadataDecoder, Step, Tiff};
use geotiff_io::coalesce;

use crate::source::Source;
use crate::{Error, OpenOptions};

/// Reads ahead no further than this, however far the header goes on.
const MAX_READ_AHEAD: u64 = 1 << 20;

/// Reads the whole IFD chain: one request where the first `prefetch` bytes hold it, and one more for each jump.
pub(crate) async fn load(source: &Source, options: &OpenOptions) -> Result<Tiff, Error> {
    let mut decoder = MetadataDecoder::new(options.limits.metadata);
    let mut read_ahead = options.prefetch.clamp(16, MAX_READ_AHEAD);
    fetch(source, &mut decoder, std::slice::from_ref(&(0..read_ahead))).await?;
    loop {
        match decoder.decode()? {
            Step::Finished(tiff) => return Ok(*tiff),
            Step::NeedsData(wanted) => {
                let end = source.object().size.unwrap_or(u64::MAX);
                let ranges: Vec<Range<u64>> = wanted
                    .iter()
                    .map(|range| {
                        let ahead = range.start.saturating_add(read_ahead).min(end);
                        range.start..range.end.max(ahead)
                    })
                    .collect();
                let ranges: Vec<_> =
                    coalesce(&ranges, read_ahead, u64::MAX).into_iter().map(|merged| merged.range).collect();
                fetch(source, &mut decoder, &ranges).await?;
                read_ahead = (read_ahead * 2).min(MAX_READ_AHEAD);
            }
        }
    }
}

async fn fetch(source: &Source, decoder: &mut MetadataDecoder, ranges: &[Range<u64>]) -> Result<(), Error> {
    let blocks = source.get_many(ranges, None).await?;
    if let Some(size) = source.object().size {
        decoder.set_file_size(size);
    }
    for (range, bytes) in ranges.iter().zip(blocks) {
        let end = range.start + bytes.len() as u64;
        // A short answer tells where the object ends, also when the store does not say.
        if end < range.end && !bytes.is_empty() {
            decoder.set_file_size(end);
        }
        decoder.feed(range.start, bytes);
    }
    Ok(())
}
