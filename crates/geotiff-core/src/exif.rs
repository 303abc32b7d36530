//! EXIF and GPS directories (Exif 2.3, section 4.6) as GDAL words them in its domain `EXIF`.

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt::Write;
use core::ops::Range;

use crate::ifd::{RawEntry, until_nul};
use crate::{ByteOrder, FieldType, Tag, Values, printf};

/// GDAL takes a directory with more entries for a damaged one.
pub(crate) const MAX_ENTRIES: u64 = 125;
/// GDAL's bound on the bytes of a value and on the characters of its text.
const MAX_LEN: u64 = 65_535;
/// `UserComment` starts with the name of its encoding.
const ENCODING_NAME: u64 = 8;

const USER_COMMENT: u16 = 0x9286;
/// ExifVersion, FlashpixVersion, MakerNote, XmlPacket: shown as text whatever their type.
const TEXTS: [u16; 4] = [0x9000, 0xa000, 0x927c, 0x02bc];

/// Which of the two directories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Directory {
    Exif,
    Gps,
}

impl Directory {
    /// The tag that points to the directory.
    pub(crate) fn tag(self) -> Tag {
        match self {
            Self::Exif => Tag::EXIF_IFD,
            Self::Gps => Tag::GPS_IFD,
        }
    }

    /// GDAL's name of an item: the same number means another thing in the GPS directory.
    fn name(self, tag: u16) -> Option<String> {
        let of = |names: &[(u16, &'static str)]| {
            names.iter().find(|&&(number, _)| number == tag).map(|&(_, name)| name)
        };
        let gps = (self == Self::Gps).then(|| of(GPS_NAMES)).flatten();
        if let Some(name) = gps.or_else(|| of(EXIF_NAMES)) {
            return Some(format!("EXIF_{name}"));
        }
        of(CAMERA_NAMES).map(ToString::to_string)
    }
}

/// An entry that GDAL shows: its key, and where its value lies.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) key: String,
    pub(crate) range: Range<u64>,
    field_type: FieldType,
}

impl Item {
    /// `None` for entries that GDAL passes over: of unknown meaning or type, or of too many values.
    pub(crate) fn of(directory: Directory, raw: &RawEntry) -> Option<Self> {
        let key = directory.name(raw.tag.0)?;
        let is_comment = raw.tag.0 == USER_COMMENT;
        let is_text = is_comment || TEXTS.contains(&raw.tag.0);
        let field_type = if is_text { FieldType::ASCII } else { raw.field_type };
        if raw.count > MAX_LEN || field_type >= FieldType::IFD {
            return None;
        }
        let size = u64::from(field_type.size()?);
        let mut start = raw.position;
        let mut len = raw.count.checked_mul(size)?;
        if is_comment && len >= ENCODING_NAME {
            start = start.checked_add(ENCODING_NAME)?;
            len = len.checked_sub(ENCODING_NAME)?;
        }
        // Of what is larger GDAL shows the key alone.
        let len = if len < MAX_LEN { len } else { 0 };
        Some(Self { key, range: start..start.checked_add(len)?, field_type })
    }

    /// The value in GDAL's words.
    pub(crate) fn text(&self, order: ByteOrder, bytes: &[u8]) -> String {
        match Values::parse(self.field_type, order, bytes) {
            Ok(Values::Ascii(text)) => ascii(&text),
            Ok(Values::Bytes(v) | Values::Undefined(v)) => list(v, |v| format!("0x{v:02x}")),
            Ok(Values::SBytes(v)) => list(v, |v| v.to_string()),
            Ok(Values::Shorts(v)) => list(v, |v| v.to_string()),
            Ok(Values::SShorts(v)) => list(v, |v| v.to_string()),
            Ok(Values::Longs(v)) => list(v, |v| v.to_string()),
            Ok(Values::SLongs(v)) => list(v, |v| v.to_string()),
            Ok(Values::Rationals(v)) => list(v, |(n, d)| ratio(f64::from(n), f64::from(d))),
            Ok(Values::SRationals(v)) => list(v, |(n, d)| ratio(f64::from(n), f64::from(d))),
            Ok(Values::Floats(v)) => list(v, |v| printf::g(f64::from(v), 6)),
            Ok(Values::Doubles(v)) => list(v, |v| printf::g(v, 6)),
            _ => String::new(),
        }
    }
}

/// Text up to its first NUL, without the padding at its end.
fn ascii(bytes: &[u8]) -> String {
    let padding = |&&byte: &&u8| byte == b' ' || byte == 0;
    let len = bytes.len().saturating_sub(bytes.iter().rev().take_while(padding).count());
    String::from_utf8_lossy(until_nul(bytes.get(..len).unwrap_or_default())).into_owned()
}

