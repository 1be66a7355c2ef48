"""Lines, rings and projections: pure, in plain tuples."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from itertools import pairwise

XY = tuple[float, float]
Ring = list[XY]

SPECK = 3.0
"""A ring of less area is left out, unless nothing else of its country is there."""
DOT = 3
"""Radius of the dot that stands for a country too small to be seen."""

MIDDLE = 11.0
"""The meridian in the middle of the world's map."""


def union(rings: Iterable[list[int]]) -> list[list[int]]:
    """The rings around several shapes: arcs that two of them share are inside, and go."""
    numbers = [number for ring in rings for number in ring]
    times = Counter(number if number >= 0 else ~number for number in numbers)
    return [[n] for n in numbers if times[n if n >= 0 else ~n] == 1]


def stitched(pieces: list[Ring]) -> list[Ring]:
    """Joins pieces end to start until each is closed."""
    closed = [piece for piece in pieces if piece[0] == piece[-1]]
    by_start: dict[XY, list[Ring]] = defaultdict(list)
    for piece in pieces:
        if piece[0] != piece[-1]:
            by_start[piece[0]].append(piece)
    while any(by_start.values()):
        ring = next(found for found in by_start.values() if found).pop()
        while ring[0] != ring[-1]:
            ring = ring + by_start[ring[-1]].pop()[1:]
        closed.append(ring)
    return closed


def simplified(line: Ring, tolerance: float) -> Ring:
    """Douglas and Peucker's. A closed line is cut at its farthest point first."""
    if len(line) < 3:
        return line
    if line[0] == line[-1]:
        far = max(range(len(line)), key=lambda i: math.dist(line[0], line[i]))
        return simplified(line[: far + 1], tolerance)[:-1] + simplified(line[far:], tolerance)
    index, distance = _farthest(line)
    if distance <= tolerance:
        return [line[0], line[-1]]
    return simplified(line[: index + 1], tolerance)[:-1] + simplified(line[index:], tolerance)


def _farthest(line: Ring) -> tuple[int, float]:
    (ax, ay), (bx, by) = line[0], line[-1]
    length = math.hypot(bx - ax, by - ay) or 1e-12
    distances = [abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length for x, y in line[1:-1]]
    best = max(range(len(distances)), key=distances.__getitem__)
    return best + 1, distances[best]


def area(ring: Ring) -> float:
    pairs = zip(ring, ring[1:] + ring[:1], strict=True)
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairs)) / 2


def path(rings: list[Ring], speck: float = SPECK) -> str:
    """SVG path data with whole numbers, each relative to the one before."""
    largest = max(rings, key=area)
    drawn = [_drawn(ring) for ring in rings if ring is largest or area(ring) >= speck]
    found = "".join(filter(None, drawn))
    return found if area(largest) >= speck else _dot(largest)


def _drawn(ring: Ring) -> str:
    whole = [(round(x), round(y)) for x, y in ring]
    steps = [(bx - ax, by - ay) for (ax, ay), (bx, by) in pairwise(whole) if (ax, ay) != (bx, by)]
    if len(steps) < 3:
        return ""
    return f"M{_pair(*whole[0])}l{''.join(_step(i, *step) for i, step in enumerate(steps[:-1]))}z"


def _pair(x: int, y: int) -> str:
    return f"{x} {y}" if y >= 0 else f"{x}{y}"


def _step(index: int, x: int, y: int) -> str:
    return (" " if index and x >= 0 else "") + _pair(x, y)


def _dot(ring: Ring) -> str:
    x = round(sum(x for x, _ in ring) / len(ring))
    y = round(sum(y for _, y in ring) / len(ring))
    return f"M{x - DOT} {y}a{DOT} {DOT} 0 1 0 {2 * DOT} 0a{DOT} {DOT} 0 1 0{-2 * DOT} 0z"


def turned(arc: Ring) -> Ring:
    """Longitudes from the middle of the map, without the leap of those that cross its edge.

    The edge runs through the Bering Strait; an island in it is drawn whole on one side.
    """
    around = [(lon - MIDDLE + 540) % 360 - 180 for lon, _ in arc]
    home = around[0]
    nearest = [lon - 360 * round((lon - home) / 360) for lon in around]
    return [(lon, lat) for lon, (_, lat) in zip(nearest, arc, strict=True)]


def equal_earth(lon: float, lat: float) -> XY:
    """Šavrič, Patterson and Jenny, 2018: areas are true and shapes look familiar."""
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    t = math.asin(math.sqrt(3) / 2 * math.sin(math.radians(lat)))
    slope = 9 * a4 * t**8 + 7 * a3 * t**6 + 3 * a2 * t**2 + a1
    x = 2 * math.sqrt(3) * math.radians(lon) * math.cos(t) / (3 * slope)
    return x, -(a4 * t**9 + a3 * t**7 + a2 * t**3 + a1 * t)


def lambert(lon: float, lat: float) -> XY:
    """Conformal conic, with the parallels and the meridian of the official French maps."""

    def half(angle: float) -> float:
        return math.tan(math.pi / 4 + math.radians(angle) / 2)

    south, north = math.radians(44), math.radians(49)
    n = math.log(math.cos(south) / math.cos(north)) / math.log(half(49) / half(44))
    f = math.cos(south) * half(44) ** n / n
    rho, theta = f / half(lat) ** n, n * math.radians(lon - 3)
    return rho * math.sin(theta), -(f / half(46.5) ** n - rho * math.cos(theta))


def plate(latitude: float) -> Callable[[float, float], XY]:
    """Degrees as they are, in the proportion they have at a latitude: for small islands."""
    return lambda lon, lat: (lon * math.cos(math.radians(latitude)), -lat)


def fitted(
    points: Iterable[XY], x: float, y: float, width: float, height: float
) -> Callable[[XY], XY]:
    """Puts the points in the middle of a box, as large as it lets them be."""
    seen = list(points)
    left, right = min(p[0] for p in seen), max(p[0] for p in seen)
    top, bottom = min(p[1] for p in seen), max(p[1] for p in seen)
    scale = min(width / (right - left), height / (bottom - top))
    dx = x + (width - (right - left) * scale) / 2 - left * scale
    dy = y + (height - (bottom - top) * scale) / 2 - top * scale
    return lambda p: (p[0] * scale + dx, p[1] * scale + dy)
