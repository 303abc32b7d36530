//! The bytes fed so far, by file offset.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use bytes::Bytes;

/// Disjoint runs of file bytes, sorted by offset, as they were fed: those that touch are joined on demand, since
/// joining them one by one would copy all bytes again for each.
#[derive(Clone, Default)]
pub(crate) struct Segments {
    runs: Vec<Run>,
    /// Size of the file, where the caller said it.
    pub(crate) file_size: Option<u64>,
}

#[derive(Clone)]
struct Run {
    start: u64,
    bytes: Bytes,
}

impl Run {
    fn end(&self) -> u64 {
        self.start.saturating_add(self.bytes.len() as u64)
    }
}

impl Segments {
    /// No bytes of a file of the given size.
    pub(crate) fn of_size(file_size: Option<u64>) -> Self {
        Self { runs: Vec::new(), file_size }
    }

    /// Index of the last run that starts at or before `offset`.
    fn position(&self, offset: u64) -> Option<usize> {
        self.runs.partition_point(|run| run.start <= offset).checked_sub(1)
    }

    /// The bytes of `start..start + len`, if one run has them all.
    pub(crate) fn get(&self, start: u64, len: u64) -> Option<&[u8]> {
        let run = self.runs.get(self.position(start)?)?;
        let from = usize::try_from(start.checked_sub(run.start)?).ok()?;
        let to = from.checked_add(usize::try_from(len).ok()?)?;
        run.bytes.get(from..to)
    }

    /// The bytes of `start..start + len`, if all of them are here: a copy where they lie in several runs.
    pub(crate) fn read(&self, start: u64, len: u64) -> Option<Cow<'_, [u8]>> {
        if let Some(bytes) = self.get(start, len) {
            return Some(Cow::Borrowed(bytes));
        }
        let range = start..start.checked_add(len)?;
        if !self.has(range.clone()) {
            return None;
        }
        let mut whole = Vec::with_capacity(usize::try_from(len).ok()?);
        self.overlap(range).for_each(|(_, bytes)| whole.extend_from_slice(bytes));
        Some(Cow::Owned(whole))
    }

    /// Whether all bytes of a range are here.
    pub(crate) fn has(&self, range: Range<u64>) -> bool {
        let len = range.end.saturating_sub(range.start);
        self.get(range.start, len).is_some() || self.gaps(range).is_empty()
    }

    /// Adds bytes at `offset`, which are shared, not copied; where bytes are already known, the known ones stay.
    pub(crate) fn insert(&mut self, offset: u64, bytes: &Bytes) {
        let Some(end) = offset.checked_add(bytes.len() as u64) else { return };
        for gap in self.gaps(offset..end) {
            let from = gap.start.saturating_sub(offset) as usize;
            let to = gap.end.saturating_sub(offset) as usize;
            let next = self.runs.partition_point(|run| run.start <= gap.start);
            self.runs.insert(next, Run { start: gap.start, bytes: bytes.slice(from..to) });
        }
    }

    /// Makes one run of those that touch.
    pub(crate) fn join(&mut self) {
        let touch = |a: &Run, b: &Run| a.end() == b.start;
        if !self.runs.is_sorted_by(|a, b| !touch(a, b)) {
            self.runs = self.runs.chunk_by(touch).filter_map(joined).collect();
        }
    }

    /// The parts of `range` that are not here, sorted.
    pub(crate) fn gaps(&self, range: Range<u64>) -> Vec<Range<u64>> {
        let mut gaps = Vec::new();
        let mut at = range.start;
        let first = self.position(range.start).unwrap_or(0);
        for run in self.runs.get(first..).unwrap_or_default() {
            if run.start >= range.end {
                break;
            }
            if run.start > at {
                gaps.push(at..run.start);
            }
            at = at.max(run.end());
        }
        if at < range.end {
            gaps.push(at..range.end);
        }
        gaps
    }

    /// The parts of `range` that are here: offset and bytes.
    pub(crate) fn overlap(&self, range: Range<u64>) -> impl Iterator<Item = (u64, &[u8])> {
        let first = self.position(range.start).unwrap_or(0);
        let after = self.runs.partition_point(|run| run.start < range.end).max(first);
        self.runs.get(first..after).unwrap_or_default().iter().filter_map(move |run| {
            let start = run.start.max(range.start);
            let end = run.end().min(range.end);
            let from = usize::try_from(start.checked_sub(run.start)?).ok()?;
            let to = usize::try_from(end.checked_sub(run.start)?).ok()?;
            run.bytes.get(from..to).filter(|bytes| !bytes.is_empty()).map(|bytes| (start, bytes))
        })
    }

    /// The runs: offset and bytes.
    pub(crate) fn runs(&self) -> impl ExactSizeIterator<Item = (u64, &Bytes)> {
        self.runs.iter().map(|run| (run.start, &run.bytes))
    }

    /// Whether nothing is here.
    pub(crate) fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }
}

/// One run of runs that touch.
fn joined(runs: &[Run]) -> Option<Run> {
    let (first, rest) = runs.split_first()?;
    if rest.is_empty() {
        return Some(first.clone());
    }
    let len = runs.iter().fold(0_usize, |sum, run| sum.saturating_add(run.bytes.len()));
    let mut whole = Vec::with_capacity(len);
    runs.iter().for_each(|run| whole.extend_from_slice(&run.bytes));
    Some(Run { start: first.start, bytes: whole.into() })
}

impl fmt::Debug for Segments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.runs.iter().map(|run| run.start..run.end())).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn joins_neighbours_and_keeps_known_bytes() {
        let insert = |s: &mut Segments, offset, bytes: &'static [u8]| s.insert(offset, &bytes.into());
        let mut s = Segments::default();
        insert(&mut s, 10, &[1, 2, 3]);
        insert(&mut s, 20, &[9]);
        assert_eq!(s.gaps(8..22), vec![8..10, 13..20, 21..22]);
        insert(&mut s, 12, &[7, 4, 5, 6, 7, 8, 9, 10, 7, 7]);
        let whole = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 9, 7];
        assert_eq!(s.read(10, 12).as_deref(), Some(&whole[..]));
        assert_eq!((s.get(10, 12), s.read(10, 13)), (None, None));
        assert!(s.gaps(10..22).is_empty());
        insert(&mut s, 5, &[0; 5]);
        insert(&mut s, 30, &[1]);
        s.join();
        assert_eq!(
            s.runs().map(|(start, bytes)| (start, bytes.len())).collect::<Vec<_>>(),
            [(5, 17), (30, 1)]
        );
        assert_eq!(s.get(10, 12), Some(&whole[..]));
    }
}
