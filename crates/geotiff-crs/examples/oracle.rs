//! What the check scripts in `data/` ask of this crate: definitions and transforms, as JSON lines on stdout.
//!
//! `oracle define` reads a CRS a line and writes its WKT and PROJJSON.
//! `oracle geokeys` reads a key directory a line, `oracle bounds` two CRSs and a box.
//! `oracle transform` reads lines `FROM TO X,Y X,Y …` from stdin, with CRSs as user input.

use std::io::{BufRead, Write};

use geotiff_core::GeoKeys;
use geotiff_crs::{Crs, DENSIFY, transform_bounds, transformer};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mode = std::env::args().nth(1).unwrap_or_default();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let answer = match mode.as_str() {
            "define" => define(&line),
            "geokeys" => geokeys(&line),
            "bounds" => bounds(&line),
            "transform" => transform(&line),
            _ => return Err("usage: oracle define|geokeys|bounds|transform".into()),
        };
        writeln!(out, "{answer}")?;
        // The scripts wait for each answer.
        out.flush()?;
    }
    Ok(())
}

fn define(line: &str) -> Value {
    match Crs::from_user_input(line) {
        Ok(crs) => {
            json!({ "name": crs.name(), "epsg": crs.epsg(), "wkt": crs.to_wkt2(), "projjson": crs.to_projjson() })
        }
        Err(error) => json!({ "error": error.to_string() }),
    }
}

/// `{"keys": [directory, doubles, ascii]}`.
fn geokeys(line: &str) -> Value {
    let keys: Value = serde_json::from_str(line).unwrap_or_default();
    let numbers =
        |value: &Value| value.as_array().into_iter().flatten().filter_map(Value::as_f64).collect::<Vec<_>>();
    let directory: Vec<u16> = numbers(&keys[0]).into_iter().map(|number| number as u16).collect();
    let ascii = keys[2].as_str().unwrap_or("");
    let Some(keys) = GeoKeys::parse(&directory, &numbers(&keys[1]), ascii.as_bytes()) else {
        return json!({});
    };
    match Crs::from_geokeys(&keys) {
        Ok(Some(crs)) => {
            json!({ "name": crs.name(), "epsg": crs.epsg(), "wkt": crs.to_wkt2(), "projjson": crs.to_projjson() })
        }
        Ok(None) => json!({}),
        Err(error) => json!({ "error": error.to_string() }),
    }
}

/// `FROM TO LEFT BOTTOM RIGHT TOP`.
fn bounds(line: &str) -> Value {
    let words: Vec<&str> = line.split(' ').collect();
    let corner = |i: usize| words.get(i).and_then(|word| word.parse().ok()).unwrap_or(f64::NAN);
    let crs = |i: usize| Crs::from_user_input(words.get(i).copied().unwrap_or(""));
    let made = crs(0).and_then(|from| {
        transform_bounds(&from, &crs(1)?, [corner(2), corner(3), corner(4), corner(5)], DENSIFY)
    });
    match made {
        Ok(bounds) => json!({ "bounds": bounds }),
        Err(error) => json!({ "error": error.to_string() }),
    }
}

fn transform(line: &str) -> Value {
    let mut words = line.split(' ');
    let mut crs = || Crs::from_user_input(words.next().unwrap_or("")).map_err(|error| error.to_string());
    let made = crs().and_then(|from| Ok((from, crs()?)));
    let made = made.and_then(|(from, to)| transformer(&from, &to).map_err(|error| error.to_string()));
    let transform = match made {
        Ok(transform) => transform,
        Err(error) => return json!({ "error": error }),
    };
    let points: Vec<Option<(f64, f64)>> = words
        .filter_map(|word| word.split_once(','))
        .map(|(x, y)| transform.transform_point(x.parse().ok()?, y.parse().ok()?))
        .collect();
    json!({ "approximate": transform.is_approximate(), "points": points })
}
