//! Points from a CSV file.

use std::path::Path;

use csv::StringRecord;

use crate::args::Point;
use crate::error::Failure;

/// Names of columns that hold eastings or longitudes, and northings or latitudes.
const X_NAMES: [&str; 5] = ["x", "lon", "lng", "longitude", "easting"];
const Y_NAMES: [&str; 4] = ["y", "lat", "latitude", "northing"];

/// The points in a file: in columns named x and y (or lon and lat, …) where the first line names columns, else in the
/// first two.
///
/// # Errors
/// What cannot be read, or the line whose point is none.
pub(super) fn read(path: &Path) -> Result<Vec<Point>, Failure> {
    let failure = |cause: &dyn std::fmt::Display| Failure::about(path.display(), cause);
    let reader =
        csv::ReaderBuilder::new().has_headers(false).trim(csv::Trim::All).flexible(true).from_path(path);
    let records = reader.map_err(|error| failure(&error))?.into_records();
    let mut columns = (0, 1);
    let mut points = Vec::new();
    let mut first = true;
    for record in records {
        let record = record.map_err(|error| failure(&error))?;
        if std::mem::take(&mut first) && record.get(0).is_some_and(|field| field.parse::<f64>().is_err()) {
            columns = named(&record).ok_or_else(|| failure(&"the first line names no columns x and y"))?;
            continue;
        }
        points.push(point(&record, columns).ok_or_else(|| {
            let line = record.position().map_or(0, csv::Position::line);
            failure(&format_args!("line {line} has no point"))
        })?);
    }
    Ok(points)
}

fn named(header: &StringRecord) -> Option<(usize, usize)> {
    let column =
        |names: &[&str]| header.iter().position(|name| names.contains(&name.to_ascii_lowercase().as_str()));
    Some((column(&X_NAMES)?, column(&Y_NAMES)?))
}

fn point(record: &StringRecord, (x, y): (usize, usize)) -> Option<Point> {
    let number = |column: usize| record.get(column)?.parse().ok().filter(|value: &f64| value.is_finite());
    Some(Point { x: number(x)?, y: number(y)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(text: &str) -> Result<Vec<Point>, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        read(file.path()).map_err(|failure| failure.line().unwrap())
    }

    #[test]
    fn columns_are_found_by_name_or_place() {
        let expected = vec![Point { x: 1.5, y: -2.0 }, Point { x: 3.0, y: 4.0 }];
        assert_eq!(points("1.5,-2\n3,4\n").unwrap(), expected);
        assert_eq!(points("name,Lat,Lon\na, -2, 1.5\n\"b, c\",4,3\n").unwrap(), expected);
    }

    #[test]
    fn a_line_without_a_point_is_named() {
        assert!(points("x,y\n1,2\n3,oops\n").unwrap_err().contains("line 3"));
        assert!(points("a,b\n1,2\n").unwrap_err().contains("columns"));
    }
}
