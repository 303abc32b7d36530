//! The facts as a table for people.

use std::fmt::{self, Display, Write};

use super::facts::{Facts, NodataValue};
use crate::output::Number;

/// Lines of a name and a value, then a line for each band.
pub(super) fn of(facts: &Facts) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = rows(facts, &mut text).and_then(|()| bands(facts, &mut text));
    text
}

fn rows(facts: &Facts, text: &mut String) -> fmt::Result {
    let mut row = |name: &str, value: &dyn Display| writeln!(text, "{name:<13}{value}");
    let yes_no = |yes: bool| if yes { "yes" } else { "no" };
    let container = if facts.bigtiff { "BigTIFF" } else { "TIFF" };
    row("Format", &format_args!("{container}, {}-endian, COG: {}", facts.byte_order, yes_no(facts.cog)))?;
    row("Size", &format_args!("{} x {} pixels", facts.width, facts.height))?;
    row("Bands", &format_args!("{} of {}, {} interleaved", facts.count, facts.dtype, facts.interleave))?;
    let [block_height, block_width] = facts.block_shape;
    row(
        "Blocks",
        &format_args!("{block_width} x {block_height}{}", if facts.tiled { ", tiled" } else { "" }),
    )?;
    row("Compression", &format_args!("{}, predictor {}", facts.compression, facts.predictor))?;
    row("Photometric", &facts.photometric)?;
    if let Some(nodata) = facts.nodata {
        row("Nodata", &nodata)?;
    }
    match &facts.crs {
        None => row("CRS", &"none")?,
        Some(crs) => match crs.epsg {
            Some(code) => row("CRS", &format_args!("EPSG:{code} ({})", crs.name))?,
            None => row("CRS", &crs.name)?,
        },
    }
    row("Origin", &format_args!("{}, {}", facts.transform[2], facts.transform[5]))?;
    row("Resolution", &format_args!("{} x {}", facts.res[0], facts.res[1]))?;
    let [left, bottom, right, top] = facts.bounds;
    row("Bounds", &format_args!("{left}, {bottom}, {right}, {top}"))?;
    let overviews: Vec<_> =
        facts.overviews.iter().map(|of| format!("{} x {}", of.width, of.height)).collect();
    row("Overviews", &if overviews.is_empty() { "none".to_owned() } else { overviews.join(", ") })?;
    if !facts.gcps.is_empty() {
        row("GCPs", &facts.gcps.len())?;
    }
    if facts.rpcs.is_some() {
        row("RPCs", &"yes")?;
    }
    for (key, value) in facts.tags.get("").into_iter().flatten() {
        row("Tag", &format_args!("{key} = {}", one_line(value)))?;
    }
    Ok(())
}

fn bands(facts: &Facts, text: &mut String) -> fmt::Result {
    for band in 0..usize::from(facts.count) {
        write!(text, "Band {:<8}{}", band + 1, facts.colorinterp[band])?;
        if let Some(description) = &facts.descriptions[band] {
            write!(text, ", {}", one_line(description))?;
        }
        match facts.mask_flags[band] {
            ["all_valid"] => {}
            [] => text.push_str(", mask: of its own"),
            flags => write!(text, ", mask: {}", flags.join(" + "))?,
        }
        if (facts.scales[band].0, facts.offsets[band].0) != (1.0, 0.0) {
            write!(text, ", scale {}, offset {}", facts.scales[band], facts.offsets[band])?;
        }
        if let Some(unit) = &facts.units[band] {
            write!(text, ", in {}", one_line(unit))?;
        }
        if let Some(stats) = &facts.stats[band] {
            write!(text, ", min {}, max {}, mean {}, std {}", stats.min, stats.max, stats.mean, stats.std)?;
        }
        text.push('\n');
    }
    Ok(())
}

/// Text of a file must not steer the terminal.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

impl Display for NodataValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Float(value) => value.fmt(f),
            Self::Int(value) => value.fmt(f),
            Self::UInt(value) => value.fmt(f),
        }
    }
}

impl Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Debug switches to an exponent where digits would fill the line.
        match self.0 {
            value if value.is_nan() => f.write_str("nan"),
            value if value == value.trunc() && value.abs() < 1e15 => write!(f, "{value}"),
            value => write!(f, "{value:?}"),
        }
    }
}
