//! Metadata that opening a file leaves unread: EXIF, the colour profile, whether WebP lost something.

use alloc::string::String;
use alloc::vec::Vec;
use core::mem;
use core::ops::Range;

use crate::color_profile::{self, Colorimetry};
use crate::decoder::entry;
use crate::exif::{Directory, Item, MAX_ENTRIES};
use crate::metadata::Domains;
use crate::requests::Requests;
use crate::segments::Segments;
use crate::values::unsigned;
use crate::{ByteOrder, Bytes, ChunkIndex, Compression, Image, Limits, Page, Tag, Tiff};

/// Bytes asked for at an EXIF directory: its values often follow it.
const READ_AHEAD: u64 = 4 << 10;
/// GDAL looks for the kind of a WebP stream in as many bytes.
const WEBP_HEAD: u64 = 1024;

/// What [`DetailsReader::read`] came to.
#[derive(Debug)]
pub enum DetailsStep {
    /// These ranges of the file are needed: sorted, disjoint. Feed them all, then go on.
    NeedsData(Vec<Range<u64>>),
    /// The items, by domain.
    Finished(Domains),
}

/// Reads metadata of a page that GDAL looks up only when asked, and that [`MetadataDecoder`] therefore leaves
/// unread, for files mostly hold it elsewhere than in their header:
///
/// - `EXIF`: the EXIF and GPS directories (tags 34665 and 34853);
/// - `COLOR_PROFILE`: the ICC profile (tag 34675) in base64, else primaries, white point and transfer function;
/// - `COMPRESSION_REVERSIBILITY` of the domain `IMAGE_STRUCTURE`, from the first chunk of WebP, where
///   [`Page::metadata`] does not have it.
///
/// Without I/O, as the decoder: it says which ranges it needs. For other files it needs none. What lies past
/// the end of the file or above [`Limits::max_tag_bytes`] is left out, without an error.
///
/// ```
/// use geotiff_core::{Bytes, DetailsReader, DetailsStep, Limits, Page, Tiff};
///
/// fn camera(file: &Bytes, tiff: &Tiff, page: &Page) -> Option<String> {
///     let mut reader = DetailsReader::new(tiff, page, &Limits::default());
///     loop {
///         match reader.read() {
///             DetailsStep::Finished(domains) => return Some(domains.get("EXIF", "EXIF_Model")?.into()),
///             DetailsStep::NeedsData(ranges) => {
///                 for range in ranges {
///                     let end = (range.end as usize).min(file.len());
///                     let start = (range.start as usize).min(end);
///                     reader.feed(range.start, file.slice(start..end));
///                 }
///             }
///         }
///     }
/// }
/// ```
///
/// [`MetadataDecoder`]: crate::MetadataDecoder
#[derive(Debug)]
pub struct DetailsReader {
    image: Image,
    order: ByteOrder,
    big: bool,
    max_value: u64,
    data: Segments,
    /// Where the chunks lie, if the first must tell the reversibility.
    webp: Option<ChunkIndex>,
    needs: Vec<Range<u64>>,
    requests: Requests,
}

/// Why bytes are not here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Missing {
    /// They are asked for.
    Pending,
    /// They are not to be had.
    Never,
}

impl DetailsReader {
    /// A reader for a page of `tiff`, which knows the bytes that `tiff` was read from.
    #[must_use]
    pub fn new(tiff: &Tiff, page: &Page, limits: &Limits) -> Self {
        let image = page.image().clone();
        let is_known =
            || page.metadata().domains().get("IMAGE_STRUCTURE", "COMPRESSION_REVERSIBILITY").is_some();
        let webp = image.compression() == Compression::WEBP && !is_known();
        Self {
            webp: webp.then(|| image.chunk_index()),
            image,
            order: tiff.byte_order(),
            big: tiff.is_big_tiff(),
            max_value: limits.max_tag_bytes,
            data: tiff.data().clone(),
            needs: Vec::new(),
            requests: Requests::default(),
        }
    }

