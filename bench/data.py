"""Writes the files that the benchmarks read, with GDAL, and checks what it wrote.

Usage: python data.py FOLDER [--quick] SUITE...

The pixels are fractal noise with a little sensor noise, from fixed seeds: they compress about as satellite images do.
A file that is there already is left alone.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import rasterio
from rasterio.crs import CRS
from rasterio.shutil import copy
from rasterio.transform import from_origin

UTM = CRS.from_epsg(32632)
PREDICTORS = {1: "none", 2: "horizontal", 3: "floating point"}


def noise(size: int, seed: int, slope: float = 1.6) -> np.ndarray:
    """A square of noise from 0 to 1 whose amplitudes fall with the frequency, as those of landscapes do."""
    rng = np.random.default_rng(seed)
    spectrum = np.fft.rfft2(rng.standard_normal((size, size), dtype=np.float32))
    frequency = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None, :])
    frequency[0, 0] = np.inf
    surface = np.fft.irfft2(spectrum * frequency**-slope, s=(size, size)).astype(np.float32)
    low, high = np.percentile(surface, [0.5, 99.5])
    return np.clip((surface - low) / (high - low), 0, 1)


def scene(size: int, dtype: str, bands: int, seed: int) -> np.ndarray:
    """Pixels (band, row, column): bands alike, each with some noise of its own."""
    rng = np.random.default_rng(seed + 1000)
    common = noise(size, seed)
    pixels = np.empty((bands, size, size), dtype)
    for band in range(bands):
        own = rng.standard_normal((size, size), dtype=np.float32)
        if dtype == "uint8":
            pixels[band] = np.clip(30 + 180 * common + 6 * band + 1.0 * own, 0, 255)
        elif dtype == "uint16":
            pixels[band] = np.clip(300 + 4000 * common + 150 * band + 3.0 * own, 0, 65535)
        else:
            # Elevations in steps of a centimetre, as they are delivered.
            pixels[band] = np.round((200 + 1500 * common + 0.05 * own) * 100) / 100
    return pixels


def codecs_of(dtype: str) -> list[tuple[str, str, int, dict]]:
    """Name, compression, predictor and further options of each image of a type."""
    second = 3 if dtype == "float32" else 2
    found = [("none", "NONE", 1, {}), ("packbits", "PACKBITS", 1, {})]
    for name in ("deflate", "lzw", "zstd"):
        found += [(f"{name}-p{p}", name.upper(), p, {}) for p in (1, second)]
    found.append(("lerc", "LERC", 1, {"MAX_Z_ERROR": "0"}))
    found.append(("lzma", "LZMA", 1, {"LZMA_PRESET": "1"}))
    if dtype == "uint8":
        found.append(("jpeg", "JPEG", 1, {"PHOTOMETRIC": "YCBCR", "JPEG_QUALITY": "90"}))
        found.append(("webp", "WEBP", 1, {"WEBP_LEVEL": "75"}))
        found.append(("webp-lossless", "WEBP", 1, {"WEBP_LOSSLESS": "YES"}))
    return found


def write_image(path: Path, pixels: np.ndarray, compression: str, predictor: int, options: dict) -> None:
    bands, height, width = pixels.shape
    chosen = {"PREDICTOR": str(predictor)} if predictor > 1 else {}
    with rasterio.open(
        path, "w", driver="GTiff", width=width, height=height, count=bands, dtype=pixels.dtype,
        crs=UTM, transform=from_origin(500_000, 5_300_000, 10, 10), tiled=True, blockxsize=512, blockysize=512,
        interleave="pixel", compress=compression, NUM_THREADS="ALL_CPUS", **chosen, **options,
    ) as file:
        file.write(pixels)
    check(path, pixels, compression, predictor, lossy="JPEG_QUALITY" in options or "WEBP_LEVEL" in options)


def check(path: Path, pixels: np.ndarray, compression: str, predictor: int, lossy: bool) -> None:
    with rasterio.open(path) as file:
        structure = file.tags(ns="IMAGE_STRUCTURE")
        written = structure.get("COMPRESSION", "NONE").removeprefix("YCbCr ")
        assert written == compression, f"{path}: {written}"
        assert int(structure.get("PREDICTOR", 1)) == predictor, f"{path}: predictor {structure.get('PREDICTOR')}"
        assert file.block_shapes == [(512, 512)] * file.count, f"{path}: {file.block_shapes}"
        assert file.count == 1 or structure["INTERLEAVE"] == "PIXEL", f"{path}: {structure}"
        same = np.abs(file.read().astype("float32") - pixels).mean() < 4 if lossy else (file.read() == pixels).all()
        assert same, f"{path}: other pixels than were written"


def images(folder: Path, quick: bool) -> None:
    """One image for each type, codec and predictor."""
    size = 1024 if quick else 4096
    for dtype, bands in (("uint8", 3), ("uint16", 3), ("float32", 1)):
        missing = [c for c in codecs_of(dtype) if not (folder / f"{dtype}-{c[0]}.tif").exists()]
        if missing:
            pixels = scene(size, dtype, bands, seed=len(dtype))
            for name, compression, predictor, options in missing:
                write(folder / f"{dtype}-{name}.tif", write_image, pixels, compression, predictor, options)


def write_cog(path: Path, pixels: np.ndarray, block: int, west: float, north: float) -> None:
    bands, height, width = pixels.shape
    plain = path.with_suffix(".plain.tif")
    with rasterio.open(
        plain, "w", driver="GTiff", width=width, height=height, count=bands, dtype=pixels.dtype,
        crs=UTM, transform=from_origin(west, north, 10, 10), tiled=True, nodata=0, BIGTIFF="NO",
    ) as file:
        file.write(pixels)
    copy(
        plain, path, driver="COG", COMPRESS="DEFLATE", PREDICTOR="YES", BLOCKSIZE=block, LEVEL=6,
        RESAMPLING="AVERAGE", NUM_THREADS="ALL_CPUS", OVERVIEWS="IGNORE_EXISTING",
    )
    plain.unlink()
    with rasterio.open(path) as file:
        structure = file.tags(ns="IMAGE_STRUCTURE")
        assert (structure["LAYOUT"], structure["COMPRESSION"]) == ("COG", "DEFLATE"), f"{path}: {structure}"
        assert file.block_shapes == [(block, block)] * bands, f"{path}: {file.block_shapes}"
        assert len(file.overviews(1)) >= 1 and file.crs == UTM, f"{path}: {file.overviews(1)}"


def cogs(folder: Path, quick: bool) -> None:
    """64 COGs of one uint16 band, tiles of 256 x 256."""
    def one(number: int) -> None:
        path = folder / f"cog{number:02}.tif"
        if not path.exists():
            pixels = scene(2048, "uint16", 1, seed=100 + number)
            write(path, write_cog, pixels, 256, 400_000 + 20_480 * number, 5_300_000)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(one, range(8 if quick else 64)))


def mosaic(folder: Path, quick: bool) -> None:
    """A COG of the size of a Sentinel-2 tile: 10980 x 10980 pixels of 10 m, three bands of 8 bits."""
    path = folder / "mosaic.tif"
    if not path.exists():
        size = 10_980
        part = scene(1024 if quick else 2048, "uint8", 3, seed=7)
        copies = -(-size // part.shape[1])
        whole = np.pad(part, ((0, 0), *[(0, part.shape[1] * (copies - 1))] * 2), mode="symmetric")
        write(path, write_cog, whole[:, :size, :size], 512, 600_000, 5_300_040)


def write(path: Path, writer, *arguments) -> None:
    """Writes beside the name and renames, so that a file is there whole or not at all."""
    partial = path.with_name(f"{path.stem}.part.tif")
    writer(partial, *arguments)
    os.replace(partial, path)
    print(f"wrote {path.name}: {path.stat().st_size / 1e6:.1f} MB", file=sys.stderr)


NEEDS = {
    "parse": (cogs, mosaic), "codecs": (images,), "open": (cogs,), "windows": (cogs,), "images": (images,),
    "cold": (cogs,), "memory": (images,), "tiles": (mosaic,), "blocked": (images, cogs),
}


def main() -> None:
    quick = "--quick" in sys.argv
    folder, *suites = [argument for argument in sys.argv[1:] if argument != "--quick"]
    Path(folder).mkdir(parents=True, exist_ok=True)
    for writer in dict.fromkeys(writer for suite in suites for writer in NEEDS[suite]):
        writer(Path(folder), quick)


if __name__ == "__main__":
    main()
