//! The nodata value of GDAL's tag 42113.

use core::fmt;

use crate::{DataType, Ifd, SampleFormat, Tag};

/// What GDAL skips before a number.
const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

/// The value that stands for "no data", as GDAL 3.10 reads the tag for the image's data type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Nodata {
    /// For every data type except the 64-bit integers. May be NaN, infinite, or outside of the data type's
    /// range (then it matches nothing).
    Float(f64),
    /// For `int64`, exact.
    Int(i64),
    /// For `uint64`, exact.
    UInt(u64),
}

impl Nodata {
    /// The value as a double, rounded where it must be.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Float(value) => value,
            Self::Int(value) => value as f64,
            Self::UInt(value) => value as f64,
        }
    }

    /// Reads the tag's text by GDAL's rules: leading blanks and trailing text are skipped, text that is no
    /// number is 0, `-1.#IND` and the like are NaN. Empty text is no value, nor is one that the data type
    /// cannot hold (rasterio's `nodata` is `None` then); a fraction on an integer type
    /// stays, and matches nothing.
    #[must_use]
    pub fn parse(text: &str, data_type: DataType) -> Option<Self> {
        Self::read(text, data_type)?.reported(data_type)
    }

    /// [`parse`](Self::parse), whether the data type can hold the value or not.
    fn read(text: &str, data_type: DataType) -> Option<Self> {
        match data_type {
            DataType::Float32 if !text.is_empty() => Some(Self::Float(round_to_f32(atof(text)))),
            _ => Self::exact(text, data_type),
        }
    }

    /// The value as it is written: not rounded to the data type.
    pub(crate) fn exact(text: &str, data_type: DataType) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        Some(match data_type {
            DataType::Int64 => Self::Int(strtoll(text)),
            DataType::UInt64 => Self::UInt(strtoull(text)),
            _ => Self::Float(atof(text)),
        })
    }

    /// What the tag says, whether the data type can hold it or not.
    pub(crate) fn of(ifd: &Ifd, bits: u16, format: SampleFormat, data_type: DataType) -> Option<Self> {
        let text = text(ifd)?;
        // GDAL rounds for 32-bit floats only: 16- and 24-bit ones keep the double.
        if data_type == DataType::Float32 && !(bits == 32 && format == SampleFormat::FLOAT) {
            return Self::exact(text, data_type);
        }
        Self::read(text, data_type)
    }

    /// The value, where rasterio reports it: the data type can hold it.
    pub(crate) fn reported(self, data_type: DataType) -> Option<Self> {
        let Self::Float(value) = self else { return Some(self) };
        let is_held = match data_type {
            // rasterio compares in single precision, where what is a little beyond the largest value is that value.
            DataType::Float32 | DataType::Complex64 | DataType::ComplexInt32 => {
                !value.is_finite() || (value as f32).is_finite()
            }
            DataType::ComplexInt16 => is_within(value, DataType::Int16),
            _ => is_within(value, data_type),
        };
        is_held.then_some(self)
    }

    /// The value, where GDAL masks by it: the type in which it compares can hold it, which for int8 and complex
    /// integers is int32.
    pub(crate) fn masking(self, data_type: DataType) -> Option<Self> {
        let Self::Float(value) = self else { return Some(self) };
        let compared = match data_type {
            DataType::Int8 | DataType::ComplexInt16 | DataType::ComplexInt32 => DataType::Int32,
            DataType::Complex64 => DataType::Float32,
            other => other,
        };
        is_within(value, compared).then_some(self)
    }
}

impl fmt::Display for Nodata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Float(value) if value.is_nan() => f.write_str("nan"),
            Self::Float(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::UInt(value) => write!(f, "{value}"),
        }
    }
}

/// Whether a value lies between the lowest and the highest of a data type; of floats, infinities and NaN are values, too.
fn is_within(value: f64, data_type: DataType) -> bool {
    let (low, high) = match data_type {
        DataType::UInt8 => (0.0, f64::from(u8::MAX)),
        DataType::Int8 => (f64::from(i8::MIN), f64::from(i8::MAX)),
        DataType::UInt16 => (0.0, f64::from(u16::MAX)),
        DataType::Int16 => (f64::from(i16::MIN), f64::from(i16::MAX)),
        DataType::UInt32 => (0.0, f64::from(u32::MAX)),
        DataType::Int32 => (f64::from(i32::MIN), f64::from(i32::MAX)),
        DataType::Float32 if value.is_finite() => (f64::from(f32::MIN), f64::from(f32::MAX)),
        _ => return true,
    };
    (low..=high).contains(&value)
}

