//! The embedded table: sections of text rows, deflated in blocks that are inflated when first needed.
//!
//! `data/README.md` describes the layout; `data/generate.py` writes it.

use std::sync::{LazyLock, OnceLock};

use flate2::{Decompress, FlushDecompress};

static DATA: &[u8] = include_bytes!("../data/registry.bin");

pub(crate) type Tag = u8;

/// Ellipsoids.
pub(crate) const ELLIPSOID: Tag = b'E';
/// Prime meridians.
pub(crate) const PRIME_MERIDIAN: Tag = b'P';
/// Geodetic datums.
pub(crate) const DATUM: Tag = b'D';
/// Vertical datums.
pub(crate) const VERTICAL_DATUM: Tag = b'V';
/// Geographic and geocentric CRSs.
pub(crate) const GEODETIC: Tag = b'G';
/// Projected CRSs.
pub(crate) const PROJECTED: Tag = b'X';
/// Conversions.
pub(crate) const CONVERSION: Tag = b'C';
/// Vertical CRSs.
pub(crate) const VERTICAL: Tag = b'H';
/// Compound CRSs.
pub(crate) const COMPOUND: Tag = b'K';
/// Names of conversion methods.
pub(crate) const METHOD: Tag = b'M';
/// Names of conversion parameters.
pub(crate) const PARAMETER: Tag = b'Q';
/// EPSG's units.
pub(crate) const UNIT: Tag = b'U';
/// Units by the table's own numbers.
pub(crate) const LOCAL_UNIT: Tag = b'u';
/// Coordinate systems by the table's own numbers.
pub(crate) const SYSTEM: Tag = b'S';

/// Operations from geodetic datums to WGS 84.
pub(crate) const OPERATIONS: Tag = b'T';
/// Ellipsoids of those operations.
pub(crate) const SHAPE: Tag = b'L';

/// Other names of geodetic datums.
pub(crate) const DATUM_ALIAS: Tag = b'A';
/// Codes whose transforms differ from PROJ's by more than 2 mm somewhere.
pub(crate) const APPROXIMATE: Tag = b'Z';
/// ESRI's names of geographic CRSs, without `GCS_`.
pub(crate) const GEODETIC_ALIAS: Tag = b'F';
/// ESRI's names of projected CRSs.
pub(crate) const PROJECTED_ALIAS: Tag = b'B';

/// ESRI's own CRSs: name, and definition in ESRI's well-known text.
pub(crate) const ESRI: Tag = b'J';

const MAGIC: &[u8] = b"GTCR\x01";
const ENTRY: usize = 13;

struct Block {
    tag: Tag,
    first: u32,
    packed: &'static [u8],
    raw_len: usize,
    rows: OnceLock<Rows>,
}

/// An inflated block and where its rows begin, sorted by code.
struct Rows {
    text: String,
    index: Vec<(u32, u32)>,
}

static BLOCKS: LazyLock<Vec<Block>> = LazyLock::new(|| directory().unwrap_or_default());

fn directory() -> Option<Vec<Block>> {
    let rest = DATA.strip_prefix(MAGIC)?;
    let (count, rest) = rest.split_first_chunk::<2>()?;
    let count = usize::from(u16::from_le_bytes(*count));
    let (entries, mut payload) = rest.split_at_checked(count * ENTRY)?;
    let mut blocks = Vec::with_capacity(count);
    for entry in entries.chunks_exact(ENTRY) {
        let word = |at: usize| entry.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes);
        let (packed, tail) = payload.split_at_checked(word(5)? as usize)?;
        payload = tail;
        let (tag, first, raw_len) = (*entry.first()?, word(1)?, word(9)? as usize);
        blocks.push(Block { tag, first, packed, raw_len, rows: OnceLock::new() });
    }
    Some(blocks)
}

impl Block {
    fn rows(&self) -> &Rows {
        self.rows.get_or_init(|| self.inflate().unwrap_or(Rows { text: String::new(), index: Vec::new() }))
    }

    fn inflate(&self) -> Option<Rows> {
        let mut raw = Vec::with_capacity(self.raw_len);
        Decompress::new(false).decompress_vec(self.packed, &mut raw, FlushDecompress::Finish).ok()?;
        let text = String::from_utf8(raw).ok()?;
        let mut index = Vec::new();
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let (code, _) = line.split_once('\t')?;
            index.push((code.parse().ok()?, u32::try_from(at).ok()?));
            at += line.len();
        }
        Some(Rows { text, index })
    }
}

impl Rows {
    fn at(&self, entry: usize) -> Option<(u32, &str)> {
        let (code, start) = *self.index.get(entry)?;
        let line = self.text.get(start as usize..)?.lines().next()?;
        Some((code, line.split_once('\t')?.1))
    }
}

/// The fields after the code of one row, tab-separated.
pub(crate) fn row(tag: Tag, code: u32) -> Option<&'static str> {
    let block = BLOCKS.iter().rev().find(|block| block.tag == tag && block.first <= code)?;
    let rows = block.rows();
    let entry = rows.index.binary_search_by_key(&code, |(c, _)| *c).ok()?;
    rows.at(entry).map(|(_, line)| line)
}

/// All rows of a section by ascending code. This inflates every block of it.
pub(crate) fn rows(tag: Tag) -> impl Iterator<Item = (u32, &'static str)> {
    BLOCKS.iter().filter(move |block| block.tag == tag).flat_map(|block| {
        let rows = block.rows();
        (0..rows.index.len()).filter_map(|entry| rows.at(entry))
    })
}
