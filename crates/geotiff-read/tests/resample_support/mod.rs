//! The images of `data/generate_resample_cases.py` and its file of cases.

#![allow(clippy::unwrap_used, clippy::panic, reason = "what is not as it should be fails the test")]

use std::path::PathBuf;

use geotiff_read::Sample;
use geotiff_read::resample::{Band, ConvertTo, ReadWindow, Resampler, Resampling};
use ndarray::{Array2, s};
use num_complex::Complex;
use serde_json::Value;

/// The file of cases: the committed one, or a wider one.
pub(crate) fn file() -> PathBuf {
    std::env::var_os("GEOTIFF_RESAMPLE_CASES").map_or_else(committed, PathBuf::from)
}

/// The committed cases.
pub(crate) fn committed() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/resample_cases.json")
}

pub(crate) fn sections(path: &PathBuf) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

pub(crate) fn pair(value: &Value) -> (u32, u32) {
    (value[0].as_u64().unwrap() as u32, value[1].as_u64().unwrap() as u32)
}

/// A window, moved to the right by `shift` pixels.
pub(crate) fn window(value: &Value, shift: f64) -> ReadWindow {
    let [x, y, width, height] = [0, 1, 2, 3].map(|index| value[index].as_f64().unwrap());
    ReadWindow::new(x + shift, y, width, height).unwrap()
}

/// A number as the generator writes it: NaN and the infinities are strings.
pub(crate) fn number(value: &Value) -> f64 {
    match value {
        Value::String(text) => text.parse().unwrap(),
        value => value.as_f64().unwrap(),
    }
}

/// One read.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) dtype: String,
    pattern: String,
    size: (u32, u32),
    full: Option<(u32, u32)>,
    window: Value,
    out: (u32, u32),
    pub(crate) method: String,
    seed: u64,
    mask: Option<String>,
    nodata: Option<f64>,
    bits: u16,
    palette: bool,
    tile: Option<u32>,
    bands: u64,
    rows: Option<Vec<usize>>,
    expected: Vec<Value>,
}

impl std::fmt::Debug for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} {} {}, seed {}: window {} of {:?} (full {:?}) into {:?}, mask {:?}, nodata {:?}, bands {}, bits {}, palette {}, tile {:?}",
            self.method,
            self.dtype,
            self.pattern,
            self.seed,
            self.window,
            self.size,
            self.full,
            self.out,
            self.mask,
            self.nodata,
            self.bands,
            self.bits,
            self.palette,
            self.tile
        )
    }
}

/// How a read compares with the expectation, differences being parts of the range of the expected values.
pub(crate) struct Outcome {
    pub(crate) case: Case,
    pub(crate) worst: f64,
    pub(crate) mean: f64,
    pub(crate) wrong: usize,
    /// The largest difference as such.
    pub(crate) worst_absolute: f64,
}

impl Case {
    pub(crate) fn all(sections: &Value) -> Vec<Self> {
        sections["cases"].as_array().unwrap().iter().map(Self::new).collect()
    }

    fn new(value: &Value) -> Self {
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        Self {
            dtype: text("dtype").unwrap(),
            pattern: text("pattern").unwrap(),
            size: pair(&value["size"]),
            full: value.get("full").map(pair),
            window: value["window"].clone(),
            out: pair(&value["out"]),
            method: text("method").unwrap(),
            seed: value["seed"].as_u64().unwrap_or(1),
            mask: text("mask"),
            nodata: value.get("nodata").map(number),
            bits: value["bits"].as_u64().unwrap_or(0) as u16,
            palette: value["palette"].as_bool().unwrap_or(false),
            tile: value["tile"].as_u64().map(|tile| tile as u32),
            bands: value["bands"].as_u64().unwrap_or(1),
            rows: value["rows"]
                .as_array()
                .map(|rows| rows.iter().map(|row| row.as_u64().unwrap() as usize).collect()),
            expected: value["expected"].as_array().unwrap().clone(),
        }
    }

    pub(crate) fn is_integer(&self) -> bool {
        self.dtype.contains("int")
    }

    pub(crate) fn is_complex(&self) -> bool {
        self.dtype.starts_with("complex")
    }

    /// A float image of one slope.
    pub(crate) fn is_slope(&self) -> bool {
        self.pattern == "gradient" && self.dtype == "float32"
    }

