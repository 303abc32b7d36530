//! Resampled reads against rasterio's answers; see `data/generate_resample_cases.py`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "what is not as it should be fails the test")]

mod resample_support;

use geotiff_read::level_choice::choose_level;
use geotiff_read::resample::{
    Band, Chunk, ConvertTo, PixelRect, ReadWindow, ResampleErrorKind, Resampler, Resampling, convert_slice,
};
use ndarray::{Array2, s};
use resample_support::{Case, Outcome, committed, file, number, pair, sections, window};
use serde_json::Value;

/// What a case may differ by: nothing, but for the last bits of floats and for the warper's way with complex
/// numbers.
fn check(outcome: &Outcome) {
    let Outcome { case, worst, mean, wrong, .. } = outcome;
    if case.method == "nearest" || case.is_integer() {
        assert_eq!(*wrong, 0, "{wrong} pixels differ, by up to {worst} of the range: {case:?}");
    }
    let most = if case.is_complex() { 2e-4 } else { 1e-7 };
    assert!(*mean <= most && *worst <= most, "differs by {mean} on average, {worst} at worst: {case:?}");
}

#[test]
fn reads_are_those_of_rasterio() {
    let cases = Case::all(&sections(&file()));
    assert!(cases.len() >= 100, "only {} cases", cases.len());
    cases.iter().for_each(|case| check(&case.run(0.0)));
}

#[test]
fn positions_are_those_of_rasterio() {
    const SLOPE: f64 = 100.0;
    let sections = sections(&committed());
    let gradients = Case::all(&sections).into_iter().filter(|case| case.is_slope());
    let mut count = 0;
    for case in gradients {
        let error = case.run(0.0).worst_absolute / SLOPE;
        assert!(error <= 0.01, "{error} pixels off: {case:?}");
        // Gauss knows whole pixels only.
        let shift = if case.method == "gauss" { 1.0 } else { 0.5 };
        let shifted = case.run(shift).worst_absolute / SLOPE;
        assert!(shifted > 0.4, "a shift does not show ({shifted}): {case:?}");
        count += 1;
    }
    assert_eq!(count, 27, "three windows by nine methods");
}

#[test]
fn levels_are_those_that_gdal_chooses() {
    let sections = sections(&committed());
    let mut count = 0;
    for entry in sections["levels"].as_array().unwrap() {
        let overviews: Vec<_> = entry["overviews"].as_array().unwrap().iter().map(pair).collect();
        let method: Resampling = entry["method"].as_str().unwrap().parse().unwrap();
        let outs = entry["out"].as_array().unwrap();
        for (out, expected) in outs.iter().zip(entry["expected"].as_array().unwrap()) {
            let level = choose_level(
                pair(&entry["full"]),
                &overviews,
                &window(&entry["window"], 0.0),
                pair(out),
                method,
            );
            let expected = usize::try_from(expected.as_i64().unwrap()).ok();
            assert_eq!(level, expected, "{out} of {entry}");
            count += 1;
        }
    }
    assert!(count > 1000, "only {count} reads");
}

#[test]
fn conversions_are_those_of_gdal() {
    let sections = sections(&committed());
    for entry in sections["conversions"].as_array().unwrap() {
        match entry["source"].as_str().unwrap() {
            "uint8" => convert_from::<u8>(entry),
            "int8" => convert_from::<i8>(entry),
            "uint16" => convert_from::<u16>(entry),
            "int16" => convert_from::<i16>(entry),
            "uint32" => convert_from::<u32>(entry),
            "int32" => convert_from::<i32>(entry),
            "uint64" => convert_from::<u64>(entry),
            "int64" => convert_from::<i64>(entry),
            "float32" => convert_from::<f32>(entry),
            "float64" => convert_from::<f64>(entry),
            other => panic!("{other}"),
        }
    }
}

/// The types of the conversion tests, read from JSON without a detour through another type.
trait FromNumber: Copy + Default + PartialEq + std::fmt::Debug {
    fn from_number(value: &Value) -> Self;

    fn is_number(self) -> bool;
}

macro_rules! from_number {
    ($($type:ty)*) => {$(
        impl FromNumber for $type {
            fn from_number(value: &Value) -> Self {
                match value.as_i64() {
                    Some(integer) => integer as Self,
                    None => value.as_u64().map_or_else(|| number(value) as Self, |integer| integer as Self),
                }
            }

            fn is_number(self) -> bool {
                self.partial_cmp(&self).is_some()
            }
        }
    )*};
}
from_number!(u8 i8 u16 i16 u32 i32 u64 i64 f32 f64);

