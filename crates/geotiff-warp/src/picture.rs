//! Pictures of rasters: PNG, JPEG, WebP.

mod paint;

use std::io::Write;

use geotiff_read::{Array, Raster};
use ndarray::Array3;

use crate::{Error, ErrorKind};
use paint::{Brightness, Layout, Painter};

/// The quality that GDAL and rio-tiler write map tiles in.
const JPEG_QUALITY: u8 = 75;

/// A format of pictures, all of 8 bits a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PictureFormat {
    /// With an alpha channel where a pixel has no value.
    Png,
    /// Quality 75. It has no transparency: pixels without a value are black.
    Jpeg,
    /// Lossless, with an alpha channel where a pixel has no value.
    WebP,
}

impl PictureFormat {
    /// The media type, as HTTP and OGC API – Tiles name it.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::WebP => "image/webp",
        }
    }
}

/// Writes `raster` as a picture: one band is grey, or coloured by `colors` (red, green, blue, alpha of each value, such
/// as [`ColorTable::entries`](geotiff_core::ColorTable::entries)); two bands are grey and alpha, three RGB, four RGBA.
///
/// Unsigned 8-bit values are shown as they are. Others are stretched band by band, from the 2nd to the 98th percentile
/// of the valid values; [`rescale`](crate::rescale) first where pictures have to match. Pixels without a valid band are
/// transparent.
///
/// ```
/// # futures::executor::block_on(async {
/// # use std::sync::Arc;
/// # use geotiff_read::{GeoTiff, ReadOptions, Window};
/// use geotiff_warp::{PictureFormat, write_picture};
///
/// # let store = geotiff_io::MemoryStore::new();
/// # store.put("scene.tif", std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/scene.tif"))?);
/// # let tiff = GeoTiff::open(Arc::new(store), "scene.tif").await?;
/// let raster = tiff.read(&ReadOptions::new().window(Window::new(0, 0, 64, 64))).await?;
/// let mut png = Vec::new();
/// write_picture(&raster, None, PictureFormat::Png, &mut png)?;
/// assert_eq!(png[1..4], *b"PNG");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
///
/// # Errors
///
/// [`ErrorKind::Usage`] for more than four bands, complex samples, or more pixels a side than the format has (65,535
/// in JPEG, 16,384 in WebP); [`ErrorKind::Write`] as `out`.
pub fn write_picture(
    raster: &Raster,
    colors: Option<&[[u8; 4]]>,
    format: PictureFormat,
    out: impl Write,
) -> Result<(), Error> {
    macro_rules! typed {
        ($($variant:ident),*) => {
            match &raster.data {
                $(Array::$variant(data) => write(raster, data, colors, format, out),)*
                other => Err(usage(format!("a picture of {} samples", other.data_type().name()))),
            }
        };
    }
    typed!(UInt8, Int8, UInt16, Int16, UInt32, Int32, UInt64, Int64, Float32, Float64)
}

fn write<T: Brightness>(
    raster: &Raster,
    data: &Array3<T>,
    colors: Option<&[[u8; 4]]>,
    format: PictureFormat,
    out: impl Write,
) -> Result<(), Error> {
    let data = data.view();
    let bands = if raster.is_interleaved() { data.permuted_axes([2, 0, 1]) } else { data };
    let masks = raster.masks();
    let masks = masks.view();
    let painter = Painter::new(&bands, &masks, colors, format != PictureFormat::Jpeg)?;
    match format {
        PictureFormat::Png => write_png(&painter, out),
        PictureFormat::Jpeg => write_jpeg(&painter, out),
        PictureFormat::WebP => write_webp(&painter, out),
    }
}

fn write_png<T: Brightness>(painter: &Painter<'_, T>, out: impl Write) -> Result<(), Error> {
    let (width, height) = painter.size();
    // A PNG is at most 2³¹ − 1 pixels a side: the encoder refuses what saturates here.
    let side = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    let mut encoder = png::Encoder::new(out, side(width), side(height));
    encoder.set_color(match painter.layout() {
        Layout::Grey => png::ColorType::Grayscale,
        Layout::GreyAlpha => png::ColorType::GrayscaleAlpha,
        Layout::Rgb => png::ColorType::Rgb,
        Layout::Rgba => png::ColorType::Rgba,
    });
    let mut encoder = encoder.write_header().map_err(png_error)?;
    let mut stream = encoder.stream_writer().map_err(png_error)?;
    let mut bytes = Vec::new();
    for row in 0..height {
        bytes.clear();
        painter.row(row, &mut bytes);
        stream.write_all(&bytes).map_err(|error| Error::caused(ErrorKind::Write, error))?;
    }
    stream.finish().map_err(png_error)
}

fn write_jpeg<T: Brightness>(painter: &Painter<'_, T>, out: impl Write) -> Result<(), Error> {
    let (width, height) = painter.size();
    let (Ok(across), Ok(down)) = (u16::try_from(width), u16::try_from(height)) else {
        return Err(usage(format!("a JPEG of {width} x {height} pixels: 65535 a side is the most")));
    };
    let color = if painter.layout() == Layout::Grey {
        jpeg_encoder::ColorType::Luma
    } else {
        jpeg_encoder::ColorType::Rgb
    };
    let encoder = jpeg_encoder::Encoder::new(out, JPEG_QUALITY);
    let done = encoder.encode(&painter.pixels(), across, down, color);
    done.map_err(|error| Error::caused(ErrorKind::Write, error))
}

fn write_webp<T: Brightness>(painter: &Painter<'_, T>, out: impl Write) -> Result<(), Error> {
    use image_webp::{ColorType, WebPEncoder};
    const MOST: usize = 16_384;
    let (width, height) = painter.size();
    if width > MOST || height > MOST {
        return Err(usage(format!("a WebP of {width} x {height} pixels: {MOST} a side is the most")));
    }
    let color = match painter.layout() {
        Layout::Grey => ColorType::L8,
        Layout::GreyAlpha => ColorType::La8,
        Layout::Rgb => ColorType::Rgb8,
        Layout::Rgba => ColorType::Rgba8,
    };
    let done = WebPEncoder::new(out).encode(&painter.pixels(), width as u32, height as u32, color);
    done.map_err(|error| Error::caused(ErrorKind::Write, error))
}

fn usage(message: String) -> Error {
    Error::new(ErrorKind::Usage, message)
}

fn png_error(error: png::EncodingError) -> Error {
    Error::caused(ErrorKind::Write, error)
}
