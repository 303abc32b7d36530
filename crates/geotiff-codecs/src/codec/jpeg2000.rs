//! JPEG 2000 (ITU-T T.800), codestreams and JP2 files.

use hayro_jpeg2000::{ComponentData, DecodeSettings, DecoderContext, Image};

use crate::colour::YcbcrToRgb;
use crate::compression;
use crate::decoder::{Decoder, Output};
use crate::error::Error;
use crate::packing::Placement;
use crate::spec::{ChunkSpec, SampleOrder, SampleType};
use crate::workspace::Workspace;

/// Compressions 33003, 33004, 33005 and 34712.
#[derive(Debug)]
pub(crate) struct Jpeg2000;

impl Decoder for Jpeg2000 {
    fn output(&self, _spec: &ChunkSpec<'_>) -> Output {
        Output::Samples
    }

    fn decode(
        &self,
        src: &[u8],
        spec: &ChunkSpec<'_>,
        dst: &mut [u8],
        _workspace: &mut Workspace,
    ) -> Result<usize, Error> {
        let damaged = |error| Error::malformed("the JPEG 2000 image is damaged").with_source(error);
        let settings =
            DecodeSettings { resolve_palette_indices: false, strict: true, target_resolution: None };
        let image = Image::new(src, &settings).map_err(damaged)?;
        super::image::check_size("JPEG 2000", spec, image.width(), image.height())?;
        let channels = u16::from(image.color_space().num_channels()).saturating_add(image.has_alpha().into());
        if channels != spec.samples {
            return Err(Error::malformed(alloc::format!(
                "{channels} JPEG 2000 components for {} samples",
                spec.samples
            )));
        }
        let mut context = DecoderContext::default();
        let decoded = image.decode(&mut context).map_err(damaged)?;
        let components = decoded.components();
        if components.len() != usize::from(spec.samples) {
            return Err(Error::malformed("JPEG 2000 components that the header does not count"));
        }
        for (sample, component) in components.iter().enumerate() {
            store(component, sample, spec, dst)?;
        }
        // Chroma that is subsampled has become RGB on its way to full resolution; other has not.
        if spec.compression == compression::JPEG2000_APERIO_YCBCR
            && spec.sample_type()? == SampleType::U8
            && !chroma_is_subsampled(src)
        {
            let to_rgb = YcbcrToRgb::default();
            for pixel in dst.as_chunks_mut::<3>().0 {
                *pixel = to_rgb.convert(*pixel);
            }
        }
        Ok(dst.len())
    }
}

/// Rounds a component's values to the sample type and puts them among the pixels of `dst`.
fn store(
    component: &ComponentData,
    sample: usize,
    spec: &ChunkSpec<'_>,
    dst: &mut [u8],
) -> Result<(), Error> {
    let values = component.samples().iter().copied();
    if values.len() != (spec.width as usize).saturating_mul(spec.height as usize) {
        return Err(Error::unsupported("JPEG 2000 components of another size than the image"));
    }
    if component.bit_depth() > 24 {
        return Err(Error::unsupported("JPEG 2000 of more than 24 bits"));
    }
    // A cast from float to integer saturates at the type's ends.
    let round = |value: f32| if value < 0.0 { value - 0.5 } else { value + 0.5 };
    let place = Placement::new(spec, SampleOrder::Interleaved)?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "saturating is what is meant"
    )]
    match spec.sample_type()? {
        SampleType::U8 => place.put_sample(dst, sample, values.map(|v| (round(v) as u8).to_ne_bytes())),
        SampleType::I8 => place.put_sample(dst, sample, values.map(|v| (round(v) as i8).to_ne_bytes())),
        SampleType::U16 => place.put_sample(dst, sample, values.map(|v| (round(v) as u16).to_ne_bytes())),
        SampleType::I16 => place.put_sample(dst, sample, values.map(|v| (round(v) as i16).to_ne_bytes())),
        SampleType::U32 => place.put_sample(dst, sample, values.map(|v| (round(v) as u32).to_ne_bytes())),
        SampleType::I32 => place.put_sample(dst, sample, values.map(|v| (round(v) as i32).to_ne_bytes())),
        other => return Err(Error::unsupported(alloc::format!("JPEG 2000 of {other:?} samples"))),
    }
    Ok(())
}

/// Whether the second of three components has another resolution than the first (ITU-T T.800, A.5.1).
fn chroma_is_subsampled(codestream: &[u8]) -> bool {
    /// Where the components' descriptions begin in a codestream: 3 bytes each, the last two the spacing.
    const COMPONENTS: usize = 42;
    let spacing = |component: usize| {
        let at = COMPONENTS.saturating_add(component.saturating_mul(3)).saturating_add(1);
        codestream.get(at..at.saturating_add(2))
    };
    spacing(0) != spacing(1)
}
