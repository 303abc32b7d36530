#!/usr/bin/env python3
"""Compare what geotiff-crs reads from GeoKeys with GDAL's reading, over CRSs of every kind that GDAL writes.

    cargo build -p geotiff-crs --example oracle
    python crates/geotiff-crs/data/check_geokeys.py target/debug/examples/oracle [--write]

Needs rasterio 1.4.4 and tifffile beside pyproj. GDAL writes a small file in each CRS; its GeoKeys go to the example
`oracle`, whose WKT pyproj has to find the same as the CRS that rasterio reads from the file: name, kind, EPSG code and
coordinates of points. With `--write`, keys and expectations go to `tests/geokeys.json`.
"""

import json
import math
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import database
import numpy as np
import rasterio
import tifffile
from pyproj import CRS, Transformer
from rasterio.transform import from_origin

warnings.filterwarnings("ignore")
HERE = Path(__file__).resolve().parent

EPSG = [
    4326, 3857, 32632, 32756, 26713, 27700, 2154, 2056, 21781, 28992, 31370, 5514, 2193, 27200, 2048, 5070, 3035, 3031,
    3413, 3995, 6933, 3410, 2263, 2225, 32104, 27572, 4807, 4267, 4269, 4979, 4978, 7405, 6349, 5498, 3395, 8857, 4087,
    5041, 32661, 3994, 3078, 2314, 30200, 3993, 9377, 3034, 3979, 32232, 23032, 4275, 7415, 3855, 5703, 9001, 31467,
    2180, 2393, 3375, 29873, 6870, 6266,
]  # fmt: skip
ESRI = [
    102003, 102008, 54009, 54012, 54030, 54008, 102001, 102004, 102005, 102021, 53009, 102014, 37001, 102100, 54002,
    54004, 54032, 54027, 102018, 53031, 102110, 104286,
]  # fmt: skip
PROJ = {
    "tmerc": "+proj=tmerc +lat_0=1 +lon_0=9 +k=0.9996 +x_0=500000 +y_0=1000",
    "tmerc us-ft": "+proj=tmerc +lat_0=1 +lon_0=9 +k=0.9996 +x_0=500000.001016 +units=us-ft",
    "tmerc ft": "+proj=tmerc +lat_0=1 +lon_0=9 +k=0.9996 +x_0=500000 +units=ft",
    "tmerc km": "+proj=tmerc +lat_0=1 +lon_0=9 +k=0.9996 +x_0=500000 +units=km",
    "tmerc own unit": "+proj=tmerc +lat_0=1 +lon_0=9 +k=0.9996 +x_0=500000 +to_meter=0.7",
    "utm of ellipsoid": "+proj=utm +zone=33 +ellps=intl",
    "utm south": "+proj=utm +zone=33 +south +ellps=WGS84",
    "lcc 2sp": "+proj=lcc +lat_1=30 +lat_2=50 +lat_0=40 +lon_0=10 +x_0=1000 +y_0=2000",
    "lcc 1sp": "+proj=lcc +lat_1=40 +lat_0=40 +lon_0=10 +k_0=0.99 +x_0=1000 +y_0=2000",
    "lcc us-ft": "+proj=lcc +lat_1=30 +lat_2=50 +lat_0=40 +lon_0=10 +x_0=1000 +y_0=2000 +units=us-ft",
    "albers": "+proj=aea +lat_1=30 +lat_2=50 +lat_0=40 +lon_0=10 +x_0=1000 +y_0=2000",
    "mercator scale": "+proj=merc +lon_0=10 +k_0=0.9 +x_0=5",
    "mercator parallel": "+proj=merc +lon_0=10 +lat_ts=30 +x_0=5",
    "polar north": "+proj=stere +lat_0=90 +lat_ts=70 +lon_0=-45",
    "polar south": "+proj=stere +lat_0=-90 +lat_ts=-71 +lon_0=10 +x_0=5",
    "polar scale": "+proj=stere +lat_0=90 +k_0=0.97 +lon_0=10",
    "polar south scale": "+proj=stere +lat_0=-90 +k_0=0.97 +lon_0=10",
    "stereographic": "+proj=stere +lat_0=40 +lon_0=10 +k_0=0.99 +x_0=7",
    "oblique stereographic": "+proj=sterea +lat_0=52 +lon_0=5 +k_0=0.9999 +x_0=155000 +y_0=463000",
    "hotine b": "+proj=omerc +lat_0=40 +lonc=10 +alpha=30 +gamma=35 +k=0.999 +x_0=1 +y_0=2",
    "hotine a": "+proj=omerc +no_uoff +lat_0=40 +lonc=10 +alpha=30 +gamma=35 +k=0.999 +x_0=1 +y_0=2",
    "hotine 90": "+proj=omerc +lat_0=40 +lonc=10 +alpha=90 +gamma=90 +k=0.999 +x_0=1 +y_0=2",
    "swiss": "+proj=somerc +lat_0=46.95 +lon_0=7.44 +k_0=1 +x_0=600000 +y_0=200000",
    "cassini": "+proj=cass +lat_0=11 +lon_0=-60 +x_0=100 +y_0=200",
    "nzmg": "+proj=nzmg +lat_0=-41 +lon_0=173 +x_0=2510000 +y_0=6023150 +ellps=intl",
    "laea": "+proj=laea +lat_0=52 +lon_0=10 +x_0=4321000 +y_0=3210000",
    "laea sphere": "+proj=laea +lat_0=45 +lon_0=-100 +R=6370997",
    "aeqd": "+proj=aeqd +lat_0=52 +lon_0=10 +x_0=5",
    "eqc": "+proj=eqc +lat_ts=30 +lon_0=10 +x_0=5",
    "eqc latitude": "+proj=eqc +lat_ts=30 +lat_0=20 +lon_0=10",
    "sinusoidal": "+proj=sinu +lon_0=10",
    "modis": "+proj=sinu +lon_0=0 +x_0=0 +y_0=0 +R=6371007.181",
    "van der grinten": "+proj=vandg +lon_0=10 +R=6371000",
    "mollweide": "+proj=moll +lon_0=10",
    "eckert iv": "+proj=eck4 +lon_0=10",
    "eckert vi": "+proj=eck6 +lon_0=10",
    "geostationary": "+proj=geos +h=35785831 +lon_0=5",
    "geostationary x": "+proj=geos +h=35786023 +lon_0=-75 +sweep=x +ellps=GRS80",
    "equidistant conic": "+proj=eqdc +lat_0=1 +lat_1=20 +lat_2=50 +lon_0=10",
    "gnomonic": "+proj=gnom +lat_0=40 +lon_0=10",
    "miller": "+proj=mill +lon_0=10",
    "robinson": "+proj=robin +lon_0=10",
    "cea": "+proj=cea +lat_ts=30 +lon_0=10",
    "cea sphere": "+proj=cea +lat_ts=30 +lon_0=10 +R=6371228",
    "orthographic": "+proj=ortho +lat_0=40 +lon_0=10",
    "polyconic": "+proj=poly +lat_0=5 +lon_0=10",
    "gall": "+proj=gall +lon_0=10",
    "goode": "+proj=goode +lon_0=10",
    "bonne": "+proj=bonne +lat_1=30",
    "winkel tripel": "+proj=wintri",
    "equal earth": "+proj=eqearth",
    "natural earth": "+proj=natearth",
    "perspective": "+proj=nsper +h=1e6 +lat_0=3 +lon_0=4",
    "laborde": "+proj=labrd +lat_0=-18.9 +lon_0=46.4 +azi=18.9 +k=0.9995 +ellps=intl",
    "two points": "+proj=tpeqd +lat_1=1 +lon_1=2 +lat_2=30 +lon_2=40",
    "hotine two points": "+proj=omerc +lat_0=10 +lat_1=1 +lon_1=2 +lat_2=30 +lon_2=40",
    "old web mercator": "+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m +nadgrids=@null +wktext",
    "longlat": "+proj=longlat",
    "longlat sphere": "+proj=longlat +R=6371000",
    "longlat ellipsoid": "+proj=longlat +ellps=intl",
    "longlat meridian": "+proj=longlat +ellps=bessel +pm=paris",
    "longlat axes": "+proj=longlat +a=6378000 +b=6356000",
    "longlat towgs84": "+proj=longlat +ellps=intl +towgs84=-87,-98,-121",
    "tmerc towgs84": "+proj=tmerc +lon_0=9 +ellps=bessel +towgs84=598.1,73.7,418.2,0.202,0.045,-2.455,6.7",
    "tmerc meridian": "+proj=tmerc +lon_0=9 +ellps=bessel +pm=ferro",
    "tmerc nad27": "+proj=tmerc +lon_0=-90 +datum=NAD27",
    "lcc sphere": "+proj=lcc +lat_1=38.5 +lat_2=38.5 +lat_0=38.5 +lon_0=-97.5 +R=6371229",
    "longlat nad83": "+proj=longlat +datum=NAD83",
    "utm nad83": "+proj=utm +zone=15 +datum=NAD83",
    "lcc nad27 us-ft": "+proj=lcc +lat_1=40 +lat_0=40 +lon_0=-100 +datum=NAD27 +units=us-ft +x_0=609601.219202438",
}
OTHERS = {
    "compound": "EPSG:32632+5773",
    "compound us-ft": "EPSG:2263+6360",
    "compound geographic": "EPSG:4326+5773",
    "local": 'LOCAL_CS["plan",UNIT["metre",1]]',
    "local ft": 'LOCAL_CS["plan ft",UNIT["foot",0.3048]]',
    "own datum": 'GEOGCS["my gcs",DATUM["my datum",SPHEROID["my ellipsoid",6378000,297]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]',
    "arc-seconds": 'GEOGCS["my arcsec",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["arc-second",4.84813681109536E-06]]',
}


