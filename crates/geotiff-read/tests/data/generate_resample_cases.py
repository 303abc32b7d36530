"""Writes the expected values of the resampling tests, as rasterio reads them.

    python generate_resample_cases.py                              # rewrites resample_cases.json
    python generate_resample_cases.py --random 2000 --seed 7 --out cases.json

The images are made from formulas that tests/resample.rs knows too, so that only what was read is stored. A file of
random cases is given to the tests with GEOTIFF_RESAMPLE_CASES=cases.json.

Needs rasterio 1.4.4 (GDAL 3.10.3), numpy and tifffile.
"""

import argparse
import json
import math
import os
import random
import tempfile
import warnings

import numpy as np
import rasterio
import tifffile
from rasterio.enums import ColorInterp, Resampling
from rasterio.windows import Window

assert rasterio.__version__ == "1.4.4" and rasterio.__gdal_version__ == "3.10.3"
warnings.filterwarnings("ignore")

HERE = os.path.dirname(os.path.abspath(__file__))
METHODS = ["nearest", "bilinear", "cubic", "cubic_spline", "lanczos", "average", "mode", "gauss", "rms"]
INTEGERS = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64"]
DTYPES = INTEGERS + ["float32", "float64"]
COMPLEX = ["complex64", "complex128"]
# The lowest value and the number of values of a pattern of each type.
RANGES = {
    "uint8": (0, 256),
    "int8": (-128, 256),
    "uint16": (0, 65536),
    "int16": (-32768, 65536),
    "uint32": (0, 2**32),
    "int32": (-(2**31), 2**32),
    "uint64": (0, 2**50),
    "int64": (-(2**49), 2**50),
}


def noise(x, y, seed):
    """24 bits that look random, from the place of a pixel."""
    value = (x * 73856093) ^ (y * 19349663) ^ (seed * 83492791)
    value = (value * 2654435761) % 2**32
    value = ((value ^ (value >> 15)) * 2246822519) % 2**32
    return value >> 8


def grid(width, height):
    return np.meshgrid(np.arange(width, dtype=np.uint64), np.arange(height, dtype=np.uint64))