#[rustfmt::skip]
fn convert_from<T>(entry: &Value)
where
    T: FromNumber + ConvertTo<u8> + ConvertTo<i8> + ConvertTo<u16> + ConvertTo<i16> + ConvertTo<u32>
        + ConvertTo<i32> + ConvertTo<u64> + ConvertTo<i64> + ConvertTo<f32> + ConvertTo<f64>,
{
    match entry["target"].as_str().unwrap() {
        "uint8" => convert::<T, u8>(entry),
        "int8" => convert::<T, i8>(entry),
        "uint16" => convert::<T, u16>(entry),
        "int16" => convert::<T, i16>(entry),
        "uint32" => convert::<T, u32>(entry),
        "int32" => convert::<T, i32>(entry),
        "uint64" => convert::<T, u64>(entry),
        "int64" => convert::<T, i64>(entry),
        "float32" => convert::<T, f32>(entry),
        "float64" => convert::<T, f64>(entry),
        other => panic!("{other}"),
    }
}

fn convert<T: FromNumber + ConvertTo<U>, U: FromNumber>(entry: &Value) {
    let read = |name: &str| entry[name].as_array().unwrap().clone();
    let values: Vec<T> = read("values").iter().map(T::from_number).collect();
    let expected: Vec<U> = read("expected").iter().map(U::from_number).collect();
    let mut converted = vec![U::default(); values.len()];
    convert_slice(&values, &mut converted);
    for ((value, have), want) in values.iter().zip(&converted).zip(&expected) {
        let both_nan = !want.is_number() && !have.is_number();
        assert!(have == want || both_nan, "{value:?} as {}: {have:?}, not {want:?}", entry["target"]);
    }
}

#[test]
fn methods_have_the_names_of_rasterio() {
    for method in Resampling::ALL {
        assert_eq!(method.to_string().parse::<Resampling>().unwrap(), method);
    }
    let error = "bicubic".parse::<Resampling>().unwrap_err();
    assert_eq!(error.kind(), ResampleErrorKind::Method);
    assert!(error.to_string().contains("cubic_spline"), "{error}");
}

#[test]
fn windows_that_are_none_are_refused() {
    for (x, y, width, height) in [
        (f64::NAN, 0.0, 1.0, 1.0),
        (0.0, 0.0, f64::INFINITY, 1.0),
        (-0.5, 0.0, 2.0, 2.0),
        (0.0, 0.0, 0.0, 2.0),
        (0.0, 0.0, 2.0, -1.0),
        (1e300, 0.0, 2.0, 1.0),
    ] {
        let error = ReadWindow::new(x, y, width, height).unwrap_err();
        assert_eq!(error.kind(), ResampleErrorKind::Window);
    }
    let window = ReadWindow::new(2.0, 0.0, 3.0, 4.0).unwrap();
    for (out, level) in [((1, 1), (4, 4)), ((0, 1), (5, 4)), ((1, u32::MAX), (5, 4))] {
        let error = Resampler::new(window, out, level, Resampling::Average).unwrap_err();
        assert_eq!(error.kind(), ResampleErrorKind::Window, "{out:?} {level:?}");
    }
}

#[test]
fn pixels_that_do_not_suffice_are_refused() {
    let resampler =
        Resampler::new(ReadWindow::new(2.0, 2.0, 8.0, 8.0).unwrap(), (3, 3), (20, 20), Resampling::Cubic)
            .unwrap();
    let source = resampler.source();
    let pixels = Array2::<u8>::zeros((source.height as usize, source.width as usize));
    let at = (source.x, source.y);
    assert!(resampler.resample(&Band::new(pixels.view(), at)).is_ok());
    let kind = |band: &Band<'_, u8>| resampler.resample(band).unwrap_err().kind();
    assert_eq!(kind(&Band::new(pixels.slice(s![.., 1..]), at)), ResampleErrorKind::Pixels);
    assert_eq!(kind(&Band::new(pixels.view(), (source.x + 1, source.y))), ResampleErrorKind::Pixels);
    assert_eq!(
        kind(&Band::new(pixels.view(), at).with_validity(pixels.slice(s![1.., ..]))),
        ResampleErrorKind::Pixels
    );
    let mut small = Array2::<u8>::zeros((2, 3));
    let error = resampler.resample_into(&Band::new(pixels.view(), at), small.view_mut()).unwrap_err();
    assert_eq!(error.kind(), ResampleErrorKind::Pixels);
    let stranger = Chunk { out: PixelRect { x: 0, y: 0, width: 3, height: 4 }, source };
    let mut out = Array2::<u8>::zeros((4, 3));
    let error =
        resampler.resample_chunk(&stranger, &Band::new(pixels.view(), at), out.view_mut()).unwrap_err();
    assert_eq!(error.kind(), ResampleErrorKind::Window);
}

