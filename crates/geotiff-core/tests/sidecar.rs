//! Files beside an image, applied to it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail")]

mod common;

use common::*;
use geotiff_core::{AttributeType, ErrorKind, Limits, MaskScope, Nodata, Page, Pam, RpcFile, WorldFile};

fn page(entries: impl IntoIterator<Item = Entry>) -> Page {
    open_ifd(LE, with(LE.gray(40, 40, 900), entries)).unwrap().pages()[0].clone()
}

fn tiepoint() -> [Entry; 2] {
    [LE.double(33550, &[1.0, 1.0, 0.0]), LE.double(33922, &[0.0, 0.0, 0.0, 7.0, 8.0, 0.0])]
}

#[test]
fn a_world_file_gives_what_is_missing() {
    let world = WorldFile::parse(b"10\r\n\r\n1\r\n2\r\n-20\r\n100\r\n200\r\n").unwrap();
    let expected = [10.0, 2.0, 94.0, 1.0, -20.0, 209.5];
    assert_eq!(world.transform(), expected);
    assert_eq!(page([]).with_world_file(&world).georeferencing().transform(), Some(expected));
    let own = page(tiepoint()).with_world_file(&world);
    assert_eq!(own.georeferencing().transform(), Some([1.0, 0.0, 7.0, 0.0, -1.0, 8.0]));
    for bad in [&b""[..], b"1\n2\n3\n4\n5\n", b"0\n0\n0\n1\n5\n6\n", b"text\n\n\n"] {
        assert_eq!(WorldFile::parse(bad).unwrap_err().kind(), ErrorKind::Malformed);
    }
}

const PAM: &str = r#"<PAMDataset>
  <SRS dataAxisToSRSAxisMapping="2,1">GEOGCS["WGS 84"]</SRS>
  <GeoTransform> 1.0e+02,  1.0e+01,  0.0, 2.0e+02,  0.0, -1.0e+01</GeoTransform>
  <Metadata><MDI key="a">1</MDI><MDI key="TIFFTAG_SOFTWARE">other</MDI></Metadata>
  <Metadata domain="xml:X" format="xml"><x y="1"><z/></x></Metadata>
  <PAMRasterBand band="1">
    <Description>first</Description>
    <NoDataValue>-99</NoDataValue>
    <UnitType>m</UnitType><Offset>3</Offset><Scale>0.1</Scale>
    <ColorInterp>Red</ColorInterp>
    <ColorTable><Entry c1="1" c2="2" c3="3" c4="255"/><Entry c1="300" c2="0" c3="0" c4="0"/></ColorTable>
    <CategoryNames><Category>none</Category><Category/><Category>water</Category></CategoryNames>
    <GDALRasterAttributeTable tableType="thematic">
      <FieldDefn index="0"><Name>VALUE</Name><Type typeAsString="Integer">0</Type><Usage>5</Usage></FieldDefn>
      <FieldDefn index="1"><Name>Class</Name><Type>2</Type><Usage>2</Usage></FieldDefn>
      <Row index="0"><F>1</F><F>forest</F></Row>
    </GDALRasterAttributeTable>
    <Metadata><MDI key="STATISTICS_MINIMUM">1</MDI><MDI key="STATISTICS_MAXIMUM">2</MDI>
      <MDI key="STATISTICS_MEAN">1.5</MDI><MDI key="STATISTICS_STDDEV">0.5</MDI></Metadata>
  </PAMRasterBand>
  <PAMRasterBand band="9"><Description>there is no such band</Description></PAMRasterBand>
</PAMDataset>"#;

