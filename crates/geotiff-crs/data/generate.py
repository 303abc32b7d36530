#!/usr/bin/env python3
"""Generate `registry.bin`, the table of coordinate reference systems that geotiff-crs embeds.

Run with a Python that has pyproj 3.7.2 and rasterio 1.4.4 (PROJ 9.7.1's database, EPSG v12.029, no grids):

    python crates/geotiff-crs/data/generate.py [--approximate]

With `--approximate` only the list of approximate codes is made anew, from `approximate.txt`. The source is PROJ's database (`proj.db`), read through pyproj. The layout is described in `README.md`
beside this script and read by `src/registry.rs`.
"""

import re
import sqlite3
import struct
import sys
import zlib
from pathlib import Path

import database
import pyproj
from pyproj import CRS, Transformer
from pyproj.transformer import TransformerGroup

HERE = Path(__file__).resolve().parent
DB = sqlite3.connect(database.DATA / "proj.db")
BLOCK = 64 * 1024  # raw bytes of a block at most: what one look-up has to inflate
TYPES = {"length": "l", "angle": "a", "scale": "s", "time": "t"}
DIRECTIONS = {}


def sql(query, *args):
    return DB.execute(query, args).fetchall()


def num(value):
    """The shortest text that reads back as PROJ's 15 significant digits."""
    text = "%.15g" % float(value)
    if text.startswith("0."):
        text = text[1:]
    elif text.startswith("-0."):
        text = "-" + text[2:]
    return text


class Interner:
    """Small shared objects, numbered in order of first use."""

    def __init__(self):
        self.rows = {}

    def __call__(self, row):
        return self.rows.setdefault(row, len(self.rows))

    def dump(self):
        return [f"{i}\t{row}" for row, i in self.rows.items()]


units = Interner()  # name, type, factor, EPSG code


def unit(value):
    """A unit of PROJJSON as an index in the unit section."""
    if isinstance(value, str):
        value = {
            "degree": {"name": "degree", "type": "AngularUnit", "conversion_factor": 0.0174532925199433},
            "metre": {"name": "metre", "type": "LinearUnit", "conversion_factor": 1},
            "unity": {"name": "unity", "type": "ScaleUnit", "conversion_factor": 1},
        }[value]
    kind = {"AngularUnit": "a", "LinearUnit": "l", "ScaleUnit": "s", "ParametricUnit": "p", "TimeUnit": "t", "Unit": "u"}[value["type"]]
    factor = num(value.get("conversion_factor", 0))
    return units(f"{value['name']}\t{kind}\t{factor}")


def measure(value, default):
    """A PROJJSON number that may carry its unit: (text, unit index)."""
    if isinstance(value, dict):
        return num(value["value"]), unit(value["unit"])
    return num(value), unit(default)


systems = Interner()


def coordinate_system(cs):
    axes = []
    for axis in cs["axis"]:
        meridian = axis.get("meridian")
        tail = ""
        if meridian is not None:
            lon, u = measure(meridian["longitude"], "degree")
            tail = f";{lon};{u}"
        axes.append(f"{axis['name']};{axis['abbreviation']};{axis['direction']};{unit(axis['unit'])}{tail}")
    return systems("\t".join([cs["subtype"]] + axes))


def bbox(crs):
    area = crs.area_of_use
    if area is None:
        return ""
    return ",".join(num(v) for v in (area.west, area.south, area.east, area.north))


def ellipsoid_rows():
    rows = []
    factors = {str(c): f for c, f in sql("select code, conv_factor from unit_of_measure where auth_name='EPSG'")}
    names = {str(c): n for c, n in sql("select code, name from unit_of_measure where auth_name='EPSG'")}
    for code, name, a, uom, inv, b in sql(
        "select code,name,semi_major_axis,uom_code,inv_flattening,semi_minor_axis from ellipsoid where auth_name='EPSG' order by 1"
    ):
        u = units(f"{names[str(uom)]}\tl\t{num(factors[str(uom)])}")
        shape = "s" if inv is None and (b is None or b == a) else (f"i{num(inv)}" if inv is not None else f"b{num(b)}")
        if inv == 0:
            shape = "s"
        rows.append(f"{code}\t{name}\t{num(a)}\t{shape}\t{u}")
    return rows


