//! Colour interpretation of bands and colour tables.

use alloc::vec::Vec;
use core::fmt;

use crate::{Compression, ExtraSample, Image, Photometric};

macro_rules! interpretations {
    ($($(#[$doc:meta])* $variant:ident $gdal:literal $rasterio:literal;)*) => {
        /// What a band shows: GDAL 3.10's colour interpretations.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ColorInterpretation {
            $(
                #[doc = concat!("GDAL's `", $gdal, "`.")]
                $(#[$doc])*
                $variant,
            )*
        }

        impl ColorInterpretation {
            /// GDAL's name, as it stands in its metadata.
            #[must_use]
            pub const fn gdal_name(self) -> &'static str {
                match self {
                    $(Self::$variant => $gdal,)*
                }
            }

            /// rasterio's name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $rasterio,)*
                }
            }

            /// The interpretation of GDAL's name, in any case of letters.
            #[must_use]
            pub fn from_gdal_name(name: &str) -> Option<Self> {
                [$((Self::$variant, $gdal)),*].into_iter().find(|(_, n)| n.eq_ignore_ascii_case(name)).map(|(v, _)| v)
            }
        }
    };
}

interpretations! {
    #[default]
    Undefined "Undefined" "undefined";
    Gray "Gray" "gray";
    Palette "Palette" "palette";
    Red "Red" "red";
    Green "Green" "green";
    Blue "Blue" "blue";
    Alpha "Alpha" "alpha";
    Hue "Hue" "hue";
    Saturation "Saturation" "saturation";
    Lightness "Lightness" "lightness";
    Cyan "Cyan" "cyan";
    Magenta "Magenta" "magenta";
    Yellow "Yellow" "yellow";
    Black "Black" "black";
    YCbCrY "YCbCr_Y" "Y";
    YCbCrCb "YCbCr_Cb" "Cb";
    YCbCrCr "YCbCr_Cr" "Cr";
    Pan "Pan" "pan";
    Coastal "Coastal" "coastal";
    RedEdge "RedEdge" "rededge";
    Nir "NIR" "nir";
    Swir "SWIR" "swir";
    Mwir "MWIR" "mwir";
    Lwir "LWIR" "lwir";
    Tir "TIR" "tir";
    OtherIr "OtherIR" "other_ir";
    SarKa "SAR_Ka" "sar_ka";
    SarK "SAR_K" "sar_k";
    SarKu "SAR_Ku" "sar_ku";
    SarX "SAR_X" "sar_x";
    SarC "SAR_C" "sar_c";
    SarS "SAR_S" "sar_s";
    SarL "SAR_L" "sar_l";
    SarP "SAR_P" "sar_p";
}

impl fmt::Display for ColorInterpretation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The interpretation of a band (from 0) by photometric interpretation and extra samples alone.
pub(crate) fn interpretation(image: &Image, band: u16, table: bool) -> ColorInterpretation {
    use ColorInterpretation as C;
    let named = match image.photometric() {
        _ if image.is_read_as_rgba() => [C::Red, C::Green, C::Blue, C::Alpha].get(usize::from(band)),
        _ if table && band == 0 => [C::Palette].get(usize::from(band)),
        // GDAL gives every bitmap a table of two colours.
        _ if image.is_bitmap() => [C::Palette].get(usize::from(band)),
        Photometric::RGB => [C::Red, C::Green, C::Blue].get(usize::from(band)),
        // Decoders of JPEG give out RGB, as libjpeg does for GDAL.
        Photometric::YCBCR if matches!(image.compression(), Compression::JPEG | Compression::JPEG_OLD) => {
            [C::Red, C::Green, C::Blue].get(usize::from(band))
        }
        Photometric::YCBCR => [C::YCbCrY, C::YCbCrCb, C::YCbCrCr].get(usize::from(band)),
        Photometric::SEPARATED => [C::Cyan, C::Magenta, C::Yellow, C::Black].get(usize::from(band)),
        Photometric::MIN_IS_BLACK => [C::Gray].get(usize::from(band)),
        _ => None,
    };
    match named {
        Some(&named) => named,
        None if extra_sample(image, band).is_some_and(is_alpha) => C::Alpha,
        None => C::Undefined,
    }
}