#[test]
fn auxiliary_metadata_overrides_the_file() {
    let pam = Pam::parse(PAM.as_bytes(), &Limits::default()).unwrap();
    let entries =
        tiepoint().into_iter().chain([LE.ascii(305, "soft"), LE.short(258, &[16]), LE.short(339, &[2])]);
    let page = page(entries).with_pam(&pam);
    let geo = page.georeferencing();
    assert_eq!(geo.transform(), Some([10.0, 0.0, 100.0, 0.0, -10.0, 200.0]));
    assert_eq!(geo.wkt(), Some("GEOGCS[\"WGS 84\"]"));
    assert_eq!(page.nodata(), Some(Nodata::Float(-99.0)));
    let m = page.metadata();
    assert_eq!(
        (m.domains().get("", "a"), m.domains().get("", "TIFFTAG_SOFTWARE")),
        (Some("1"), Some("other"))
    );
    assert_eq!(m.domains().get("xml:X", "xml:X"), Some("<x y=\"1\"><z/></x>"));
    let band = m.band(0).unwrap();
    assert_eq!(
        (band.scale(), band.offset(), band.unit(), band.description()),
        (0.1, 3.0, Some("m"), Some("first"))
    );
    assert_eq!(band.color_interpretation().name(), "red");
    assert_eq!(band.categories(), ["none", "", "water"]);
    assert_eq!(m.color_table().unwrap().entries(), [[1, 2, 3, 255], [255, 0, 0, 0]]);
    assert_eq!(band.statistics().unwrap().mean, 1.5);
    let table = band.attribute_table().unwrap();
    assert_eq!(
        (table.columns()[0].name.as_str(), table.columns()[0].kind, table.columns()[1].usage),
        ("VALUE", AttributeType::Integer, 2)
    );
    assert_eq!(table.rows(), [["1", "forest"]]);
    assert_eq!(m.band_count(), 1);
}

#[test]
fn ground_control_points_of_auxiliary_metadata() {
    let text = r#"<PAMDataset><GCPList Projection="LOCAL_CS[]">
        <GCP Id="1" Pixel="1.5" Line="2.5" X="10" Y="20" Z="30"/><GCP Id="2" Pixel="x"/></GCPList></PAMDataset>"#;
    let pam = Pam::parse(text.as_bytes(), &Limits::default()).unwrap();
    let page = page(tiepoint()).with_pam(&pam);
    let geo = page.georeferencing();
    let g = geo.gcps()[0];
    assert_eq!((geo.gcps().len(), g.row, g.col, g.x, g.y, g.z), (1, 2.5, 1.5, 10.0, 20.0, 30.0));
    assert_eq!((geo.transform(), geo.wkt()), (Some([1.0, 0.0, 7.0, 0.0, -1.0, 8.0]), Some("LOCAL_CS[]")));
}

#[test]
fn nodata_of_auxiliary_metadata_is_of_its_band() {
    let text = r#"<PAMDataset>
        <PAMRasterBand band="2"><NoDataValue le_hex_equiv="9A9999999999B93F">1.0E-01</NoDataValue></PAMRasterBand>
        <PAMRasterBand band="3"><NoDataValue>70000</NoDataValue></PAMRasterBand></PAMDataset>"#;
    let pam = Pam::parse(text.as_bytes(), &Limits::default()).unwrap();
    let samples =
        [LE.short(258, &[16; 3]), LE.short(277, &[3]), LE.ascii(42113, "-9999"), LE.short(339, &[2; 3])];
    let page = page(samples).with_pam(&pam);
    let nodata = [0, 1, 2].map(|band| page.band_nodata(band));
    assert_eq!(nodata, [Some(Nodata::Float(-9999.0)), Some(Nodata::Float(0.1)), None]);
    // No 16-bit integer is equal to it, and GDAL masks none by it; but what is sparse holds the nearest.
    assert_eq!((page.masking_nodata(2), page.written_nodata(2)), (None, Some(Nodata::Float(70_000.0))));
}

#[test]
fn damaged_auxiliary_metadata_is_an_error() {
    for len in (0..PAM.len()).step_by(7) {
        assert_eq!(
            Pam::parse(&PAM.as_bytes()[..len], &Limits::default()).unwrap_err().kind(),
            ErrorKind::Malformed
        );
    }
    let few = Limits::default().with_max_xml_nodes(10);
    assert!(Pam::parse(PAM.as_bytes(), &few).is_err());
}

