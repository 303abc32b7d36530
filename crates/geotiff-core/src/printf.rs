//! C's `%.Ng`, which GDAL's texts are written with.

use alloc::format;
use alloc::string::{String, ToString};

/// `%.{digits}g` of C's printf.
pub(crate) fn g(value: f64, digits: usize) -> String {
    if value.is_nan() {
        return "nan".into();
    }
    if value.is_infinite() {
        return if value < 0.0 { "-inf".into() } else { "inf".into() };
    }
    let digits = digits.max(1);
    let last = digits.saturating_sub(1);
    let scientific = format!("{value:.last$e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return value.to_string() };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if exponent < -4 || exponent >= digits as i32 {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{}e{sign}{:02}", trim(mantissa), exponent.unsigned_abs());
    }
    let decimals = usize::try_from((last as i32).saturating_sub(exponent)).unwrap_or(0);
    trim(&format!("{value:.decimals$}")).into()
}

/// Without zeros at the end of a fraction.
fn trim(number: &str) -> &str {
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number }
}

#[cfg(test)]
mod tests {
    use super::g;

    #[test]
    fn like_c() {
        // From C's printf.
        for (value, digits, text) in [
            (0.0, 8, "0"),
            (-0.0, 8, "-0"),
            (72.0, 8, "72"),
            (300.000_01, 8, "300.00001"),
            (1e8, 8, "1e+08"),
            (12_345_678.9, 8, "12345679"),
            (99_999_999.9, 8, "1e+08"),
            (0.000_123_456_789, 8, "0.00012345679"),
            (0.000_012_345, 8, "1.2345e-05"),
            (1.0 / 3.0, 15, "0.333333333333333"),
            (-1e-300, 15, "-1e-300"),
            (123_456_789_012_345.0, 15, "123456789012345"),
        ] {
            assert_eq!(g(value, digits), text);
        }
    }
}
