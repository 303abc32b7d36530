//! Kernels for x86-64, in vectors of 16 bytes.
//!
//! Every function is a plain function of its slices; the one thing a caller has to know is that the processor
//! has the extension named in `target_feature`, which [`has_ssse3`] tells. Memory is only touched through
//! references to arrays of 16 bytes.

#![allow(unsafe_code, reason = "vector loads and stores through references to arrays")]

use core::arch::x86_64::{
    __m128i, _mm_add_epi8, _mm_add_epi16, _mm_loadu_si128, _mm_or_si128, _mm_set1_epi8, _mm_setzero_si128,
    _mm_shuffle_epi8, _mm_shuffle_epi32, _mm_shufflehi_epi16, _mm_slli_si128, _mm_storeu_si128,
    _mm_unpackhi_epi8, _mm_unpackhi_epi16, _mm_unpackhi_epi32, _mm_unpackhi_epi64, _mm_unpacklo_epi8,
    _mm_unpacklo_epi16, _mm_unpacklo_epi32, _mm_unpacklo_epi64,
};

const BLOCK: usize = 16;

/// Whether the processor has the byte shuffle that the kernels rest on: asked where the standard library is
/// at hand, else what the build was told.
pub(super) fn has_ssse3() -> bool {
    #[cfg(feature = "std")]
    return std::arch::is_x86_feature_detected!("ssse3");
    #[cfg(not(feature = "std"))]
    cfg!(target_feature = "ssse3")
}

