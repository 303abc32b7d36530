//! JPEG XL (ISO/IEC 18181), codestreams and containers.

use alloc::vec;
use alloc::vec::Vec;

use jxl::api::{
    Endianness, Event, JxlColorType, JxlDataFormat, JxlDecoder, JxlDecoderOptions, JxlOutputBuffer,
    JxlPixelFormat, ProfileLevel,
};

use crate::decoder::{Decoder, Output};
use crate::error::Error;
use crate::pipeline::resized;
use crate::spec::{ChunkSpec, SampleType};
use crate::workspace::Workspace;

/// Compressions 50002 and 52546.
#[derive(Debug)]
pub(crate) struct JpegXl;

impl Decoder for JpegXl {
    fn output(&self, _spec: &ChunkSpec<'_>) -> Output {
        Output::Samples
    }

    fn decode(
        &self,
        src: &[u8],
        spec: &ChunkSpec<'_>,
        dst: &mut [u8],
        workspace: &mut Workspace,
    ) -> Result<usize, Error> {
        let format = data_format(spec)?;
        let mut options = JxlDecoderOptions::default();
        options.adjust_orientation = false;
        options.render_spot_colors = false;
        options.max_profile_level = ProfileLevel::Main10;
        // jxl counts three channels of colour in grey images too and rows of 16 pixels in narrower ones, and refuses
        // what reaches the limit.
        let pixels = (spec.width.max(16) as usize).saturating_mul(spec.height as usize);
        let samples = pixels.saturating_mul(usize::from(spec.samples).saturating_add(2));
        options.sample_limit = Some(samples.saturating_add(1));
        let mut decoder = JxlDecoder::new(options);
        let mut input = src;
        expect(&mut decoder, &mut input, None, Event::BasicInfo)?;
        let layout = configure(&mut decoder, spec, format)?;
        let size = format.bytes_per_sample();
        let planes = resized(&mut workspace.cropped, dst.len())?;
        planes.fill(0);
        let mut buffers = output_buffers(planes, spec, &layout, size);
        expect(&mut decoder, &mut input, Some(&mut buffers), Event::FrameHeader)?;
        match process(&mut decoder, &mut input, Some(&mut buffers))? {
            Event::FrameComplete { .. } => {}
            _ => return Err(Error::malformed("the JPEG XL image ends early")),
        }
        drop(buffers);
        interleave(planes, spec, &layout, size, dst);
        Ok(dst.len())
    }
}

/// Samples of a pixel in each of the decoder's buffers: the colours first, then one a buffer.
type Layout = Vec<usize>;

fn data_format(spec: &ChunkSpec<'_>) -> Result<JxlDataFormat, Error> {
    let endianness = Endianness::native();
    let bits = u8::try_from(spec.bits_per_sample).unwrap_or(u8::MAX);
    match spec.sample_type()? {
        SampleType::U8 => Ok(JxlDataFormat::U8 { bit_depth: bits }),
        SampleType::U16 => Ok(JxlDataFormat::U16 { endianness, bit_depth: bits }),
        SampleType::F32 => Ok(JxlDataFormat::F32 { endianness }),
        other => Err(Error::unsupported(alloc::format!("JPEG XL of {other:?} samples"))),
    }
}

/// Chooses the samples' format once the header has been read, and checks the header against the chunk.
fn configure(decoder: &mut JxlDecoder, spec: &ChunkSpec<'_>, format: JxlDataFormat) -> Result<Layout, Error> {
    let (Some(info), Some(current)) = (decoder.basic_info(), decoder.current_pixel_format()) else {
        return Err(Error::malformed("no JPEG XL header"));
    };
    let (width, height) = info.size;
    super::image::check_size(
        "JPEG XL",
        spec,
        u32::try_from(width).unwrap_or(u32::MAX),
        u32::try_from(height).unwrap_or(u32::MAX),
    )?;
    let grey = current.color_type.is_grayscale();
    let (color_type, colours) = if grey { (JxlColorType::Grayscale, 1) } else { (JxlColorType::Rgb, 3) };
    let extra = info.extra_channels.len();
    if usize::from(spec.samples) != extra.saturating_add(colours) {
        let message = alloc::format!("{colours} + {extra} JPEG XL channels for {} samples", spec.samples);
        return Err(Error::malformed(message));
    }
    let mut layout = vec![colours];
    layout.extend(core::iter::repeat_n(1, extra));
    let pixel_format = JxlPixelFormat {
        color_type,
        color_data_format: Some(format),
        extra_channel_format: vec![Some(format); extra],
    };
    decoder.set_pixel_format(pixel_format).map_err(damaged)?;
    Ok(layout)
}

fn damaged(error: jxl::error::Error) -> Error {
    Error::malformed("the JPEG XL image is damaged").with_source(error)
}

fn process(
    decoder: &mut JxlDecoder,
    input: &mut &[u8],
    buffers: Option<&mut [JxlOutputBuffer<'_>]>,
) -> Result<Event, Error> {
    decoder.process(input, buffers, None).map_err(damaged)
}

fn expect(
    decoder: &mut JxlDecoder,
    input: &mut &[u8],
    buffers: Option<&mut [JxlOutputBuffer<'_>]>,
    event: Event,
) -> Result<(), Error> {
    if process(decoder, input, buffers)? == event {
        Ok(())
    } else {
        Err(Error::malformed("the JPEG XL image ends early"))
    }
}

/// Cuts `planes` into one buffer for the colours and one for each other channel.
fn output_buffers<'a>(
    planes: &'a mut [u8],
    spec: &ChunkSpec<'_>,
    layout: &Layout,
    size: usize,
) -> Vec<JxlOutputBuffer<'a>> {
    let (width, height) = (spec.width as usize, spec.height as usize);
    let mut rest = planes;
    let mut buffers = Vec::new();
    for samples in layout {
        let row = width.saturating_mul(*samples).saturating_mul(size);
        let Some((plane, tail)) = rest.split_at_mut_checked(row.saturating_mul(height)) else { break };
        rest = tail;
        buffers.push(JxlOutputBuffer::new(plane, height, row));
    }
    buffers
}

/// Joins the decoder's buffers, which lie one behind the other, to pixels.
fn interleave(planes: &[u8], spec: &ChunkSpec<'_>, layout: &Layout, size: usize, dst: &mut [u8]) {
    let pixels = (spec.width as usize).saturating_mul(spec.height as usize);
    let pixel = usize::from(spec.samples).saturating_mul(size).max(1);
    let mut rest = planes;
    let mut at = 0_usize;
    for samples in layout {
        let part = samples.saturating_mul(size);
        let Some((plane, tail)) = rest.split_at_checked(part.saturating_mul(pixels)) else { return };
        rest = tail;
        for (to, from) in dst.chunks_exact_mut(pixel).zip(plane.chunks_exact(part.max(1))) {
            if let Some(to) = to.get_mut(at..at.saturating_add(part)) {
                to.copy_from_slice(from);
            }
        }
        at = at.saturating_add(part);
    }
}
