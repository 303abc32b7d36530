#!/usr/bin/env python3
"""Compare the transforms of geotiff-crs with PROJ's for every projected and geographic 2D code of EPSG.

    cargo build -p geotiff-crs --example oracle
    python crates/geotiff-crs/data/check_transforms.py target/debug/examples/oracle [--write]

Each code is transformed to and from EPSG:4326 and EPSG:3857 at 5 x 5 points of its area of use, without grids.
With `--classes`, one code of each pair of base CRS and method is checked: a tenth of the hour that all take.
With `--write`, the codes that differ by more than 2 mm from PROJ go to `approximate.txt`, which `generate.py`
puts into the table.
"""

import os

os.environ["PROJ_NETWORK"] = "OFF"

import json
import math
import subprocess
import sys
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import pyproj
from pyproj import CRS, Transformer
from pyproj.database import query_crs_info

warnings.filterwarnings("ignore")
HERE = Path(__file__).resolve().parent
LIMITS = [0.002, 0.1, 1, 5, 20]


def grid(area):
    west, south, east, north = area
    if west > east:
        east += 360
    xs = west + (east - west) * np.array([0.1, 0.3, 0.5, 0.7, 0.9])
    ys = south + (north - south) * np.array([0.1, 0.3, 0.5, 0.7, 0.9])
    xs = np.where(xs > 180, xs - 360, xs)
    return [(float(x), float(y)) for y in ys for x in xs]


def requests(code, points):
    """(from, to, points, expected, metres per unit of the target) for the four directions."""
    for other in (4326, 3857):
        # The inverse of one transformer is what PROJ chooses for the other direction as well, at half the time.
        there = Transformer.from_crs(other, code, always_xy=True)
        start = points
        if other == 3857:
            start = list(zip(*Transformer.from_crs(4326, 3857, always_xy=True).transform(*zip(*points))))
        inside = list(zip(*there.transform(*zip(*start))))
        yield other, code, start, inside
        start = [p for p in inside if all(map(math.isfinite, p))]
        if start:
            yield code, other, start, list(zip(*there.transform(*zip(*start), direction="INVERSE")))


def scale(code, crs={}):
    if code not in crs:
        found = CRS.from_epsg(code)
        factor = found.axis_info[0].unit_conversion_factor
        crs[code] = (factor * 6378137, True) if found.is_geographic else (factor, False)
    return crs[code]


def error(code, want, got):
    if not all(map(math.isfinite, want)):
        return 0.0
    if got is None:
        return math.inf
    factor, geographic = scale(code)
    dx, dy = got[0] - want[0], got[1] - want[1]
    if geographic:
        turn = 2 * math.pi / CRS.from_epsg(code).axis_info[0].unit_conversion_factor if abs(dx) > 100 else 0
        dx = (min(abs(dx), abs(abs(dx) - turn))) * math.cos(math.radians(min(abs(want[1]), 90)))
    return math.hypot(dx, dy) * factor


def main():
    oracle = subprocess.Popen([sys.argv[1], "transform"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    infos = query_crs_info("EPSG", ["GEOGRAPHIC_2D_CRS", "PROJECTED_CRS"], allow_deprecated=True)
    only = {int(a) for a in sys.argv[2:] if a.isdigit()}
    worst, failures, silent = {}, {}, []
    classes = set()
    for info in sorted(infos, key=lambda i: int(i.code)):
        code = int(info.code)
        if only and code not in only:
            continue
        crs = CRS.from_epsg(code)
        operation = crs.coordinate_operation
        kind = (crs.geodetic_crs.to_epsg(100) if crs.is_projected else code, operation and operation.method_code)
        if "--classes" in sys.argv and kind in classes:
            continue
        classes.add(kind)
        area = crs.area_of_use
        points = grid(area.bounds if area else (-170, -80, 170, 80))
        try:
            asked = list(requests(code, points))
        except pyproj.exceptions.ProjError:
            continue  # PROJ has no formulas either
        errors, approximate = [0.0], False
        for source, target, start, want in asked:
            text = " ".join(f"{x!r},{y!r}" for x, y in start)
            oracle.stdin.write(f"{source} {target} {text}\n")
            oracle.stdin.flush()
            answer = json.loads(oracle.stdout.readline())
            if "error" in answer:
                failures[code] = answer["error"]
                errors.append(math.inf)
                break
            approximate |= answer["approximate"]
            errs = [error(target, w, g) for w, g in zip(want, answer["points"])]
            if only:
                print(source, target, errs)
            errors += errs
        worst[code] = max(errors)
        if worst[code] > LIMITS[0] and not approximate and code not in failures:
            silent.append(code)
    total = len(worst)
    for limit in LIMITS:
        print(f"< {limit} m: {100 * sum(e < limit for e in worst.values()) / total:.2f} %")
    print(f"{total} codes, {len(failures)} without a transform, {len(silent)} silently beyond 2 mm")
    print(Counter(f.split(":")[-1] if "known" not in f else f.split(":")[-1] for f in failures.values()).most_common())
    bad = {c: round(e, 3) for c, e in sorted(worst.items()) if e > LIMITS[0] and c not in failures}
    print(json.dumps(bad))
    if "--write" in sys.argv:
        text = "".join(f"{code}\n" for code in bad)
        (HERE / "approximate.txt").write_text(text)


if __name__ == "__main__":
    main()