    /// Reads, from a window moved to the right by `shift` pixels, and compares.
    pub(crate) fn run(&self, shift: f64) -> Outcome {
        match self.dtype.as_str() {
            "uint8" => self.run_real::<u8>(shift),
            "int8" => self.run_real::<i8>(shift),
            "uint16" => self.run_real::<u16>(shift),
            "int16" => self.run_real::<i16>(shift),
            "uint32" => self.run_real::<u32>(shift),
            "int32" => self.run_real::<i32>(shift),
            "uint64" => self.run_real::<u64>(shift),
            "int64" => self.run_real::<i64>(shift),
            "float32" => self.run_real::<f32>(shift),
            "float64" => self.run_real::<f64>(shift),
            "complex64" => self.run_complex::<f32>(shift),
            "complex128" => self.run_complex::<f64>(shift),
            other => panic!("{other}"),
        }
    }

    fn run_real<T: Sample + ConvertTo<f64>>(&self, shift: f64) -> Outcome
    where
        f64: ConvertTo<T>,
    {
        let values = self.values(self.seed);
        let mut pixels = values.map(|value| (*value).convert_to());
        let nodata = self.nodata.filter(|_| self.mask.as_deref() != Some("alpha"));
        if let (Some(nodata), Some(mask)) = (nodata, self.mask()) {
            pixels.zip_mut_with(&mask, |pixel: &mut T, valid| {
                if *valid == 0 {
                    *pixel = nodata.convert_to();
                }
            });
        }
        let read = self.read(&pixels, shift, |sample| vec![sample.convert_to()]);
        self.compare(&read)
    }

    fn run_complex<P>(&self, shift: f64) -> Outcome
    where
        Complex<P>: Sample + ConvertTo<f64>,
        f64: ConvertTo<P>,
        P: Copy + ConvertTo<f64>,
    {
        let imaginary = self.values(self.seed + 100);
        let mut parts = imaginary.iter();
        let pixels = self
            .values(self.seed)
            .map(|real| Complex::<P>::new(real.convert_to(), parts.next().unwrap().convert_to()));
        let read = self.read(&pixels, shift, |sample| vec![sample.re.convert_to(), sample.im.convert_to()]);
        self.compare(&read)
    }

    /// The values that the read gave, as floats.
    fn read<T: Sample + ConvertTo<f64>>(
        &self,
        pixels: &Array2<T>,
        shift: f64,
        parts: fn(&T) -> Vec<f64>,
    ) -> Vec<f64> {
        let method: Resampling = self.method.parse().unwrap();
        let method = method.for_band(self.is_complex(), self.palette);
        let window = window(&self.window, shift);
        let window = self.full.map_or(window, |full| window.on_overview(full, self.size));
        let mut resampler = Resampler::new(window, self.out, self.size, method)
            .unwrap()
            .with_block_width(self.tile.unwrap_or(self.size.0));
        if self.bands > 1 {
            resampler = resampler.with_several_bands();
        }
        let palette: Vec<[u8; 4]> =
            (0..256).map(|i| [(i * 7) as u8, (i * 31) as u8, (i / 3 * 11) as u8, 255]).collect();
        // No more than the pixels asked for.
        let source = resampler.source();
        let (x, y) = (source.x as usize, source.y as usize);
        let part = s![y..y + source.height as usize, x..x + source.width as usize];
        let mask = self.mask_of(pixels);
        let mut band = Band::new(pixels.slice(part), (source.x, source.y)).with_bits(self.bits);
        if let Some(mask) = &mask {
            band = band.with_validity(mask.slice(part));
        }
        if let Some(nodata) = self.nodata {
            band = band.with_nodata(nodata);
        }
        if self.palette {
            band = band.with_palette(&palette);
        }
        let read = resampler.resample(&band).unwrap();
        let rows: Vec<usize> = self.rows.clone().unwrap_or_else(|| (0..read.nrows()).collect());
        rows.iter().flat_map(|row| read.row(*row).to_vec()).flat_map(|sample| parts(&sample)).collect()
    }

    /// GDAL's mask: alpha, else nodata, else the mask.
    fn mask_of<T: Sample + ConvertTo<f64>>(&self, pixels: &Array2<T>) -> Option<Array2<u8>> {
        match (self.nodata, self.mask.as_deref()) {
            (None, _) | (_, Some("alpha")) => self.mask(),
            (Some(nodata), _) => Some(pixels.map(|sample| {
                let value: f64 = (*sample).convert_to();
                if value == nodata || (value.is_nan() && nodata.is_nan()) { 0 } else { 255 }
            })),
        }
    }

