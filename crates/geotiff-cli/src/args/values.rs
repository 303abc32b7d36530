//! The values of options, each parsed from its spelling on the command line.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use geotiff_kit::PictureFormat;
use geotiff_kit::read::resample::Resampling;

use crate::error::Failure;

/// `COL,ROW,WIDTH,HEIGHT` in pixels, fractions allowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Window {
    pub(crate) col: f64,
    pub(crate) row: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl FromStr for Window {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let [col, row, width, height] = numbers(text)?;
        if width <= 0.0 || height <= 0.0 {
            return Err("width and height must be more than 0".into());
        }
        Ok(Self { col, row, width, height })
    }
}

/// Left, bottom, right, top.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bbox(pub(crate) [f64; 4]);

impl FromStr for Bbox {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bounds @ [_, bottom, _, top] = numbers(text)?;
        if bottom >= top {
            return Err("BOTTOM must be less than TOP".into());
        }
        Ok(Self(bounds))
    }
}

/// The bands asked for, counted from 1.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct BandList(pub(crate) Vec<usize>);

impl BandList {
    /// The numbers as files have them.
    ///
    /// # Errors
    /// For a number that no file can have.
    pub(crate) fn numbers(&self) -> Result<Vec<u16>, Failure> {
        let number = |&band: &usize| {
            u16::try_from(band)
                .map_err(|_| Failure::Failed(format!("there is no band {band}: TIFF has at most 65535")))
        };
        self.0.iter().map(number).collect()
    }
}

impl FromStr for BandList {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let band = |part: &str| match part.trim().parse() {
            Ok(0) => Err("bands count from 1".to_owned()),
            Ok(band) => Ok(band),
            Err(_) => Err(format!("{part:?} is not a band number")),
        };
        text.split(',').map(band).collect::<Result<_, _>>().map(Self)
    }
}

/// `WxH` in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Size {
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parse = |part: &str| part.trim().parse::<u32>().ok().filter(|&length| length > 0);
        text.split_once(['x', 'X'])
            .and_then(|(width, height)| Some(Self { width: parse(width)?, height: parse(height)? }))
            .ok_or_else(|| "expected WIDTHxHEIGHT, both more than 0".into())
    }
}

/// A point in some CRS: x is easting or longitude.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    pub(crate) x: f64,
    pub(crate) y: f64,
}

impl FromStr for Point {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        numbers(text).map(|[x, y]| Self { x, y })
    }
}

/// `MIN,MAX`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Range {
    pub(crate) min: f64,
    pub(crate) max: f64,
}

impl FromStr for Range {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let [min, max] = numbers(text)?;
        if min >= max {
            return Err("MIN must be less than MAX".into());
        }
        Ok(Self { min, max })
    }
}

/// The value outside the image; integers stay exact.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fill {
    Integer(i128),
    Float(f64),
}

impl FromStr for Fill {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        text.parse()
            .map(Self::Integer)
            .or_else(|_| text.parse().map(Self::Float))
            .map_err(|_| format!("{text:?} is not a number"))
    }
}

/// What an output file holds, by its extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Npy,
    Picture(PictureFormat),
    GeoTiff,
}

/// An output file whose extension is known.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OutPath {
    pub(crate) path: PathBuf,
    pub(crate) format: Format,
}

impl FromStr for OutPath {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let path = PathBuf::from(text);
        let format = match extension(&path).as_deref() {
            Some("npy") => Format::Npy,
            Some("png") => Format::Picture(PictureFormat::Png),
            Some("tif" | "tiff") => Format::GeoTiff,
            _ => return Err("the extension must be .npy, .png or .tif".into()),
        };
        Ok(Self { path, format })
    }
}

/// Parses the path of a map tile, which may be any picture.
pub(super) fn tile_path(text: &str) -> Result<OutPath, String> {
    let path = PathBuf::from(text);
    let format = match extension(&path).as_deref() {
        Some("jpg" | "jpeg") => PictureFormat::Jpeg,
        Some("webp") => PictureFormat::WebP,
        _ => return text.parse().map_err(|_| "the extension must be .npy, .png, .jpg, .webp or .tif".into()),
    };
    Ok(OutPath { path, format: Format::Picture(format) })
}

/// Parses rasterio's name of a resampling method.
pub(super) fn resampling() -> impl TypedValueParser<Value = Resampling> {
    PossibleValuesParser::new(Resampling::ALL.map(Resampling::name))
        .try_map(|name| name.parse::<Resampling>())
}

/// Parses the path of a mask.
pub(super) fn npy_path(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    match extension(&path).as_deref() {
        Some("npy") => Ok(path),
        _ => Err("the extension must be .npy".into()),
    }
}

fn extension(path: &Path) -> Option<String> {
    path.extension()?.to_str().map(str::to_ascii_lowercase)
}

/// Whether `text` is a comma-separated list of numbers whose first is negative.
pub(super) fn is_negative_list(text: &str) -> bool {
    text.starts_with('-') && text.contains(',') && text.split(',').all(|part| number(part).is_some())
}

fn numbers<const N: usize>(text: &str) -> Result<[f64; N], String> {
    let parsed: Option<Vec<f64>> = text.split(',').map(number).collect();
    parsed
        .and_then(|list| list.try_into().ok())
        .ok_or_else(|| format!("expected {N} numbers separated by commas"))
}

fn number(part: &str) -> Option<f64> {
    part.trim().parse().ok().filter(|value: &f64| value.is_finite())
}
