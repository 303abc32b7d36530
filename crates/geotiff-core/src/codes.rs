//! Coded values of tags: newtypes over the number in the file, with the known ones named.

use core::fmt;

macro_rules! code {
    ($(#[$doc:meta])* $type:ident { $($(#[$vdoc:meta])* $konst:ident $number:literal $name:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $type(pub u16);

        impl $type {
            $(
                #[doc = concat!($name, ", code ", stringify!($number), ".")]
                pub const $konst: Self = Self($number);
            )*

            /// A name for people; `None` for a code that this library has no name for.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                Some(match self.0 {
                    $($number => $name,)*
                    _ => return None,
                })
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self.name() {
                    Some(name) => f.write_str(name),
                    None => write!(f, "{}", self.0),
                }
            }
        }
    };
}

code! {
    /// Compression of strips and tiles (tag 259).
    Compression {
        NONE 1 "None";
        CCITT_RLE 2 "CCITT RLE";
        CCITT_T4 3 "CCITT T.4";
        CCITT_T6 4 "CCITT T.6";
        LZW 5 "LZW";
        JPEG_OLD 6 "Old JPEG";
        JPEG 7 "JPEG";
        DEFLATE 8 "Deflate";
        T85 9 "T.85 JBIG";
        T43 10 "T.43 JBIG";
        NEXT 32766 "NeXT";
        CCITT_RLE_W 32771 "CCITT RLE/W";
        PACKBITS 32773 "PackBits";
        THUNDERSCAN 32809 "ThunderScan";
        PIXAR_FILM 32908 "PixarFilm";
        PIXAR_LOG 32909 "PixarLog";
        DEFLATE_OLD 32946 "Old Deflate";
        DCS 32947 "DCS";
        JBIG 34661 "JBIG";
        SGILOG 34676 "SGILog";
        SGILOG24 34677 "SGILog24";
        JPEG2000_LEICA_YCBCR 33003 "JPEG 2000 (Aperio YCbCr)";
        JPEG2000_LEICA_RGB 33005 "JPEG 2000 (Aperio RGB)";
        JPEG2000 34712 "JPEG 2000";
        LERC 34887 "LERC";
        LZMA 34925 "LZMA";
        ZSTD 50000 "Zstandard";
        WEBP 50001 "WebP";
        JXL 50002 "JPEG XL";
        JXL_DNG 52546 "JPEG XL (DNG 1.7)";
    }
}

impl Compression {
    /// GDAL's spelling, as in the `COMPRESSION` item of its `IMAGE_STRUCTURE` domain; `NONE` for none.
    /// LERC with a further compression has its own names there (`LERC_DEFLATE`, `LERC_ZSTD`), which need
    /// the LERC parameters: see [`Image::gdal_compression`](crate::Image::gdal_compression).
    #[must_use]
    pub const fn gdal_name(self) -> Option<&'static str> {
        Some(match self {
            Self::NONE => "NONE",
            Self::CCITT_RLE => "CCITTRLE",
            Self::CCITT_T4 => "CCITTFAX3",
            Self::CCITT_T6 => "CCITTFAX4",
            Self::LZW => "LZW",
            Self::JPEG_OLD => "OJPEG",
            Self::JPEG => "JPEG",
            Self::NEXT => "NEXT",
            Self::CCITT_RLE_W => "CCITTRLEW",
            Self::PACKBITS => "PACKBITS",
            Self::THUNDERSCAN => "THUNDERSCAN",
            Self::PIXAR_FILM => "PIXARFILM",
            Self::PIXAR_LOG => "PIXARLOG",
            Self::DEFLATE | Self::DEFLATE_OLD => "DEFLATE",
            Self::DCS => "DCS",
            Self::JBIG => "JBIG",
            Self::SGILOG => "SGILOG",
            Self::SGILOG24 => "SGILOG24",
            Self::JPEG2000 => "JP2000",
            Self::LERC => "LERC",
            Self::LZMA => "LZMA",
            Self::ZSTD => "ZSTD",
            Self::WEBP => "WEBP",
            Self::JXL | Self::JXL_DNG => "JXL",
            _ => return None,
        })
    }

    /// Whether the Predictor tag means something with this compression (libtiff's codecs; elsewhere the
    /// tag is ignored).
    #[must_use]
    pub const fn has_predictor(self) -> bool {
        matches!(self, Self::LZW | Self::DEFLATE | Self::DEFLATE_OLD | Self::ZSTD | Self::LZMA)
    }
}

code! {
    /// Photometric interpretation (tag 262).
    Photometric {
        MIN_IS_WHITE 0 "WhiteIsZero";
        MIN_IS_BLACK 1 "BlackIsZero";
        RGB 2 "RGB";
        PALETTE 3 "Palette";
        MASK 4 "Transparency mask";
        SEPARATED 5 "CMYK";
        YCBCR 6 "YCbCr";
        CIELAB 8 "CIELab";
        ICCLAB 9 "ICCLab";
        ITULAB 10 "ITULab";
        CFA 32803 "Color filter array";
        LOGL 32844 "LogL";
        LOGLUV 32845 "LogLuv";
        LINEAR_RAW 34892 "LinearRaw";
    }
}

impl Photometric {
    /// GDAL's spelling, as its `PHOTOMETRIC` creation option has it.
    #[must_use]
    pub const fn gdal_name(self) -> Option<&'static str> {
        Some(match self {
            Self::MIN_IS_WHITE => "MINISWHITE",
            Self::MIN_IS_BLACK => "MINISBLACK",
            Self::RGB => "RGB",
            Self::PALETTE => "PALETTE",
            Self::MASK => "MASK",
            Self::SEPARATED => "CMYK",
            Self::YCBCR => "YCBCR",
            Self::CIELAB => "CIELAB",
            Self::ICCLAB => "ICCLAB",
            Self::ITULAB => "ITULAB",
            Self::LOGL => "LOGL",
            Self::LOGLUV => "LOGLUV",
            _ => return None,
        })
    }
}

code! {
    /// Predictor applied before compression (tag 317).
    Predictor {
        NONE 1 "None";
        HORIZONTAL 2 "Horizontal differencing";
        FLOATING_POINT 3 "Floating point";
    }
}

code! {
    /// Order of samples (tag 284).
    PlanarConfiguration {
        CHUNKY 1 "Chunky";
        PLANAR 2 "Planar";
    }
}

code! {
    /// How the bits of a sample are to be understood (tag 339).
    SampleFormat {
        UINT 1 "Unsigned integer";
        INT 2 "Signed integer";
        FLOAT 3 "IEEE floating point";
        VOID 4 "Undefined";
        COMPLEX_INT 5 "Complex integer";
        COMPLEX_FLOAT 6 "Complex floating point";
    }
}

code! {
    /// Meaning of a sample beyond those of the photometric interpretation (tag 338).
    ExtraSample {
        UNSPECIFIED 0 "Unspecified";
        ASSOCIATED_ALPHA 1 "Associated alpha";
        UNASSOCIATED_ALPHA 2 "Unassociated alpha";
    }
}