    fn compare(&self, read: &[f64]) -> Outcome {
        let flat = |value: &Value| match value {
            Value::Array(parts) => parts.iter().map(number).collect(),
            value => vec![number(value)],
        };
        let expected: Vec<f64> = self.expected.iter().flat_map(flat).collect();
        assert_eq!(read.len(), expected.len(), "{self:?}");
        let usual = |v: &&f64| v.is_finite() && self.nodata != Some(**v);
        let least = expected.iter().filter(usual).copied().fold(f64::INFINITY, f64::min);
        let most = expected.iter().filter(usual).copied().fold(f64::NEG_INFINITY, f64::max);
        let range = if most > least { most - least } else { 1.0 };
        let mut outcome =
            Outcome { case: self.clone(), worst: 0.0, mean: 0.0, wrong: 0, worst_absolute: 0.0 };
        for (have, want) in read.iter().zip(&expected) {
            if have == want || (have.is_nan() && want.is_nan()) {
                continue;
            }
            let difference = (have - want).abs() / range;
            let difference = if difference.is_finite() { difference } else { f64::INFINITY };
            outcome.wrong += 1;
            outcome.worst_absolute = outcome.worst_absolute.max((have - want).abs());
            outcome.worst = outcome.worst.max(difference);
            outcome.mean += difference / expected.len() as f64;
        }
        outcome
    }

    /// The image before it is given a type; every value fits the type.
    fn values(&self, seed: u64) -> Array2<f64> {
        let (width, height) = (self.size.0 as usize, self.size.1 as usize);
        Array2::from_shape_fn((height, width), |(y, x)| {
            let (x, y) = (x as u64, y as u64);
            match self.pattern.as_str() {
                "noise" => self.noise_value(x, y, seed),
                "low" => (noise(x, y, seed) % 40) as f64,
                "gradient" => match self.dtype.as_str() {
                    "uint8" => ((x * 2 + y) as u8).into(),
                    "int8" => ((x * 2 + y) as i8).into(),
                    "uint16" => ((x * 100 + y * 37) as u16).into(),
                    "int16" => ((x * 100 + y * 37) as i16).into(),
                    _ => (x * 100 + y * 37) as f64,
                },
                "blocks" => ((x / 3 + y / 4 * 3) % 7 + noise(x, y, seed) % 2) as f64,
                "nan" if noise(x, y, seed + 1).is_multiple_of(23) => f64::NAN,
                "nan" => self.noise_value(x, y, seed),
                other => panic!("{other}"),
            }
        })
    }

    fn noise_value(&self, x: u64, y: u64, seed: u64) -> f64 {
        let bits = noise(x, y, seed);
        let (low, log_count) = match self.dtype.as_str() {
            "uint8" => (0, 8),
            "int8" => (-128, 8),
            "uint16" => (0, 16),
            "int16" => (-32768, 16),
            "uint32" => (0, 32),
            "int32" => (-(1_i64 << 31), 32),
            "uint64" => (0, 50),
            "int64" => (-(1 << 49), 50),
            "float32" | "complex64" => {
                return f64::from((bits as f64 / 16_777_216.0 * 2000.0 - 500.0) as f32);
            }
            _ => return bits as f64 / 16_777_216.0 * 2000.0 - 500.0,
        };
        let scaled = (i128::from(bits) << log_count) >> 24;
        (i128::from(low) + scaled) as f64
    }

    fn mask(&self) -> Option<Array2<u8>> {
        let kind = self.mask.as_deref()?;
        let (width, height) = (u64::from(self.size.0), u64::from(self.size.1));
        Some(Array2::from_shape_fn((height as usize, width as usize), |(y, x)| {
            let (x, y) = (x as u64, y as u64);
            let bits = noise(x, y, self.seed + 50);
            let valid = match kind {
                "sprinkled" => !bits.is_multiple_of(6),
                "blocks" => !(x / 9 + y / 7).is_multiple_of(3),
                "half" => x * 2 >= width + y % 3,
                "none" => false,
                "alpha" => return if bits.is_multiple_of(5) { 0 } else { (bits % 256) as u8 },
                other => panic!("{other}"),
            };
            if valid { 255 } else { 0 }
        }))
    }
}

/// 24 bits that look random, from the place of a pixel.
fn noise(x: u64, y: u64, seed: u64) -> u64 {
    const MASK: u64 = 0xFFFF_FFFF;
    let value = (x * 73_856_093) ^ (y * 19_349_663) ^ (seed * 83_492_791);
    let value = value.wrapping_mul(2_654_435_761) & MASK;
    let value = (value ^ (value >> 15)).wrapping_mul(2_246_822_519) & MASK;
    value >> 8
}