#[test]
fn a_projection_file_counts_where_there_are_no_geokeys() {
    assert_eq!(page([]).with_projection("PROJCS[]\n").georeferencing().wkt(), Some("PROJCS[]"));
    let own = page([LE.short(34735, &[1, 1, 0, 1, 3072, 0, 1, 3857])]).with_projection("PROJCS[]");
    assert_eq!(own.georeferencing().wkt(), None);
}

#[test]
fn external_overviews_and_masks() {
    let reduced = |w, kind| with(LE.gray(w, w, 900), [LE.long(254, &[kind])]);
    let ovr = open(&LE.file(&[reduced(20, 1), reduced(10, 1)])).unwrap();
    let msk = open(&LE.file(&[LE.gray(40, 40, 900), reduced(20, 1)])).unwrap();
    let merged = page([]).with_external_overviews(&ovr).with_external_mask(&msk);
    assert_eq!(merged.overviews().iter().map(|o| o.width()).collect::<Vec<_>>(), [20, 10]);
    assert_eq!(merged.mask().unwrap().width(), 40);
    assert_eq!((merged.overview_mask(0).unwrap().width(), merged.overview_mask(1).is_none()), (20, true));
    assert!(merged.has_external_overviews() && merged.has_external_mask());
    // What the file has of its own counts first.
    let own =
        open(&LE.file(&[LE.gray(40, 40, 900), reduced(8, 1), reduced(40, 4)])).unwrap().pages()[0].clone();
    let own = own.with_external_overviews(&ovr).with_external_mask(&msk);
    assert_eq!((own.overviews().len(), own.overviews()[0].width()), (1, 8));
    assert!(!own.has_external_overviews() && !own.has_external_mask());
}

/// GDAL reads the items as `atoi` does, and takes no mask without one.
#[test]
fn masks_beside_say_whose_they_are() {
    use MaskScope::{Band, Dataset};
    let three = || page([LE.short(258, &[8; 3]), LE.short(277, &[3])]);
    let flags = r#"<GDALMetadata><Item name="INTERNAL_MASK_FLAGS_1">10</Item>
        <Item name="INTERNAL_MASK_FLAGS_2">no</Item></GDALMetadata>"#;
    let msk = open(&LE.file(&[with(LE.gray(40, 40, 900), [LE.ascii(42112, flags)])])).unwrap();
    let scopes = |page: &Page, samples| [0, 1, 2].map(|band| page.mask_scope(band, samples));
    let beside = three().with_external_mask(&msk);
    assert_eq!(scopes(&beside, 1), [Some(Dataset), None, None]);
    assert_eq!(scopes(&beside, 3), [Some(Dataset), Some(Band), None]);
    let unsaid = open(&LE.file(&[LE.gray(40, 40, 900)])).unwrap();
    assert_eq!(scopes(&three().with_external_mask(&unsaid), 1), [None; 3]);
    // Within, the number of bands says it.
    assert_eq!(scopes(&three(), 1), [Some(Dataset); 3]);
    assert_eq!(scopes(&three(), 3), [Some(Band); 3]);
}

/// As GDAL, which says nothing but whose file it is.
#[test]
fn a_damaged_file_of_coefficients_is_none() {
    for (file, kind) in [
        (RpcFile::parse_rpb(b"garbage"), "DG"),
        (RpcFile::parse_rpb(b"BEGIN_GROUP = IMAGE\n lineOffset = 1;\n"), "DG"),
        (RpcFile::parse_rpb(b""), "DG"),
        (RpcFile::parse_rpc_txt(b"LINE_OFF: 1\nLINE_NUM_COEFF_1: 2\n"), "GE"),
        (RpcFile::parse_rpc_txt(&[0xff; 40]), "GE"),
    ] {
        assert_eq!(file.items(), None);
        let page = page([]).with_rpc_file(&file);
        assert_eq!(page.metadata().domains().get("", "METADATATYPE"), Some(kind));
        assert_eq!(page.metadata().rpc(), None);
    }
}