#[test]
fn methods_of_order_and_the_sum_are_those_of_the_warper() {
    // Two rows; 255 is nodata and invalid.
    let pixels = ndarray::array![[1_u8, 9, 4, 255, 255, 255], [7, 2, 3, 8, 255, 255]];
    let valid = pixels.mapv(|value| if value == 255 { 0 } else { 255_u8 });
    let read = |method| {
        let resampler = Resampler::new(ReadWindow::whole(6, 2), (2, 1), (6, 2), method).unwrap();
        let band = Band::new(pixels.view(), (0, 0)).with_validity(valid.view()).with_nodata(255.0);
        resampler.resample(&band).unwrap().into_raw_vec_and_offset().0
    };
    // Of 1 2 3 4 7 9 and of 8 alone: the ⌈q·6⌉-th in order.
    assert_eq!(read(Resampling::Min), [1, 8]);
    assert_eq!(read(Resampling::Q1), [2, 8]);
    assert_eq!(read(Resampling::Med), [3, 8]);
    assert_eq!(read(Resampling::Q3), [7, 8]);
    assert_eq!(read(Resampling::Max), [9, 8]);
    assert_eq!(read(Resampling::Sum), [26, 8]);
    let ones = Array2::from_elem((1, 5), 1_f32);
    let resampler = Resampler::new(ReadWindow::whole(5, 1), (2, 1), (5, 1), Resampling::Sum).unwrap();
    let sums = resampler.resample(&Band::new(ones.view(), (0, 0))).unwrap();
    assert_eq!(sums, ndarray::array![[2.5, 2.5]], "half of the middle pixel each");
}

#[test]
fn chunks_tile_the_output() {
    for method in Resampling::ALL {
        let window = ReadWindow::new(100.25, 50.5, 2500.5, 1800.25).unwrap();
        let resampler = Resampler::new(window, (611, 397), (3000, 2000), method).unwrap();
        let chunks = resampler.chunks();
        assert!(chunks.len() > 1);
        let mut covered = Array2::<u8>::zeros((397, 611));
        for Chunk { out, source } in chunks {
            let (x, y) = (out.x as usize, out.y as usize);
            covered
                .slice_mut(s![y..y + out.height as usize, x..x + out.width as usize])
                .iter_mut()
                .for_each(|count| *count += 1);
            assert!(source.x + source.width <= 3000 && source.y + source.height <= 2000);
            assert!(u64::from(source.width) * u64::from(source.height) < 1_300_000);
        }
        assert!(covered.iter().all(|count| *count == 1));
    }
}

#[test]
fn extreme_shapes_are_read() {
    let windows =
        [(0.0, 0.0, 1.0, 1.0), (0.0, 0.0, 1e-9, 1e-9), (0.999_999_999, 0.0, 0.5, 1.0), (0.4, 0.9, 0.6, 0.1)];
    for method in Resampling::ALL {
        for (x, y, width, height) in windows {
            for (level, out) in [((1, 1), (1, 1)), ((1, 1), (300, 2)), ((2, 1), (3, 7))] {
                let window = ReadWindow::new(x, y, width, height).unwrap();
                let pixels = Array2::from_elem((level.1 as usize, level.0 as usize), 9_u8);
                let resampler = Resampler::new(window, out, level, method).unwrap();
                let read = resampler.resample(&Band::new(pixels.view(), (0, 0))).unwrap();
                assert_eq!(read.dim(), (out.1 as usize, out.0 as usize));
            }
        }
        let pixels = Array2::from_shape_fn((1, 5000), |(_, column)| column as u16);
        let resampler = Resampler::new(ReadWindow::whole(5000, 1), (1, 1), (5000, 1), method).unwrap();
        let read = resampler.resample(&Band::new(pixels.view(), (0, 0))).unwrap()[(0, 0)];
        let expected = match method {
            Resampling::Mode | Resampling::Min => 0..1,
            Resampling::Q1 => 1249..1250,
            Resampling::Q3 => 3749..3750,
            Resampling::Max => 4999..5000,
            // Clamped.
            Resampling::Sum => 65_535..65_536,
            _ => 2480..2900,
        };
        assert!(expected.contains(&i64::from(read)), "{method}: {read}");
    }
}
