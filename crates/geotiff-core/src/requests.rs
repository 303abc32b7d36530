//! What a decoder without I/O has asked for, and what it was not given.

use alloc::vec::Vec;
use core::mem;
use core::ops::Range;

use crate::chunk_index::merge;
use crate::segments::Segments;

/// Ranges with a gap up to this size are asked for as one.
const GAP: u64 = 4 << 10;

/// The ranges of a file that were asked for.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    asked: Vec<Range<u64>>,
    /// Asked for and not given: the file ends there.
    denied: Vec<Range<u64>>,
}

impl Requests {
    /// Takes what was asked for and is not among `data` as lying past the end of the file. Returns whether something
    /// was fed of it, if there was anything.
    pub(crate) fn settle(&mut self, data: &Segments) -> bool {
        let mut fed = self.asked.is_empty();
        for range in mem::take(&mut self.asked) {
            let gaps = data.gaps(range.clone());
            fed |= gaps.first() != Some(&range);
            self.denied.extend(gaps);
        }
        fed
    }

    /// Asks for what `data` lacks of the ranges needed: sorted, disjoint.
    pub(crate) fn ask(&mut self, needs: Vec<Range<u64>>, data: &Segments) -> Vec<Range<u64>> {
        self.asked = merge(needs, GAP).into_iter().flat_map(|range| data.gaps(range)).collect();
        self.asked.clone()
    }

    /// Whether any byte of a range is known to lie past the end of the file.
    pub(crate) fn is_denied(&self, range: &Range<u64>, data: &Segments) -> bool {
        data.file_size.is_some_and(|size| range.end > size)
            || self.denied.iter().any(|d| d.start < range.end && range.start < d.end)
    }
}
