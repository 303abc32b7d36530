//! Standard output.

use std::io::{self, Write};

use serde::{Serialize, Serializer};

use crate::error::Failure;

/// A float that JSON may not have: `"nan"`, `"inf"` and `"-inf"` are strings; the others parse back to the same
/// value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Number(pub(crate) f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            value if value.is_nan() => serializer.serialize_str("nan"),
            f64::INFINITY => serializer.serialize_str("inf"),
            f64::NEG_INFINITY => serializer.serialize_str("-inf"),
            value => serializer.serialize_f64(value),
        }
    }
}

/// Prints one JSON value on a line of its own.
///
/// # Errors
/// When standard output cannot be written.
pub(crate) fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let mut text = serde_json::to_string(value).map_err(|error| Failure::about("JSON", error))?;
    text.push('\n');
    print_text(&text)
}

/// Prints text as it is.
///
/// # Errors
/// When standard output cannot be written.
pub(crate) fn print_text(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| Failure::stdout(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_parse_back_exactly() {
        for value in [0.1, -9999.0, f64::MIN_POSITIVE, -3.402_823_466_385_288_6e38, 1.0 / 3.0, 1e300] {
            let text = serde_json::to_string(&Number(value)).unwrap();
            assert_eq!(text.parse::<f64>().unwrap().to_bits(), value.to_bits(), "{text}");
        }
        let special = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(Number);
        assert_eq!(serde_json::to_string(&special).unwrap(), r#"["nan","inf","-inf"]"#);
    }
}
