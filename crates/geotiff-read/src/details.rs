//! Metadata that is read on request.

use geotiff_core::{DetailsReader, DetailsStep, Domains};

use crate::{Error, GeoTiff};

impl GeoTiff {
    /// The domains `EXIF` and `COLOR_PROFILE`, and `COMPRESSION_REVERSIBILITY` of WebP in `IMAGE_STRUCTURE`: items that
    /// opening leaves unread since they mostly lie outside of the header (see [`DetailsReader`]). GDAL too looks them up
    /// only when asked.
    ///
    /// Free for a file that has none of them, or all of them in the bytes read at opening; else up to three requests,
    /// each time.
    ///
    /// # Errors
    ///
    /// What the store reports. What the file points to past its end is left out, without an error.
    pub async fn details(&self) -> Result<Domains, Error> {
        let mut reader = DetailsReader::new(self.tiff(), self.page(), &self.limits().metadata);
        loop {
            match reader.read() {
                DetailsStep::Finished(domains) => return Ok(domains),
                DetailsStep::NeedsData(ranges) => {
                    let blocks = self.source().get_many(&ranges, None).await;
                    for (range, bytes) in ranges.iter().zip(blocks.map_err(|error| error.at(self.path()))?) {
                        reader.feed(range.start, bytes);
                    }
                }
            }
        }
    }
}
