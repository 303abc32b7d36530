//! Decompressors, predictors and sample unpacking for TIFF chunks, one feature each.
