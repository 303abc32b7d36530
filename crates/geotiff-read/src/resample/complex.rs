//! Complex samples: the parts are resampled each on its own, in float64.

use ndarray::{Array2, ArrayViewMut2, Zip};
use num_complex::Complex;

use super::convert::ConvertTo;
use super::pixel::Counted;
use super::{Band, Chunk, Resampler, Resampling, Source, average, convolution, mode, order};

/// One chunk of a complex band, by any method but nearest.
pub(super) fn resample<P>(
    resampler: &Resampler,
    chunk: &Chunk,
    band: &Band<'_, Complex<P>>,
    mut out: ArrayViewMut2<'_, Complex<P>>,
) where
    P: Copy + ConvertTo<f64>,
    f64: ConvertTo<P> + ConvertTo<Complex<P>>,
    Complex<P>: Counted,
{
    let empty: Complex<P> = band.nodata.unwrap_or(0.0).convert_to();
    let Some(source) = resampler.kernel_source(chunk, band) else {
        out.fill(empty);
        return;
    };
    if resampler.method == Resampling::Mode {
        return mode::fill(resampler, chunk, &source, None, empty, out);
    }
    let real = part(resampler, chunk, &source, band.nodata, |sample| sample.re);
    let imaginary = part(resampler, chunk, &source, None, |sample| sample.im);
    Zip::from(&mut out).and(&real).and(&imaginary).for_each(|out, re, im| {
        *out = Complex::new(re.convert_to(), im.convert_to());
    });
}

fn part<P: Copy + ConvertTo<f64>>(
    resampler: &Resampler,
    chunk: &Chunk,
    source: &Source<'_, Complex<P>>,
    nodata: Option<f64>,
    pick: fn(&Complex<P>) -> P,
) -> Array2<f64> {
    let pixels = source.pixels.map(|sample| pick(sample).convert_to());
    let validity = source.validity.as_ref().map(|validity| validity.view().into());
    let source = Source { pixels: pixels.view().into(), validity, x: source.x, y: source.y };
    let mut band = Band::new(pixels.view(), (chunk.source.x, chunk.source.y));
    band.nodata = nodata;
    let mut out = Array2::zeros((chunk.out.height as usize, chunk.out.width as usize));
    match resampler.method {
        Resampling::Average | Resampling::Rms => {
            average::resample(resampler, chunk, &band, &source, out.view_mut());
        }
        Resampling::Sum => order::resample(resampler, chunk, &band, &source, out.view_mut()),
        _ => convolution::resample(resampler, chunk, &band, &source, out.view_mut()),
    }
    out
}