/// Values with spaces between them, as many as fit.
fn list<T>(values: impl IntoIterator<Item = T>, text: impl Fn(T) -> String) -> String {
    let mut joined = String::new();
    for value in values {
        let text = text(value);
        let separator = if joined.is_empty() { "" } else { " " };
        let len = joined.len().saturating_add(separator.len()).saturating_add(text.len());
        if len as u64 >= MAX_LEN {
            break;
        }
        // Writing to a string cannot fail.
        let _ = write!(joined, "{separator}{text}");
    }
    joined
}

fn ratio(numerator: f64, denominator: f64) -> String {
    let value = if denominator == 0.0 || numerator == 0.0 { 0.0 } else { numerator / denominator };
    format!("({})", printf::g(value, 6))
}

/// Tags of DNG that GDAL shows, without its prefix.
const CAMERA_NAMES: &[(u16, &str)] = &[(0xc614, "DNG_UniqueCameraModel"), (0xc62f, "DNG_CameraSerialNumber")];

const GPS_NAMES: &[(u16, &str)] = &[
    (0x00, "GPSVersionID"),
    (0x01, "GPSLatitudeRef"),
    (0x02, "GPSLatitude"),
    (0x03, "GPSLongitudeRef"),
    (0x04, "GPSLongitude"),
    (0x05, "GPSAltitudeRef"),
    (0x06, "GPSAltitude"),
    (0x07, "GPSTimeStamp"),
    (0x08, "GPSSatellites"),
    (0x09, "GPSStatus"),
    (0x0a, "GPSMeasureMode"),
    (0x0b, "GPSDOP"),
    (0x0c, "GPSSpeedRef"),
    (0x0d, "GPSSpeed"),
    (0x0e, "GPSTrackRef"),
    (0x0f, "GPSTrack"),
    (0x10, "GPSImgDirectionRef"),
    (0x11, "GPSImgDirection"),
    (0x12, "GPSMapDatum"),
    (0x13, "GPSDestLatitudeRef"),
    (0x14, "GPSDestLatitude"),
    (0x15, "GPSDestLongitudeRef"),
    (0x16, "GPSDestLongitude"),
    (0x17, "GPSDestBearingRef"),
    (0x18, "GPSDestBearing"),
    (0x19, "GPSDestDistanceRef"),
    (0x1a, "GPSDestDistance"),
    (0x1b, "GPSProcessingMethod"),
    (0x1c, "GPSAreaInformation"),
    (0x1d, "GPSDateStamp"),
    (0x1e, "GPSDifferential"),
    (0x1f, "GPSHPositioningError"),
];

