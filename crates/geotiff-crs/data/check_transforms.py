#!/usr/bin/env python3
"""Compare the transforms of geotiff-crs with PROJ's for every projected and geographic 2D code of EPSG.

    cargo build -p geotiff-crs --example oracle
    python crates/geotiff-crs/data/check_transforms.py target/debug/examples/oracle [--write] [--reference FILE] [CODE …]

Each code is transformed to and from EPSG:4326 and EPSG:3857 at 5 x 5 points of its area of use, without grids.
PROJ's answers take six minutes of computing; with `--reference` they are kept in a file and read from it again.
With `--write`, the codes that differ by more than 2 mm from PROJ go to `approximate.txt`, which `generate.py`
puts into the table, and the shares of codes to `transforms.json`. With codes, their errors are printed one by one.
"""

import argparse
import json
import math
import subprocess
import warnings
from collections import Counter
from functools import cache
from multiprocessing import Pool
from pathlib import Path

import database
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


@cache
def web_mercator():
    return Transformer.from_crs(4326, 3857, always_xy=True)


def reference(code):
    """The code and (from, to, points, expected) of the four directions; nothing where PROJ has no formulas.

    EPSG:3857 is taken through EPSG:4326, on the same datum: making a transformer takes a thousand times longer than
    using it. Every 25th code is asked directly as well, and has to answer the same.
    """
    area = CRS.from_epsg(code).area_of_use
    points = grid(area.bounds if area else (-170, -80, 170, 80))
    try:
        # The inverse of one transformer is what PROJ chooses for the other direction as well, at half the time.
        there = Transformer.from_crs(4326, code, always_xy=True)
        inside = list(zip(*there.transform(*zip(*points))))
        outside = [p for p in inside if all(map(math.isfinite, p))]
        back = list(zip(*there.transform(*zip(*outside), direction="INVERSE"))) if outside else []
        if code % 25 == 0:
            direct = Transformer.from_crs(3857, code, always_xy=True)
            both = zip(inside, zip(*direct.transform(*zip(*mercator(points)))), strict=True)
            assert all(math.dist(a, b) < 1e-5 for a, b in both if math.isfinite(a[0])), code
    except pyproj.exceptions.ProjError:
        return code, []
    answers = [(4326, code, points, inside), (3857, code, mercator(points), inside)]
    if back:
        answers += [(code, 4326, outside, back), (code, 3857, outside, mercator(back))]
    return code, answers


def mercator(points):
    return list(zip(*web_mercator().transform(*zip(*points))))


def references(path):
    if path and path.exists():
        return json.loads(path.read_text())
    infos = query_crs_info("EPSG", ["GEOGRAPHIC_2D_CRS", "PROJECTED_CRS"], allow_deprecated=True)
    with Pool(2) as pool:
        found = pool.map(reference, sorted(int(info.code) for info in infos), chunksize=50)
    if path:
        path.write_text(json.dumps(found))
    return found


@cache
def scale(code):
    """Metres in a unit of the CRS, at the equator if it is geographic; a whole turn in its unit."""
    crs = CRS.from_epsg(code)
    factor = crs.axis_info[0].unit_conversion_factor
    return (factor * 6378137, 2 * math.pi / factor) if crs.is_geographic else (factor, None)


def error(code, want, got):
    """The distance in metres between what PROJ and the crate say."""
    if not all(map(math.isfinite, want)):
        return 0.0
    if got is None:
        return math.inf
    factor, turn = scale(code)
    dx, dy = abs(got[0] - want[0]), abs(got[1] - want[1])
    if turn:
        dx = min(dx, abs(dx - turn)) * math.cos(want[1] / turn * 2 * math.pi)
    return math.hypot(dx, dy) * factor


def answers(oracle, found):
    """By code: PROJ's answers with the oracle's."""
    asked = [(code, *one) for code, four in found for one in four]
    text = "".join(
        f"{source} {target} {' '.join(f'{x!r},{y!r}' for x, y in start)}\n" for _, source, target, start, _ in asked
    )
    run = subprocess.run([oracle, "transform"], input=text, capture_output=True, text=True, check=True)
    table = {}
    for (code, source, target, _, want), line in zip(asked, run.stdout.splitlines(), strict=True):
        table.setdefault(code, []).append((source, target, want, json.loads(line)))
    return table


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("oracle")
    parser.add_argument("codes", nargs="*", type=int)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--reference", type=Path)
    options = parser.parse_args()
    found = [reference(code) for code in options.codes] or references(options.reference)
    worst, failures, silent = {}, {}, []
    for code, four in answers(options.oracle, found).items():
        errors, approximate = [0.0], False
        for source, target, want, answer in four:
            if "error" in answer:
                failures[code] = answer["error"]
                errors.append(math.inf)
                continue
            approximate |= answer["approximate"]
            distances = [error(target, w, g) for w, g in zip(want, answer["points"], strict=True)]
            if options.codes:
                print(source, target, [round(distance, 4) for distance in distances])
            errors += distances
        worst[code] = max(errors)
        if worst[code] > LIMITS[0] and not approximate and code not in failures:
            silent.append(code)
    shares = {str(limit): round(100 * sum(e < limit for e in worst.values()) / len(worst), 2) for limit in LIMITS}
    print(f"percent of {len(worst)} codes within so many metres: {shares}")
    print(f"{len(failures)} without a transform, {len(silent)} silently beyond 2 mm: {silent[:40]}")
    print(Counter(failure.split(": ", 1)[-1] for failure in failures.values()).most_common())
    bad = {code: round(worst[code], 3) for code in sorted(worst) if worst[code] > LIMITS[0] and code not in failures}
    print(json.dumps(bad))
    if options.write:
        (HERE / "approximate.txt").write_text("".join(f"{code}\n" for code in bad))
        figures = {"codes": len(worst), "percent_within_metres": shares, "without_transform": len(failures)}
        (HERE / "transforms.json").write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
