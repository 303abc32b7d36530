"""Writes mod.rs and data.bin: chunks as GDAL, Pillow and imagecodecs write them, and the samples they hold.

Run here with rasterio 1.4.4 (GDAL 3.10.3), tifffile, imagecodecs and Pillow: python generate.py > mod.rs
Expected samples are what rasterio reads, or, of lossless codecs that GDAL's wheel lacks, what was encoded.
"""

import io
import os
import struct
import tempfile
import warnings

import imagecodecs
import numpy as np
import rasterio
import tifffile
from PIL import Image

warnings.filterwarnings("ignore")
W, H = 19, 7
DATA = bytearray()
TAGS = dict(width=256, height=257, bits=258, compression=259, photometric=262, fill=266, samples=277,
            predictor=317, extra=338, format=339, tables=347, t4=292, t6=293, subsampling=530, lerc=50674)


def picture(dtype, bands, masked=False):
    y, x = np.mgrid[0:H, 0:W]
    planes = [100 + 60 * np.sin((x + 3 * b) / 4) * np.cos(y / 3) + 7 * ((x * y + b) % 5) for b in range(bands)]
    a = np.stack(planes)
    if np.dtype(dtype).kind == "i":
        a -= 100
    a = a.astype(dtype)
    if masked:
        a[..., 2:5, 3:9] = np.nan
    return a


def rust_bytes(data):
    """Keeps bytes in data.bin; where they are there."""
    start = DATA.find(data)
    if start < 0:
        start = len(DATA)
        DATA.extend(data)
    return f"{start}..{start + len(data)}"


def emit(name, src, expected, *, compression, width=W, height=H, samples=1, bits=8, format=1, predictor=1,
         photometric=1, fill=1, tables=None, lerc=(), t4=0, big=False, subsampling=(2, 2), tolerance=0):
    tables = f"Some({rust_bytes(tables)})" if tables else "None"
    print(f"""    Vector {{
        name: "{name}", compression: {compression}, width: {width}, height: {height}, samples: {samples},
        bits: {bits}, format: {format}, predictor: {predictor}, photometric: {photometric}, fill_order: {fill},
        tables: {tables}, lerc: &{[int(v) for v in lerc]}, t4_options: {t4}, big_endian: {str(big).lower()},
        subsampling: ({subsampling[0]}, {subsampling[1]}), tolerance: {tolerance},
        src: {rust_bytes(src)},
        expected: {rust_bytes(expected)},
    }},""")


def interleaved(a):
    """(bands, rows, columns) to little-endian (rows, columns, bands)."""
    return np.ascontiguousarray(a.transpose(1, 2, 0)).astype(a.dtype.newbyteorder("<")).tobytes()


def from_tiff(name, path, tolerance=0):
    """The one chunk of a TIFF, and what rasterio reads of it."""
    with rasterio.open(path) as dataset:
        a = dataset.read()
    with tifffile.TiffFile(path) as tiff:
        page = tiff.pages[0]

        def tag(key, default):
            return page.tags[TAGS[key]].value if TAGS[key] in page.tags else default

        def first(value):
            return value[0] if isinstance(value, tuple) else value

        assert len(page.dataoffsets) == 1, name
        with open(path, "rb") as file:
            file.seek(page.dataoffsets[0])
            src = file.read(page.databytecounts[0])
        emit(name, src, interleaved(a),
             compression=int(tag("compression", 1)), samples=tag("samples", 1), bits=int(first(tag("bits", 1))),
             format=int(first(tag("format", 1))), predictor=int(tag("predictor", 1)),
             photometric=int(tag("photometric", 1)), fill=int(tag("fill", 1)), tables=tag("tables", None),
             lerc=tag("lerc", ()), t4=int(tag("t4", 0)), big=tiff.byteorder == ">",
             subsampling=tuple(tag("subsampling", (2, 2))), width=tag("width", 0), height=tag("height", 0),
             tolerance=tolerance)


