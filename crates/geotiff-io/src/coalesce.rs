//! Merging byte ranges into fewer requests, as a pure function.

use std::ops::Range;

/// A range to request, and which of the asked ranges lie in it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Merged {
    /// The bytes to request.
    pub range: Range<u64>,
    /// Indices of the inputs inside `range`, in order of their start.
    pub inputs: Vec<usize>,
}

/// Merges ranges so that fewer requests cover them, reading at most `gap` unasked bytes between two of them.
///
/// - Inputs may come in any order, overlap and repeat; each non-empty one is in exactly one result, whole.
/// - With `gap` 0, ranges that touch or overlap are merged, and no byte is requested that was not asked for.
/// - A merged range is not longer than `max_size`; a single input that is longer stays one request by itself, never
///   split. Inputs that overlap may for that reason be requested twice in part.
/// - Results are sorted by start. Empty inputs (and ones that end before they start) are in none.
///
/// A result's bytes are usually sliced per input. A [`Bytes`](bytes::Bytes) slice keeps the whole buffer alive: who
/// keeps a small slice long (a cache) copies it out; who decodes it at once need not.
///
/// ```
/// use geotiff_io::coalesce;
/// let merged = coalesce(&[100..200, 0..50, 60..100], 10, 1000);
/// assert_eq!(merged.len(), 1);
/// assert_eq!((merged[0].range.clone(), merged[0].inputs.clone()), (0..200, vec![1, 2, 0]));
/// ```
#[must_use]
pub fn coalesce(ranges: &[Range<u64>], gap: u64, max_size: u64) -> Vec<Merged> {
    let mut order: Vec<usize> = (0..ranges.len()).filter(|&i| ranges[i].start < ranges[i].end).collect();
    order.sort_by_key(|&i| (ranges[i].start, ranges[i].end));
    let mut merged: Vec<Merged> = Vec::new();
    for i in order {
        let range = &ranges[i];
        if let Some(last) = merged.last_mut() {
            let end = last.range.end.max(range.end);
            let near = range.start <= last.range.end.saturating_add(gap);
            let contained = range.end <= last.range.end;
            if near && (contained || end - last.range.start <= max_size) {
                last.range.end = end;
                last.inputs.push(i);
                continue;
            }
        }
        merged.push(Merged { range: range.clone(), inputs: vec![i] });
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(ranges: &[Range<u64>], gap: u64, max: u64) -> Vec<(Range<u64>, Vec<usize>)> {
        coalesce(ranges, gap, max).into_iter().map(|m| (m.range, m.inputs)).collect()
    }

    #[test]
    fn gap_zero_merges_only_what_touches() {
        assert_eq!(plain(&[0..10, 11..20], 0, 100), [(0..10, vec![0]), (11..20, vec![1])]);
        assert_eq!(plain(&[0..10, 10..20], 0, 100), [(0..20, vec![0, 1])]);
        assert_eq!(plain(&[0..10, 11..20], 1, 100), [(0..20, vec![0, 1])]);
    }

    #[test]
    fn any_order_duplicates_overlaps_and_empties() {
        let merged = plain(&[50..60, 0..10, 50..60, 5..5, 5..20, 55..58], 0, 100);
        assert_eq!(merged, [(0..20, vec![1, 4]), (50..60, vec![0, 2, 5])]);
        assert_eq!(plain(&[], 10, 10), []);
        let reversed = Range { start: 9, end: 3 };
        assert_eq!(plain(&[reversed, 0..1], 10, 10), [(0..1, vec![1])]);
    }

    #[test]
    fn max_size_bounds_a_merge_but_never_splits_an_input() {
        assert_eq!(plain(&[0..10, 10..20, 20..30], 0, 20), [(0..20, vec![0, 1]), (20..30, vec![2])]);
        assert_eq!(plain(&[0..100, 10..20], 0, 50), [(0..100, vec![0, 1])]);
        assert_eq!(plain(&[0..40, 30..60], 0, 50), [(0..40, vec![0]), (30..60, vec![1])]);
    }

    #[test]
    fn ranges_at_the_end_of_the_number_line() {
        assert_eq!(plain(&[u64::MAX - 1..u64::MAX, 0..1], u64::MAX, u64::MAX), [(0..u64::MAX, vec![1, 0])]);
    }
}
