//! Where TIFF leaves a choice: what is done here, and what libtiff and GDAL do.
//!
//! Each was checked on GDAL 3.10.3 with its libtiff, through rasterio 1.4.4.
//!
//! **Too few bytes.** A chunk whose stream ends before all its samples is an
//! [`Malformed`](crate::ErrorKind::Malformed) error, as in libtiff, whatever the codec. There is no filling with
//! zeros, not for the last strip either: its [`ChunkSpec::height`](crate::ChunkSpec::height) is the rows that
//! remain. Two things GDAL does differently, both outside this crate's reach or not worth following: for an
//! uncompressed file of one strip it reads past a `StripByteCounts` that is too small, and where libjpeg runs
//! out of data it makes grey pixels and a warning; here that is an error.
//!
//! **Too many bytes.** Whatever a stream holds after the chunk's last byte is ignored, as in libtiff: writers
//! exist that fill up the last strip.
//!
//! **Ends.** An LZW stream is not looked at beyond the chunk's last byte: a missing or damaged end code is no
//! error. A zlib stream's checksum counts when it is there; a zlib stream cut short within its checksum
//! decodes here, which GDAL refuses.
//!
//! **LZW of libtiff before 3.0**, with its bits the other way round, is told by its first two bytes.
//!
//! **`FillOrder` 2** reverses the bits of the compressed bytes, not of the samples. It does not concern JPEG.
//!
//! **Predictors** concern LZW, Deflate, ZSTD and LZMA; with another codec the tag is ignored. Horizontal
//! differencing works on numbers of 8, 16, 32 and 64 bits, whatever their format; on complex numbers it
//! differences and swaps the whole of `BitsPerSample`. The floating-point predictor works on floats of 16, 24,
//! 32 and 64 bits and stores its bytes in one order in files of either byte order; on integers it is an error.
//! On subsampled YCbCr predictors are refused.
//!
//! **Depths that no machine has** are packed from the most significant bit on, in files of either byte order;
//! a row starts at a whole byte. Signed integers of such depths come out without sign extension. Integers of
//! 24 bits are the exception that GDAL makes: in a big-endian file their three bytes are taken in reverse.
//!
//! **Floats of 16 and 24 bits** widen to 32 exactly; the payload of a NaN is kept.
//!
//! **JPEG** takes the meaning of its colours from `PhotometricInterpretation` alone: YCbCr becomes RGB, all
//! else stays as it is, whatever an Adobe marker says. A JPEG image higher than its chunk is cropped. Values
//! may be 1 off GDAL's, whose inverse transform is another, and more where chroma is subsampled.
//!
//! **LERC** pixels without a value are NaN in floats, alpha 0 where the mask stands for the alpha of 8-bit
//! pixels, else 0 with [`Workspace::validity`](crate::Workspace::validity) beside. In a big-endian file
//! the numbers inside a blob are byte-swapped, because libtiff swaps samples before it encodes them.
//!
//! **YCbCr that is not JPEG, CMYK and CIE L\*a\*b\*** come as they are stored, chroma repeated to full
//! resolution; GDAL makes 8-bit RGBA of them, and the converters of [`colour`](crate::colour) do so when asked.
//! (libtiff loses the last bytes of a strip of 4 by 4 chroma blocks when their number across is odd; this crate
//! does not.)
//!
//! **PixarLog** rows of any number of samples have their differences undone; libtiff does so for 3 and 4 samples
//! only and returns nonsense for others.
//!
//! **SGI Log** samples are 16-bit integers, as GDAL gives them: the logarithm, not the light.
