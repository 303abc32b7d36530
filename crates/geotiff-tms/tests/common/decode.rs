//! The metadata of a whole file.

use geotiff_core::{Limits, MetadataDecoder, Page, Step, Tiff};

pub(crate) fn decode(file: &[u8]) -> Tiff {
    let mut decoder = MetadataDecoder::new(Limits::default());
    decoder.set_file_size(file.len() as u64);
    decoder.feed(0, file.to_vec());
    match decoder.decode().unwrap() {
        Step::Finished(tiff) => *tiff,
        Step::NeedsData(ranges) => panic!("asks for {ranges:?} of {} bytes", file.len()),
    }
}

/// The image of a file of one page.
pub(crate) fn page(tiff: &Tiff) -> &Page {
    &tiff.pages()[0]
}