fn is_alpha(extra: ExtraSample) -> bool {
    matches!(extra, ExtraSample::ASSOCIATED_ALPHA | ExtraSample::UNASSOCIATED_ALPHA)
}

/// What ExtraSamples says of a band: its values are those of the bands behind the colours; of the last bands where there
/// are more values than that, or where the photometric interpretation does not say how many colours there are.
pub(crate) fn extra_sample(image: &Image, band: u16) -> Option<ExtraSample> {
    let extra = image.extra_samples();
    let last = usize::from(image.samples_per_pixel()).checked_sub(extra.len())?;
    let base = match image.photometric() {
        Photometric::MIN_IS_WHITE | Photometric::MIN_IS_BLACK | Photometric::PALETTE => last.min(1),
        Photometric::RGB => last.min(3),
        Photometric::SEPARATED => last.min(4),
        _ => last,
    };
    extra.get(usize::from(band).checked_sub(base)?).copied()
}

/// A colour table: red, green, blue and alpha of each value, 0 to 255.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColorTable {
    entries: Vec<[u8; 4]>,
}

impl ColorTable {
    /// GDAL's colour table of an image: the ColorMap tag, for up to 16 bits of WhiteIsZero an inverted ramp,
    /// black and white for a bitmap.
    ///
    /// Components of the tag are divided by 257; by 256 where all are multiples of that, and not at all where
    /// none is above 255: GDAL's guesses at what writers meant. The entry of the nodata value is transparent.
    pub(crate) fn of(image: &Image) -> Option<Self> {
        let bits = *image.bits_per_sample().first()?;
        if bits > 16 {
            return None;
        }
        let count = 1_usize.checked_shl(u32::from(bits))?;
        if let Some(map) = image.color_map() {
            return Some(Self::from_map(map, count, image.own_nodata().map(crate::Nodata::as_f64)));
        }
        if image.photometric() == Photometric::MIN_IS_WHITE {
            return Some(Self::inverted(count));
        }
        // A bitmap always has two colours to GDAL.
        image.is_bitmap().then(|| Self { entries: alloc::vec![[0, 0, 0, 255], [255; 4]] })
    }

    fn from_map(map: &[u16], count: usize, nodata: Option<f64>) -> Self {
        let (red, rest) = map.split_at_checked(count).unwrap_or_default();
        let (green, rest) = rest.split_at_checked(count).unwrap_or_default();
        let blue = rest.get(..count).unwrap_or_default();
        let all = || red.iter().chain(green).chain(blue).copied();
        let divisor = match all().max() {
            Some(1..=255) => 1,
            Some(1..) if all().all(|c| c & 0xff == 0) => 256,
            _ => 257,
        };
        let scale = |c: u16| c.checked_div(divisor).unwrap_or(0) as u8;
        let entry = |(i, ((&r, &g), &b)): (usize, ((&u16, &u16), &u16))| {
            let alpha = if nodata == Some(i as f64) { 0 } else { 255 };
            [scale(r), scale(g), scale(b), alpha]
        };
        Self { entries: red.iter().zip(green).zip(blue).enumerate().map(entry).collect() }
    }

    fn inverted(count: usize) -> Self {
        let last = count.saturating_sub(1).max(1);
        let entry = |i: usize| {
            let value = 255_usize.saturating_mul(last.saturating_sub(i)).checked_div(last).unwrap_or(0) as u8;
            [value, value, value, 255]
        };
        Self { entries: (0..count).map(entry).collect() }
    }

    pub(crate) fn from_entries(entries: Vec<[u8; 4]>) -> Self {
        Self { entries }
    }

    /// Red, green, blue and alpha of each value.
    #[must_use]
    pub fn entries(&self) -> &[[u8; 4]] {
        &self.entries
    }
}
