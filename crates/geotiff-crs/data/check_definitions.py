#!/usr/bin/env python3
"""Compare the WKT 2 and PROJJSON of geotiff-crs with PROJ's definition of every EPSG code.

    cargo build -p geotiff-crs --example oracle
    python crates/geotiff-crs/data/check_definitions.py target/debug/examples/oracle [--write]

Equal means: pyproj parses both and finds them equal to `CRS.from_epsg(code)`, and PROJJSON has the same members
as PROJ's own but for scope and area. With `--write` the hashes that `tests/definitions.rs` checks are written anew.
"""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import database
from pyproj import CRS
from pyproj.database import get_codes

HERE = Path(__file__).resolve().parent
TYPES = ["GEOGRAPHIC_2D_CRS", "GEOGRAPHIC_3D_CRS", "GEOCENTRIC_CRS", "PROJECTED_CRS", "VERTICAL_CRS", "COMPOUND_CRS"]


def bare(value):
    if isinstance(value, dict):
        return {k: bare(v) for k, v in value.items() if k not in ("scope", "area", "bbox", "usages", "$schema", "remarks")}
    if isinstance(value, list):
        return [bare(v) for v in value]
    return value


def main():
    codes = sorted({int(c) for t in TYPES for c in get_codes("EPSG", t, allow_deprecated=True)})
    lines = "".join(f"EPSG:{c}\n" for c in codes)
    run = subprocess.run([sys.argv[1], "define"], input=lines, capture_output=True, text=True, check=True)
    lines = run.stdout.splitlines()
    failed = []
    hashes = {}
    for code, line in zip(codes, lines, strict=True):
        answer = json.loads(line)
        if "error" in answer:
            failed.append((code, answer["error"]))
            continue
        want = CRS.from_epsg(code)
        problems = []
        for form in ("wkt", "projjson"):
            try:
                text = answer[form] if form == "wkt" else json.dumps(answer[form])
                if CRS(text) != want:
                    problems.append(form + " differs")
            except Exception as error:
                problems.append(f"{form}: {error}")
        if bare(answer["projjson"]) != bare(want.to_json_dict()):
            problems.append("members differ")
        if answer["name"] != want.name or answer["epsg"] != code:
            problems.append("name or code")
        if problems:
            failed.append((code, problems))
        # As written, not as Python would write it.
        text = line[line.index('"projjson":') + 11 : line.rindex(',"wkt":')]
        hashes.setdefault(code // 500 * 500, hashlib.sha256()).update(f"{code}\t{answer['wkt']}\t{text}\n".encode())
    for failure in failed[:40]:
        print(*failure)
    print(len(codes) - len(failed), "of", len(codes), "equal")
    if "--write" in sys.argv and not failed:
        table = "".join(f"{first} {digest.hexdigest()}\n" for first, digest in sorted(hashes.items()))
        (HERE.parent / "tests" / "definitions.sha256").write_text(table)


if __name__ == "__main__":
    main()
