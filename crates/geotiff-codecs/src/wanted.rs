//! The wanted rows of a chunk, handed out a few at a time while they are in the processor's cache.

use alloc::vec::Vec;
use core::ops::Range;

use crate::decoder::{Decoder, Output};
use crate::error::Error;
use crate::packing::Packing;
use crate::pipeline::{
    Predictor, fill, finish_planes, finish_rows, in_file_order, resized, short, swap_unit,
};
use crate::registry::Codecs;
use crate::spec::{ChunkSpec, SampleOrder, too_large};
use crate::workspace::Workspace;

/// Bytes of the rows that are handed out at once, unless one row is larger: they fit into a core's own cache beside
/// what they are made of and where they go.
const GROUP_BYTES: usize = 64 << 10;

/// Buffers above this are given back, so that one giant strip does not stay in every worker.
const KEPT_BYTES: usize = 16 << 20;

impl Codecs {
    /// Decodes a chunk and calls `put` with the samples of `rows`, a few rows at a time and in order: with the number of
    /// the first and of the one after the last, and with their samples as [`decode`](Self::decode) would give them for a
    /// chunk of just these rows. Where the chunk cannot be divided, `put` gets all of its rows at once.
    ///
    /// For samples that go on to another place: they are copied there out of the processor's cache, or, where the file
    /// has them as they are wanted, out of `src`. Rows that are not wanted are not made into
    /// samples, and those after the last wanted one not decompressed where the codec can stop there.
    ///
    /// # Errors
    /// As [`decode`](Self::decode), and what `put` returns.
    pub fn decode_wanted<E: From<Error>>(
        &self,
        src: &[u8],
        spec: &ChunkSpec<'_>,
        order: SampleOrder,
        rows: Range<u32>,
        workspace: &mut Workspace,
        mut put: impl FnMut(Range<u32>, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        workspace.has_validity = false;
        let decoder = self.get(spec.compression)?;
        let rows = rows.start.min(spec.height)..rows.end.min(spec.height);
        let len = spec.decoded_len()?;
        if len == 0 || rows.is_empty() {
            return Ok(());
        }
        let mut samples = core::mem::take(&mut workspace.samples);
        let mut wanted = Wanted { spec, order, rows, samples: &mut samples };
        let result = match wanted.is_divided(decoder) {
            Ok(true) => in_file_order(decoder, src, spec, workspace, |src, workspace| {
                wanted.divided(decoder, src, workspace, &mut put)
            }),
            Ok(false) => resized(wanted.samples, len)
                .and_then(|samples| self.decode(src, spec, order, samples, workspace).map(|()| &*samples))
                .map_err(E::from)
                .and_then(|samples| put(0..spec.height, samples)),
            Err(error) => Err(wanted.named(error)),
        };
        if samples.len() <= KEPT_BYTES {
            workspace.samples = samples;
        }
        if workspace.encoded.len() > KEPT_BYTES {
            workspace.encoded = Vec::new();
        }
        result
    }
}

/// What is wanted of a chunk, and a buffer for it.
struct Wanted<'a> {
    spec: &'a ChunkSpec<'a>,
    order: SampleOrder,
    rows: Range<u32>,
    samples: &'a mut Vec<u8>,
}

impl Wanted<'_> {
    fn named<E: From<Error>>(&self, error: Error) -> E {
        error.with_compression(self.spec.compression).into()
    }

    fn is_planar(&self) -> bool {
        self.order == SampleOrder::Planar && self.spec.samples > 1
    }

    /// Bytes of a row of whole samples.
    fn row_len(&self) -> Result<usize, Error> {
        self.spec.row_samples()?.checked_mul(self.spec.sample_type()?.size()).ok_or_else(too_large)
    }

    /// Whether rows of the decompressed bytes are rows of whole samples that something is left to do with.
    fn is_divided(&self, decoder: &dyn Decoder) -> Result<bool, Error> {
        Ok(match decoder.output(self.spec) {
            Output::Samples => self.is_planar(),
            Output::Encoded => Packing::of(self.spec)? == Packing::Whole,
        })
    }

    fn divided<E: From<Error>>(
        &mut self,
        decoder: &dyn Decoder,
        src: &[u8],
        workspace: &mut Workspace,
        put: &mut impl FnMut(Range<u32>, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let row_len = self.row_len()?;
        let height = if decoder.stops_early() { self.rows.end } else { self.spec.height };
        let len = (height as usize).checked_mul(row_len).ok_or_else(too_large)?;
        let finish = Finish::of(self.spec, decoder).map_err(|error| self.named(error))?;
        if let Some(stored) = decoder.stored(src) {
            let stored = stored.get(..len).ok_or_else(|| self.named(short(stored.len(), len)))?;
            return self.hand_out(stored, finish, workspace, put);
        }
        let mut buffer = core::mem::take(&mut workspace.encoded);
        let filled = resized(&mut buffer, len)
            .and_then(|bytes| fill(decoder, src, self.spec, bytes, workspace).map(|()| &*bytes));
        let result = match filled {
            Ok(bytes) => self.hand_out(bytes, finish, workspace, put),
            Err(error) => Err(self.named(error)),
        };
        workspace.encoded = buffer;
        result
    }

    /// Makes samples of the wanted rows of decompressed bytes.
    fn hand_out<E: From<Error>>(
        &mut self,
        bytes: &[u8],
        finish: Finish,
        workspace: &mut Workspace,
        put: &mut impl FnMut(Range<u32>, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let row_len = self.row_len()?;
        let line = |rows: &Range<u32>| -> Result<&[u8], Error> {
            let byte = |row: u32| (row as usize).checked_mul(row_len).ok_or_else(too_large);
            bytes.get(byte(rows.start)?..byte(rows.end)?).ok_or_else(too_large)
        };
        if !self.is_planar() && finish.is_nothing() {
            return put(self.rows.clone(), line(&self.rows)?);
        }
        // Pixels of one sample are a plane as they lie.
        let by_planes = self.is_planar() || self.spec.samples == 1;
        let group = u32::try_from(GROUP_BYTES.checked_div(row_len).unwrap_or(0)).unwrap_or(u32::MAX).max(1);
        let mut first = self.rows.start;
        while first < self.rows.end {
            let rows = first..first.saturating_add(group).min(self.rows.end);
            let part = ChunkSpec { height: rows.end.saturating_sub(first), ..*self.spec };
            let packed = line(&rows)?;
            let samples = resized(self.samples, packed.len())?;
            if by_planes {
                finish_planes(packed, &part, finish.predictor, finish.unit, samples, workspace)?;
            } else {
                samples.copy_from_slice(packed);
                finish_rows(samples, &part, finish.predictor, finish.unit, workspace)?;
            }
            first = rows.end;
            put(rows, samples)?;
        }
        Ok(())
    }
}

/// What is left to do with decompressed bytes of whole samples.
#[derive(Clone, Copy)]
struct Finish {
    predictor: Predictor,
    /// Bytes of the numbers whose bytes are to be swapped; 1 for none.
    unit: usize,
}

impl Finish {
    fn of(spec: &ChunkSpec<'_>, decoder: &dyn Decoder) -> Result<Self, Error> {
        if decoder.output(spec) == Output::Samples {
            return Ok(Self { predictor: Predictor::None, unit: 1 });
        }
        let predictor = Predictor::of(spec, decoder)?;
        Ok(Self { predictor, unit: swap_unit(spec, predictor)? })
    }

    fn is_nothing(self) -> bool {
        self.predictor == Predictor::None && self.unit == 1
    }
}
