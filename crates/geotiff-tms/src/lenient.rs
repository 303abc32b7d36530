//! Numbers as documents in the wild write them: `256.0` for an integer, `"256"` for a number.

use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer};

#[derive(Deserialize)]
#[serde(untagged)]
enum Number {
    Integer(u64),
    Float(f64),
    Text(String),
}

/// A finite number.
pub(crate) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    finite(Number::deserialize(deserializer)?)
}

/// A pair of finite numbers.
pub(crate) fn point<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[f64; 2], D::Error> {
    let [first, second] = <[Number; 2]>::deserialize(deserializer)?;
    Ok([finite(first)?, finite(second)?])
}

/// An integer that is not negative.
pub(crate) fn integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    const EXPECTED: &str = "an integer that is not negative";
    // Every integer below 2^53 is a double of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match Number::deserialize(deserializer)? {
        Number::Integer(value) => Ok(value),
        Number::Float(value) if (0.0..=EXACT).contains(&value) && value.fract() == 0.0 => Ok(value as u64),
        Number::Float(value) => Err(D::Error::invalid_value(Unexpected::Float(value), &EXPECTED)),
        Number::Text(text) => {
            text.trim().parse().map_err(|_| D::Error::invalid_value(Unexpected::Str(&text), &EXPECTED))
        }
    }
}

fn finite<E: Error>(number: Number) -> Result<f64, E> {
    const EXPECTED: &str = "a finite number";
    match number {
        Number::Integer(value) => Ok(value as f64),
        Number::Float(value) if value.is_finite() => Ok(value),
        Number::Float(value) => Err(E::invalid_value(Unexpected::Float(value), &EXPECTED)),
        Number::Text(text) => match text.trim().parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(value),
            _ => Err(E::invalid_value(Unexpected::Str(&text), &EXPECTED)),
        },
    }
}
