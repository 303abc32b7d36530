//! CCITT fax codings of bilevel images (TIFF 6.0 sections 10 and 11; ITU-T T.4 and T.6).

use hayro_ccitt::{DecodeSettings, DecoderContext, EncodingMode};

use crate::compression;
use crate::decoder::{Decoder, Output};
use crate::error::Error;
use crate::spec::ChunkSpec;
use crate::workspace::Workspace;

/// Compressions 2, 3 and 4.
#[derive(Debug)]
pub(crate) struct Fax;

impl Decoder for Fax {
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
        if spec.bits_per_sample != 1 {
            let bits = spec.bits_per_sample;
            return Err(Error::unsupported(alloc::format!("CCITT coding of {bits}-bit samples")));
        }
        let row = spec.row_samples()?;
        let columns = u32::try_from(row).map_err(|_| Error::limit("a CCITT row of 4 Gi pixels or more"))?;
        if row > dst.len() {
            return Err(Error::usage("dst does not hold one row"));
        }
        let mut rows = Rows { rows: dst.chunks_exact_mut(row.max(1)), written: 0 };
        let mut context = DecoderContext::new(settings(spec, columns));
        // Rows that came before the damage are not enough: the caller sees that some are missing.
        let result = hayro_ccitt::decode(src, &mut rows, &mut context);
        match result {
            Err(error) if rows.written < spec.height => {
                Err(Error::malformed("the fax coding is damaged").with_source(error))
            }
            _ => Ok((rows.written as usize).saturating_mul(row)),
        }
    }
}

fn settings(spec: &ChunkSpec<'_>, columns: u32) -> DecodeSettings {
    /// `T4Options`: two-dimensional coding.
    const TWO_DIMENSIONAL: u32 = 1;
    let (encoding, aligned) = match spec.compression {
        compression::CCITT_RLE => (EncodingMode::Group3_1D, true),
        compression::CCITT_G3 if spec.t4_options & TWO_DIMENSIONAL != 0 => (EncodingMode::Group3_2D, false),
        compression::CCITT_G3 => (EncodingMode::Group3_1D, false),
        _ => (EncodingMode::Group4, false),
    };
    DecodeSettings {
        columns,
        rows: spec.height,
        end_of_block: spec.compression != compression::CCITT_RLE,
        end_of_line: false,
        rows_are_byte_aligned: aligned,
        encoding,
        // Otherwise a damaged row would be made up from what is left of it.
        strict: true,
    }
}

/// Writes rows of one byte a pixel: 0 for the runs that a fax calls white, 1 for black. The photometric
/// interpretation, not the coding, says which of them is which.
struct Rows<'a> {
    rows: core::slice::ChunksExactMut<'a, u8>,
    written: u32,
}

impl hayro_ccitt::Decoder for Rows<'_> {
    fn push_row(&mut self, changes: &[u32]) {
        let Some(row) = self.rows.next() else { return };
        self.written = self.written.saturating_add(1);
        row.fill(0);
        for run in changes.chunks(2) {
            let start = run.first().map_or(row.len(), |&start| start as usize);
            let end = run.get(1).map_or(row.len(), |&end| end as usize);
            if let Some(black) = row.get_mut(start..end) {
                black.fill(1);
            }
        }
    }
}
