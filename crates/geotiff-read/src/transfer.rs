//! Samples on their way from the file's type to the result's: conversion, scale and offset, validity.

use std::fmt;
use std::sync::Arc;

use geotiff_core::{DataType, Nodata};

use crate::geotiff::Inner;
use crate::nodata::Matcher;
use crate::resample::ConvertTo;
use crate::{Error, ErrorKind, ReadOptions, Sample};

/// Makes the samples of one row from those of another.
type MapRow = dyn Fn(&[u8], &mut [u8]) + Send + Sync;

/// What happens to a row of samples between a decoded chunk and an output.
#[derive(Clone)]
pub(crate) enum Transfer {
    /// They are copied.
    Copy,
    /// Each becomes another. Both rows are native-endian bytes of any alignment.
    Map(Arc<MapRow>),
}

impl fmt::Debug for Transfer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Copy => "Copy",
            Self::Map(_) => "Map",
        })
    }
}

impl Transfer {
    /// Maps samples of type `S` to samples of type `D`.
    pub(crate) fn map<S: Sample, D: Sample>(each: impl Fn(S) -> D + Send + Sync + 'static) -> Self {
        Self::Map(Arc::new(move |src, dst| {
            let samples = src.chunks_exact(size_of::<S>());
            for (to, from) in dst.chunks_exact_mut(size_of::<D>()).zip(samples) {
                to.copy_from_slice(bytemuck::bytes_of(&each(bytemuck::pod_read_unaligned(from))));
            }
        }))
    }

    /// Validity of samples of `data_type`: 0 for nodata, else 255.
    pub(crate) fn validity(data_type: DataType, nodata: Option<Nodata>) -> Result<Self, Error> {
        with_type!(data_type, S => {
            let matcher = nodata.map_or(Matcher::<S>::Never, Matcher::new);
            Self::map(move |sample: S| if matcher.is_nodata(sample) { 0_u8 } else { 255 })
        })
        .ok_or_else(|| no_samples(data_type))
    }

    /// Whether samples of `data_type` differ from a value of `NODATA_VALUES`: 0 where not, else 255.
    pub(crate) fn unlike(data_type: DataType, value: f64) -> Result<Self, Error> {
        with_type!(data_type, S => {
            let matcher = Matcher::<S>::of_item(value);
            Self::map(move |sample: S| if matcher.is_nodata(sample) { 0_u8 } else { 255 })
        })
        .ok_or_else(|| no_samples(data_type))
    }

    pub(crate) fn is_copy(&self) -> bool {
        matches!(self, Self::Copy)
    }

    /// Transfers one row.
    pub(crate) fn row(&self, src: &[u8], dst: &mut [u8]) {
        match self {
            Self::Copy => dst.copy_from_slice(src),
            Self::Map(map) => map(src, dst),
        }
    }

    /// What one sample becomes, in `size` bytes.
    pub(crate) fn sample(&self, sample: &[u8], size: usize) -> Vec<u8> {
        let mut out = vec![0; size];
        self.row(sample, &mut out);
        out
    }
}

/// From the samples of a level to those that a read returns.
#[derive(Clone, Debug)]
pub(crate) struct Conversion {
    /// The type of the file's samples.
    pub(crate) from: DataType,
    /// The type returned.
    pub(crate) to: DataType,
    /// For each band of the read.
    transfers: Vec<Transfer>,
}

impl Conversion {
    /// What `options` ask of the samples of `bands` (from 1) of a level.
    pub(crate) fn new(
        inner: &Inner,
        level: usize,
        bands: &[u16],
        options: &ReadOptions,
    ) -> Result<Self, Error> {
        let from = inner.level(level).data_type()?;
        let scaled_type = if options.scaled { DataType::Float64 } else { from };
        let to = options.data_type.unwrap_or(scaled_type);
        let transfer = |band: &u16| {
            if !options.scaled {
                return converting(from, to);
            }
            let metadata = inner.page().metadata().band(band - 1);
            let (scale, offset) = metadata.map_or((1.0, 0.0), |band| (band.scale(), band.offset()));
            scaling(from, to, (scale, offset), inner.page().masking_nodata(band - 1))
        };
        let transfers = bands.iter().map(transfer).collect::<Result<_, _>>()?;
        Ok(Self { from, to, transfers })
    }

    /// Whether samples come as they are in the file.
    pub(crate) fn is_none(&self) -> bool {
        self.transfers.iter().all(Transfer::is_copy)
    }

    /// For band `index` of the read, from 0.
    pub(crate) fn transfer(&self, index: usize) -> Transfer {
        self.transfers.get(index).cloned().unwrap_or(Transfer::Copy)
    }
}

/// GDAL's conversion between two types.
fn converting(from: DataType, to: DataType) -> Result<Transfer, Error> {
    if from == to {
        return Ok(Transfer::Copy);
    }
    let transfer = with_type!(from, S => {
        with_type!(to, D => Transfer::map(|sample: S| -> D { sample.convert_to() }))
    });
    transfer.flatten().ok_or_else(|| no_samples(to))
}

/// `value · scale + offset`, computed as float64; nodata stays what it is.
fn scaling(
    from: DataType,
    to: DataType,
    (scale, offset): (f64, f64),
    nodata: Option<Nodata>,
) -> Result<Transfer, Error> {
    if from.is_complex() {
        return Err(Error::new(ErrorKind::Unsupported, "scale and offset of complex samples"));
    }
    let transfer = with_type!(from, S => {
        let matcher = nodata.map_or(Matcher::<S>::Never, Matcher::new);
        let scaled = move |sample: S| {
            let value = sample.to_f64();
            if matcher.is_nodata(sample) { value } else { value * scale + offset }
        };
        match to {
            DataType::Float64 => Some(Transfer::map(scaled)),
            DataType::Float32 => Some(Transfer::map(move |sample: S| -> f32 { scaled(sample).convert_to() })),
            _ => None,
        }
    });
    transfer
        .flatten()
        .ok_or_else(|| Error::usage(format!("scaled samples are float32 or float64, not {}", to.name())))
}

fn no_samples(data_type: DataType) -> Error {
    Error::new(ErrorKind::Unsupported, format!("data type {} has no array", data_type.name()))
}
