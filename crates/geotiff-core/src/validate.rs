//! Is a file a Cloud-Optimized GeoTIFF, and if not, why?

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::mem;
use core::ops::Range;

use bytes::Bytes;

use crate::requests::Requests;
use crate::segments::Segments;
use crate::{ByteOrder, ChunkIndex, ChunkLocation, Error, GhostHeader, Image, Page, Tiff};

/// Images up to this many pixels a side need neither tiles nor overviews.
const SMALL: u32 = 512;
/// Where the first IFD has to lie before.
const FIRST_IFD: u64 = 300;
/// Chunks looked at in search of one that is not sparse.
const SEARCHED: u64 = 1 << 16;
/// Chunks whose bytes are asked for at once.
const AHEAD: usize = 256;

/// What [`CogValidator::validate`] came to.
#[derive(Debug)]
pub enum ValidationStep {
    /// These ranges of the file are needed: sorted, disjoint. Feed them all, then go on.
    NeedsData(Vec<Range<u64>>),
    /// The report.
    Finished(CogReport),
}

/// Whether a file is a Cloud-Optimized GeoTIFF.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CogReport {
    /// What a COG must not have.
    pub errors: Vec<String>,
    /// What a COG should not have.
    pub warnings: Vec<String>,
    /// The main image, then the overviews.
    pub levels: Vec<CogLevel>,
}

/// Where the parts of one level lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CogLevel {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Width and height of the chunks.
    pub block: (u32, u32),
    /// Whether chunks are tiles.
    pub tiled: bool,
    /// File offset of the IFD.
    pub ifd_offset: u64,
    /// File offset of the first chunk that is not sparse; `None` where there is none.
    pub data_offset: Option<u64>,
}

impl CogReport {
    /// Whether there are no errors.
    #[must_use]
    pub fn is_cog(&self) -> bool {
        self.errors.is_empty()
    }
}

/// Checks the layout of a file's main image as rio-cogeo's `cog_validate` and GDAL's
/// `validate_cloud_optimized_geotiff.py` do: tiles, internal overviews, IFDs before data in the order of the
/// levels, coarse data before fine, and what the ghost header claims of leader and trailer bytes. Without I/O:
/// it says which ranges it needs.
///
/// Of the chunks that a ghost header speaks of a sample of each level is checked, or all
/// ([`check_every_chunk`](Self::check_every_chunk)).
#[derive(Debug)]
pub struct CogValidator {
    levels: Vec<Level>,
    ghost: Option<GhostHeader>,
    header_len: u64,
    external_overviews: bool,
    sampled: u64,
    metadata_alone: bool,
    data: Segments,
    requests: Requests,
}

#[derive(Debug)]
struct Level {
    image: Image,
    index: ChunkIndex,
    mask: Option<(Image, ChunkIndex)>,
    /// The first chunk with data, once found: `Some(None)` where all are sparse.
    first: Option<Option<ChunkLocation>>,
    searched: u64,
    /// Chunks of the sample that were checked.
    checked: u64,
    last: u64,
    findings: Vec<String>,
}

impl Level {
    fn new(image: &Image, mask: Option<&Image>) -> Self {
        Self {
            index: image.chunk_index(),
            image: image.clone(),
            mask: mask.map(|mask| (mask.clone(), mask.chunk_index())),
            first: None,
            searched: 0,
            checked: 0,
            last: 0,
            findings: Vec::new(),
        }
    }
}

impl CogValidator {
    /// A validator of a file's main image.
    #[must_use]
    pub fn new(tiff: &Tiff) -> Self {
        let page = tiff.pages().first();
        let overview =
            |page: &Page, i: usize| page.overviews().get(i).map(|o| Level::new(o, page.overview_mask(i)));
        let levels = page.map(|page| {
            let main = Level::new(page.image(), page.mask());
            let overviews = (0..page.overviews().len()).filter_map(|i| overview(page, i));
            core::iter::once(main).chain(overviews).collect()
        });
        Self {
            levels: levels.unwrap_or_default(),
            ghost: tiff.ghost_header().cloned(),
            header_len: if tiff.is_big_tiff() { 16 } else { 8 },
            external_overviews: false,
            sampled: 16,
            metadata_alone: false,
            data: Segments::default(),
            requests: Requests::default(),
        }
    }

