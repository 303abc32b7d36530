//! Affine transforms `[a, b, c, d, e, f]`: `x = a·col + b·row + c`, `y = d·col + e·row + f`.

/// Pixels themselves.
pub const IDENTITY: [f64; 6] = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0];

/// Pixel position (columns, rows; from the upper left corner of the image) to coordinates.
pub fn apply([a, b, c, d, e, f]: [f64; 6], col: f64, row: f64) -> (f64, f64) {
    (a * col + b * row + c, d * col + e * row + f)
}

/// The transform from coordinates to pixel positions; `None` where there is none.
pub fn invert([a, b, c, d, e, f]: [f64; 6]) -> Option<[f64; 6]> {
    let determinant = a * e - b * d;
    if determinant == 0.0 || !determinant.is_finite() {
        return None;
    }
    let (ra, rb, rd, re) = (e / determinant, -b / determinant, -d / determinant, a / determinant);
    Some([ra, rb, -c * ra - f * rb, rd, re, -c * rd - f * re])
}

/// The transform of a part of the image that begins at (`col`, `row`) with pixels `scale_x` × `scale_y` times
/// as large.
pub fn rebase(
    [a, b, c, d, e, f]: [f64; 6],
    (col, row): (f64, f64),
    (scale_x, scale_y): (f64, f64),
) -> [f64; 6] {
    let (x, y) = apply([a, b, c, d, e, f], col, row);
    [a * scale_x, b * scale_y, x, d * scale_x, e * scale_y, y]
}

/// `[left, bottom, right, top]` of `width` × `height` pixels, as rasterio reports bounds: from two opposite
/// corners, or from all four where the image is rotated.
pub fn bounds(transform: [f64; 6], width: u32, height: u32) -> [f64; 4] {
    let [_, b, c, d, _, f] = transform;
    let (w, h) = (f64::from(width), f64::from(height));
    let (right, bottom) = apply(transform, w, h);
    if b == 0.0 && d == 0.0 {
        return [c, bottom, right, f];
    }
    let corners = [(0.0, 0.0), (0.0, h), (w, h), (w, 0.0)].map(|(col, row)| apply(transform, col, row));
    let most = |pick: fn(&(f64, f64)) -> f64| corners.iter().map(pick).fold(f64::NEG_INFINITY, f64::max);
    let least = |pick: fn(&(f64, f64)) -> f64| corners.iter().map(pick).fold(f64::INFINITY, f64::min);
    [least(|c| c.0), least(|c| c.1), most(|c| c.0), most(|c| c.1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inverse_undoes_a_rotated_transform() {
        let transform = [8.0, -3.0, 500.0, 2.0, -6.0, 900.0];
        let (x, y) = apply(transform, 12.0, 7.0);
        let (col, row) = apply(invert(transform).unwrap(), x, y);
        assert!((col - 12.0).abs() < 1e-12 && (row - 7.0).abs() < 1e-12);
        assert_eq!(invert([0.0; 6]), None);
    }

    #[test]
    fn bounds_of_a_rotated_image_enclose_its_corners() {
        assert_eq!(bounds([10.0, 0.0, 100.0, 0.0, -10.0, 200.0], 5, 3), [100.0, 170.0, 150.0, 200.0]);
        assert_eq!(bounds([1.0, 1.0, 0.0, 1.0, -1.0, 0.0], 2, 3), [0.0, -3.0, 5.0, 2.0]);
    }
}
