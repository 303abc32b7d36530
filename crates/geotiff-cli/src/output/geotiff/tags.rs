//! The tags that say what samples mean and where pixels lie.

use std::borrow::Cow;
use std::io::{Seek, Write};

use tiff::TiffResult;
use tiff::encoder::{DirectoryEncoder, Rational, TiffKind, TiffValue};
use tiff::tags::{Tag, Type};

/// GeoTIFF tags (OGC GeoTIFF 1.1, annex B), those of other standards, and GDAL's own
/// (<https://gdal.org/drivers/raster/gtiff.html>).
const XMP: Tag = Tag::Unknown(700);
const MODEL_PIXEL_SCALE: Tag = Tag::Unknown(33550);
const MODEL_TIEPOINT: Tag = Tag::Unknown(33922);
const MODEL_TRANSFORMATION: Tag = Tag::Unknown(34264);
const GEO_KEY_DIRECTORY: Tag = Tag::Unknown(34735);
const GEO_DOUBLE_PARAMS: Tag = Tag::Unknown(34736);
const GEO_ASCII_PARAMS: Tag = Tag::Unknown(34737);
const GDAL_METADATA: Tag = Tag::Unknown(42112);
const GDAL_NODATA: Tag = Tag::Unknown(42113);
const RPC_COEFFICIENT: Tag = Tag::Unknown(50844);

/// A tag of text: the encoder's own takes ASCII only, GDAL writes and reads UTF-8.
struct Text<'a>(&'a [u8]);

impl TiffValue for Text<'_> {
    const BYTE_LEN: u8 = 1;
    const FIELD_TYPE: Type = Type::ASCII;

    fn count(&self) -> usize {
        self.0.len() + 1
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Owned([self.0, &[0]].concat())
    }
}

/// The tags of a CRS, as a GeoTIFF file holds them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct GeoKeyTags {
    pub(crate) directory: Vec<u16>,
    pub(crate) doubles: Vec<f64>,
    pub(crate) ascii: Vec<u8>,
}

/// What a file says of its pixels.
#[derive(Clone, Debug, Default)]
pub(crate) struct Description {
    /// Pixel corners to coordinates, `[a, b, c, d, e, f]` in Affine's order.
    pub(crate) transform: Option<[f64; 6]>,
    /// Ground control points in the order of ModelTiepoint: column, row, 0, x, y, z.
    pub(crate) gcps: Vec<[f64; 6]>,
    pub(crate) geo_keys: Option<GeoKeyTags>,
    /// Whether GTRasterType is PixelIsPoint: tie points are then the centres of pixels.
    pub(crate) pixel_is_point: bool,
    /// The numbers of the RPCCoefficientTag.
    pub(crate) rpc: Option<Vec<f64>>,
    /// As text, exact whatever the type.
    pub(crate) nodata: Option<String>,
    /// PhotometricInterpretation.
    pub(crate) photometric: u16,
    /// ExtraSamples, one for each band beyond the photometric ones.
    pub(crate) extra_samples: Vec<u16>,
    pub(crate) color_map: Option<Vec<u16>>,
    /// Baseline tags, by their numbers.
    pub(crate) texts: Vec<(u16, String)>,
    pub(crate) shorts: Vec<(u16, u16)>,
    pub(crate) ratios: Vec<(u16, f64)>,
    pub(crate) xmp: Option<String>,
    /// GDAL's XML.
    pub(crate) metadata: Option<String>,
}

