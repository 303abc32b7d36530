//! Tag numbers and their names.

use core::fmt;

/// A tag of an IFD entry. A newtype over the number, so that private tags stay reachable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(pub u16);

macro_rules! tags {
    ($($(#[$doc:meta])* $konst:ident $number:literal $name:literal;)*) => {
        impl Tag {
            $(
                #[doc = concat!("`", $name, "`, tag ", stringify!($number), ".")]
                pub const $konst: Self = Self($number);
            )*

            /// The specification's name; `None` for a tag that this library has no name for.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                Some(match self.0 {
                    $($number => $name,)*
                    _ => return None,
                })
            }
        }
    };
}

// TIFF 6.0 (baseline, extensions), TIFF Technical Notes, Adobe Photoshop TIFF notes, TIFF/EP, Exif,
// GeoTIFF 1.1, GDAL and the registered private tags that geospatial files carry.
tags! {
    NEW_SUBFILE_TYPE 254 "NewSubfileType";
    SUBFILE_TYPE 255 "SubfileType";
    IMAGE_WIDTH 256 "ImageWidth";
    IMAGE_LENGTH 257 "ImageLength";
    BITS_PER_SAMPLE 258 "BitsPerSample";
    COMPRESSION 259 "Compression";
    PHOTOMETRIC_INTERPRETATION 262 "PhotometricInterpretation";
    THRESHHOLDING 263 "Threshholding";
    CELL_WIDTH 264 "CellWidth";
    CELL_LENGTH 265 "CellLength";
    FILL_ORDER 266 "FillOrder";
    DOCUMENT_NAME 269 "DocumentName";
    IMAGE_DESCRIPTION 270 "ImageDescription";
    MAKE 271 "Make";
    MODEL 272 "Model";
    STRIP_OFFSETS 273 "StripOffsets";
    ORIENTATION 274 "Orientation";
    SAMPLES_PER_PIXEL 277 "SamplesPerPixel";
    ROWS_PER_STRIP 278 "RowsPerStrip";
    STRIP_BYTE_COUNTS 279 "StripByteCounts";
    MIN_SAMPLE_VALUE 280 "MinSampleValue";
    MAX_SAMPLE_VALUE 281 "MaxSampleValue";
    X_RESOLUTION 282 "XResolution";
    Y_RESOLUTION 283 "YResolution";
    PLANAR_CONFIGURATION 284 "PlanarConfiguration";
    PAGE_NAME 285 "PageName";
    X_POSITION 286 "XPosition";
    Y_POSITION 287 "YPosition";
    FREE_OFFSETS 288 "FreeOffsets";
    FREE_BYTE_COUNTS 289 "FreeByteCounts";
    GRAY_RESPONSE_UNIT 290 "GrayResponseUnit";
    GRAY_RESPONSE_CURVE 291 "GrayResponseCurve";
    T4_OPTIONS 292 "T4Options";
    T6_OPTIONS 293 "T6Options";
    RESOLUTION_UNIT 296 "ResolutionUnit";
    PAGE_NUMBER 297 "PageNumber";
    COLOR_RESPONSE_UNIT 300 "ColorResponseUnit";
    TRANSFER_FUNCTION 301 "TransferFunction";
    SOFTWARE 305 "Software";
    DATE_TIME 306 "DateTime";
    ARTIST 315 "Artist";
    HOST_COMPUTER 316 "HostComputer";
    PREDICTOR 317 "Predictor";
    WHITE_POINT 318 "WhitePoint";
    PRIMARY_CHROMATICITIES 319 "PrimaryChromaticities";
    COLOR_MAP 320 "ColorMap";
    HALFTONE_HINTS 321 "HalftoneHints";
    TILE_WIDTH 322 "TileWidth";
    TILE_LENGTH 323 "TileLength";
    TILE_OFFSETS 324 "TileOffsets";
    TILE_BYTE_COUNTS 325 "TileByteCounts";
    BAD_FAX_LINES 326 "BadFaxLines";
    CLEAN_FAX_DATA 327 "CleanFaxData";
    CONSECUTIVE_BAD_FAX_LINES 328 "ConsecutiveBadFaxLines";
    SUB_IFDS 330 "SubIFDs";
    INK_SET 332 "InkSet";
    INK_NAMES 333 "InkNames";
    NUMBER_OF_INKS 334 "NumberOfInks";
    DOT_RANGE 336 "DotRange";
    TARGET_PRINTER 337 "TargetPrinter";
    EXTRA_SAMPLES 338 "ExtraSamples";
    SAMPLE_FORMAT 339 "SampleFormat";
    S_MIN_SAMPLE_VALUE 340 "SMinSampleValue";
    S_MAX_SAMPLE_VALUE 341 "SMaxSampleValue";
    TRANSFER_RANGE 342 "TransferRange";
    CLIP_PATH 343 "ClipPath";
    X_CLIP_PATH_UNITS 344 "XClipPathUnits";
    Y_CLIP_PATH_UNITS 345 "YClipPathUnits";
    INDEXED 346 "Indexed";
    JPEG_TABLES 347 "JPEGTables";
    OPI_PROXY 351 "OPIProxy";
    GLOBAL_PARAMETERS_IFD 400 "GlobalParametersIFD";
    PROFILE_TYPE 401 "ProfileType";
    FAX_PROFILE 402 "FaxProfile";
    CODING_METHODS 403 "CodingMethods";
    VERSION_YEAR 404 "VersionYear";
    MODE_NUMBER 405 "ModeNumber";
    DECODE 433 "Decode";
    DEFAULT_IMAGE_COLOR 434 "DefaultImageColor";
    JPEG_PROC 512 "JPEGProc";
    JPEG_INTERCHANGE_FORMAT 513 "JPEGInterchangeFormat";
    JPEG_INTERCHANGE_FORMAT_LENGTH 514 "JPEGInterchangeFormatLength";
    JPEG_RESTART_INTERVAL 515 "JPEGRestartInterval";
    JPEG_LOSSLESS_PREDICTORS 517 "JPEGLosslessPredictors";
    JPEG_POINT_TRANSFORMS 518 "JPEGPointTransforms";
    JPEG_Q_TABLES 519 "JPEGQTables";
    JPEG_DC_TABLES 520 "JPEGDCTables";
    JPEG_AC_TABLES 521 "JPEGACTables";
    YCBCR_COEFFICIENTS 529 "YCbCrCoefficients";
    YCBCR_SUB_SAMPLING 530 "YCbCrSubSampling";
    YCBCR_POSITIONING 531 "YCbCrPositioning";
    REFERENCE_BLACK_WHITE 532 "ReferenceBlackWhite";
    STRIP_ROW_COUNTS 559 "StripRowCounts";
    XMP 700 "XMP";
    IMAGE_ID 32781 "ImageID";
    WANG_ANNOTATION 32932 "WangAnnotation";
    MATTEING 32995 "Matteing";
    DATA_TYPE 32996 "DataType";
    IMAGE_DEPTH 32997 "ImageDepth";
    TILE_DEPTH 32998 "TileDepth";
    COPYRIGHT 33432 "Copyright";
    EXPOSURE_TIME 33434 "ExposureTime";
    F_NUMBER 33437 "FNumber";
    MD_FILE_TAG 33445 "MD FileTag";
    MODEL_PIXEL_SCALE 33550 "ModelPixelScaleTag";
    IPTC 33723 "IPTC";
    INGR_PACKET_DATA 33918 "INGR Packet Data Tag";
    INGR_FLAG_REGISTERS 33919 "INGR Flag Registers";
    IRAS_B_TRANSFORMATION_MATRIX 33920 "IrasB Transformation Matrix";
    MODEL_TIEPOINT 33922 "ModelTiepointTag";
    MODEL_TRANSFORMATION 34264 "ModelTransformationTag";
    PHOTOSHOP 34377 "Photoshop";
    EXIF_IFD 34665 "ExifIFD";
    ICC_PROFILE 34675 "ICCProfile";
    GEO_KEY_DIRECTORY 34735 "GeoKeyDirectoryTag";
    GEO_DOUBLE_PARAMS 34736 "GeoDoubleParamsTag";
    GEO_ASCII_PARAMS 34737 "GeoAsciiParamsTag";
    IMAGE_LAYER 34732 "ImageLayer";
    GPS_IFD 34853 "GPSIFD";
    FAX_RECV_PARAMS 34908 "FaxRecvParams";
    FAX_SUB_ADDRESS 34909 "FaxSubAddress";
    FAX_RECV_TIME 34910 "FaxRecvTime";
    IMAGE_SOURCE_DATA 37724 "ImageSourceData";
    INTEROPERABILITY_IFD 40965 "InteroperabilityIFD";
    GDAL_METADATA 42112 "GDAL_METADATA";
    GDAL_NODATA 42113 "GDAL_NODATA";
    OCE_SCANJOB_DESCRIPTION 50215 "Oce Scanjob Description";
    OCE_APPLICATION_SELECTOR 50216 "Oce Application Selector";
    OCE_IDENTIFICATION_NUMBER 50217 "Oce Identification Number";
    OCE_IMAGE_LOGIC_CHARACTERISTICS 50218 "Oce ImageLogic Characteristics";
    LERC_PARAMETERS 50674 "LercParameters";
    DNG_VERSION 50706 "DNGVersion";
    DNG_BACKWARD_VERSION 50707 "DNGBackwardVersion";
    UNIQUE_CAMERA_MODEL 50708 "UniqueCameraModel";
    RPC_COEFFICIENT 50844 "RPCCoefficientTag";
    ALIAS_LAYER_METADATA 50784 "Alias Layer Metadata";
    TIFF_RSID 50908 "TIFF_RSID";
    GEO_METADATA 50909 "GEO_METADATA";
    EXTRA_CAMERA_PROFILES 50933 "ExtraCameraProfiles";
    JXL_DISTANCE 52553 "JXLDistance";
    JXL_EFFORT 52554 "JXLEffort";
    JXL_DECODE_SPEED 52555 "JXLDecodeSpeed";
}

impl fmt::Display for Tag {
    /// Writes name and number, or the number alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} ({})", self.0),
            None => write!(f, "{}", self.0),
        }
    }
}