/// The tag's text; bytes after the first that is not UTF-8 cannot be part of a number.
fn text(ifd: &Ifd) -> Option<&str> {
    let bytes = ifd.text(Tag::GDAL_NODATA)?;
    Some(match core::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
            // The text is not empty to GDAL, even if its valid part is.
            core::str::from_utf8(valid).ok().filter(|text| !text.is_empty()).unwrap_or(" ")
        }
    })
}

/// GDAL's `static_cast<float>`, with what is close to the largest float taken for it: writers print
/// `-3.40282346638529e+38`, which is a little beyond it.
fn round_to_f32(value: f64) -> f64 {
    let max = f64::from(f32::MAX);
    let close = |limit: f64| (value - limit).abs() < 1e-10 * max;
    if close(max) {
        max
    } else if close(-max) {
        -max
    } else {
        f64::from(value as f32)
    }
}

/// The number at the start of a text, as GDAL's `CPLAtofM` reads it; 0 where there is none. A comma may
/// stand for the decimal point.
pub(crate) fn atof(text: &str) -> f64 {
    let text = text.trim_start_matches(BLANKS);
    let has = |prefix: &str| text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    // What C libraries print; further text may follow.
    if ["-1.#qnan", "-1.#ind", "1.#qnan", "1.#snan"].into_iter().any(has) {
        return f64::NAN;
    }
    if has("-1.#inf") {
        return f64::NEG_INFINITY;
    }
    if has("1.#inf") {
        return f64::INFINITY;
    }
    // GDAL knows infinity in any case, its long name and NaN in one spelling or two.
    if text.eq_ignore_ascii_case("-inf") || text == "-Infinity" {
        return f64::NEG_INFINITY;
    }
    if text == "Infinity" {
        return f64::INFINITY;
    }
    let text = text.strip_prefix('+').unwrap_or(text);
    if text.eq_ignore_ascii_case("inf") {
        return f64::INFINITY;
    }
    if matches!(text, "nan" | "NaN") {
        return f64::NAN;
    }
    let number = number_prefix(text);
    if number.contains(',') {
        number.replace(',', ".").parse().unwrap_or(0.0)
    } else {
        number.parse().unwrap_or(0.0)
    }
}

/// The longest start of `text` that is a decimal number.
fn number_prefix(text: &str) -> &str {
    let bytes = text.as_bytes();
    let digits = |from: usize| {
        let rest = bytes.get(from..).unwrap_or_default();
        from.saturating_add(rest.iter().take_while(|b| b.is_ascii_digit()).count())
    };
    let sign = |at: usize| at.saturating_add(usize::from(matches!(bytes.get(at), Some(b'+' | b'-'))));
    let start = usize::from(bytes.first() == Some(&b'-'));
    let whole = digits(start);
    let mut end = whole;
    let mut any = whole > start;
    if matches!(bytes.get(whole), Some(b'.' | b',')) {
        let first = whole.saturating_add(1);
        let fraction = digits(first);
        any |= fraction > first;
        end = fraction;
    }
    if !any {
        return "";
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let first = sign(end.saturating_add(1));
        let exponent = digits(first);
        if exponent > first {
            end = exponent;
        }
    }
    text.get(..end).unwrap_or_default()
}

fn integer_prefix(text: &str) -> (bool, &str) {
    let text = text.trim_start_matches(BLANKS);
    let negative = text.starts_with('-');
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let end = digits.bytes().take_while(u8::is_ascii_digit).count();
    (negative, digits.get(..end).unwrap_or_default())
}

/// C's `strtoll`: saturating.
fn strtoll(text: &str) -> i64 {
    let (negative, digits) = integer_prefix(text);
    let magnitude = if digits.is_empty() { 0 } else { digits.parse::<i128>().unwrap_or(i128::MAX) };
    let value = if negative { magnitude.saturating_neg() } else { magnitude };
    value.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
}

/// C's `strtoull`: saturating, and negative numbers wrap.
fn strtoull(text: &str) -> u64 {
    let (negative, digits) = integer_prefix(text);
    let magnitude = if digits.is_empty() { 0 } else { digits.parse::<u64>().unwrap_or(u64::MAX) };
    if negative && magnitude != u64::MAX { magnitude.wrapping_neg() } else { magnitude }
}