def gdal(name, a, tolerance=0, nbits=None, **options):
    """A picture written by GDAL as one strip."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "v.tif")
        if nbits:
            options["NBITS"] = nbits
        with rasterio.open(path, "w", driver="GTiff", width=W, height=H, count=a.shape[0], dtype=a.dtype,
                           blockysize=16 if options.get("COMPRESS") == "JPEG" else H,
                           **options) as dataset:
            dataset.write(a)
        from_tiff(name, path, tolerance)


def hand_made(name, src, *, compression, spp=1, bits=8, photometric=1, fmt=1, extra=(), tolerance=0,
              width=W, height=H):
    """A little-endian TIFF around one chunk, read by rasterio."""
    tags = {256: (3, [width]), 257: (3, [height]), 258: (3, [bits] * spp), 259: (3, [compression]),
            262: (3, [photometric]), 277: (3, [spp]), 278: (3, [height]), 339: (3, [fmt] * spp), **dict(extra)}
    tags[273], tags[279] = (4, [8]), (4, [len(src)])
    data = src + b"\0" * (len(src) % 2)
    start = 8 + len(data)
    beyond = start + 2 + 12 * len(tags) + 4
    entries, values = b"", b""
    for number in sorted(tags):
        kind, numbers = tags[number]
        packed = struct.pack("<" + {3: "H", 4: "I", 7: "B"}[kind] * len(numbers), *numbers)
        where = packed.ljust(4, b"\0") if len(packed) <= 4 else struct.pack("<I", beyond + len(values))
        values += b"" if len(packed) <= 4 else packed + b"\0" * (len(packed) % 2)
        entries += struct.pack("<HHI", number, kind, len(numbers)) + where
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "v.tif")
        with open(path, "wb") as file:
            file.write(b"II*\0" + struct.pack("<I", start) + data + struct.pack("<H", len(tags)) + entries
                       + struct.pack("<I", 0) + values)
        from_tiff(name, path, tolerance)


print('''//! Chunks and the samples they hold. Written by generate.py; do not edit.

use std::ops::Range;

/// What the ranges below are ranges of.
pub(crate) const DATA: &[u8] = include_bytes!("data.bin");

/// One chunk.
pub(crate) struct Vector {
    pub(crate) name: &'static str,
    pub(crate) compression: u16,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) samples: u16,
    pub(crate) bits: u16,
    pub(crate) format: u16,
    pub(crate) predictor: u16,
    pub(crate) photometric: u16,
    pub(crate) fill_order: u16,
    pub(crate) tables: Option<Range<usize>>,
    pub(crate) lerc: &'static [u32],
    pub(crate) t4_options: u32,
    pub(crate) big_endian: bool,
    pub(crate) subsampling: (u16, u16),
    /// How far a sample may be off: 0 but for lossy codecs with another inverse transform than GDAL's.
    pub(crate) tolerance: u8,
    pub(crate) src: Range<usize>,
    /// Pixel-interleaved, little-endian.
    pub(crate) expected: Range<usize>,
}

#[rustfmt::skip]
pub(crate) const VECTORS: &[Vector] = &[''')

for codec in ("DEFLATE", "LZW", "ZSTD", "LZMA"):
    gdal(f"{codec} u8x3", picture("uint8", 3), COMPRESS=codec, INTERLEAVE="PIXEL")
    gdal(f"{codec} u16x3 predictor 2 big-endian", picture("uint16", 3), COMPRESS=codec, INTERLEAVE="PIXEL",
         PREDICTOR=2, ENDIANNESS="BIG")
    gdal(f"{codec} f32 predictor 3", picture("float32", 1), COMPRESS=codec, PREDICTOR=3)
gdal("DEFLATE f64x2 predictor 3", picture("float64", 2), COMPRESS="DEFLATE", PREDICTOR=3, INTERLEAVE="PIXEL")
gdal("DEFLATE i64 predictor 2", picture("int64", 1), COMPRESS="DEFLATE", PREDICTOR=2)
gdal("DEFLATE float16 predictor 3", picture("float32", 1), COMPRESS="DEFLATE", PREDICTOR=3, nbits=16)
gdal("PACKBITS u8", picture("uint8", 1) // 16 * 16, COMPRESS="PACKBITS")
gdal("NONE 5 bits", picture("uint8", 2) // 8, nbits=5, INTERLEAVE="PIXEL")
for codec in ("CCITTRLE", "CCITTFAX3", "CCITTFAX4"):
    gdal(f"{codec}", (picture("uint8", 1) > 100).astype("uint8"), COMPRESS=codec, nbits=1)
for depth, fmt in (("uint8", 1), ("int16", 2), ("uint32", 1), ("float64", 3)):
    gdal(f"LERC {depth}x3", picture(depth, 3), COMPRESS="LERC", INTERLEAVE="PIXEL")
gdal("LERC f32 with NaN", picture("float32", 1, masked=True), COMPRESS="LERC")
different = picture("float32", 2, masked=True)
different[1, 0, 0:3] = np.nan
gdal("LERC f32x2 with NaN in different places", different, COMPRESS="LERC", INTERLEAVE="PIXEL")
gdal("LERC_DEFLATE u16", picture("uint16", 1), COMPRESS="LERC_DEFLATE")
gdal("LERC_ZSTD f32 big-endian", picture("float32", 1), COMPRESS="LERC_ZSTD", ENDIANNESS="BIG")
rgba = picture("uint8", 4)
rgba[3] = np.where(np.arange(W) % 3 == 0, 0, 255)
gdal("LERC RGBA", rgba, COMPRESS="LERC", INTERLEAVE="PIXEL", PHOTOMETRIC="RGB", ALPHA="YES")
gdal("WEBP lossless RGB", picture("uint8", 3), COMPRESS="WEBP", WEBP_LOSSLESS="YES", INTERLEAVE="PIXEL")
gdal("WEBP lossless RGBA", rgba, COMPRESS="WEBP", WEBP_LOSSLESS="YES", INTERLEAVE="PIXEL", PHOTOMETRIC="RGB",
     ALPHA="YES")
gdal("WEBP lossy RGB", picture("uint8", 3), COMPRESS="WEBP", WEBP_LEVEL=75, INTERLEAVE="PIXEL")
gdal("JPEG grey", picture("uint8", 1), tolerance=1, COMPRESS="JPEG")
gdal("JPEG RGB", picture("uint8", 3), tolerance=1, COMPRESS="JPEG", INTERLEAVE="PIXEL")


def jpeg(colours, **options):
    out = io.BytesIO()
    mode = {1: "L", 3: "RGB", 4: "CMYK"}[colours]
    a = picture("uint8", colours).transpose(1, 2, 0).squeeze()
    Image.fromarray(np.ascontiguousarray(a), mode=mode).save(out, "JPEG", quality=90, **options)
    return out.getvalue()


SUB11 = {530: (3, [1, 1])}
hand_made("JPEG YCbCr 4:4:4", jpeg(3, subsampling=0), compression=7, spp=3, photometric=6, extra=SUB11,
          tolerance=3)
hand_made("JPEG YCbCr progressive with restarts", jpeg(3, subsampling=0, progressive=True,
          restart_marker_rows=1), compression=7, spp=3, photometric=6, extra=SUB11, tolerance=3)
hand_made("JPEG whose stream is YCbCr and whose photometric is RGB", jpeg(3, subsampling=0), compression=7,
          spp=3, photometric=2, tolerance=1)
LOG16 = bytes([3, 0x3d, 0x3e, 0x3f, 128 + 14, 0x3c, 128 + 9, 0x10, 8, 1, 2, 3, 4, 5, 6, 7, 8] * H)
hand_made("SGILOG grey", LOG16, compression=34676, bits=16, photometric=32844, fmt=2)
LOG32 = bytes([128 + 17, 0x3d, 128 + 17, 0x10, 19] + [80 + i for i in range(19)] + [128 + 17, 0xc0])
hand_made("SGILOG LogLuv", LOG32 * H, compression=34676, spp=3, bits=16, photometric=32845, fmt=2)
LOG24 = b"".join(((0x200 + i) << 14 | (i * 677 % 16384)).to_bytes(3, "big") for i in range(W * H))
hand_made("SGILOG24", LOG24, compression=34677, spp=3, bits=16, photometric=32845, fmt=2)
codes = (np.arange(W * H * 3) * 37 % 2048).astype("<u2").reshape(H, W, 3)
hand_made("PIXARLOG u8x3", imagecodecs.zlib_encode(codes.tobytes()), compression=32909, spp=3, photometric=2)
# Of pixels of other than 3 or 4 samples libtiff gives the differences, so those cannot be asked of it.
hand_made("PIXARLOG u16x3", imagecodecs.zlib_encode(codes.tobytes()), compression=32909, spp=3, bits=16)
hand_made("PIXARLOG f32x3", imagecodecs.zlib_encode(codes.tobytes()), compression=32909, spp=3, bits=32, fmt=3)
THUNDER = bytes([0xc7, 0x05, 0x4d, 0x9c, 0xff, 0x83, 0x61, 0x02, 0xc1, 0x01]) * H
hand_made("THUNDERSCAN", THUNDER, compression=32809, bits=4)
NEXT = (bytes([0x00, 1, 2, 3, 4, 5, 6]) + bytes([0x40, 0, 1, 0, 2, 0x1b, 0xe4]) + bytes([0x85, 0xc4, 0x0c])) * 3
hand_made("NEXT", NEXT, compression=32766, bits=2, width=21, height=9)

for name, dtype, bands in (("u8", "uint8", 1), ("u8x3", "uint8", 3), ("u16x3", "uint16", 3), ("f32", "float32", 1)):
    a = picture(dtype, bands)
    kind = dict(samples=bands, bits=a.dtype.itemsize * 8, format=3 if a.dtype.kind == "f" else 1)
    pixels = np.ascontiguousarray(a.transpose(1, 2, 0).squeeze())
    if dtype == "float32":
        pixels, a = pixels / 256, a / 256
    emit(f"JXL {name}", imagecodecs.jpegxl_encode(pixels, lossless=True), interleaved(a), compression=50002, **kind)
    if dtype != "float32":
        coded = imagecodecs.jpeg2k_encode(pixels, level=0, codecformat="J2K", reversible=True, mct=bands == 3)
        emit(f"JPEG2000 {name}", coded, interleaved(a), compression=34712, **kind)
print("""];