    /// Adds bytes of the file at `offset`. What was asked for and not fed before the next [`read`](Self::read)
    /// is taken to lie past the end of the file.
    pub fn feed(&mut self, offset: u64, bytes: impl Into<Bytes>) {
        self.data.insert(offset, &bytes.into());
    }

    /// Goes on as far as the fed bytes allow.
    pub fn read(&mut self) -> DetailsStep {
        self.requests.settle(&self.data);
        let domains = self.at_hand();
        if self.needs.is_empty() {
            return DetailsStep::Finished(domains);
        }
        DetailsStep::NeedsData(self.requests.ask(mem::take(&mut self.needs), &self.data))
    }

    /// What the bytes at hand tell, for those who want no further request: `EXIF` and `COLOR_PROFILE` are
    /// there as a whole or not at all.
    pub fn at_hand(&mut self) -> Domains {
        self.needs.clear();
        let mut domains = Domains::default();
        if let Ok(items) = self.exif() {
            for (key, value) in items {
                domains.set("EXIF", &key, value);
            }
        }
        match self.icc_profile() {
            Ok(profile) => color_profile::icc(&profile, &mut domains),
            Err(Missing::Never) => self.colorimetry(&mut domains),
            Err(Missing::Pending) => {}
        }
        if let Ok(reversibility) = self.reversibility() {
            domains.set("IMAGE_STRUCTURE", "COMPRESSION_REVERSIBILITY", reversibility);
        }
        domains
    }

    /// Bytes of the file; where they are not here but can be had, asks for them and for what follows them, up
    /// to `ahead` bytes in all.
    fn bytes(&mut self, range: Range<u64>, ahead: u64) -> Result<Vec<u8>, Missing> {
        let len = range.end.saturating_sub(range.start);
        if len == 0 {
            return Ok(Vec::new());
        }
        if let Some(bytes) = self.data.read(range.start, len) {
            return Ok(bytes.into_owned());
        }
        if len > self.max_value || self.requests.is_denied(&range, &self.data) {
            return Err(Missing::Never);
        }
        let mut wide = range.end.max(range.start.saturating_add(ahead));
        if let Some(size) = self.data.file_size {
            wide = wide.min(size);
        }
        self.needs.push(range.start..wide);
        Err(Missing::Pending)
    }

    fn icc_profile(&mut self) -> Result<Vec<u8>, Missing> {
        let entry = self.image.ifd().get(Tag::ICC_PROFILE).filter(|entry| entry.count() > 0);
        let entry = entry.and_then(|entry| Some((entry.field_type(), entry.range()?)));
        let (field_type, range) = entry.ok_or(Missing::Never)?;
        let bytes = self.bytes(range, 0)?;
        // libtiff takes any integers that fit in bytes.
        match field_type.size() {
            Some(1) => Some(bytes),
            Some(size) => bytes
                .chunks_exact(usize::from(size))
                .map(|value| u8::try_from(unsigned(field_type, self.order, value)?).ok())
                .collect(),
            None => None,
        }
        .ok_or(Missing::Never)
    }

    /// Sets the items of colorimetry, unless its transfer function is still to be fed.
    fn colorimetry(&mut self, domains: &mut Domains) {
        let Some(colorimetry) = Colorimetry::of(&self.image) else { return };
        let entry = self.image.ifd().get(Tag::TRANSFER_FUNCTION).filter(|entry| colorimetry.takes(entry));
        let tables = match entry.and_then(|entry| entry.range()).map(|range| self.bytes(range, 0)) {
            None | Some(Err(Missing::Never)) => Vec::new(),
            Some(Err(Missing::Pending)) => return,
            Some(Ok(bytes)) => bytes.chunks_exact(2).filter_map(|two| self.order.u16(two)).collect(),
        };
        colorimetry.set(&self.image, &tables, domains);
    }

    /// The items of both directories.
    fn exif(&mut self) -> Result<Vec<(String, String)>, Missing> {
        let mut items = Vec::new();
        let mut pending = false;
        for directory in [Directory::Exif, Directory::Gps] {
            let Some(offset) = self.image.ifd().single(directory.tag()) else { continue };
            pending |= self.directory(directory, offset, &mut items) == Err(Missing::Pending);
        }
        if pending { Err(Missing::Pending) } else { Ok(items) }
    }

