//! The COG ghost header: GDAL's structural metadata between the file header and the first IFD.

use alloc::string::String;

use crate::segments::Segments;

/// What starts the ghost header.
const MARKER: &[u8] = b"GDAL_STRUCTURAL_METADATA_SIZE=";
/// Marker, six digits, ` bytes\n`.
pub(crate) const PREFIX: u64 = 43;

/// GDAL's structural metadata, of any length (documented with GDAL's COG driver).
///
/// What it says is a claim of the writer: a later edit may have broken it
/// ([`known_incompatible_edition`](Self::known_incompatible_edition)), so check before you rely on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GhostHeader {
    offset: u64,
    len: u64,
    text: String,
}

/// The ghost header at `offset`, or the length of bytes from there that would tell.
pub(crate) fn find(data: &Segments, offset: u64, max: u64) -> Result<Option<GhostHeader>, u64> {
    let Some(start) = data.read(offset, PREFIX) else { return Err(PREFIX) };
    let Some(rest) = start.strip_prefix(MARKER) else { return Ok(None) };
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let size =
        rest.get(..digits).and_then(|d| core::str::from_utf8(d).ok()).and_then(|d| d.parse::<u64>().ok());
    let Some(size) = size.filter(|&size| size <= max) else { return Ok(None) };
    let len = PREFIX.saturating_add(size);
    let Some(all) = data.read(offset, len) else { return Err(len) };
    let body = all.get(PREFIX as usize..).unwrap_or_default();
    let text = String::from_utf8_lossy(body).into_owned();
    Ok(Some(GhostHeader { offset, len, text }))
}

impl GhostHeader {
    /// File offset of its first byte.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// File offset past its last byte.
    pub(crate) fn end(&self) -> u64 {
        self.offset.saturating_add(self.len)
    }

    /// The lines after the size line, as they stand.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        let value = self.text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        value.map(str::trim_end)
    }

    /// Whether the header claims the whole layout of a COG, not broken since: GDAL's condition for its item
    /// `LAYOUT=COG`.
    #[must_use]
    pub fn is_cog(&self) -> bool {
        // In one pass: this is asked of every file.
        let mut claims = 0_u8;
        for line in self.text.lines() {
            claims |= match line.trim_end() {
                "LAYOUT=IFDS_BEFORE_DATA" => 1,
                "BLOCK_ORDER=ROW_MAJOR" => 2,
                "BLOCK_LEADER=SIZE_AS_UINT4" => 4,
                "BLOCK_TRAILER=LAST_4_BYTES_REPEATED" => 8,
                "KNOWN_INCOMPATIBLE_EDITION=YES" => return false,
                _ => 0,
            };
        }
        claims == 15
    }

    /// `LAYOUT=IFDS_BEFORE_DATA`: all IFDs come before the pixels.
    #[must_use]
    pub fn ifds_before_data(&self) -> bool {
        self.get("LAYOUT") == Some("IFDS_BEFORE_DATA")
    }

    /// `BLOCK_ORDER=ROW_MAJOR`: tiles lie row by row.
    #[must_use]
    pub fn row_major(&self) -> bool {
        self.get("BLOCK_ORDER") == Some("ROW_MAJOR")
    }

    /// `BLOCK_LEADER=SIZE_AS_UINT4`: four bytes before each chunk repeat its size, little-endian.
    #[must_use]
    pub fn leader_is_size(&self) -> bool {
        self.get("BLOCK_LEADER") == Some("SIZE_AS_UINT4")
    }

    /// `BLOCK_TRAILER=LAST_4_BYTES_REPEATED`: the last four bytes of each chunk stand twice.
    #[must_use]
    pub fn trailer_repeats(&self) -> bool {
        self.get("BLOCK_TRAILER") == Some("LAST_4_BYTES_REPEATED")
    }

    /// `MASK_INTERLEAVED_WITH_IMAGERY=YES`: each chunk's mask follows it.
    #[must_use]
    pub fn mask_interleaved(&self) -> bool {
        self.get("MASK_INTERLEAVED_WITH_IMAGERY") == Some("YES")
    }

    /// `KNOWN_INCOMPATIBLE_EDITION=YES`: the file was edited in a way that broke the layout.
    #[must_use]
    pub fn known_incompatible_edition(&self) -> bool {
        self.get("KNOWN_INCOMPATIBLE_EDITION") == Some("YES")
    }
}
