//! Parsing alone: the header of a COG, in memory, into transform, CRS, overviews and nodata.

use std::hint::black_box;

use async_tiff::TIFF;
use async_tiff::metadata::TiffMetadataReader;
use bytes::Bytes;
use geotiff_kit::Crs;
use geotiff_kit::core::{Limits, MetadataDecoder, Step};

use crate::Failure;
use crate::async_tiff_side::Memory;
use crate::protocol::{Answer, Stopwatch};

/// What a reader fetches first.
const HEAD: usize = 32 << 10;
/// How often a header is parsed for one answer, which is the time of one parse.
const REPEATS: u32 = 2000;

fn head(path: &str) -> Result<(Bytes, u64), Failure> {
    let whole = std::fs::read(path)?;
    Ok((Bytes::copy_from_slice(&whole[..HEAD.min(whole.len())]), whole.len() as u64))
}

fn repeat(mut parse: impl FnMut() -> Result<(), Failure>) -> Result<Answer, Failure> {
    let watch = Stopwatch::start();
    for _ in 0..REPEATS {
        parse()?;
    }
    let whole = watch.stop();
    let repeats = f64::from(REPEATS);
    Ok(Answer { seconds: whole.seconds / repeats, cpu: whole.cpu / repeats, ..whole })
}

pub(crate) fn ours(path: &str) -> Result<Answer, Failure> {
    let (head, size) = head(path)?;
    repeat(|| {
        let mut decoder = MetadataDecoder::new(Limits::default());
        decoder.set_file_size(size);
        decoder.feed(0, black_box(&head).clone());
        let Step::Finished(tiff) = decoder.decode()? else {
            return Err("the header is not in the first bytes".into());
        };
        let page = tiff.pages().first().ok_or("no page")?;
        let place = page.georeferencing();
        let crs = place.geokeys().map(Crs::from_geokeys).transpose()?.flatten();
        let overviews: Vec<_> =
            page.overviews().iter().map(|level| (level.width(), level.height())).collect();
        let facts = (place.transform(), crs.and_then(|crs| crs.epsg()), overviews, page.nodata());
        let complete = facts.0.is_some() && facts.1.is_some() && !facts.2.is_empty() && facts.3.is_some();
        black_box(facts);
        if complete { Ok(()) } else { Err("the header lacks what was asked for".into()) }
    })
}

pub(crate) fn async_tiff(path: &str) -> Result<Answer, Failure> {
    let (head, _) = head(path)?;
    let source = Memory(head);
    repeat(|| {
        let tiff: TIFF = futures::executor::block_on(async {
            TiffMetadataReader::try_open(&source).await?.read(&source).await
        })?;
        let image = tiff.ifds().first().ok_or("no image")?;
        let transform = image.model_pixel_scale().zip(image.model_tiepoint());
        let epsg = image.geo_key_directory().and_then(|keys| keys.epsg_code());
        let overviews: Vec<_> =
            tiff.ifds()[1..].iter().map(|level| (level.image_width(), level.image_height())).collect();
        let nodata: Option<f64> = image.gdal_nodata().and_then(|text| text.parse().ok());
        let complete = transform.is_some() && epsg.is_some() && !overviews.is_empty() && nodata.is_some();
        black_box((transform, epsg, overviews, nodata));
        if complete { Ok(()) } else { Err("the header lacks what was asked for".into()) }
    })
}