def cases():
    for code in EPSG:
        yield f"EPSG:{code}", f"EPSG:{code}"
    for code in ESRI:
        yield f"ESRI:{code}", f"ESRI:{code}"
    for name, text in PROJ.items():
        if not any(part in text for part in ("+datum", "+R=", "+ellps", "+a=")):
            text += " +datum=WGS84"
        yield name, text + " +no_defs +type=crs"
    yield from OTHERS.items()


def written(folder):
    """(case, keys, rasterio's CRS) of a file in each CRS; compound ones in both versions of GeoTIFF."""
    for name, source in cases():
        crs = rasterio.crs.CRS.from_user_input(source)
        versions = ["1.0", "1.1"] if "compound" in name or source in ("EPSG:7405", "EPSG:4979") else ["AUTO"]
        for version in versions:
            path = folder / "file.tif"
            options = dict(driver="GTiff", width=4, height=4, count=1, dtype="uint8", transform=from_origin(0, 0, 1, 1))
            with rasterio.open(path, "w", crs=crs, geotiff_version=version, **options) as file:
                file.write(np.zeros((1, 4, 4), "u1"))
            path.with_suffix(".tif.aux.xml").unlink(missing_ok=True)
            with rasterio.open(path) as file:
                read = file.crs
            with tifffile.TiffFile(path) as file:
                tags = file.pages[0].tags
                values = [tags[t].value if t in tags else () for t in (34735, 34736)]
                text = tags[34737].value if 34737 in tags else ""
            keys = [list(v) if isinstance(v, (tuple, list)) else [v] for v in values] + [text]
            yield name if version == "AUTO" else f"{name} {version}", keys, read
            path.unlink()


