//! Rational polynomial coefficients (tag 50844).

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::{Ifd, Tag, printf};

/// The rational polynomial camera model of an image, as in GDAL's RPC domain and rasterio's `rpcs`.
#[derive(Clone, Debug, PartialEq)]
pub struct Rpc {
    /// Root mean square bias error, in metres; negative or `None` where unknown.
    pub err_bias: Option<f64>,
    /// Root mean square random error, in metres; negative or `None` where unknown.
    pub err_rand: Option<f64>,
    /// Offset of rows, in pixels.
    pub line_off: f64,
    /// Offset of columns, in pixels.
    pub samp_off: f64,
    /// Offset of latitude, in degrees.
    pub lat_off: f64,
    /// Offset of longitude, in degrees.
    pub long_off: f64,
    /// Offset of height, in metres.
    pub height_off: f64,
    /// Scale of rows, in pixels.
    pub line_scale: f64,
    /// Scale of columns, in pixels.
    pub samp_scale: f64,
    /// Scale of latitude, in degrees.
    pub lat_scale: f64,
    /// Scale of longitude, in degrees.
    pub long_scale: f64,
    /// Scale of height, in metres.
    pub height_scale: f64,
    /// Numerator of the row polynomial.
    pub line_num_coeff: [f64; 20],
    /// Denominator of the row polynomial.
    pub line_den_coeff: [f64; 20],
    /// Numerator of the column polynomial.
    pub samp_num_coeff: [f64; 20],
    /// Denominator of the column polynomial.
    pub samp_den_coeff: [f64; 20],
}

impl Rpc {
    /// Reads the tag of an IFD; `None` where it is missing or does not hold 92 doubles.
    #[must_use]
    pub fn from_ifd(ifd: &Ifd) -> Option<Self> {
        let values = ifd.doubles(Tag::RPC_COEFFICIENT)?;
        let (head, rest) = values.split_first_chunk::<12>()?;
        let &[err_bias, err_rand, line_off, samp_off, lat_off, long_off, height_off, ..] = head;
        let &[.., line_scale, samp_scale, lat_scale, long_scale, height_scale] = head;
        let (&line_num_coeff, rest) = rest.split_first_chunk::<20>()?;
        let (&line_den_coeff, rest) = rest.split_first_chunk::<20>()?;
        let (&samp_num_coeff, rest) = rest.split_first_chunk::<20>()?;
        let &samp_den_coeff: &[f64; 20] = rest.try_into().ok()?;
        Some(Self {
            err_bias: Some(err_bias),
            err_rand: Some(err_rand),
            line_off,
            samp_off,
            lat_off,
            long_off,
            height_off,
            line_scale,
            samp_scale,
            lat_scale,
            long_scale,
            height_scale,
            line_num_coeff,
            line_den_coeff,
            samp_num_coeff,
            samp_den_coeff,
        })
    }

    /// Reads GDAL's metadata items of the domain `RPC`, as rasterio does; `None` where one is missing or no number.
    pub(crate) fn from_items(items: &[(String, String)]) -> Option<Self> {
        let text = |key: &str| {
            items.iter().find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, value)| value.as_str())
        };
        // A unit may follow.
        let number = |key: &str| text(key)?.split_whitespace().next()?.parse::<f64>().ok();
        let coefficients = |key: &str| -> Option<[f64; 20]> {
            let values =
                text(key)?.split_whitespace().map(str::parse).collect::<Result<Vec<f64>, _>>().ok()?;
            values.try_into().ok()
        };
        Some(Self {
            err_bias: number("ERR_BIAS"),
            err_rand: number("ERR_RAND"),
            line_off: number("LINE_OFF")?,
            samp_off: number("SAMP_OFF")?,
            lat_off: number("LAT_OFF")?,
            long_off: number("LONG_OFF")?,
            height_off: number("HEIGHT_OFF")?,
            line_scale: number("LINE_SCALE")?,
            samp_scale: number("SAMP_SCALE")?,
            lat_scale: number("LAT_SCALE")?,
            long_scale: number("LONG_SCALE")?,
            height_scale: number("HEIGHT_SCALE")?,
            line_num_coeff: coefficients("LINE_NUM_COEFF")?,
            line_den_coeff: coefficients("LINE_DEN_COEFF")?,
            samp_num_coeff: coefficients("SAMP_NUM_COEFF")?,
            samp_den_coeff: coefficients("SAMP_DEN_COEFF")?,
        })
    }

    /// GDAL's metadata items of the domain `RPC`.
    #[must_use]
    pub fn items(&self) -> Vec<(String, String)> {
        let numbers = [
            ("LINE_OFF", self.line_off),
            ("SAMP_OFF", self.samp_off),
            ("LAT_OFF", self.lat_off),
            ("LONG_OFF", self.long_off),
            ("HEIGHT_OFF", self.height_off),
            ("LINE_SCALE", self.line_scale),
            ("SAMP_SCALE", self.samp_scale),
            ("LAT_SCALE", self.lat_scale),
            ("LONG_SCALE", self.long_scale),
            ("HEIGHT_SCALE", self.height_scale),
        ];
        let coefficients = [
            ("LINE_NUM_COEFF", &self.line_num_coeff),
            ("LINE_DEN_COEFF", &self.line_den_coeff),
            ("SAMP_NUM_COEFF", &self.samp_num_coeff),
            ("SAMP_DEN_COEFF", &self.samp_den_coeff),
        ];
        let errors = [("ERR_BIAS", self.err_bias), ("ERR_RAND", self.err_rand)];
        let numbers = errors.into_iter().chain(numbers.map(|(key, value)| (key, Some(value))));
        let numbers = numbers.filter_map(|(key, value)| Some((key.to_string(), printf::g(value?, 15))));
        let coefficients = coefficients.map(|(key, values)| {
            let texts: Vec<String> = values.iter().map(|&value| printf::g(value, 15)).collect();
            (key.to_string(), texts.join(" "))
        });
        numbers.chain(coefficients).collect()
    }
}
