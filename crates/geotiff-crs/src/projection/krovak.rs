//! Krovak Modified (EPSG methods 1042 and 1043), IOGP Guidance Note 7-2, section 3.1.5.2: Krovak's plane, corrected by a
//! polynomial of the fourth degree.

/// Where the polynomial is evaluated from: southing and westing in metres.
const CENTRE: [f64; 2] = [1_089_000.0, 654_000.0];

/// The coefficients C1 to C10.
const C: [f64; 10] = [
    2.946_529_277e-02,
    2.515_965_696e-02,
    1.193_845_912e-07,
    -4.668_270_147e-07,
    9.233_980_362e-12,
    1.523_735_715e-12,
    1.696_780_024e-18,
    4.408_314_235e-18,
    -8.331_083_518e-24,
    -3.689_471_323e-24,
];

/// The correction of Krovak's plane, and the false easting and northing that follow it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Modification {
    pub(crate) false_easting: f64,
    pub(crate) false_northing: f64,
}

impl Modification {
    /// From Krovak's easting and northing (westing and southing negated) without false ones.
    pub(crate) fn forward(self, e: f64, n: f64) -> (f64, f64) {
        let (dx, dy) = correction(-n, -e);
        (e + dy - self.false_easting, n + dx - self.false_northing)
    }

    /// And back.
    pub(crate) fn inverse(self, e: f64, n: f64) -> (f64, f64) {
        let (e, n) = (e + self.false_easting, n + self.false_northing);
        let (dx, dy) = correction(-n, -e);
        (e - dy, n - dx)
    }
}

/// What to subtract from southing and westing.
fn correction(southing: f64, westing: f64) -> (f64, f64) {
    let [x0, y0] = CENTRE;
    let (x, y) = (southing - x0, westing - y0);
    let (x2, y2) = (x * x, y * y);
    let [c1, c2, c3, c4, c5, c6, c7, c8, c9, c10] = C;
    let quartic = x2 * x2 + y2 * y2 - 6.0 * x2 * y2;
    let mixed = 4.0 * x * y * (x2 - y2);
    let dx = c1 + c3 * x - c4 * y - 2.0 * c6 * x * y + c5 * (x2 - y2) + c7 * x * (x2 - 3.0 * y2)
        - c8 * y * (3.0 * x2 - y2)
        + c9 * mixed
        + c10 * quartic;
    let dy = c2
        + c3 * y
        + c4 * x
        + 2.0 * c5 * x * y
        + c6 * (x2 - y2)
        + c8 * x * (x2 - 3.0 * y2)
        + c7 * y * (3.0 * x2 - y2)
        - c10 * mixed
        + c9 * quartic;
    (dx, dy)
}