/// Uncompressed chunks and the red, green and blue that GDAL makes of their samples, pixel-interleaved.
pub(crate) struct Colours {
    pub(crate) name: &'static str,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) samples: u16,
    pub(crate) photometric: u16,
    pub(crate) subsampling: (u16, u16),
    pub(crate) src: Range<usize>,
    pub(crate) rgb: Range<usize>,
}

#[rustfmt::skip]
pub(crate) const COLOURS: &[Colours] = &[""")


def colours(name, src, *, spp, photometric, subsampling=None, width=W, height=H):
    global emit

    def keep(_name, src, expected, **options):
        rgb = np.frombuffer(expected, "uint8").reshape(height, width, -1)[..., :3].tobytes()
        h, v = subsampling or (1, 1)
        print(f"""    Colours {{
        name: "{name}", width: {width}, height: {height}, samples: {spp}, photometric: {photometric},
        subsampling: ({h}, {v}),
        src: {rust_bytes(src)},
        rgb: {rust_bytes(rgb)},
    }},""")

    emit, before = keep, emit
    extra = {530: (3, list(subsampling))} if subsampling else {}
    hand_made(name, src, compression=1, spp=spp, photometric=photometric, extra=extra, width=width, height=height)
    emit = before


random = np.random.default_rng(5)
colours("CMYK", random.integers(0, 256, W * H * 4, dtype="uint8").tobytes(), spp=4, photometric=5)
colours("CIELab", random.integers(0, 256, W * H * 3, dtype="uint8").tobytes(), spp=3, photometric=8)
for h in (1, 2, 4):
    for v in (1, 2, 4):
        if v <= h:
            # libtiff loses the last bytes of a strip of 4 by 4 blocks when their number across is odd.
            width = W + v
            blocks = -(-width // h) * -(-H // v)
            src = random.integers(0, 256, blocks * (h * v + 2), dtype="uint8").tobytes()
            colours(f"YCbCr {h}x{v}", src, spp=3, photometric=6, subsampling=(h, v), width=width)
print("];")
with open("data.bin", "wb") as file:
    file.write(DATA)
