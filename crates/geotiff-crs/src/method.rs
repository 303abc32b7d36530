//! The conversion methods that raster files use: EPSG's codes and names, PROJ's operators, and the names in WKT 1.
//!
//! EPSG codes and names of methods and parameters are those of IOGP Guidance Note 7-2; methods without an EPSG code
//! bear the names that PROJ gives them in WKT 2.

/// What a parameter measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quantity {
    Angle,
    Length,
    Scale,
}

/// One parameter of a method.
#[derive(Debug)]
pub(crate) struct Param {
    /// EPSG code; 0 for PROJ's own.
    pub(crate) code: u32,
    pub(crate) name: &'static str,
    pub(crate) quantity: Quantity,
    /// The argument of PROJ's operator; empty where it takes none.
    pub(crate) proj: &'static str,
    /// Names in WKT 1, GDAL's first: lower case.
    pub(crate) wkt1: &'static [&'static str],
}

impl Param {
    /// The value where a definition leaves the parameter out.
    pub(crate) fn default(&self) -> f64 {
        if self.quantity == Quantity::Scale { 1.0 } else { 0.0 }
    }
}

/// A conversion method.
#[derive(Debug)]
pub(crate) struct Method {
    /// EPSG code; 0 for PROJ's own.
    pub(crate) code: u32,
    pub(crate) name: &'static str,
    /// PROJ's operator with its flags, such as `omerc +no_uoff`.
    pub(crate) proj: &'static str,
    pub(crate) params: &'static [&'static Param],
    /// Names in WKT 1, GDAL's first.
    pub(crate) wkt1: &'static [&'static str],
}

macro_rules! params {
    ($($id:ident = $code:literal $name:literal $quantity:ident $proj:literal [$($wkt1:literal),*];)*) => {
        $(static $id: Param = Param {
            code: $code, name: $name, quantity: Quantity::$quantity, proj: $proj, wkt1: &[$($wkt1),*],
        };)*
    };
}

