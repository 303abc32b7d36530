//! Numbers as PROJ writes them: 15 significant digits, no more digits than needed.

/// `%.15g`.
pub(crate) fn format(value: f64) -> String {
    if !value.is_finite() {
        return "0".to_owned();
    }
    let scientific = format!("{value:.14e}");
    let exponent: i32 = scientific.split_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0);
    if value != 0.0 && !(-5..15).contains(&exponent) {
        let mantissa = scientific.split_once('e').map_or("0", |(m, _)| m);
        return format!("{}e{exponent}", trim(mantissa));
    }
    let decimals = usize::try_from(14 - exponent).unwrap_or(0);
    let text = format!("{value:.decimals$}");
    trim(&text).to_owned()
}

/// Without zeros after the decimal point that say nothing.
fn trim(text: &str) -> &str {
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.')
}

/// The value that [`format`] writes.
pub(crate) fn round(value: f64) -> f64 {
    format(value).parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::format;

    #[test]
    fn like_printf() {
        let cases = [
            (6_378_137.0, "6378137"),
            (298.257_223_563, "298.257223563"),
            (0.017_453_292_519_943_295, "0.0174532925199433"),
            (1.0 / 3.0, "0.333333333333333"),
            (-0.00012, "-0.00012"),
            (0.0, "0"),
            (1e20, "1e20"),
            (1.5e-7, "1.5e-7"),
            (100.0, "100"),
        ];
        for (value, text) in cases {
            assert_eq!(format(value), text);
        }
    }
}