def meridian_rows():
    rows = []
    for (code,) in sql("select code from prime_meridian where auth_name='EPSG' order by 1"):
        d = pyproj.crs.PrimeMeridian.from_epsg(code).to_json_dict()
        lon, u = measure(d["longitude"], "degree")
        rows.append(f"{code}\t{d['name']}\t{lon}\t{u}")
    return rows


def unit_codes():
    rows = []
    for code, name, kind, factor in sql("select code,name,type,conv_factor from unit_of_measure where auth_name='EPSG' order by code"):
        rows.append(f"{code}\t{name}\t{TYPES[kind]}\t{num(factor or 0)}")
    return rows


def datum_rows(table, member_table):
    geodetic = table == "geodetic_datum"
    rows = []
    extra = ",ellipsoid_code,prime_meridian_code" if geodetic else ",'',''"
    for code, name, epoch, accuracy, anchor, ellps, pm in sql(
        f"select code,name,frame_reference_epoch,ensemble_accuracy,anchor_epoch{extra} from {table} where auth_name='EPSG' order by code"
    ):
        kind = ""
        if accuracy is not None:
            members = sql(
                f"select m.member_code, d.name from {member_table} m join {table} d on d.auth_name=m.member_auth_name and d.code=m.member_code"
                " where m.ensemble_auth_name='EPSG' and m.ensemble_code=? order by m.sequence",
                code,
            )
            kind = f"E{float(accuracy)}" + "".join(f";{c};{n}" for c, n in members)
        elif epoch is not None:
            kind = f"D{num(epoch)}"
        anchor = "" if anchor is None else num(anchor)
        rows.append(f"{code}\t{name}\t{ellps}\t{pm}\t{kind}\t{anchor}".rstrip("\t"))
    return rows


def alias_rows():
    """Other names of EPSG's geodetic datums, ESRI's among them, where they are more than the name with underscores."""
    plain = lambda name: re.sub(r"[^a-z0-9]", "", name.removeprefix("D_").lower())
    aliases = {}
    for code, name, alias in sql(
        "select d.code, d.name, a.alt_name from alias_name a join geodetic_datum d on d.auth_name=a.auth_name and d.code=a.code"
        " where a.table_name='geodetic_datum' and a.auth_name='EPSG' and a.source in ('ESRI', 'EPSG') and not d.deprecated order by d.code"
    ):
        if plain(alias) not in {plain(name), *map(plain, aliases.get(code, []))}:
            aliases.setdefault(code, []).append(alias.removeprefix("D_"))
    return [f"{code}\t" + "\t".join(names) for code, names in aliases.items()]


def canonical(name):
    return re.sub(r"[ _\-/().]", "", name).lower()


def esri_rows():
    """ESRI's names of EPSG's geographic and projected CRSs, of the latter those that do not follow from the former, and
    the names under which EPSG had projected CRSs before."""
    geographic, projected = {}, {}
    for code, alias in sql(
        "select code, alt_name from alias_name where table_name='geodetic_crs' and auth_name='EPSG' and source='ESRI' order by 1, 2"
    ):
        geographic.setdefault(code, []).append(alias.removeprefix("GCS_"))
    for code, name, base, alias in sql(
        "select p.code, p.name, p.geodetic_crs_code, a.alt_name from projected_crs p join alias_name a"
        " on a.table_name='projected_crs' and a.auth_name='EPSG' and a.code=p.code and a.source='ESRI'"
        " where p.auth_name='EPSG' and p.geodetic_crs_auth_name='EPSG' order by 1, 4"
    ):
        tail = name.split(" / ")[-1]
        derived = {canonical(name)} | {canonical(prefix + tail) for prefix in geographic.get(base, [])}
        if canonical(alias) not in derived:
            projected.setdefault(code, []).append(alias)
    for code, name, alias in sql(
        "select p.code, p.name, a.alt_name from projected_crs p join alias_name a"
        " on a.table_name='projected_crs' and a.auth_name='EPSG' and a.code=p.code and a.source='EPSG'"
        " where p.auth_name='EPSG' and a.alt_name like '% / %' order by 1, 3"
    ):
        if canonical(alias) != canonical(name):
            projected.setdefault(code, []).append(alias)
    return ([f"{code}\t" + "\t".join(names) for code, names in table.items()] for table in (geographic, projected))