#[inline(always)]
fn load(bytes: &[u8; BLOCK]) -> __m128i {
    // SAFETY: the reference is valid for reads of 16 bytes; the load needs no alignment.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}

#[inline(always)]
fn store(bytes: &mut [u8; BLOCK], vector: __m128i) {
    // SAFETY: the reference is valid for writes of 16 bytes; the store needs no alignment.
    unsafe { _mm_storeu_si128(bytes.as_mut_ptr().cast(), vector) }
}

/// Running sums of bytes over the whole blocks of `row`: the rest of the row, and the sum so far.
#[target_feature(enable = "ssse3")]
pub(super) fn sum_u8(row: &mut [u8]) -> (&mut [u8], u8) {
    let (blocks, rest) = row.as_chunks_mut::<BLOCK>();
    let last = _mm_set1_epi8(15);
    let mut sum = _mm_setzero_si128();
    for block in blocks.iter_mut() {
        // Sums within the block first, so that blocks depend on each other by one addition only.
        let mut x = load(block);
        x = _mm_add_epi8(x, _mm_slli_si128::<1>(x));
        x = _mm_add_epi8(x, _mm_slli_si128::<2>(x));
        x = _mm_add_epi8(x, _mm_slli_si128::<4>(x));
        x = _mm_add_epi8(x, _mm_slli_si128::<8>(x));
        store(block, _mm_add_epi8(x, sum));
        sum = _mm_add_epi8(sum, _mm_shuffle_epi8(x, last));
    }
    let sum = blocks.last().and_then(|block| block.last()).copied().unwrap_or(0);
    (rest, sum)
}

/// Running sums of 16-bit numbers over the whole blocks of `row`: the rest of the row, and the sum so far.
#[target_feature(enable = "sse2")]
pub(super) fn sum_u16(row: &mut [u8]) -> (&mut [u8], u16) {
    let (blocks, rest) = row.as_chunks_mut::<BLOCK>();
    let mut sum = _mm_setzero_si128();
    for block in blocks.iter_mut() {
        let mut x = load(block);
        x = _mm_add_epi16(x, _mm_slli_si128::<2>(x));
        x = _mm_add_epi16(x, _mm_slli_si128::<4>(x));
        x = _mm_add_epi16(x, _mm_slli_si128::<8>(x));
        store(block, _mm_add_epi16(x, sum));
        sum = _mm_add_epi16(sum, _mm_shuffle_epi32::<0xff>(_mm_shufflehi_epi16::<0xff>(x)));
    }
    let sum =
        blocks.last().and_then(|block| block.last_chunk::<2>()).map_or(0, |last| u16::from_ne_bytes(*last));
    (rest, sum)
}

/// Gathers 32-bit floats from planes of their bytes, most significant first, as far as whole blocks reach;
/// returns the number of floats done.
#[target_feature(enable = "sse2")]
pub(super) fn unshuffle_4(planes: [&[u8]; 4], row: &mut [u8]) -> usize {
    let [a, b, c, d] = planes.map(|plane| plane.as_chunks::<BLOCK>().0);
    let (blocks, _) = row.as_chunks_mut::<BLOCK>();
    let (groups, _) = blocks.as_chunks_mut::<4>();
    let done = groups.len().min(a.len()).min(b.len()).min(c.len()).min(d.len());
    for ((((to, a), b), c), d) in groups.iter_mut().zip(a).zip(b).zip(c).zip(d) {
        let (a, b, c, d) = (load(a), load(b), load(c), load(d));
        let (low, high) = (_mm_unpacklo_epi8(d, c), _mm_unpacklo_epi8(b, a));
        let [w, x, y, z] = to;
        store(w, _mm_unpacklo_epi16(low, high));
        store(x, _mm_unpackhi_epi16(low, high));
        let (low, high) = (_mm_unpackhi_epi8(d, c), _mm_unpackhi_epi8(b, a));
        store(y, _mm_unpacklo_epi16(low, high));
        store(z, _mm_unpackhi_epi16(low, high));
    }
    done.wrapping_mul(BLOCK)
}

/// Gathers 64-bit floats from planes of their bytes, as [`unshuffle_4`] does.
#[target_feature(enable = "sse2")]
pub(super) fn unshuffle_8(planes: [&[u8]; 8], row: &mut [u8]) -> usize {
    let planes = planes.map(|plane| plane.as_chunks::<BLOCK>().0);
    let (blocks, _) = row.as_chunks_mut::<BLOCK>();
    let (groups, _) = blocks.as_chunks_mut::<8>();
    let mut iterators = planes.map(<[_]>::iter);
    let mut done = 0_usize;
    for to in groups {
        let vectors = iterators.each_mut().map(|blocks| blocks.next().map(load));
        let [Some(a), Some(b), Some(c), Some(d), Some(e), Some(f), Some(g), Some(h)] = vectors else { break };
        let [t0, t1, t2, t3, t4, t5, t6, t7] = to;
        let halves = [
            (
                _mm_unpacklo_epi8(h, g),
                _mm_unpacklo_epi8(f, e),
                _mm_unpacklo_epi8(d, c),
                _mm_unpacklo_epi8(b, a),
            ),
            (
                _mm_unpackhi_epi8(h, g),
                _mm_unpackhi_epi8(f, e),
                _mm_unpackhi_epi8(d, c),
                _mm_unpackhi_epi8(b, a),
            ),
        ];
        for ((hg, fe, dc, ba), to) in halves.into_iter().zip([[t0, t1, t2, t3], [t4, t5, t6, t7]]) {
            let [t0, t1, t2, t3] = to;
            let (low, high) = (_mm_unpacklo_epi16(hg, fe), _mm_unpacklo_epi16(dc, ba));
            store(t0, _mm_unpacklo_epi32(low, high));
            store(t1, _mm_unpackhi_epi32(low, high));
            let (low, high) = (_mm_unpackhi_epi16(hg, fe), _mm_unpackhi_epi16(dc, ba));
            store(t2, _mm_unpacklo_epi32(low, high));
            store(t3, _mm_unpackhi_epi32(low, high));
        }
        done = done.wrapping_add(BLOCK);
    }
    done
}

/// Shuffle that brings together what 16 bytes of pixels of `samples` samples of `size` bytes hold of each
/// sample: sample 0 of all pixels first.
#[expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "evaluated when compiled, where a mistake is an error"
)]
const fn grouping(size: usize, samples: usize) -> [u8; BLOCK] {
    let mut mask = [0; BLOCK];
    let per_sample = BLOCK / samples;
    let mut to = 0;
    while to < BLOCK {
        let (sample, within) = (to / per_sample, to % per_sample);
        let (pixel, byte) = (within / size, within % size);
        mask[to] = ((pixel * samples + sample) * size + byte) as u8;
        to += 1;
    }
    mask
}

