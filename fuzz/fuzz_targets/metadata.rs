//! Decodes a file's metadata, fed as asked for, and asks everything of the result.
#![no_main]

use geotiff_core::{
    CogValidator, DetailsReader, DetailsStep, HeaderIndex, Limits, MetadataDecoder, Page, Pam, Step, Tiff,
    ValidationStep, WorldFile,
};
use libfuzzer_sys::fuzz_target;

fn slice(file: &[u8], range: &std::ops::Range<u64>) -> Vec<u8> {
    let end = file.len().min(range.end as usize);
    file.get(range.start as usize..end).unwrap_or_default().to_vec()
}

fn details(tiff: &Tiff, page: &Page, file: &[u8]) {
    let mut reader = DetailsReader::new(tiff, page, &Limits::default());
    for _ in 0..10 {
        match reader.read() {
            DetailsStep::NeedsData(ranges) => {
                for range in ranges {
                    reader.feed(range.start, slice(file, &range));
                }
            }
            DetailsStep::Finished(_) => return,
        }
    }
    panic!("the details do not come to an end");
}

fn exercise(tiff: &Tiff, file: &[u8]) {
    for page in tiff.pages().iter().take(8) {
        details(tiff, page, file);
        let _ = page.georeferencing();
        for band in page.metadata().bands().take(8) {
            let _ = (band.tags(), band.statistics(), band.color_interpretation(), band.scale());
        }
        for image in std::iter::once(page.image()).chain(page.overviews()).chain(page.mask()) {
            let _ = (image.data_type(), image.color_map(), image.block_shape(), image.gdal_compression());
            let mut index = image.chunk_index();
            let chunks = [0, 1, index.len() / 2, index.len() - 1];
            for range in index.missing(&chunks) {
                let _ = index.feed(range.start, &slice(file, &range));
            }
            for chunk in chunks {
                let _ = index.get(chunk);
            }
        }
    }
    let kept = HeaderIndex::new(tiff, "version", []).to_bytes();
    HeaderIndex::from_bytes(&kept).and_then(|kept| kept.open(&Limits::default())).expect("opens again");
    let mut validator = CogValidator::new(tiff);
    for _ in 0..100 {
        match validator.validate() {
            Ok(ValidationStep::NeedsData(ranges)) => {
                for range in ranges {
                    validator.feed(range.start, slice(file, &range));
                }
            }
            Ok(ValidationStep::Finished(_)) | Err(_) => return,
        }
    }
    panic!("validation does not come to an end");
}

fuzz_target!(|file: &[u8]| {
    let _ = Pam::parse(file, &Limits::default());
    let _ = WorldFile::parse(file);
    let mut decoder = MetadataDecoder::new(Limits::default());
    for _ in 0..10_000 {
        match decoder.decode() {
            Ok(Step::NeedsData(ranges)) => {
                for range in ranges {
                    decoder.feed(range.start, slice(file, &range));
                }
            }
            Ok(Step::Finished(tiff)) => return exercise(&tiff, file),
            Err(_) => return,
        }
    }
    panic!("decoding does not come to an end");
});