def esri_definitions():
    """ESRI's own geographic and projected CRSs by code: name, then the definition in ESRI's well-known text."""
    rows = []
    for table, kinds in (("geodetic_crs", "and type='geographic 2D'"), ("projected_crs", "")):
        for code, name, text in sql(
            f"select code, name, text_definition from {table} where auth_name='ESRI' and not deprecated {kinds}"
        ):
            if text is None:
                try:
                    text = CRS.from_authority("ESRI", code).to_wkt("WKT1_ESRI")
                except pyproj.exceptions.CRSError as error:
                    print("skipped: ESRI", code, error, file=sys.stderr)
                    continue
            rows.append(f"{code}\t{name}\t{text}")
    return rows


def geodetic_rows(auth):
    rows = []
    for code, datum_auth, datum, deprecated, text in sql(
        "select code,datum_auth_name,datum_code,deprecated,text_definition from geodetic_crs where auth_name=? order by cast(code as integer)", auth
    ):
        if text is not None:
            continue
        crs = CRS.from_authority(auth, code)
        d = crs.to_json_dict()
        kind = "c" if d["type"] == "GeodeticCRS" else "g"
        assert "base_crs" not in d
        rows.append((int(code), f"{d['name']}\t{kind}\t{coordinate_system(d['coordinate_system'])}\t{datum}\t{bbox(crs)}\t{'d' if deprecated else ''}".rstrip("\t")))
    return rows


methods, parameters = {}, {}
conversions = {}


def conversion(code, d):
    method = d["method"]
    mid = method.get("id")
    assert mid and mid["authority"] == "EPSG", d
    methods[mid["code"]] = method["name"]
    params = []
    for p in d["parameters"]:
        pid = p["id"]["code"]
        parameters[pid] = p["name"]
        value, u = num(p["value"]), unit(p["unit"])
        params.append(f"{pid};{value};{u}")
    # The shared parts of a method (parameter codes in order) stay inline: deflate folds them.
    row = "\t".join([d["name"], str(mid["code"])] + params)
    known = conversions.setdefault(code, row)
    assert known == row, (code, known, row)


def projected_rows():
    rows = []
    for code, conv, deprecated in sql(
        "select code,conversion_code,deprecated from projected_crs where auth_name='EPSG' order by code"
    ):
        crs = CRS.from_epsg(code)
        d = crs.to_json_dict()
        conversion(conv, d["conversion"])
        base = d["base_crs"]["id"]
        assert base["authority"] == "EPSG"
        # The name's prefix is nearly always the base CRS's: "WGS 84 / UTM zone 32N".
        name = d["name"]
        if name.startswith(d["base_crs"]["name"] + " / "):
            name = "/" + name[len(d["base_crs"]["name"]) + 3 :]
        if name == "/" + d["conversion"]["name"]:
            name = "="
        row = f"{name}\t{base['code']}\t{conv}\t{coordinate_system(d['coordinate_system'])}\t{bbox(crs)}\t{'d' if deprecated else ''}".rstrip("\t")
        rows.append((code, row))
    return rows


def conversion_rows():
    # Conversions that no projected CRS of the table uses can still be named by a file's ProjectionGeoKey.
    return sorted(conversions.items())


def vertical_rows():
    rows = []
    for code, datum, deprecated in sql("select code,datum_code,deprecated from vertical_crs where auth_name='EPSG' order by code"):
        crs = CRS.from_epsg(code)
        d = crs.to_json_dict()
        rows.append((code, f"{d['name']}\t{coordinate_system(d['coordinate_system'])}\t{datum}\t{bbox(crs)}\t{'d' if deprecated else ''}".rstrip("\t")))
    return rows