    /// Adds the items of the directory at `offset`; those whose values cannot be had are left out.
    fn directory(
        &mut self,
        directory: Directory,
        offset: u64,
        items: &mut Vec<(String, String)>,
    ) -> Result<(), Missing> {
        let (count_size, entry_size) = if self.big { (8, 20) } else { (2, 12) };
        let first = offset.checked_add(count_size).ok_or(Missing::Never)?;
        let count = self.bytes(offset..first, READ_AHEAD)?;
        let count = if self.big { self.order.u64(&count) } else { self.order.u16(&count).map(u64::from) };
        let count = count.filter(|&count| count <= MAX_ENTRIES).ok_or(Missing::Never)?;
        let end = first.checked_add(count.saturating_mul(entry_size)).ok_or(Missing::Never)?;
        let table = self.bytes(first..end, READ_AHEAD)?;
        let entries = table.chunks_exact(entry_size as usize).zip((first..).step_by(entry_size as usize));
        let mut pending = false;
        for (bytes, at) in entries {
            let raw = entry(self.order, self.big, bytes, at);
            let Some(item) = raw.and_then(|raw| Item::of(directory, &raw)) else { continue };
            match self.bytes(item.range.clone(), 0) {
                Ok(value) => {
                    let text = item.text(self.order, &value);
                    items.push((item.key, text));
                }
                Err(missing) => pending |= missing == Missing::Pending,
            }
        }
        if pending { Err(Missing::Pending) } else { Ok(()) }
    }

    /// What the first chunk of WebP says of itself.
    fn reversibility(&mut self) -> Result<&'static str, Missing> {
        let Some(mut index) = self.webp.take() else { return Err(Missing::Never) };
        let location = self.first_chunk(&mut index);
        self.webp = Some(index);
        let chunk = location?;
        let end = chunk.end.min(chunk.start.saturating_add(WEBP_HEAD));
        let head = self.bytes(chunk.start..end, 0)?;
        webp_reversibility(&head).ok_or(Missing::Never)
    }

    fn first_chunk(&mut self, index: &mut ChunkIndex) -> Result<Range<u64>, Missing> {
        let mut pending = false;
        for range in index.missing(&[0]) {
            match self.bytes(range.clone(), 0) {
                Ok(bytes) => index.feed(range.start, &bytes).map_err(|_| Missing::Never)?,
                Err(Missing::Pending) => pending = true,
                Err(Missing::Never) => return Err(Missing::Never),
            }
        }
        if pending {
            return Err(Missing::Pending);
        }
        let location = index.get(0).ok().flatten().ok_or(Missing::Never)?;
        Ok(location.range())
    }
}

/// Whether a WebP stream is lossless, as far as its first bytes tell (WebP container specification): lossy
/// where the image itself does not begin in them, and in animations, as libwebp tells GDAL.
fn webp_reversibility(head: &[u8]) -> Option<&'static str> {
    const ANIMATED: u8 = 0x02;
    let part = |start: usize, len: usize| head.get(start..start.checked_add(len)?);
    if part(0, 4)? != b"RIFF" || part(8, 4)? != b"WEBP" {
        return None;
    }
    let mut at: usize = 12;
    while let (Some(name), Some(size)) = (part(at, 4), part(at.saturating_add(4), 4)) {
        let data = at.saturating_add(8);
        match name {
            b"VP8L" => return (part(data, 1)? == [0x2f]).then_some("LOSSLESS"),
            b"VP8 " => return (part(data.saturating_add(3), 3)? == [0x9d, 0x01, 0x2a]).then_some("LOSSY"),
            b"VP8X" if part(data, 1)?.first()? & ANIMATED != 0 => return Some("LOSSY"),
            b"VP8X" => {}
            // Nothing else may come first.
            _ if at == 12 => return None,
            _ => {}
        }
        let size = u32::from_le_bytes(size.try_into().ok()?) as usize;
        at = data.saturating_add(size).saturating_add(size & 1);
    }
    Some("LOSSY")
}
