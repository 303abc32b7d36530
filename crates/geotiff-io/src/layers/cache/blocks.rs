//! The arithmetic of blocks: pure, no cache and no requests.

use std::ops::Range;

use bytes::{Bytes, BytesMut};

/// Indices of the blocks that hold `range`.
pub(super) fn covering(range: &Range<u64>, block_size: u64) -> Range<u64> {
    if range.start >= range.end {
        return 0..0;
    }
    range.start / block_size..(range.end - 1) / block_size + 1
}

/// The blocks that hold any of `ranges`: sorted runs of indices that neither overlap nor touch.
pub(super) fn runs(ranges: &[Range<u64>], block_size: u64) -> Vec<Range<u64>> {
    let mut covers: Vec<_> =
        ranges.iter().map(|range| covering(range, block_size)).filter(|cover| !cover.is_empty()).collect();
    covers.sort_by_key(|cover| cover.start);
    join(covers)
}

/// Sorted runs with those joined that overlap or touch.
pub(super) fn join(mut sorted: Vec<Range<u64>>) -> Vec<Range<u64>> {
    sorted.dedup_by(|run, last| {
        let joins = run.start <= last.end;
        if joins {
            last.end = last.end.max(run.end);
        }
        joins
    });
    sorted
}

/// The bytes of a run of blocks.
pub(super) fn bytes_of(run: &Range<u64>, block_size: u64) -> Range<u64> {
    run.start * block_size..run.end.saturating_mul(block_size)
}

/// Bytes of an object from an offset on.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) start: u64,
    pub(super) bytes: Bytes,
}

impl Piece {
    fn end(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }
}

/// `range` out of pieces sorted by their start; it ends early where the pieces do.
pub(super) fn gather(pieces: &[Piece], range: &Range<u64>) -> Bytes {
    let at = |offset: u64| {
        let after = pieces.partition_point(|piece| piece.start <= offset);
        let piece = pieces.get(after.checked_sub(1)?)?;
        (offset < piece.end()).then(|| {
            let from = usize::try_from(offset - piece.start).unwrap_or(usize::MAX);
            let to = usize::try_from(range.end.min(piece.end()) - piece.start).unwrap_or(usize::MAX);
            (piece, from..to)
        })
    };
    let Some((first, part)) = at(range.start) else { return Bytes::new() };
    let head = first.bytes.slice(part);
    let mut position = range.start + head.len() as u64;
    if position >= range.end {
        return head;
    }
    let mut joined =
        BytesMut::with_capacity(usize::try_from(range.end - range.start).unwrap_or(0).min(64 << 20));
    joined.extend_from_slice(&head);
    while position < range.end {
        let Some((piece, part)) = at(position) else { break };
        position += part.len() as u64;
        joined.extend_from_slice(&piece.bytes[part]);
    }
    joined.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covers() {
        assert_eq!(covering(&(0..1), 10), 0..1);
        assert_eq!(covering(&(9..11), 10), 0..2);
        assert_eq!(covering(&(10..20), 10), 1..2);
        assert_eq!(covering(&(5..5), 10), 0..0);
        assert_eq!(covering(&(0..u64::MAX), 1 << 15), 0..1 << 49);
    }

    #[test]
    fn runs_join_what_touches() {
        assert_eq!(runs(&[25..31, 0..5, 7..12, 7..12, 60..61], 10), [0..4, 6..7]);
        assert_eq!(runs(&[], 10), []);
    }

    #[test]
    fn gathering() {
        let piece = |start, bytes: &'static [u8]| Piece { start, bytes: Bytes::from_static(bytes) };
        let pieces = [piece(0, b"0123"), piece(4, b"4567"), piece(12, b"cd")];
        assert_eq!(&gather(&pieces, &(1..3))[..], b"12");
        assert_eq!(&gather(&pieces, &(2..7))[..], b"23456");
        assert_eq!(&gather(&pieces, &(6..20))[..], b"67");
        assert_eq!(&gather(&pieces, &(12..20))[..], b"cd");
        assert_eq!(&gather(&pieces, &(20..30))[..], b"");
    }
}