def compound_rows():
    rows = []
    for code, h, v, deprecated in sql(
        "select code,horiz_crs_code,vertical_crs_code,deprecated from compound_crs where auth_name='EPSG' order by code"
    ):
        crs = CRS.from_epsg(code)
        rows.append((code, f"{crs.name}\t{h}\t{v}\t{bbox(crs)}\t{'d' if deprecated else ''}".rstrip("\t")))
    return rows


shapes = Interner()  # ellipsoids of the datum shifts: semi-axes in metres


def shape(step):
    """The ellipsoid of a step, by its semi-axes in metres."""
    if "ellps" in step:
        known = pyproj.get_ellps_map()[step["ellps"]]
        step = {**known, **step}
    a = float(step.get("a", step.get("R", 0)))
    b = float(step["b"]) if "b" in step else a * (1 - 1 / float(step["rf"])) if "rf" in step else a
    return shapes(f"{a!r}\t{b!r}")


def helmert(step):
    """x, y, z [m], rx, ry, rz ["], s [ppm] (position vector), and Molodensky-Badekas's pivot."""
    sign = -1 if step.get("convention") == "coordinate_frame" else 1
    values = [float(step.get(k, 0)) for k in ("x", "y", "z")]
    values += [sign * float(step.get(k, 0)) for k in ("rx", "ry", "rz")] + [float(step.get("s", 0))]
    if step["proj"] == "molobadekas":
        values += [float(step[k]) for k in ("px", "py", "pz")]
    while values and values[-1] == 0:
        values.pop()
    return ("H" if step.get("inv") else "h") + ",".join(num(v) for v in values)


def shift_steps(definition):
    """A PROJ pipeline between geographic CRSs as steps: `c3` to cartesian on shape 3, `g3` back, `h…` and `H…` Helmert forward and inverse,
    `o…` an offset of longitude and latitude in arc-seconds."""
    steps = []
    for text in re.split(r"\bstep\b", definition.replace("proj=pipeline", "")):
        step = {}
        for token in text.split():
            key, _, value = token.partition("=")
            step[key] = value or True
        operator = step.get("proj")
        if operator == "cart":
            steps.append(("g" if step.get("inv") else "c") + str(shape(step)))
        elif operator in ("helmert", "molobadekas"):
            steps.append(helmert(step))
        elif operator == "geogoffset":
            sign = -1 if step.get("inv") else 1
            steps.append("o" + ",".join(num(sign * float(step.get(k, 0))) for k in ("dlon", "dlat")))
        elif operator not in (None, "unitconvert", "axisswap", "noop", "push", "pop", "longlat"):
            raise ValueError(definition)
    return steps


def used_operation(code, area):
    """What PROJ uses where the list of candidates has nothing but a ballpark operation: by way of another datum."""
    west, south, east, north = area.bounds
    if not -180 <= west < east <= 180:
        return []
    transformer = Transformer.from_crs(code, 4326, always_xy=True)
    transformer.transform((west + east) / 2, (south + north) / 2)
    try:
        used = transformer.get_last_used_operation()
    except pyproj.exceptions.ProjError:  # there is no choice
        return []
    box = used.area_of_use.bounds if used.area_of_use else (-180, -90, 180, 90)
    return [(box, used.accuracy, "", shift_steps(used.definition))]


def operations():
    """By geodetic datum: the operations to WGS 84 among which PROJ chooses by position when it has no grids."""
    rows = []
    seen = set()
    wgs84 = CRS.from_epsg(4326)
    for code, datum in sql(
        "select code, datum_code from geodetic_crs where auth_name='EPSG' and datum_auth_name='EPSG' and type='geographic 2D'"
        " order by deprecated, code"
    ):
        if datum in seen or datum == 6326:
            continue
        seen.add(datum)
        group = TransformerGroup(CRS.from_epsg(code), wgs84, always_xy=True)
        candidates = []
        for t in group.transformers:
            area = t.area_of_use
            name = (area and area.name) or ""
            box = (area.west, area.south, area.east, area.north) if area else (-180, -90, 180, 90)
            flag = "o" if "- offshore" in name else ""
            try:
                candidates.append((box, t.accuracy, flag, shift_steps(t.definition)))
            except ValueError as error:
                print("skipped:", code, error, file=sys.stderr)
        if all(not steps and accuracy < 0 for _, accuracy, _, steps in candidates):
            candidates = used_operation(code, CRS.from_epsg(code).area_of_use) + candidates
        if all(not steps for _, _, _, steps in candidates):
            if any(accuracy >= 0 for _, accuracy, _, _ in candidates):
                rows.append(f"{datum}\t0")  # the same positions as WGS 84's; only ballpark ones leave no row
            continue
        texts = []
        for box, accuracy, flag, steps in candidates:
            box = "" if box == (-180, -90, 180, 90) else ",".join(num(v) for v in box)
            texts.append(";".join([box, num(accuracy) + flag] + steps))
        rows.append("\t".join([str(datum)] + texts))
    return rows


