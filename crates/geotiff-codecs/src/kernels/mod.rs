//! The loops that every decoded byte goes through: undoing predictors, swapping bytes, separating pixels
//! into planes.
//!
//! Each kernel takes bytes, of any alignment, and works on whole elements only; bytes that do not make up a
//! whole element are left alone.

mod deinterleave;
mod predictor;
mod swap;
#[cfg(target_arch = "x86_64")]
mod x86;

pub(crate) use deinterleave::deinterleave;
pub(crate) use predictor::{accumulate, unshuffle};
pub(crate) use swap::{reverse_bits, swap_bytes};