    /// Tells that the file has an external `.ovr` file.
    #[must_use]
    pub fn with_external_overviews(mut self, external: bool) -> Self {
        self.external_overviews = external;
        self
    }

    /// Checks leader and trailer of every chunk instead of a sample.
    #[must_use]
    pub fn check_every_chunk(mut self) -> Self {
        self.sampled = u64::MAX;
        self
    }

    /// Judges by what opening the file has read already, and never asks for data: the bytes around chunks are not
    /// checked, nor is the place of the first chunk of a level whose index is not at hand. What is left out could only
    /// add errors to the report.
    #[must_use]
    pub fn by_metadata_alone(mut self) -> Self {
        self.metadata_alone = true;
        self
    }

    /// Adds bytes of the file at `offset`.
    pub fn feed(&mut self, offset: u64, bytes: impl Into<Bytes>) {
        let bytes = bytes.into();
        self.data.insert(offset, &bytes);
        for level in &mut self.levels {
            // Bytes of no index are of leaders and trailers.
            let _ = level.index.feed(offset, &bytes);
            if let Some((_, index)) = &mut level.mask {
                let _ = index.feed(offset, &bytes);
            }
        }
    }

    /// Goes on as far as the fed bytes allow.
    ///
    /// # Errors
    ///
    /// `Malformed` or `Limit` where a chunk index cannot be read.
    pub fn validate(&mut self) -> Result<ValidationStep, Error> {
        self.requests.settle(&self.data);
        let mut levels = mem::take(&mut self.levels);
        let mut needs = Vec::new();
        for level in &mut levels {
            self.find_first(level, &mut needs)?;
            if self.metadata_alone {
                needs.clear();
            } else {
                self.check_chunks(level, &mut needs)?;
            }
        }
        self.levels = levels;
        if !needs.is_empty() {
            return Ok(ValidationStep::NeedsData(self.requests.ask(needs, &self.data)));
        }
        Ok(ValidationStep::Finished(self.report()))
    }

    /// Adds what is missing of an index for a chunk; whether there is anything that can be had.
    fn waits(&self, index: &ChunkIndex, chunk: u64, needs: &mut Vec<Range<u64>>) -> Result<bool, Error> {
        let missing = index.missing(&[chunk]);
        if missing.iter().any(|range| self.requests.is_denied(range, &self.data)) {
            return Err(Error::malformed("the file ends in a chunk index"));
        }
        needs.extend_from_slice(&missing);
        Ok(!missing.is_empty())
    }

    fn find_first(&self, level: &mut Level, needs: &mut Vec<Range<u64>>) -> Result<(), Error> {
        while level.first.is_none() {
            if level.searched >= level.index.len().min(SEARCHED) {
                level.first = Some(None);
            } else if self.waits(&level.index, level.searched, needs)? {
                return Ok(());
            } else {
                level.first = level.index.get(level.searched)?.map(Some);
                level.searched = level.searched.saturating_add(1);
            }
        }
        Ok(())
    }

    /// Checks what the ghost header claims of chunks: their order, leaders, trailers and masks.
    fn check_chunks(&self, level: &mut Level, needs: &mut Vec<Range<u64>>) -> Result<(), Error> {
        let Some(ghost) = self.ghost.as_ref().filter(|ghost| !ghost.known_incompatible_edition()) else {
            return Ok(());
        };
        let len = level.index.len();
        let most = len.min(self.sampled);
        while level.checked < most {
            let before = needs.len();
            self.check_chunk(ghost, level, spread(level.checked, most, len), needs)?;
            if needs.len() > before {
                break;
            }
            level.checked = level.checked.saturating_add(1);
        }
        // Ask for the next ones at once.
        for i in (level.checked..most).take(AHEAD).skip(1) {
            let chunk = spread(i, most, len);
            if !self.waits(&level.index, chunk, needs)?
                && let Some(location) = level.index.get(chunk)?
            {
                needs.extend(around(ghost, &location).into_iter().filter(|range| self.obtainable(range)));
            }
        }
        Ok(())
    }

