//! What the check scripts in `data/` ask of this crate: definitions and transforms, as JSON lines on stdout.
//!
//! `oracle transform` reads lines `FROM TO X,Y X,Y …` from stdin, with CRSs as user input.

use std::io::{BufRead, Write};

use geotiff_crs::{Crs, transformer};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mode = std::env::args().nth(1).unwrap_or_default();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let answer = match mode.as_str() {
            "transform" => transform(&line),
            _ => return Err("usage: oracle transform".into()),
        };
        writeln!(out, "{answer}")?;
    }
    Ok(())
}

fn transform(line: &str) -> Value {
    let mut words = line.split(' ');
    let mut crs = || {
        words
            .next()
            .unwrap_or("")
            .parse()
            .map_err(|_| "code".to_owned())
            .and_then(|code| Crs::from_epsg(code).map_err(|e| e.to_string()))
    };
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