def image(pattern, dtype, width, height, seed):
    x, y = grid(width, height)
    if dtype in COMPLEX:
        part = "float32" if dtype == "complex64" else "float64"
        real = image(pattern, part, width, height, seed)
        imaginary = image(pattern, part, width, height, seed + 100)
        return (real + 1j * imaginary).astype(dtype)
    if pattern == "noise":
        bits = noise(x, y, np.uint64(seed))
        if dtype in RANGES:
            low, count = RANGES[dtype]
            return np.array([[low + int(b) * count // 2**24 for b in row] for row in bits], dtype=object).astype(dtype)
        return (bits.astype("float64") / 2**24 * 2000.0 - 500.0).astype(dtype)
    if pattern == "low":
        return (noise(x, y, np.uint64(seed)) % 40).astype(dtype)
    if pattern == "gradient":
        return (x * 2 + y).astype(dtype) if dtype in ("uint8", "int8") else (x * 100 + y * 37).astype(dtype)
    if pattern == "blocks":
        return ((x // 3 + y // 4 * 3) % 7 + noise(x, y, np.uint64(seed)) % 2).astype(dtype)
    if pattern == "nan":
        values = image("noise", dtype, width, height, seed)
        values[noise(x, y, np.uint64(seed + 1)) % 23 == 0] = np.nan
        return values
    raise ValueError(pattern)


def validity(kind, width, height, seed):
    x, y = grid(width, height)
    bits = noise(x, y, np.uint64(seed + 50))
    if kind == "sprinkled":
        return np.where(bits % 6 == 0, 0, 255).astype("uint8")
    if kind == "blocks":
        return np.where((x // 9 + y // 7) % 3 == 0, 0, 255).astype("uint8")
    if kind == "half":
        return np.where(x * 2 < width + y % 3, 0, 255).astype("uint8")
    if kind == "none":
        return np.zeros((height, width), "uint8")
    if kind == "alpha":
        return np.where(bits % 5 == 0, 0, bits % 256).astype("uint8")
    raise ValueError(kind)


def number(value):
    """A value as JSON can hold it."""
    if isinstance(value, (complex, np.complexfloating)):
        return [number(value.real), number(value.imag)]
    if isinstance(value, (float, np.floating)):
        value = float(value)
        if math.isfinite(value):
            return int(value) if value.is_integer() and abs(value) < 2**53 else value
        return repr(value)
    return int(value)


def write(path, case, pixels, mask):
    width, height = case["size"]
    options = dict(driver="GTiff", width=width, height=height, count=1, dtype=case["dtype"])
    if case.get("tile"):
        options |= dict(tiled=True, blockxsize=case["tile"], blockysize=case["tile"])
    if case.get("bits"):
        options["nbits"] = case["bits"]
    alpha = case.get("mask") == "alpha"
    if alpha:
        options |= dict(count=2, photometric="MINISBLACK", alpha="yes")
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        with rasterio.open(path, "w", nodata=case.get("nodata"), **options) as dataset:
            dataset.write(pixels, 1)
            if alpha:
                # GDAL makes 8 bits of a 16-bit alpha band.
                dataset.write(mask.astype("uint16") * 257 if case["dtype"] == "uint16" else mask, 2)
                dataset.colorinterp = [ColorInterp.gray, ColorInterp.alpha]
            elif mask is not None and case.get("nodata") is None:
                dataset.write_mask(mask)
            if case.get("palette"):
                dataset.write_colormap(1, {i: tuple(c) for i, c in enumerate(palette())})


def palette():
    """256 colours, some alike."""
    return [(i * 7 % 256, i * 31 % 256, (i // 3) * 11 % 256, 255) for i in range(256)]


def write_overview(path, case, pixels):
    """A file whose first image has another size, and whose pixels are those of its only overview."""
    full_width, full_height = case["full"]
    with tifffile.TiffWriter(path) as file:
        file.write(np.zeros((full_height, full_width), case["dtype"]), photometric="minisblack", compression="zlib")
        file.write(pixels, photometric="minisblack", subfiletype=1)


def answer(case):
    width, height = case["size"]
    seed = case.get("seed", 1)
    pixels = image(case["pattern"], case["dtype"], width, height, seed)
    mask = validity(case["mask"], width, height, seed) if case.get("mask") else None
    if mask is not None and case.get("nodata") is not None and case["mask"] != "alpha":
        pixels[mask == 0] = case["nodata"]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "case.tif")
        if case.get("full"):
            write_overview(path, case, pixels)
        else:
            write(path, case, pixels, mask)
        out_width, out_height = case["out"]
        with rasterio.open(path) as dataset:
            read = dataset.read(
                [1] * case.get("bands", 1),
                window=Window(*case["window"]),
                out_shape=(out_height, out_width),
                resampling=Resampling[case["method"]],
            )[0]
    return read


def expect(case):
    read = answer(case)
    case = {key: value for key, value in case.items() if value is not None}
    if isinstance(case.get("nodata"), float) and not math.isfinite(case["nodata"]):
        case["nodata"] = repr(case["nodata"])
    if "rows" in case:
        read = read[case["rows"]]
    case["expected"] = [number(value) for value in read.ravel()]
    return case


GEOMETRIES = [
    # size, window, out
    ((40, 32), (0, 0, 40, 32), (20, 16)),
    ((40, 32), (0, 0, 40, 32), (8, 9)),
    ((17, 13), (0, 0, 17, 13), (23, 17)),
    ((40, 32), (3, 5, 30, 20), (13, 11)),
    ((40, 32), (3.3, 5.8, 30.4, 20.1), (12, 9)),
    ((24, 20), (4.5, 3.25, 10, 9), (10, 9)),
]


def curated():
    """The committed cases: few pixels each, but every method, type, geometry and kind of mask."""
    for dtype in DTYPES:
        for method in METHODS:
            yield dict(dtype=dtype, pattern="noise", size=(41, 33), window=(0, 0, 41, 33), out=(7, 5), method=method)
    for dtype in COMPLEX:
        for method in METHODS:
            yield dict(dtype=dtype, pattern="noise", size=(24, 20), window=(0, 0, 24, 20), out=(7, 6), method=method)
    for method in METHODS:
        for size, window, out in GEOMETRIES:
            yield dict(dtype="uint8", pattern="noise", size=size, window=window, out=out, method=method)
        # Slopes that are the same everywhere: what is read tells where it was read.
        for window, out in [((3, 5, 30, 20), (7, 6)), ((3.3, 5.8, 30.4, 20.1), (6, 7)), ((9, 7, 8, 6), (11, 9))]:
            yield dict(dtype="float32", pattern="gradient", size=(40, 32), window=window, out=out, method=method)
        # Nodata and masks, with room for whole kernels without a valid pixel.
        whole = dict(size=(40, 32), window=(0, 0, 40, 32), method=method)
        yield dict(dtype="uint8", pattern="low", out=(13, 11), mask="sprinkled", nodata=20, **whole)
        yield dict(dtype="int16", pattern="low", out=(13, 11), mask="blocks", nodata=-9999, **whole)
        yield dict(dtype="uint16", pattern="noise", out=(9, 8), mask="blocks", **whole)
        yield dict(dtype="float32", pattern="low", size=(40, 32), window=(2, 3, 33, 27), out=(8, 7), method=method,
                   mask="half", nodata=math.nan)
        yield dict(dtype="float64", pattern="low", out=(6, 6), mask="half", nodata=-1e30, **whole)
        yield dict(dtype="uint8", pattern="noise", out=(9, 8), mask="alpha", **whole)
        yield dict(dtype="float32", pattern="nan", out=(5, 5), **whole)
        # From an overview whose ratio is not whole.
        yield dict(dtype="uint16", pattern="noise", size=(31, 27), full=(61, 53), window=(7, 5, 41, 39),
                   out=(9, 8), method=method)
        # Two bands at once, with another ratio on each axis.
        yield dict(dtype="uint16", pattern="noise", size=(40, 60), window=(7, 5, 24, 49), out=(15, 9),
                   method=method, bands=2)
    for method in ["bilinear", "average", "mode", "gauss", "rms"]:
        yield dict(dtype="uint8", pattern="noise", size=(24, 24), window=(0, 0, 24, 24), out=(9, 9), method=method,
                   palette=True)
    for method in ["cubic", "cubic_spline", "lanczos", "average"]:
        yield dict(dtype="uint16", pattern="low", size=(24, 24), window=(0, 0, 24, 24), out=(15, 15), method=method,
                   bits=6)
        yield dict(dtype="uint8", pattern="blocks", size=(24, 24), window=(0, 0, 24, 24), out=(3, 3), method=method,
                   mask="none", nodata=3)
    yield dict(dtype="complex64", pattern="blocks", size=(24, 20), window=(0, 0, 24, 20), out=(4, 4), method="mode")
    # Large enough to be cut into chunks: only the rows where the cuts may be are kept.
    for method, tile in [("bilinear", None), ("cubic", 256), ("lanczos", 512), ("average", None), ("gauss", 256)]:
        yield dict(dtype="uint8", pattern="gradient", size=(1900, 1300), window=(0, 0, 1900, 1300), out=(83, 61),
                   method=method, tile=tile, rows=[0, 14, 15, 30, 31, 60])
    for method in ["bilinear", "cubic"]:
        yield dict(dtype="uint16", pattern="noise", size=(1500, 1200), window=(0, 0, 1500, 1200), out=(641, 523),
                   method=method, rows=[260, 261])


def randomised(count, seed):
    choose = random.Random(seed)
    for index in range(count):
        size = (choose.randint(1, 90), choose.randint(1, 90))
        width, height = size
        kind = choose.choice(["whole", "pixels", "fraction"])
        if kind == "whole":
            window = (0, 0, width, height)
        else:
            columns, rows = choose.randint(1, width), choose.randint(1, height)
            window = (choose.randint(0, width - columns), choose.randint(0, height - rows), columns, rows)
            if kind == "fraction":
                x, y = choose.uniform(0, width - 1), choose.uniform(0, height - 1)
                window = (x, y, choose.uniform(0.5, width - x), choose.uniform(0.5, height - y))
        case = dict(
            dtype=choose.choice(DTYPES),
            pattern=choose.choice(["noise", "low", "gradient", "blocks"]),
            size=size,
            window=window,
            out=(choose.randint(1, 120), choose.randint(1, 120)) if choose.random() < 0.4
            else (max(1, int(window[2] / choose.uniform(1, 9))), max(1, int(window[3] / choose.uniform(1, 9)))),
            method=choose.choice(METHODS),
            seed=index,
        )
        case["mask"] = choose.choice([None, None, None, "sprinkled", "blocks", "half"])
        if case["mask"] and choose.random() < 0.6:
            case["nodata"] = choose.choice([0, 5, 20, 100])
        elif case["dtype"] in ("uint8", "uint16") and choose.random() < 0.1:
            case["mask"] = "alpha"
        if case["dtype"].startswith("float") and choose.random() < 0.2:
            case["pattern"], case["mask"], case["nodata"] = "nan", None, choose.choice([None, math.nan])
        if choose.random() < 0.15 and case["mask"] is None and case.get("nodata") is None:
            case["bands"] = 2
        yield case


def level_cases():
    """Which of several overviews, each of one value, a read comes from."""
    files = [
        ((100, 100), [(50, 50), (25, 25), (13, 13)]),
        ((101, 67), [(51, 34), (26, 17)]),
        ((100, 100), [(25, 25), (50, 50)]),
        ((120, 90), [(80, 60), (40, 30), (39, 29), (10, 8)]),
        ((100, 100), [(50, 25), (25, 50)]),
    ]
    for full, overviews in files:
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "levels.tif")
            with tifffile.TiffWriter(path) as file:
                for index, (width, height) in enumerate([full, *overviews]):
                    level = np.full((height, width), index, "uint8")
                    file.write(level, photometric="minisblack", subfiletype=int(index > 0))
            windows = [(0, 0, *full), (10, 20, 40, 30), (10.5, 20.25, 40.9, 30.7)]
            for method in ["nearest", "bilinear", "average"]:
                for window in windows:
                    cases = []
                    sizes = list(range(1, int(max(window[2:])) + 3, 2))
                    for out in [(n, n) for n in sizes] + [(n, 1) for n in sizes] + [(1, n) for n in sizes]:
                        with rasterio.open(path) as dataset:
                            read = dataset.read(1, window=Window(*window), out_shape=(out[1], out[0]),
                                                resampling=Resampling[method])
                        assert read.min() == read.max()
                        cases.append((out, int(read[0, 0]) - 1))
                    yield dict(full=full, overviews=overviews, window=window, method=method,
                               out=[out for out, _ in cases], expected=[level for _, level in cases])


def conversion_cases():
    floats = [0, 0.49, 0.5, 1.5, 2.5, 254.5, 255.5, 127.5, 300, 65535.5, 1e5, 2147483520, 3e9, 4294967040, 1e15, 1e20,
              3.5e38, math.inf]
    values = {"float32": floats[:-2] + [math.inf, 8388609.0, 8388611.0, 16777217.0, 0.49999997],
              "float64": floats + [0.49999999999999994, 4503599627370497.0, 3.4028235e38, 1.1]}
    for dtype in INTEGERS:
        info = np.iinfo(dtype)
        values[dtype] = sorted({v for v in [info.min, info.min + 1, -129, -128, -1, 0, 1, 127, 128, 255, 256, 32767,
                                            32768, 65535, 65536, 2**24 + 1, 2**31 - 1, 2**31, 2**32, 2**53 + 1,
                                            info.max - 1, info.max] if info.min <= v <= info.max})
    for source, numbers in values.items():
        if source.startswith("float"):
            numbers = numbers + [-v for v in numbers] + [math.nan]
        # One by one: GDAL treats some values otherwise in runs of eight.
        array = np.array(numbers, dtype=source).reshape(-1, 1)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "values.tif")
            with rasterio.open(path, "w", driver="GTiff", width=1, height=len(array), count=1, dtype=source) as file:
                file.write(array, 1)
            for target in DTYPES:
                with rasterio.open(path) as dataset:
                    read = dataset.read(1, out_dtype=target)
                yield dict(source=source, target=target, values=[number(v) for v in array.ravel()],
                           expected=[number(v) for v in read.ravel()])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default=os.path.join(HERE, "resample_cases.json"))
    parser.add_argument("--random", type=int, default=0, metavar="N", help="N random cases instead of the usual ones")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    cases = randomised(options.random, options.seed) if options.random else curated()
    sections = {"cases": [expect(case) for case in cases]}
    if not options.random:
        sections |= {"levels": list(level_cases()), "conversions": list(conversion_cases())}
    with open(options.out, "w") as file:
        file.write("{\n")
        for position, (name, entries) in enumerate(sections.items()):
            file.write(",\n" if position else "")
            lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in entries)
            file.write(f'"{name}": [\n{lines}\n]')
        file.write("\n}\n")


if __name__ == "__main__":
    main()