    /// Whether a range was not fed yet, and not denied.
    fn obtainable(&self, range: &Range<u64>) -> bool {
        !self.data.has(range.clone()) && !self.requests.is_denied(range, &self.data)
    }

    fn check_chunk(
        &self,
        ghost: &GhostHeader,
        level: &mut Level,
        chunk: u64,
        needs: &mut Vec<Range<u64>>,
    ) -> Result<(), Error> {
        if self.waits(&level.index, chunk, needs)? {
            return Ok(());
        }
        if let Some((_, index)) = &level.mask
            && ghost.mask_interleaved()
            && chunk < index.len()
            && self.waits(index, chunk, needs)?
        {
            return Ok(());
        }
        let Some(location) = level.index.get(chunk)? else { return Ok(()) };
        let wanted: Vec<_> = around(ghost, &location).into_iter().filter(|r| self.obtainable(r)).collect();
        if !wanted.is_empty() {
            needs.extend(wanted);
            return Ok(());
        }
        if ghost.row_major() && location.offset < level.last {
            level
                .findings
                .push(format!("chunk {chunk} lies before an earlier one, against BLOCK_ORDER=ROW_MAJOR"));
        }
        level.last = location.offset;
        level.findings.extend(self.leader_and_trailer(ghost, chunk, &location));
        let expected = location.range().end.saturating_add(if ghost.trailer_repeats() { 4 } else { 0 });
        let expected = expected.saturating_add(if ghost.leader_is_size() { 4 } else { 0 });
        if let Some((_, index)) = &level.mask
            && ghost.mask_interleaved()
            && chunk < index.len()
            && let Some(mask) = index.get(chunk)?
            && mask.offset != expected
        {
            level.findings.push(format!(
                "the mask of chunk {chunk} is at byte {}, not {expected}, against MASK_INTERLEAVED_WITH_IMAGERY=YES",
                mask.offset
            ));
        }
        Ok(())
    }

    fn leader_and_trailer(&self, ghost: &GhostHeader, chunk: u64, location: &ChunkLocation) -> Vec<String> {
        let mut findings = Vec::new();
        if ghost.leader_is_size() {
            // Little-endian in files of either order.
            let leader = location.offset.checked_sub(4).and_then(|at| self.data.read(at, 4));
            let size = leader.and_then(|bytes| ByteOrder::LittleEndian.u32(&bytes));
            if size.map(u64::from) != Some(location.len) {
                let size = size.map_or_else(|| "unreadable".into(), |size| format!("{size}"));
                findings.push(format!(
                    "the leader of chunk {chunk} says {size}, not its size of {}",
                    location.len
                ));
            }
        }
        if ghost.trailer_repeats() && location.len >= 4 {
            let end = location.range().end;
            let last = end.checked_sub(4).and_then(|at| self.data.read(at, 4));
            if last.is_none() || last != self.data.read(end, 4) {
                findings.push(format!("the trailer of chunk {chunk} does not repeat its last four bytes"));
            }
        }
        findings
    }

    fn report(&self) -> CogReport {
        let level = |level: &Level| CogLevel {
            width: level.image.width(),
            height: level.image.height(),
            block: (level.image.chunks().chunk_width(), level.image.chunks().chunk_height()),
            tiled: level.image.chunks().is_tiled(),
            ifd_offset: level.image.ifd().offset(),
            data_offset: level.first.flatten().map(|location| location.offset),
        };
        let mut report =
            CogReport { levels: self.levels.iter().map(level).collect(), ..CogReport::default() };
        self.report_layout(&mut report);
        self.report_ghost(&mut report);
        report_order(&mut report);
        report
    }

