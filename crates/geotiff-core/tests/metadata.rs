//! GDAL's metadata; expected values are those of rasterio 1.4.4 (GDAL 3.10.3) for the same files.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail")]

mod common;

use common::*;
use geotiff_core::{BandMetadata, GdalMetadata, Photometric, PlanarConfiguration};

fn metadata(entries: Vec<Entry>) -> GdalMetadata {
    open_ifd(LE, entries).unwrap().pages()[0].metadata().clone()
}

fn xml(items: &str, samples: u16) -> GdalMetadata {
    let text = format!("<GDALMetadata>{items}</GDALMetadata>");
    metadata(with(
        LE.gray(4, 4, 3000),
        [LE.short(277, &[samples]), LE.short(258, &vec![8; samples.into()]), LE.ascii(42112, &text)],
    ))
}

fn colors(entries: impl IntoIterator<Item = Entry>) -> Vec<&'static str> {
    metadata(with(LE.gray(4, 4, 3000), entries)).bands().map(|b| b.color_interpretation().name()).collect()
}

fn all<T>(metadata: &GdalMetadata, get: impl Fn(BandMetadata<'_>) -> T) -> Vec<T> {
    metadata.bands().map(get).collect()
}

#[test]
fn items_by_domain() {
    let m = xml(
        "<Item name=\"a\">first</Item><Item name=\"A\">second</Item><Item name=\"e\"></Item>\
         <Item name=\"amp\">1 &amp;amp; 2 &lt;x&gt;</Item><Item name=\"x\" domain=\"D\">1</Item>\
         <Item name=\"y\" domain=\"d\">2</Item><Item name=\"doc\" domain=\"xml:F\">&lt;a&gt;b&lt;/a&gt;</Item>\
         <Item name=\"c\"><![CDATA[<raw>&amp;]]></Item><Item name=\"r\">&#65;&#x42;é</Item>\
         <Item name=\"COMPRESSION\" domain=\"IMAGE_STRUCTURE\">FOO</Item><Item name=\"n\" sample=\"-2\">1</Item>",
        1,
    );
    let d = m.domains();
    let pair = |k: &str, v: &str| (k.to_owned(), v.to_owned());
    assert_eq!(
        d.items(""),
        [pair("A", "second"), pair("amp", "1 & 2 <x>"), pair("c", "<raw>&"), pair("r", "ABé")]
    );
    assert_eq!(d.items("D"), [pair("x", "1"), pair("y", "2")]);
    assert_eq!(d.get("XML:F", "xml:F"), Some("<a>b</a>"));
    assert_eq!(d.get("IMAGE_STRUCTURE", "COMPRESSION"), Some("DEFLATE"));
}

#[test]
fn bands() {
    let m = xml(
        "<Item name=\"SCALE\" sample=\"0\" role=\"scale\">0.5</Item>\
         <Item name=\"OFFSET\" sample=\"1\" role=\"offset\">-3</Item>\
         <Item name=\"UNITTYPE\" sample=\"0\" role=\"unittype\">m</Item>\
         <Item name=\"DESCRIPTION\" sample=\"2\" role=\"description\">third</Item>\
         <Item name=\"COLORINTERP\" sample=\"2\" role=\"colorinterp\">NIR</Item>\
         <Item name=\"COLORINTERP\" sample=\"1\" role=\"colorinterp\">Bogus</Item>\
         <Item name=\"STATISTICS_MINIMUM\" sample=\"0\">1</Item><Item name=\"STATISTICS_MAXIMUM\" sample=\"0\">9</Item>\
         <Item name=\"STATISTICS_MEAN\" sample=\"0\">4.5</Item><Item name=\"STATISTICS_STDDEV\" sample=\"0\">2</Item>\
         <Item name=\"q\" sample=\"7\">1</Item><Item name=\"d\" sample=\"1\" domain=\"DD\">1</Item>",
        3,
    );
    assert_eq!(all(&m, |b| b.scale()), [0.5, 1.0, 1.0]);
    assert_eq!(all(&m, |b| b.offset()), [0.0, -3.0, 0.0]);
    assert_eq!(all(&m, |b| b.unit().map(str::to_owned)), [Some("m".to_owned()), None, None]);
    assert_eq!(m.band(2).unwrap().description(), Some("third"));
    assert_eq!(all(&m, |b| b.color_interpretation().name()), ["gray", "undefined", "nir"]);
    assert_eq!(m.band(1).unwrap().tags().get("", "COLOR_INTERPRETATION"), Some("Bogus"));
    assert_eq!(m.band(1).unwrap().tags().get("DD", "d"), Some("1"));
    let s = m.band(0).unwrap().statistics().unwrap();
    assert_eq!((s.min, s.max, s.mean, s.std, s.valid_percent), (1.0, 9.0, 4.5, 2.0, None));
    assert!(m.band(1).unwrap().statistics().is_none());
    assert!(m.band(3).is_none());
}

#[test]
fn every_colour_name_of_gdal() {
    let names = [
        "undefined",
        "gray",
        "palette",
        "red",
        "green",
        "blue",
        "alpha",
        "hue",
        "saturation",
        "lightness",
        "cyan",
        "magenta",
        "yellow",
        "black",
        "Y",
        "Cb",
        "Cr",
        "pan",
        "coastal",
        "rededge",
        "nir",
        "swir",
        "mwir",
        "lwir",
        "tir",
        "other_ir",
        "sar_ka",
        "sar_k",
        "sar_ku",
        "sar_x",
        "sar_c",
        "sar_s",
        "sar_l",
        "sar_p",
    ];
    let gdal = [
        "Undefined",
        "Gray",
        "Palette",
        "Red",
        "Green",
        "Blue",
        "Alpha",
        "Hue",
        "Saturation",
        "Lightness",
        "Cyan",
        "Magenta",
        "Yellow",
        "Black",
        "YCbCr_Y",
        "YCbCr_Cb",
        "YCbCr_Cr",
        "Pan",
        "Coastal",
        "RedEdge",
        "NIR",
        "SWIR",
        "MWIR",
        "LWIR",
        "TIR",
        "OtherIR",
        "SAR_Ka",
        "SAR_K",
        "SAR_Ku",
        "SAR_X",
        "SAR_C",
        "SAR_S",
        "SAR_L",
        "SAR_P",
    ];
    for (name, gdal) in names.into_iter().zip(gdal) {
        let m =
            xml(&format!("<Item name=\"COLORINTERP\" sample=\"0\" role=\"colorinterp\">{gdal}</Item>"), 1);
        assert_eq!(m.band(0).unwrap().color_interpretation().name(), name);
    }
}

#[test]
fn damaged_xml_gives_no_items() {
    for text in
        ["<GDALMetadata><Item name=\"a\">1</Item>", "nothing", "<Other><Item name=\"a\">1</Item></Other>", ""]
    {
        let m = metadata(with(LE.gray(4, 4, 3000), [LE.ascii(42112, text)]));
        assert_eq!(m.domains().items("").len(), 0, "{text}");
    }
    let bomb = format!("<GDALMetadata>{}</GDALMetadata>", "<a>".repeat(100_000));
    assert_eq!(metadata(with(LE.gray(4, 4, 3000), [LE.ascii(42112, &bomb)])).domains().items("").len(), 0);
}

#[test]
fn colours_by_photometric_and_extra_samples() {
    let rgb = |samples: u16, extra: &[u16]| {
        let mut e = vec![LE.short(262, &[2]), LE.short(277, &[samples]), LE.short(258, &[8])];
        if !extra.is_empty() {
            e.push(LE.short(338, extra));
        }
        colors(e)
    };
    assert_eq!(rgb(4, &[]), ["red", "green", "blue", "undefined"]);
    assert_eq!(rgb(5, &[0, 2]), ["red", "green", "blue", "undefined", "alpha"]);
    assert_eq!(rgb(4, &[1]), ["red", "green", "blue", "alpha"]);
    assert_eq!(rgb(4, &[999]), ["red", "green", "blue", "alpha"]);
    let grey_alpha = [LE.short(277, &[2]), LE.short(258, &[8]), LE.short(338, &[1])];
    assert_eq!(colors(grey_alpha), ["gray", "alpha"]);
    let white = [LE.short(262, &[0]), LE.short(277, &[3]), LE.short(258, &[8]), LE.short(338, &[0, 2])];
    assert_eq!(colors(white), ["palette", "undefined", "alpha"]);
    assert_eq!(colors([LE.short(262, &[0]), LE.short(258, &[32])]), ["undefined"]);
    assert_eq!(colors([LE.short(258, &[1])]), ["palette"]);
}

#[test]
fn colour_tables() {
    let table = |map: &[u16], nodata: &str| {
        let m = metadata(with(
            LE.gray(4, 4, 3000),
            [LE.short(262, &[3]), LE.short(258, &[2]), LE.short(320, map), LE.ascii(42113, nodata)],
        ));
        m.color_table().unwrap().entries().to_vec()
    };
    let by257 = [0, 257, 514, 65535, 0, 0, 0, 257, 65535, 0, 0, 0];
    assert_eq!(table(&by257, "1"), [[0, 0, 255, 255], [1, 0, 0, 0], [2, 0, 0, 255], [255, 1, 0, 255]]);
    let by256 = [0, 256, 512, 65280, 0, 0, 0, 256, 65280, 0, 0, 0];
    assert_eq!(table(&by256, ""), [[0, 0, 255, 255], [1, 0, 0, 255], [2, 0, 0, 255], [255, 1, 0, 255]]);
    let plain = [0, 1, 2, 255, 0, 0, 0, 1, 255, 0, 0, 0];
    assert_eq!(table(&plain, ""), table(&by257, ""));
    let white = metadata(with(LE.gray(4, 4, 3000), [LE.short(262, &[0]), LE.short(258, &[2])]));
    assert_eq!(
        white.color_table().unwrap().entries(),
        [[255; 4], [170, 170, 170, 255], [85, 85, 85, 255], [0, 0, 0, 255]]
    );
}

#[test]
fn tags_as_items() {
    let m = metadata(with(
        LE.gray(4, 4, 3000),
        [
            LE.ascii(305, "soft"),
            LE.ascii(306, "2024:01:02 03:04:05"),
            LE.double(282, &[72.123456789]),
            LE.short(296, &[3]),
            LE.short(280, &[5]),
            LE.short(281, &[9]),
            LE.short(34735, &[1, 1, 0, 1, 1025, 0, 1, 2]),
        ],
    ));
    let get = |key| m.domains().get("", key);
    assert_eq!(get("TIFFTAG_SOFTWARE"), Some("soft"));
    assert_eq!(get("TIFFTAG_DATETIME"), Some("2024:01:02 03:04:05"));
    assert_eq!(get("TIFFTAG_XRESOLUTION"), Some("72.123459"));
    assert_eq!(get("TIFFTAG_YRESOLUTION"), Some("0"));
    assert_eq!(get("TIFFTAG_RESOLUTIONUNIT"), Some("3 (pixels/cm)"));
    assert_eq!((get("TIFFTAG_MINSAMPLEVALUE"), get("TIFFTAG_MAXSAMPLEVALUE")), (Some("5"), Some("9")));
    assert_eq!(get("AREA_OR_POINT"), Some("Point"));
}

#[test]
fn image_structure() {
    let structure = |entries: Vec<Entry>| {
        metadata(with(LE.gray(4, 4, 3000), entries)).domains().items("IMAGE_STRUCTURE").to_vec()
    };
    let pairs =
        |items: &[(&str, &str)]| items.iter().map(|&(k, v)| (k.to_owned(), v.to_owned())).collect::<Vec<_>>();
    assert_eq!(
        structure(vec![LE.short(317, &[2])]),
        pairs(&[("COMPRESSION", "DEFLATE"), ("INTERLEAVE", "BAND"), ("PREDICTOR", "2")])
    );
    assert_eq!(
        structure(vec![LE.short(259, &[34887]), LE.long(50674, &[4, 2]), LE.short(317, &[3])]),
        pairs(&[("COMPRESSION", "LERC_ZSTD"), ("LERC_VERSION", "2.4"), ("INTERLEAVE", "BAND")])
    );
    let bits = metadata(with(LE.gray(4, 4, 3000), [LE.short(258, &[12])]));
    assert_eq!(bits.band(0).unwrap().tags().get("IMAGE_STRUCTURE", "NBITS"), Some("12"));
}

#[test]
fn a_predictor_counts_only_where_the_compression_has_one() {
    let predictor = |compression: u16| {
        let entries = with(LE.gray(4, 4, 3000), [LE.short(259, &[compression]), LE.short(317, &[2])]);
        open_ifd(LE, entries).unwrap().pages()[0].image().predictor().0
    };
    assert_eq!([5, 8, 32946, 50000, 34925].map(predictor), [2; 5]);
    assert_eq!([1, 7, 34887, 34712, 50001, 32773].map(predictor), [1; 6]);
}

#[test]
fn heights_take_scale_and_unit_from_a_vertical_crs() {
    let geo = |minor: u16| {
        metadata(with(
            LE.gray(4, 4, 3000),
            [
                LE.double(33550, &[1.0, 1.0, 2.5]),
                LE.double(33922, &[0.0, 0.0, 3.0, 10.0, 20.0, 7.0]),
                LE.short(
                    34735,
                    &[
                        1, 1, minor, 5, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32631, 4096, 0, 1, 5773,
                        4099, 0, 1, 9001,
                    ],
                ),
            ],
        ))
    };
    let band = |m: &GdalMetadata| {
        let b = m.band(0).unwrap();
        (b.scale(), b.offset())
    };
    assert_eq!(band(&geo(1)), (2.5, -0.5));
    assert_eq!(band(&geo(0)), (1.0, 0.0));
}

#[test]
fn rational_polynomial_coefficients() {
    let values: Vec<f64> = (0..92).map(f64::from).collect();
    let m = metadata(with(LE.gray(4, 4, 3000), [LE.double(50844, &values)]));
    let rpc = m.rpc().unwrap();
    assert_eq!((rpc.err_bias, rpc.height_off, rpc.line_scale, rpc.height_scale), (Some(0.0), 6.0, 7.0, 11.0));
    assert_eq!((rpc.line_num_coeff[0], rpc.samp_den_coeff[19]), (12.0, 91.0));
    assert_eq!(m.domains().get("RPC", "LONG_OFF"), Some("5"));
    assert!(m.domains().get("RPC", "LINE_DEN_COEFF").unwrap().starts_with("32 33 34 "));
    assert!(metadata(with(LE.gray(4, 4, 3000), [LE.double(50844, &values[..91])])).rpc().is_none());
}

#[test]
fn a_bad_geokey_spoils_the_directory() {
    let area_or_point = |directory: &[u16]| {
        let m = metadata(with(LE.gray(4, 4, 3000), [LE.short(34735, directory), LE.ascii(34737, "hello|")]));
        m.domains().get("", "AREA_OR_POINT").map(str::to_owned)
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(area_or_point(&[1, 1, 0, 2, 1024, 0, 1, 1, 1025, 0, 2, 1]), None);
    assert_eq!(area_or_point(&[1, 1, 0, 2, 1025, 0, 1, 2, 2057, 34736, 1, 5]), None);
    assert_eq!(area_or_point(&[1, 1, 0, 2, 1025, 0, 1, 2, 999, 7, 1, 5]), None);
    assert_eq!(area_or_point(&[1, 1, 0, 5, 1025, 0, 1, 2]), None);
    assert_eq!(area_or_point(&[2, 1, 0, 1, 1025, 0, 1, 2]), None);
    assert_eq!(area_or_point(&[1, 1, 0, 2, 1025, 0, 1, 2, 1026, 34737, 50, 0]), some("Point"));
    assert_eq!(area_or_point(&[1, 1, 0, 2, 1025, 0, 1, 2, 1025, 0, 1, 1]), some("Area"));
    assert_eq!(area_or_point(&[1, 1, 0, 1, 1025, 0, 1, 7]), some("Area"));
    assert_eq!(area_or_point(&[1, 1, 0, 1, 1025, 34735, 1, 4]), some("Area"));
}

/// rasterio 1.4.4 opens such a file as three bands of 8 bits, red, green and blue, by pixel.
#[test]
fn tags_that_writers_of_old_style_jpeg_left_away() {
    for photometric in [None, Some(LE.short(262, &[2]))] {
        let kept = LE.gray(8, 8, 100).into_iter().filter(|entry| ![258, 262, 277].contains(&entry.0));
        let entries =
            with(kept.collect(), [LE.short(259, &[6]), LE.short(284, &[2])].into_iter().chain(photometric));
        let tiff = open_ifd(LE, entries).unwrap();
        let page = &tiff.pages()[0];
        let image = page.image();
        assert_eq!((image.samples_per_pixel(), image.bits_per_sample()), (3, &[8, 8, 8][..]));
        assert_eq!((image.photometric(), image.planar()), (Photometric::YCBCR, PlanarConfiguration::CHUNKY));
        assert_eq!(all(page.metadata(), |band| band.color_interpretation().name()), ["red", "green", "blue"]);
        let structure = page.metadata().domains();
        assert_eq!(structure.get("IMAGE_STRUCTURE", "SOURCE_COLOR_SPACE"), Some("YCbCr"));
    }
}
