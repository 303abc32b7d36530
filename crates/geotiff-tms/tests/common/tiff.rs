//! TIFF headers without pixels: what a tile matrix set needs of a file.

use geotiff_core::Tiff;

use crate::decode::decode;

const SHORT: u16 = 3;
const LONG: u16 = 4;
const DOUBLE: u16 = 12;

/// Where and how large the pixels are.
pub(crate) enum Georeference {
    None,
    /// Pixel size and the upper left corner.
    ScaleAndTiepoint([f64; 2], [f64; 2]),
    /// `[a, b, c, d, e, f]` in Affine order.
    Matrix([f64; 6]),
}

/// The first level is the image; the others are its overviews.
pub(crate) struct File<'a> {
    /// Width and height.
    pub(crate) levels: &'a [[u32; 2]],
    /// Width and height of a tile; a width of 0 means strips of that height.
    pub(crate) block: [u32; 2],
    pub(crate) georeference: Georeference,
    /// A projected code, or a geographic one.
    pub(crate) epsg: u16,
}

impl File<'_> {
    pub(crate) fn tiff(&self) -> Tiff {
        decode(&self.bytes())
    }

    fn bytes(&self) -> Vec<u8> {
        let mut file = b"II*\0\x08\0\0\0".to_vec();
        for (index, [width, height]) in self.levels.iter().copied().enumerate() {
            let mut entries = vec![
                (254, LONG, longs(&[u32::from(index > 0)])),
                (256, LONG, longs(&[width])),
                (257, LONG, longs(&[height])),
                (258, SHORT, shorts(&[8])),
                (259, SHORT, shorts(&[8])),
                (262, SHORT, shorts(&[1])),
                (277, SHORT, shorts(&[1])),
            ];
            entries.extend(self.blocks(width, height));
            if index == 0 {
                entries.extend(self.geo_tags());
            }
            entries.sort_by_key(|(tag, ..)| *tag);
            push_ifd(&mut file, &entries, index + 1 == self.levels.len());
        }
        file
    }

    fn blocks(&self, width: u32, height: u32) -> Vec<(u16, u16, Vec<u8>)> {
        let [block_width, block_height] = self.block;
        let rows = height.div_ceil(block_height);
        let sparse = |count: u32| longs(&vec![0; count as usize]);
        if block_width == 0 {
            return vec![
                (273, LONG, sparse(rows)),
                (278, LONG, longs(&[block_height])),
                (279, LONG, sparse(rows)),
            ];
        }
        let count = rows * width.div_ceil(block_width);
        vec![
            (322, LONG, longs(&[block_width])),
            (323, LONG, longs(&[block_height])),
            (324, LONG, sparse(count)),
            (325, LONG, sparse(count)),
        ]
    }

    fn geo_tags(&self) -> Vec<(u16, u16, Vec<u8>)> {
        let (model, key) = if self.epsg / 1000 == 4 { (2, 2048) } else { (1, 3072) };
        let keys = [1, 1, 0, 3, 1024, 0, 1, model, 1025, 0, 1, 1, key, 0, 1, self.epsg];
        let mut tags = vec![(34735, SHORT, shorts(&keys))];
        match self.georeference {
            Georeference::None => {}
            Georeference::ScaleAndTiepoint([x, y], [left, top]) => {
                tags.push((33550, DOUBLE, doubles(&[x, y, 0.0])));
                tags.push((33922, DOUBLE, doubles(&[0.0, 0.0, 0.0, left, top, 0.0])));
            }
            Georeference::Matrix([a, b, c, d, e, f]) => {
                let rows = [a, b, 0.0, c, d, e, 0.0, f, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0];
                tags.push((34264, DOUBLE, doubles(&rows)));
            }
        }
        tags
    }
}

fn shorts(values: &[u16]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn longs(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn doubles(values: &[f64]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn push_ifd(file: &mut Vec<u8>, entries: &[(u16, u16, Vec<u8>)], last: bool) {
    let mut outside = file.len() + 2 + 12 * entries.len() + 4;
    let mut values: Vec<u8> = Vec::new();
    file.extend(shorts(&[entries.len() as u16]));
    for (tag, kind, bytes) in entries {
        let size = if *kind == SHORT {
            2
        } else if *kind == LONG {
            4
        } else {
            8
        };
        file.extend(shorts(&[*tag, *kind]));
        file.extend(longs(&[(bytes.len() / size) as u32]));
        if bytes.len() <= 4 {
            let mut inline = bytes.clone();
            inline.resize(4, 0);
            file.extend(inline);
        } else {
            file.extend(longs(&[outside as u32]));
            outside += bytes.len();
            values.extend(bytes);
        }
    }
    file.extend(longs(&[if last { 0 } else { outside as u32 }]));
    file.extend(values);
}