/// The tags of Exif, and those of TIFF that some programs put there.
const EXIF_NAMES: &[(u16, &str)] = &[
    (0x0102, "BitsPerSample"),
    (0x0103, "Compression"),
    (0x0106, "PhotometricInterpretation"),
    (0x010a, "Fill_Order"),
    (0x010d, "Document_Name"),
    (0x010e, "ImageDescription"),
    (0x010f, "Make"),
    (0x0110, "Model"),
    (0x0111, "StripOffsets"),
    (0x0112, "Orientation"),
    (0x0115, "SamplesPerPixel"),
    (0x0116, "RowsPerStrip"),
    (0x0117, "StripByteCounts"),
    (0x011a, "XResolution"),
    (0x011b, "YResolution"),
    (0x011c, "PlanarConfiguration"),
    (0x0128, "ResolutionUnit"),
    (0x012d, "TransferFunction"),
    (0x0131, "Software"),
    (0x0132, "DateTime"),
    (0x013b, "Artist"),
    (0x013e, "WhitePoint"),
    (0x013f, "PrimaryChromaticities"),
    (0x0156, "Transfer_Range"),
    (0x0200, "JPEG_Proc"),
    (0x0201, "JPEGInterchangeFormat"),
    (0x0202, "JPEGInterchangeFormatLength"),
    (0x0211, "YCbCrCoefficients"),
    (0x0212, "YCbCrSubSampling"),
    (0x0213, "YCbCrPositioning"),
    (0x0214, "ReferenceBlackWhite"),
    (0x02bc, "XmlPacket"),
    (0x828d, "CFA_Repeat_Pattern_Dim"),
    (0x828e, "CFA_Pattern"),
    (0x828f, "Battery_Level"),
    (0x8298, "Copyright"),
    (0x829a, "ExposureTime"),
    (0x829d, "FNumber"),
    (0x83bb, "IPTC/NAA"),
    (0x8773, "Inter_Color_Profile"),
    (0x8822, "ExposureProgram"),
    (0x8824, "SpectralSensitivity"),
    (0x8827, "ISOSpeedRatings"),
    (0x8828, "OECF"),
    (0x8830, "SensitivityType"),
    (0x8831, "StandardOutputSensitivity"),
    (0x8832, "RecommendedExposureIndex"),
    (0x8833, "ISOSpeed"),
    (0x8834, "ISOSpeedLatitudeyyy"),
    (0x8835, "ISOSpeedLatitudezzz"),
    (0x9000, "ExifVersion"),
    (0x9003, "DateTimeOriginal"),
    (0x9004, "DateTimeDigitized"),
    (0x9010, "OffsetTime"),
    (0x9011, "OffsetTimeOriginal"),
    (0x9012, "OffsetTimeDigitized"),
    (0x9101, "ComponentsConfiguration"),
    (0x9102, "CompressedBitsPerPixel"),
    (0x9201, "ShutterSpeedValue"),
    (0x9202, "ApertureValue"),
    (0x9203, "BrightnessValue"),
    (0x9204, "ExposureBiasValue"),
    (0x9205, "MaxApertureValue"),
    (0x9206, "SubjectDistance"),
    (0x9207, "MeteringMode"),
    (0x9208, "LightSource"),
    (0x9209, "Flash"),
    (0x920a, "FocalLength"),
    (0x9214, "SubjectArea"),
    (0x927c, "MakerNote"),
    (0x9286, "UserComment"),
    (0x9290, "SubSecTime"),
    (0x9291, "SubSecTime_Original"),
    (0x9292, "SubSecTime_Digitized"),
    (0xa000, "FlashpixVersion"),
    (0xa001, "ColorSpace"),
    (0xa002, "PixelXDimension"),
    (0xa003, "PixelYDimension"),
    (0xa004, "RelatedSoundFile"),
    (0xa20b, "FlashEnergy"),
    (0xa20c, "SpatialFrequencyResponse"),
    (0xa20e, "FocalPlaneXResolution"),
    (0xa20f, "FocalPlaneYResolution"),
    (0xa210, "FocalPlaneResolutionUnit"),
    (0xa214, "SubjectLocation"),
    (0xa215, "ExposureIndex"),
    (0xa217, "SensingMethod"),
    (0xa300, "FileSource"),
    (0xa301, "SceneType"),
    (0xa302, "CFAPattern"),
    (0xa401, "CustomRendered"),
    (0xa402, "ExposureMode"),
    (0xa403, "WhiteBalance"),
    (0xa404, "DigitalZoomRatio"),
    (0xa405, "FocalLengthIn35mmFilm"),
    (0xa406, "SceneCaptureType"),
    (0xa407, "GainControl"),
    (0xa408, "Contrast"),
    (0xa409, "Saturation"),
    (0xa40a, "Sharpness"),
    (0xa40b, "DeviceSettingDescription"),
    (0xa40c, "SubjectDistanceRange"),
    (0xa420, "ImageUniqueID"),
    (0xa430, "CameraOwnerName"),
    (0xa431, "BodySerialNumber"),
    (0xa432, "LensSpecification"),
    (0xa433, "LensMake"),
    (0xa434, "LensModel"),
    (0xa435, "LensSerialNumber"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn item(tag: u16, field_type: FieldType, count: u64) -> Option<Item> {
        let len = field_type.size().and_then(|size| count.checked_mul(u64::from(size)));
        Item::of(Directory::Exif, &RawEntry { tag: Tag(tag), field_type, count, position: 100, len })
    }

    /// What GDAL 3.10.3 says of such values.
    #[test]
    fn long_values_end_where_gdal_ends_them() {
        let long = item(0xa40b, FieldType::UNDEFINED, 14_000).unwrap();
        let text = long.text(ByteOrder::LittleEndian, &vec![0; 14_000]);
        assert_eq!((text.len(), text.ends_with(" 0x00")), (65_534, true));
        let longest = item(0xa420, FieldType::ASCII, 65_535).unwrap();
        assert_eq!(
            (longest.range.clone(), longest.text(ByteOrder::LittleEndian, &[])),
            (100..100, "".into())
        );
        assert!(item(0xa420, FieldType::ASCII, 65_536).is_none());
        assert!(item(0xa420, FieldType::IFD, 1).is_none());
    }
}
