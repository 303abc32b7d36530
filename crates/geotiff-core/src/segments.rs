//! The bytes fed so far, by file offset.

use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

/// Disjoint, non-adjacent runs of file bytes, sorted by offset.
#[derive(Clone, Default)]
pub(crate) struct Segments {
    runs: Vec<Run>,
    /// Size of the file, where the caller said it.
    pub(crate) file_size: Option<u64>,
}

#[derive(Clone)]
struct Run {
    start: u64,
    bytes: Vec<u8>,
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

    /// The bytes of `start..start + len`, if all of them are here.
    pub(crate) fn get(&self, start: u64, len: u64) -> Option<&[u8]> {
        let run = self.runs.get(self.position(start)?)?;
        let from = usize::try_from(start.checked_sub(run.start)?).ok()?;
        let to = from.checked_add(usize::try_from(len).ok()?)?;
        run.bytes.get(from..to)
    }

    /// Adds bytes at `offset`; where bytes are already known, the known ones stay.
    pub(crate) fn insert(&mut self, offset: u64, bytes: &[u8]) {
        let Some(end) = offset.checked_add(bytes.len() as u64) else { return };
        for gap in self.gaps(offset..end) {
            let from = gap.start.saturating_sub(offset) as usize;
            let to = gap.end.saturating_sub(offset) as usize;
            if let Some(part) = bytes.get(from..to) {
                self.insert_gap(gap.start, part);
            }
        }
    }

    /// Adds bytes that overlap no run, joining them to the neighbours they touch.
    fn insert_gap(&mut self, start: u64, bytes: &[u8]) {
        let next = self.runs.partition_point(|run| run.start <= start);
        let end = start.saturating_add(bytes.len() as u64);
        let follower = match self.runs.get(next) {
            Some(run) if run.start == end => Some(self.runs.remove(next)),
            _ => None,
        };
        let joined = next.checked_sub(1).and_then(|i| self.runs.get_mut(i)).filter(|run| run.end() == start);
        let run = match joined {
            Some(run) => {
                run.bytes.extend_from_slice(bytes);
                run
            }
            None => {
                self.runs.insert(next, Run { start, bytes: bytes.to_vec() });
                match self.runs.get_mut(next) {
                    Some(run) => run,
                    None => return,
                }
            }
        };
        if let Some(follower) = follower {
            run.bytes.extend_from_slice(&follower.bytes);
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
        self.runs.get(first..).unwrap_or_default().iter().filter_map(move |run| {
            let start = run.start.max(range.start);
            let end = run.end().min(range.end);
            let from = usize::try_from(start.checked_sub(run.start)?).ok()?;
            let to = usize::try_from(end.checked_sub(run.start)?).ok()?;
            run.bytes.get(from..to).filter(|bytes| !bytes.is_empty()).map(|bytes| (start, bytes))
        })
    }

    /// The runs: offset and bytes.
    pub(crate) fn runs(&self) -> impl Iterator<Item = (u64, &[u8])> {
        self.runs.iter().map(|run| (run.start, run.bytes.as_slice()))
    }

    /// Bytes held.
    pub(crate) fn len(&self) -> u64 {
        self.runs.iter().fold(0, |sum, run| sum.saturating_add(run.bytes.len() as u64))
    }
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
        let mut s = Segments::default();
        s.insert(10, &[1, 2, 3]);
        s.insert(20, &[9]);
        assert_eq!(s.gaps(8..22), vec![8..10, 13..20, 21..22]);
        s.insert(12, &[7, 4, 5, 6, 7, 8, 9, 10, 7, 7]);
        assert_eq!(s.get(10, 12), Some(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 9, 7][..]));
        assert_eq!(s.runs().count(), 1);
        assert_eq!(s.get(10, 13), None);
        s.insert(5, &[0; 5]);
        assert_eq!(s.runs().count(), 1);
        assert_eq!(s.len(), 17);
    }
}