def horizontal(crs):
    crs = crs.sub_crs_list[0] if crs.sub_crs_list else crs
    return crs


def sample(crs, code):
    """Longitudes and latitudes in the area of use, else around the origin of the projection."""
    area = CRS.from_epsg(code).area_of_use if code else None
    if area and area.west < area.east:
        width, height = area.east - area.west, area.north - area.south
        return [(area.west + f * width, area.south + g * height) for f, g in ((0.3, 0.6), (0.5, 0.5), (0.7, 0.35))]
    bare = horizontal(crs)
    bare = bare.source_crs if bare.is_bound else bare
    lon, lat = 0.0, 30.0
    for p in bare.coordinate_operation.params if bare.is_projected else ():
        degrees = math.degrees(p.value * p.unit_conversion_factor)
        if "ongitude" in p.name:
            lon = degrees
        elif "Latitude of" in p.name and abs(degrees) <= 90:
            lat = max(-80.0, min(80.0, degrees))
    return [(lon + dx, lat + dy) for dx, dy in ((-2, -3), (0.5, 0.25), (1.5, 2))]


def project(crs, points):
    moved = Transformer.from_crs(4326, horizontal(crs), always_xy=True).transform(*zip(*points))
    return [[x, y] for x, y in zip(*moved)]


def compare(want, got, points):
    problems = []
    if want.name != got.name:
        problems.append(f"name {want.name!r} {got.name!r}")
    if want.type_name != got.type_name:
        problems.append(f"kind {want.type_name} {got.type_name}")
    if points is not None:
        limit = 1e-3 if horizontal(want).is_projected else 1e-8
        off = max(math.dist(a, b) for a, b in zip(points[1], project(got, points[0])))
        if not off < limit:
            problems.append(f"points off by {off}")
    return problems


def main():
    with tempfile.TemporaryDirectory() as folder:
        files = list(written(Path(folder)))
    lines = "".join(json.dumps(keys) + "\n" for _, keys, _ in files)
    run = subprocess.run([sys.argv[1], "geokeys"], input=lines, capture_output=True, text=True, check=True)
    records, bad = [], 0
    for (name, keys, read), answer in zip(files, run.stdout.splitlines(), strict=True):
        answer = json.loads(answer)
        if read is None:
            bad += bool(answer)
            print(name, "GDAL: none", answer.get("name", ""))
            continue
        want = CRS(read.to_wkt(version="WKT2_2019"))
        points = None
        if not want.is_geocentric and "ngineering" not in want.type_name:
            try:
                around = sample(want, read.to_epsg())
                points = (around, project(want, around))
            except Exception as error:
                print(name, "PROJ:", error)
        problems = [answer["error"]] if "error" in answer else compare(want, CRS(answer["wkt"]), points)
        if answer.get("epsg") != read.to_epsg():
            problems.append(f"EPSG {read.to_epsg()} {answer.get('epsg')}")
        if problems:
            bad += 1
            print(name, *problems)
        record = {"case": name, "keys": keys, "name": want.name, "epsg": read.to_epsg()}
        if points is not None:
            record["points"] = [[*p, *q] for p, q in zip(*points)]
        records.append(record)
    print(len(records) - bad, "of", len(records), "agree")
    if "--write" in sys.argv:
        text = ",\n".join(json.dumps(record) for record in records)
        (HERE.parent / "tests" / "geokeys.json").write_text(f"[\n{text}\n]\n")


if __name__ == "__main__":
    main()