impl Description {
    /// Writes the tags.
    pub(super) fn write<W: Write + Seek, K: TiffKind>(
        &self,
        image: &mut DirectoryEncoder<'_, W, K>,
    ) -> TiffResult<()> {
        image.write_tag(Tag::PhotometricInterpretation, self.photometric)?;
        if !self.extra_samples.is_empty() {
            image.write_tag(Tag::ExtraSamples, self.extra_samples.as_slice())?;
        }
        if let Some(color_map) = &self.color_map {
            image.write_tag(Tag::ColorMap, color_map.as_slice())?;
        }
        self.locate(image)?;
        if let Some(keys) = &self.geo_keys {
            image.write_tag(GEO_KEY_DIRECTORY, keys.directory.as_slice())?;
            if !keys.doubles.is_empty() {
                image.write_tag(GEO_DOUBLE_PARAMS, keys.doubles.as_slice())?;
            }
            if !keys.ascii.is_empty() {
                image.write_tag(GEO_ASCII_PARAMS, Text(&keys.ascii))?;
            }
        }
        if let Some(rpc) = &self.rpc {
            image.write_tag(RPC_COEFFICIENT, rpc.as_slice())?;
        }
        self.write_baseline(image)?;
        if let Some(metadata) = &self.metadata {
            image.write_tag(GDAL_METADATA, Text(metadata.as_bytes()))?;
        }
        if let Some(nodata) = &self.nodata {
            image.write_tag(GDAL_NODATA, Text(nodata.as_bytes()))?;
        }
        Ok(())
    }

    /// Scale and tie point where that says it all, else the matrix (OGC GeoTIFF 1.1, 7.1: both mean pixel centres when
    /// the raster type is PixelIsPoint); tie points alone are ground control points.
    fn locate<K: TiffKind>(&self, image: &mut DirectoryEncoder<'_, impl Write + Seek, K>) -> TiffResult<()> {
        let half = if self.pixel_is_point { 0.5 } else { 0.0 };
        let Some([a, b, c, d, e, f]) = self.transform else {
            let points = self.gcps.iter().flat_map(|&[col, row, z, rest @ ..]| {
                let [x, y, height] = rest;
                [col - half, row - half, z, x, y, height]
            });
            let points: Vec<f64> = points.collect();
            return if points.is_empty() {
                Ok(())
            } else {
                image.write_tag(MODEL_TIEPOINT, points.as_slice())
            };
        };
        let (x, y) = (c + half * (a + b), f + half * (d + e));
        if b == 0.0 && d == 0.0 && a > 0.0 && e < 0.0 {
            image.write_tag(MODEL_PIXEL_SCALE, [a, -e, 0.0].as_slice())?;
            image.write_tag(MODEL_TIEPOINT, [0.0, 0.0, 0.0, x, y, 0.0].as_slice())
        } else {
            let matrix = [a, b, 0.0, x, d, e, 0.0, y, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0];
            image.write_tag(MODEL_TRANSFORMATION, matrix.as_slice())
        }
    }

    fn write_baseline<K: TiffKind>(
        &self,
        image: &mut DirectoryEncoder<'_, impl Write + Seek, K>,
    ) -> TiffResult<()> {
        let tag = Tag::from_u16_exhaustive;
        for (number, text) in &self.texts {
            image.write_tag(tag(*number), Text(text.as_bytes()))?;
        }
        for (number, value) in &self.shorts {
            image.write_tag(tag(*number), *value)?;
        }
        for (number, value) in &self.ratios {
            image.write_tag(tag(*number), ratio(*value))?;
        }
        match &self.xmp {
            Some(xmp) => image.write_tag(XMP, xmp.as_bytes()),
            None => Ok(()),
        }
    }
}

/// The nearest fraction whose denominator is a power of ten.
fn ratio(value: f64) -> Rational {
    const MOST: f64 = u32::MAX as f64;
    let (mut n, mut d) = (value, 1.0);
    while n.fract() != 0.0 && n * 10.0 < MOST && d * 10.0 < MOST {
        (n, d) = (n * 10.0, d * 10.0);
    }
    // A cast saturates.
    Rational { n: n.round() as u32, d: d as u32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resolution_is_a_fraction() {
        for (value, n, d) in [(300.0, 300, 1), (72.5, 725, 10), (0.0, 0, 1)] {
            let found = ratio(value);
            assert_eq!((found.n, found.d), (n, d));
        }
    }
}