params! {
    LAT0 = 8801 "Latitude of natural origin" Angle "lat_0"
        ["latitude_of_origin", "latitude_of_center", "central_parallel"];
    LON0 = 8802 "Longitude of natural origin" Angle "lon_0"
        ["central_meridian", "longitude_of_center", "longitude_of_origin"];
    K0 = 8805 "Scale factor at natural origin" Scale "k_0" ["scale_factor"];
    FE = 8806 "False easting" Length "x_0" ["false_easting"];
    FN = 8807 "False northing" Length "y_0" ["false_northing"];
    LATC = 8811 "Latitude of projection centre" Angle "lat_0" ["latitude_of_center"];
    LONC = 8812 "Longitude of projection centre" Angle "lonc" ["longitude_of_center", "central_meridian"];
    AZIMUTH = 8813 "Azimuth at projection centre" Angle "alpha" ["azimuth"];
    LABORDE_LON = 8812 "Longitude of projection centre" Angle "lon_0" ["longitude_of_center", "central_meridian"];
    LABORDE_AZI = 8813 "Azimuth at projection centre" Angle "azi" ["azimuth"];
    GAMMA = 8814 "Angle from Rectified to Skew Grid" Angle "gamma" ["rectified_grid_angle", "xy_plane_rotation"];
    KC = 8815 "Scale factor at projection centre" Scale "k_0" ["scale_factor"];
    EC = 8816 "Easting at projection centre" Length "x_0" ["false_easting"];
    NC = 8817 "Northing at projection centre" Length "y_0" ["false_northing"];
    LATF = 8821 "Latitude of false origin" Angle "lat_0" ["latitude_of_origin", "latitude_of_center"];
    LONF = 8822 "Longitude of false origin" Angle "lon_0"
        ["central_meridian", "longitude_of_center", "longitude_of_origin"];
    SP1 = 8823 "Latitude of 1st standard parallel" Angle "lat_1" ["standard_parallel_1"];
    SP2 = 8824 "Latitude of 2nd standard parallel" Angle "lat_2" ["standard_parallel_2"];
    SP_TS = 8823 "Latitude of 1st standard parallel" Angle "lat_ts" ["standard_parallel_1"];
    EF = 8826 "Easting at false origin" Length "x_0" ["false_easting"];
    NF = 8827 "Northing at false origin" Length "y_0" ["false_northing"];
    POLAR_SP = 8832 "Latitude of standard parallel" Angle "lat_ts" ["latitude_of_origin", "standard_parallel_1"];
    POLAR_LON = 8833 "Longitude of origin" Angle "lon_0" ["central_meridian", "longitude_of_center"];
    COLATITUDE = 1036 "Co-latitude of cone axis" Angle "alpha" ["azimuth"];
    PSEUDO_SP = 8818 "Latitude of pseudo standard parallel" Angle "" ["pseudo_standard_parallel_1"];
    PSEUDO_K = 8819 "Scale factor on pseudo standard parallel" Scale "k_0" ["scale_factor"];
    ELLPS_K = 1038 "Ellipsoid scaling factor" Scale "k_0" ["scale_factor"];
    TOPO_LAT = 8834 "Latitude of topocentric origin" Angle "lat_0" ["latitude_of_center"];
    TOPO_LON = 8835 "Longitude of topocentric origin" Angle "lon_0" ["longitude_of_center"];
    TOPO_H = 8836 "Ellipsoidal height of topocentric origin" Length "" [];
    VIEW_H = 8840 "Viewpoint height" Length "h" ["height"];
    PLANE_H = 1039 "Projection plane origin height" Length "h_0" [];
    SATELLITE = 0 "Satellite Height" Length "h" ["satellite_height", "height"];
    PT1_LAT = 0 "Latitude of 1st point" Angle "lat_1" ["latitude_of_point_1", "latitude_of_1st_point"];
    PT1_LON = 0 "Longitude of 1st point" Angle "lon_1" ["longitude_of_point_1", "longitude_of_1st_point"];
    PT2_LAT = 0 "Latitude of 2nd point" Angle "lat_2" ["latitude_of_point_2", "latitude_of_2nd_point"];
    PT2_LON = 0 "Longitude of 2nd point" Angle "lon_2" ["longitude_of_point_2", "longitude_of_2nd_point"];
    OWN_FE = 8806 "False easting" Length "" ["false_easting"];
    OWN_FN = 8807 "False northing" Length "" ["false_northing"];
    BONNE_LAT = 8801 "Latitude of natural origin" Angle "lat_1" ["standard_parallel_1"];
    LOXIM_LAT = 8801 "Latitude of natural origin" Angle "lat_1" ["central_parallel", "latitude_of_origin"];
}

macro_rules! methods {
    ($($code:literal $name:literal = $proj:literal [$($param:ident),*] [$($wkt1:literal),*];)*) => {
        &[$(Method { code: $code, name: $name, proj: $proj, params: &[$(&$param),*], wkt1: &[$($wkt1),*] }),*]
    };
}