def delta(rows):
    """Codes as text before their rows, kept sorted."""
    return [f"{code}\t{row}" for code, row in sorted(rows)]


def blocks(tag, lines):
    """Split sorted lines into blocks: (section tag, first code, raw bytes)."""
    out, current, size, first = [], [], 0, None
    for line in lines:
        data = line.encode() + b"\n"
        if current and size + len(data) > BLOCK:
            out.append((tag, first, b"".join(current)))
            current, size, first = [], 0, None
        if first is None:
            first = int(line.split("\t", 1)[0])
        current.append(data)
        size += len(data)
    if current:
        out.append((tag, first, b"".join(current)))
    return out


def main():
    for known in ("degree", "metre", "unity"):
        unit(known)
    geodetic = geodetic_rows("EPSG")
    projected = projected_rows()
    vertical = vertical_rows()
    compound = compound_rows()
    ellipsoids = ellipsoid_rows()
    meridians = meridian_rows()
    sections = [
        ("E", ellipsoids),
        ("P", meridians),
        ("D", datum_rows("geodetic_datum", "geodetic_datum_ensemble_member")),
        ("V", datum_rows("vertical_datum", "vertical_datum_ensemble_member")),
        ("G", delta(geodetic)),
        ("X", delta(projected)),
        ("C", delta(conversion_rows())),
        ("H", delta(vertical)),
        ("K", delta(compound)),
        ("M", [f"{c}\t{n}" for c, n in sorted(methods.items())]),
        ("Q", [f"{c}\t{n}" for c, n in sorted(parameters.items())]),
        ("U", unit_codes()),
        ("u", units.dump()),
        ("S", systems.dump()),
    ]
    sections += [("T", operations())]
    sections += [("A", alias_rows())]
    geographic_aliases, projected_aliases = esri_rows()
    sections += [("F", geographic_aliases), ("B", projected_aliases)]
    sections += [("J", esri_definitions())]
    sections += [("Z", approximate_rows())]
    sections += [("L", shapes.dump())]
    write([block for tag, lines in sections for block in packed(tag, lines)])


def approximate_rows():
    listed = HERE / "approximate.txt"
    return [f"{code}\t" for code in listed.read_text().split()] if listed.exists() else []


def packed(tag, lines):
    """The blocks of a section: tag, first code, deflated bytes, length inflated."""
    lines = sorted(lines, key=lambda line: int(line.split("\t", 1)[0]))
    for tag, first, raw in blocks(tag, lines):
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        yield tag, first, packer.compress(raw) + packer.flush(), len(raw)


def write(parts):
    directory = [struct.pack("<BIII", ord(tag), first, len(data), size) for tag, first, data, size in parts]
    out = b"GTCR\x01" + struct.pack("<H", len(directory)) + b"".join(directory) + b"".join(part[2] for part in parts)
    (HERE / "registry.bin").write_bytes(out)
    print(len(out), "bytes", file=sys.stderr)


def read():
    """The blocks of the table as it is."""
    table = (HERE / "registry.bin").read_bytes()
    (count,) = struct.unpack_from("<H", table, 5)
    at = 7 + 13 * count
    for i in range(count):
        tag, first, size, inflated = struct.unpack_from("<BIII", table, 7 + 13 * i)
        yield chr(tag), first, table[at : at + size], inflated
        at += size


if __name__ == "__main__":
    if "--approximate" in sys.argv:
        write([part for part in read() if part[0] != "Z"] + list(packed("Z", approximate_rows())))
    else:
        main()
