//! A raster as a file of each format.

use geotiff_kit::core::ColorTable;
use geotiff_kit::warp::write_picture;
use geotiff_kit::{Array, GeoTiff, MaskKind, PictureFormat, Raster};
use ndarray::{Array2, Axis};

use super::{OutFile, Placement, geotiff, npy};
use crate::args::Format;
use crate::error::Failure;

/// Evaluates `$body` with `$typed` bound to the typed array in `$array`, for the types that are listed.
macro_rules! typed {
    ($array:expr, [$($variant:ident)*], $typed:ident => $body:expr) => {
        match $array {
            $(Array::$variant($typed) => Ok($body),)*
            other => Err(Failure::not_yet(&format!("{} here", other.data_type().name()))),
        }
    };
    ($array:expr, all, $typed:ident => $body:expr) => {
        typed!(
            $array,
            [UInt8 Int8 UInt16 Int16 UInt32 Int32 UInt64 Int64 Float32 Float64
             ComplexInt16 ComplexInt32 Complex64 Complex128],
            $typed => $body
        )
    };
}

/// Writes the pixels of `raster`, which was read from `tiff` at `placement` or warped out of it, and commits the file.
pub(crate) fn write_raster(
    file: OutFile,
    format: Format,
    tiff: &GeoTiff,
    raster: &Raster,
    placement: Option<Placement>,
) -> Result<(), Failure> {
    match format {
        Format::Npy => write_npy(file, raster),
        Format::Picture(format) => write_as_picture(file, format, tiff, raster),
        Format::GeoTiff => write_geotiff(file, tiff, raster, placement),
    }
}

/// Writes the masks as uint8, 0 or 255, (bands, height, width).
pub(crate) fn write_masks(mut file: OutFile, raster: &Raster) -> Result<(), Failure> {
    npy::write(&mut file, raster.masks().view()).map_err(|error| file.failure(&error))?;
    file.commit()
}

fn write_npy(mut file: OutFile, raster: &Raster) -> Result<(), Failure> {
    typed!(&raster.data, all, array => npy::write(&mut file, array.view()))?
        .map_err(|error| file.failure(&error))?;
    file.commit()
}

fn write_as_picture(
    mut file: OutFile,
    format: PictureFormat,
    tiff: &GeoTiff,
    raster: &Raster,
) -> Result<(), Failure> {
    let page = tiff.page();
    let is_only_band = page.image().samples_per_pixel() == 1 && raster.count() == 1;
    let colors = page.metadata().color_table().filter(|_| is_only_band);
    write_picture(raster, colors.map(ColorTable::entries), format, &mut file)
        .map_err(|error| file.failure(&error))?;
    file.commit()
}

fn write_geotiff(
    mut file: OutFile,
    tiff: &GeoTiff,
    raster: &Raster,
    placement: Option<Placement>,
) -> Result<(), Failure> {
    let description = super::describe::of(tiff, raster, placement);
    let mask = mask(tiff, raster)?;
    let mask = mask.as_ref().map(|mask| mask.view());
    typed!(&raster.data, all, array => geotiff::write(&mut file, array.view(), mask, &description))?
        .map_err(|error| file.failure(&error))?;
    file.commit()
}

/// The mask of the first band, where neither nodata nor an alpha band among the bands says the same. Bands with masks of
/// their own must agree.
fn mask(tiff: &GeoTiff, raster: &Raster) -> Result<Option<Array2<u8>>, Failure> {
    let first = || raster.masks().index_axis(Axis(0), 0).to_owned();
    if raster.mask_kinds().contains(&MaskKind::PerBand) {
        let masks = raster.masks();
        let first = masks.index_axis(Axis(0), 0);
        return match masks.outer_iter().all(|mask| mask == first) {
            true => Ok(Some(first.to_owned())),
            false => Err(Failure::not_yet("a GeoTIFF of bands whose masks differ (name one with --bands)")),
        };
    }
    let Some(kind) = raster.mask_kinds().first() else { return Ok(None) };
    Ok(match kind {
        MaskKind::Nodata => None,
        MaskKind::Alpha if raster.bands.contains(&tiff.count()) => None,
        // A window may reach beyond the image.
        MaskKind::AllValid => Some(first()).filter(|mask| mask.iter().any(|valid| *valid < 255)),
        _ => Some(first()),
    })
}
