//! ThunderScan's 4-bit run-length and delta coding, as libtiff reads it.

use crate::decoder::Decoder;
use crate::error::Error;
use crate::packing::row_len;
use crate::spec::ChunkSpec;
use crate::workspace::Workspace;

/// Compression 32809.
#[derive(Debug)]
pub(crate) struct ThunderScan;

impl Decoder for ThunderScan {
    fn decode(
        &self,
        src: &[u8],
        spec: &ChunkSpec<'_>,
        dst: &mut [u8],
        _workspace: &mut Workspace,
    ) -> Result<usize, Error> {
        if spec.bits_per_sample != 4 {
            return Err(Error::unsupported("ThunderScan coding of other than 4-bit samples"));
        }
        let row_len = row_len(spec)?.max(1);
        let pixels = spec.row_samples()?;
        let mut codes = src.iter().copied();
        let mut written = 0_usize;
        for row in dst.chunks_exact_mut(row_len) {
            row.fill(0);
            let mut line = Line { row, at: 0, pixels, last: 0 };
            while line.at < pixels {
                let Some(code) = codes.next() else { return Ok(written) };
                line.expand(code);
            }
            if line.at > pixels {
                return Err(Error::malformed("a ThunderScan row holds more than its pixels"));
            }
            written = written.saturating_add(row_len);
        }
        Ok(written)
    }
}

/// A row in the making. Pixels past its end are counted, not kept.
struct Line<'a> {
    row: &'a mut [u8],
    at: usize,
    pixels: usize,
    last: u8,
}

impl Line<'_> {
    /// The upper two bits of a code say what the lower six are.
    fn expand(&mut self, code: u8) {
        /// 2-bit and 3-bit deltas to the pixel before; the code between the halves means "no pixel".
        const TWO_BIT: [Option<i8>; 4] = [Some(0), Some(1), None, Some(-1)];
        const THREE_BIT: [Option<i8>; 8] =
            [Some(0), Some(1), Some(2), Some(3), None, Some(-3), Some(-2), Some(-1)];
        match code >> 6 {
            // A run of the last pixel.
            0 => (0..code & 0x3f).for_each(|_| self.put(self.last)),
            // Three deltas of 2 bits.
            1 => [4, 2, 0].into_iter().for_each(|shift| self.delta(&TWO_BIT, code >> shift & 3)),
            // Two deltas of 3 bits.
            2 => [3, 0].into_iter().for_each(|shift| self.delta(&THREE_BIT, code >> shift & 7)),
            // A pixel as it is.
            _ => self.put(code & 0x0f),
        }
    }

    fn delta(&mut self, table: &[Option<i8>], code: u8) {
        if let Some(Some(delta)) = table.get(usize::from(code)) {
            self.put(self.last.wrapping_add_signed(*delta) & 0x0f);
        }
    }

    fn put(&mut self, value: u8) {
        self.last = value;
        if self.at < self.pixels
            && let Some(byte) = self.row.get_mut(self.at / 2)
        {
            *byte |= if self.at.is_multiple_of(2) { value << 4 } else { value };
        }
        self.at = self.at.saturating_add(1);
    }
}