/// Shuffles that bring one sample of three from each of three successive blocks to its place in one.
#[expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "evaluated when compiled, where a mistake is an error"
)]
const fn gathering(size: usize, sample: usize) -> [[u8; BLOCK]; 3] {
    const NOTHING: u8 = 0x80;
    let mut masks = [[NOTHING; BLOCK]; 3];
    let mut to = 0;
    while to < BLOCK {
        let from = (to / size * 3 + sample) * size + to % size;
        masks[from / BLOCK][to] = (from % BLOCK) as u8;
        to += 1;
    }
    masks
}

/// Separates pixels of two samples of `SIZE` bytes, as far as whole blocks reach; returns the bytes done a
/// plane.
#[target_feature(enable = "ssse3")]
pub(super) fn split_2<const SIZE: usize>(src: &[u8], dst: [&mut [u8]; 2]) -> usize {
    let mask = load(&const { grouping(SIZE, 2) });
    let (groups, _) = src.as_chunks::<BLOCK>().0.as_chunks::<2>();
    let [p0, p1] = dst.map(|plane| plane.as_chunks_mut::<BLOCK>().0);
    let done = groups.len().min(p0.len()).min(p1.len());
    for (([a, b], p0), p1) in groups.iter().zip(p0).zip(p1) {
        let (a, b) = (_mm_shuffle_epi8(load(a), mask), _mm_shuffle_epi8(load(b), mask));
        store(p0, _mm_unpacklo_epi64(a, b));
        store(p1, _mm_unpackhi_epi64(a, b));
    }
    done.wrapping_mul(BLOCK)
}

/// Separates pixels of three samples, as [`split_2`] does of two.
#[target_feature(enable = "ssse3")]
pub(super) fn split_3<const SIZE: usize>(src: &[u8], dst: [&mut [u8]; 3]) -> usize {
    let masks = [
        const { gathering(SIZE, 0) }.each_ref().map(load),
        const { gathering(SIZE, 1) }.each_ref().map(load),
        const { gathering(SIZE, 2) }.each_ref().map(load),
    ];
    let (groups, _) = src.as_chunks::<BLOCK>().0.as_chunks::<3>();
    let [p0, p1, p2] = dst.map(|plane| plane.as_chunks_mut::<BLOCK>().0);
    let done = groups.len().min(p0.len()).min(p1.len()).min(p2.len());
    for ((([a, b, c], p0), p1), p2) in groups.iter().zip(p0).zip(p1).zip(p2) {
        let (a, b, c) = (load(a), load(b), load(c));
        for ([ma, mb, mc], to) in masks.into_iter().zip([p0, p1, p2]) {
            let ab = _mm_or_si128(_mm_shuffle_epi8(a, ma), _mm_shuffle_epi8(b, mb));
            store(to, _mm_or_si128(ab, _mm_shuffle_epi8(c, mc)));
        }
    }
    done.wrapping_mul(BLOCK)
}

/// Separates pixels of four samples of 1, 2 or 4 bytes, as [`split_2`] does of two.
#[target_feature(enable = "ssse3")]
pub(super) fn split_4<const SIZE: usize>(src: &[u8], dst: [&mut [u8]; 4]) -> usize {
    let mask = load(&const { grouping(SIZE, 4) });
    let (groups, _) = src.as_chunks::<BLOCK>().0.as_chunks::<4>();
    let [p0, p1, p2, p3] = dst.map(|plane| plane.as_chunks_mut::<BLOCK>().0);
    let done = groups.len().min(p0.len()).min(p1.len()).min(p2.len()).min(p3.len());
    for ((((group, p0), p1), p2), p3) in groups.iter().zip(p0).zip(p1).zip(p2).zip(p3) {
        // A transposition of 4 by 4 words, each word all that a block has of one sample.
        let [a, b, c, d] = group.each_ref().map(|block| _mm_shuffle_epi8(load(block), mask));
        let (ab_low, ab_high) = (_mm_unpacklo_epi32(a, b), _mm_unpackhi_epi32(a, b));
        let (cd_low, cd_high) = (_mm_unpacklo_epi32(c, d), _mm_unpackhi_epi32(c, d));
        store(p0, _mm_unpacklo_epi64(ab_low, cd_low));
        store(p1, _mm_unpackhi_epi64(ab_low, cd_low));
        store(p2, _mm_unpacklo_epi64(ab_high, cd_high));
        store(p3, _mm_unpackhi_epi64(ab_high, cd_high));
    }
    done.wrapping_mul(BLOCK)
}