pub(crate) static METHODS: &[Method] = methods! {
    9807 "Transverse Mercator" = "tmerc" [LAT0, LON0, K0, FE, FN]
        ["Transverse_Mercator", "Gauss_Kruger", "Transverse_Mercator_Complex"];
    9808 "Transverse Mercator (South Orientated)" = "tmerc" [LAT0, LON0, K0, FE, FN]
        ["Transverse_Mercator_South_Orientated"];
    1111 "Transverse Mercator 3D" = "tmerc" [LAT0, LON0, K0, FE, FN] [];
    9801 "Lambert Conic Conformal (1SP)" = "lcc" [LAT0, LON0, K0, FE, FN] ["Lambert_Conformal_Conic_1SP"];
    1102 "Lambert Conic Conformal (1SP variant B)" = "lcc" [BONNE_LAT, K0, LATF, LONF, EF, NF] [];
    9802 "Lambert Conic Conformal (2SP)" = "lcc" [LATF, LONF, SP1, SP2, EF, NF]
        ["Lambert_Conformal_Conic_2SP", "Lambert_Conformal_Conic"];
    9803 "Lambert Conic Conformal (2SP Belgium)" = "lcc" [LATF, LONF, SP1, SP2, EF, NF]
        ["Lambert_Conformal_Conic_2SP_Belgium"];
    1051 "Lambert Conic Conformal (2SP Michigan)" = "lcc" [LATF, LONF, SP1, SP2, EF, NF, ELLPS_K] [];
    9804 "Mercator (variant A)" = "merc" [LAT0, LON0, K0, FE, FN] ["Mercator_1SP"];
    9805 "Mercator (variant B)" = "merc" [SP_TS, LON0, FE, FN] ["Mercator_2SP", "Mercator"];
    1024 "Popular Visualisation Pseudo Mercator" = "webmerc" [LAT0, LON0, FE, FN] ["Mercator_Auxiliary_Sphere"];
    9841 "Mercator (1SP) (Spherical)" = "webmerc" [LAT0, LON0, FE, FN] [];
    9806 "Cassini-Soldner" = "cass" [LAT0, LON0, FE, FN] ["Cassini_Soldner", "Cassini"];
    9833 "Hyperbolic Cassini-Soldner" = "cass +hyperbolic" [LAT0, LON0, FE, FN] ["Hyperbolic_Cassini_Soldner"];
    9809 "Oblique Stereographic" = "sterea" [LAT0, LON0, K0, FE, FN]
        ["Oblique_Stereographic", "Double_Stereographic"];
    9810 "Polar Stereographic (variant A)" = "stere" [LAT0, LON0, K0, FE, FN]
        ["Polar_Stereographic", "Polar_Stereographic_Variant_A"];
    9829 "Polar Stereographic (variant B)" = "stere" [POLAR_SP, POLAR_LON, FE, FN]
        ["Stereographic_North_Pole", "Stereographic_South_Pole"];
    0 "Stereographic" = "stere" [LAT0, LON0, K0, FE, FN] ["Stereographic"];
    9811 "New Zealand Map Grid" = "nzmg" [LAT0, LON0, FE, FN] ["New_Zealand_Map_Grid"];
    9812 "Hotine Oblique Mercator (variant A)" = "omerc +no_uoff" [LATC, LONC, AZIMUTH, GAMMA, KC, FE, FN]
        ["Hotine_Oblique_Mercator", "Hotine_Oblique_Mercator_Azimuth_Natural_Origin",
         "Rectified_Skew_Orthomorphic_Natural_Origin"];
    9815 "Hotine Oblique Mercator (variant B)" = "omerc" [LATC, LONC, AZIMUTH, GAMMA, KC, EC, NC]
        ["Hotine_Oblique_Mercator_Azimuth_Center", "Rectified_Skew_Orthomorphic_Center",
         "Swiss_Oblique_Cylindrical", "Swiss_Oblique_Mercator"];
    0 "Hotine Oblique Mercator Two Point Natural Origin" = "omerc"
        [LATC, PT1_LAT, PT1_LON, PT2_LAT, PT2_LON, KC, EC, NC] ["Hotine_Oblique_Mercator_Two_Point_Natural_Origin"];
    9813 "Laborde Oblique Mercator" = "labrd" [LATC, LABORDE_LON, LABORDE_AZI, KC, FE, FN] ["Laborde_Oblique_Mercator"];
    9818 "American Polyconic" = "poly" [LAT0, LON0, FE, FN] ["Polyconic"];
    9819 "Krovak" = "krovak" [LATC, POLAR_LON, COLATITUDE, PSEUDO_SP, PSEUDO_K, FE, FN] [];
    1041 "Krovak (North Orientated)" = "krovak" [LATC, POLAR_LON, COLATITUDE, PSEUDO_SP, PSEUDO_K, FE, FN] ["Krovak"];
    1042 "Krovak Modified" = "krovak" [LATC, POLAR_LON, COLATITUDE, PSEUDO_SP, PSEUDO_K, OWN_FE, OWN_FN] [];
    1043 "Krovak Modified (North Orientated)" = "krovak"
        [LATC, POLAR_LON, COLATITUDE, PSEUDO_SP, PSEUDO_K, OWN_FE, OWN_FN] [];
    9820 "Lambert Azimuthal Equal Area" = "laea" [LAT0, LON0, FE, FN] ["Lambert_Azimuthal_Equal_Area"];
    1027 "Lambert Azimuthal Equal Area (Spherical)" = "laea" [LAT0, LON0, FE, FN] [];
    9822 "Albers Equal Area" = "aea" [LATF, LONF, SP1, SP2, EF, NF] ["Albers_Conic_Equal_Area", "Albers"];
    9835 "Lambert Cylindrical Equal Area" = "cea" [SP_TS, LON0, FE, FN] ["Cylindrical_Equal_Area", "Behrmann"];
    9834 "Lambert Cylindrical Equal Area (Spherical)" = "cea" [SP_TS, LON0, FE, FN] [];
    1125 "Azimuthal Equidistant" = "aeqd" [LAT0, LON0, FE, FN] ["Azimuthal_Equidistant"];
    9832 "Modified Azimuthal Equidistant" = "aeqd" [LAT0, LON0, FE, FN] [];
    9831 "Guam Projection" = "aeqd +guam" [LAT0, LON0, FE, FN] [];
    1028 "Equidistant Cylindrical" = "eqc" [SP_TS, LAT0, LON0, FE, FN]
        ["Equirectangular", "Equidistant_Cylindrical", "Plate_Carree"];
    9842 "Equidistant Cylindrical" = "eqc" [SP_TS, LAT0, LON0, FE, FN] [];
    1029 "Equidistant Cylindrical (Spherical)" = "eqc" [SP_TS, LAT0, LON0, FE, FN] [];
    9823 "Equidistant Cylindrical (Spherical)" = "eqc" [LAT0, LON0, FE, FN] [];
    1119 "Equidistant Conic" = "eqdc" [LATF, LONF, SP1, SP2, EF, NF] ["Equidistant_Conic"];
    1078 "Equal Earth" = "eqearth" [LON0, FE, FN] ["Equal_Earth"];
    9840 "Orthographic" = "ortho" [LAT0, LON0, FE, FN] ["Orthographic"];
    9838 "Vertical Perspective" = "nsper" [TOPO_LAT, TOPO_LON, TOPO_H, VIEW_H, FE, FN]
        ["Vertical_Near_Side_Perspective"];
    9827 "Bonne" = "bonne" [BONNE_LAT, LON0, FE, FN] ["Bonne"];
    1052 "Colombia Urban" = "col_urban" [LAT0, LON0, FE, FN, PLANE_H] [];
    0 "Sinusoidal" = "sinu" [LON0, FE, FN] ["Sinusoidal"];
    0 "Mollweide" = "moll" [LON0, FE, FN] ["Mollweide"];
    0 "Robinson" = "robin" [LON0, FE, FN] ["Robinson"];
    0 "Miller Cylindrical" = "mill" [LON0, FE, FN] ["Miller_Cylindrical"];
    0 "Gnomonic" = "gnom" [LAT0, LON0, FE, FN] ["Gnomonic"];
    0 "Geostationary Satellite (Sweep Y)" = "geos +sweep=y" [LON0, SATELLITE, FE, FN] ["Geostationary_Satellite"];
    0 "Geostationary Satellite (Sweep X)" = "geos +sweep=x" [LON0, SATELLITE, FE, FN] [];
    0 "Van Der Grinten" = "vandg" [LON0, FE, FN] ["VanDerGrinten", "Van_der_Grinten_I"];
    0 "Two Point Equidistant" = "tpeqd" [PT1_LAT, PT1_LON, PT2_LAT, PT2_LON, FE, FN] ["Two_Point_Equidistant"];
    0 "Eckert I" = "eck1" [LON0, FE, FN] ["Eckert_I"];
    0 "Eckert II" = "eck2" [LON0, FE, FN] ["Eckert_II"];
    0 "Eckert III" = "eck3" [LON0, FE, FN] ["Eckert_III"];
    0 "Eckert IV" = "eck4" [LON0, FE, FN] ["Eckert_IV"];
    0 "Eckert V" = "eck5" [LON0, FE, FN] ["Eckert_V"];
    0 "Eckert VI" = "eck6" [LON0, FE, FN] ["Eckert_VI"];
    0 "Gall Stereographic" = "gall" [LON0, FE, FN] ["Gall_Stereographic"];
    0 "Goode Homolosine" = "goode" [LON0, FE, FN] ["Goode_Homolosine"];
    0 "Interrupted Goode Homolosine" = "igh" [LON0, FE, FN] ["Interrupted_Goode_Homolosine"];
    0 "Interrupted Goode Homolosine Ocean" = "igh_o" [LON0, FE, FN] [];
    0 "International Map of the World Polyconic" = "imw_p" [LON0, PT1_LAT, PT2_LAT, FE, FN]
        ["International_Map_of_the_World_Polyconic"];
    0 "Natural Earth" = "natearth" [LON0, FE, FN] ["Natural_Earth"];
    0 "Natural Earth II" = "natearth2" [LON0, FE, FN] ["Natural_Earth_II"];
    0 "Wagner I" = "wag1" [LON0, FE, FN] ["Wagner_I"];
    0 "Wagner IV" = "wag4" [LON0, FE, FN] ["Wagner_IV"];
    0 "Wagner V" = "wag5" [LON0, FE, FN] ["Wagner_V"];
    0 "Wagner VII" = "wag7" [LON0, FE, FN] ["Wagner_VII"];
    0 "Winkel I" = "wink1" [LON0, SP_TS, FE, FN] ["Winkel_I"];
    0 "Winkel II" = "wink2" [LON0, SP1, FE, FN] ["Winkel_II"];
    0 "Winkel Tripel" = "wintri" [LON0, SP1, FE, FN] ["Winkel_Tripel"];
    0 "Quartic Authalic" = "qua_aut" [LON0, FE, FN] ["Quartic_Authalic"];
    0 "Loximuthal" = "loxim" [LOXIM_LAT, LON0, FE, FN] ["Loximuthal"];
    0 "Times" = "times" [LON0, FE, FN] ["Times"];
    0 "Quadrilateralized Spherical Cube" = "qsc" [LAT0, LON0, FE, FN] ["Quadrilateralized_Spherical_Cube"];
    0 "Gauss Schreiber Transverse Mercator" = "gstmerc" [LAT0, LON0, K0, FE, FN]
        ["Gauss_Schreiber_Transverse_Mercator"];
};

/// Lower case without separators, as PROJ compares names.
pub(crate) fn canonical(name: &str) -> String {
    name.chars()
        .filter(|c| !matches!(c, ' ' | '_' | '-' | '/' | '(' | ')' | '.'))
        .flat_map(char::to_lowercase)
        .collect()
}

pub(crate) fn by_code(code: u32) -> Option<&'static Method> {
    METHODS.iter().find(|method| method.code == code && code != 0)
}

/// The method by its code, else by its name in WKT 2 or PROJJSON.
pub(crate) fn find(code: Option<u32>, name: &str) -> Option<&'static Method> {
    if let Some(method) = code.and_then(by_code) {
        return Some(method);
    }
    let wanted = canonical(name);
    METHODS.iter().find(|method| canonical(method.name) == wanted)
}

pub(crate) fn by_wkt1(name: &str) -> Option<&'static Method> {
    let wanted = canonical(name);
    METHODS.iter().find(|method| method.wkt1.iter().any(|known| canonical(known) == wanted))
}