    /// Tiles and overviews.
    fn report_layout(&self, report: &mut CogReport) {
        if self.external_overviews {
            report.errors.push("overviews lie in an external .ovr file; they should be internal".into());
        }
        let CogReport { errors, warnings, levels } = report;
        let large = |level: &CogLevel| level.width > SMALL || level.height > SMALL;
        let Some((main, overviews)) = levels.split_first() else { return };
        if large(main) && !main.tiled {
            errors.push("the image is larger than 512 pixels a side, but not tiled".into());
        }
        if large(main) && overviews.is_empty() {
            warnings.push("the image is larger than 512 pixels a side, but has no internal overviews".into());
        }
        for (i, overview) in overviews.iter().enumerate() {
            if large(overview) && !overview.tiled {
                errors.push(format!("overview {i} is larger than 512 pixels a side, but not tiled"));
            }
        }
    }

    fn report_ghost(&self, report: &mut CogReport) {
        let Some(main) = report.levels.first() else { return };
        let Some(ghost) = &self.ghost else {
            if main.ifd_offset >= FIRST_IFD {
                report.errors.push(format!(
                    "the main IFD is at byte {}; it should be in the first 300",
                    main.ifd_offset
                ));
            } else if main.ifd_offset != self.header_len {
                report.warnings.push(format!(
                    "the main IFD is at byte {}, not {}, and no structural metadata explains the gap",
                    main.ifd_offset, self.header_len
                ));
            }
            return;
        };
        if ghost.known_incompatible_edition() {
            report.errors.push("the file was edited since: KNOWN_INCOMPATIBLE_EDITION=YES".into());
            return;
        }
        // IFDs start on a word boundary.
        let expected = ghost.end().next_multiple_of(2);
        if main.ifd_offset != expected && main.ifd_offset != ghost.end() {
            let text = format!(
                "the main IFD is at byte {}, not right after the structural metadata ({expected})",
                main.ifd_offset
            );
            if main.ifd_offset < FIRST_IFD { report.warnings.push(text) } else { report.errors.push(text) }
        }
        for (i, level) in self.levels.iter().enumerate() {
            report.errors.extend(level.findings.iter().map(|finding| format!("{}: {finding}", name(i))));
        }
    }
}

/// IFDs in the order of the levels and before the data; coarse data before fine.
fn report_order(report: &mut CogReport) {
    let CogReport { errors, levels, .. } = report;
    for (i, pair) in levels.windows(2).enumerate() {
        let [finer, coarser] = pair else { continue };
        let next = i.saturating_add(1);
        if coarser.width > finer.width || coarser.height > finer.height {
            errors.push(format!("{} is larger than {}", name(next), name(i)));
        }
        if coarser.ifd_offset < finer.ifd_offset {
            errors.push(format!("the IFD of {} lies before that of {}", name(next), name(i)));
        }
        if let (Some(fine), Some(coarse)) = (finer.data_offset, coarser.data_offset)
            && fine < coarse
        {
            errors.push(format!("the data of {} begin before those of {}", name(i), name(next)));
        }
    }
    if let Some(last) = levels.last()
        && last.data_offset.is_some_and(|data| data < last.ifd_offset)
    {
        errors.push(format!("the data of {} begin before its IFD", name(levels.len().saturating_sub(1))));
    }
}

/// Level 0 is the main image.
fn name(level: usize) -> String {
    match level.checked_sub(1) {
        Some(overview) => format!("overview {overview}"),
        None => "the main image".into(),
    }
}

/// Leader, and last bytes with trailer, of a chunk.
fn around(ghost: &GhostHeader, location: &ChunkLocation) -> Vec<Range<u64>> {
    let mut ranges = Vec::new();
    if ghost.leader_is_size() {
        ranges.push(location.offset.saturating_sub(4)..location.offset);
    }
    if ghost.trailer_repeats() {
        let end = location.range().end;
        ranges.push(end.saturating_sub(4)..end.saturating_add(4));
    }
    ranges
}

/// Chunk `i` of `most` that are evenly spread over `len`, the first and the last among them.
fn spread(i: u64, most: u64, len: u64) -> u64 {
    let last = u128::from(len.saturating_sub(1));
    let steps = u128::from(most.saturating_sub(1).max(1));
    let chunk = last.saturating_mul(u128::from(i)).checked_div(steps).unwrap_or(0);
    u64::try_from(chunk).unwrap_or(u64::MAX)
}
