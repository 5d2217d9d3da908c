"""Routes of prerequisite lines around cards: in gutters between columns, and through gaps between rows.

Each gutter and each gap has several parallel tracks. Lines from one card share a track and so become one line that
forks. When the tracks run out, they are reused.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

RADIUS: Final = 7.0
TRACKS: Final = 7
"""Parallel tracks in one gutter."""
STEP: Final = 5.0
"""Distance between tracks."""
TRACK_MARGIN: Final = 9.0
"""Distance from a card to the first track on its left. All tracks fit into a gutter."""


class Point(NamedTuple):
    x: float
    y: float


class Site(NamedTuple):
    """Position and size of a card; columns count from 0."""

    concept_id: str
    column: int
    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True, slots=True)
class EdgeLine:
    """A line from a concept to one that builds on it: its corners, and an SVG path that rounds them."""

    source: str
    target: str
    points: tuple[Point, ...]
    d: str


def connect(sites: Sequence[Site], pairs: Iterable[tuple[str, str]], gutter: float, gap: float) -> tuple[EdgeLine, ...]:
    """Return a line for each pair (source, target) of ids of `sites`."""
    ways = _Ways(sites, gutter, gap)
    by_id = {site.concept_id: site for site in sites}
    made = []
    for source, target in pairs:
        points = _straightened(ways.between(by_id[source], by_id[target]))
        made.append(EdgeLine(source, target, points, _path(points)))
    return tuple(made)


def mirrored(line: EdgeLine, width: float) -> EdgeLine:
    """Return the line in a drawing that is mirrored from right to left."""
    points = tuple(Point(width - point.x, point.y) for point in line.points)
    return replace(line, points=points, d=_path(points))


class _Ways:
    """The tracks, and which of them are taken."""

    def __init__(self, sites: Sequence[Site], gutter: float, gap: float) -> None:
        self._gutter = gutter
        self._gap = gap
        self._columns: dict[int, list[Site]] = defaultdict(list)
        for site in sites:
            self._columns[site.column].append(site)
        self._tracks: dict[int, dict[str, int]] = defaultdict(dict)
        self._rows: dict[tuple[int, float], dict[str, int]] = defaultdict(dict)

    def between(self, source: Site, target: Site) -> list[Point]:
        if source.column == target.column:
            return self._within(source, target)
        forward = source.column < target.column
        start = Point(source.x + source.w if forward else source.x, source.y + source.h / 2)
        end = Point(target.x if forward else target.x + target.w, target.y + target.h / 2)
        points = [start]
        step = 1 if forward else -1
        y = start.y
        for column in range(source.column + step, target.column, step):
            x = self._track(column if forward else column + 1, source)
            y, before = self._row(column, y, end.y, source), y
            points += [Point(x, before), Point(x, y)]
        x = self._track(target.column if forward else target.column + 1, source)
        return [*points, Point(x, y), Point(x, end.y), end]

    def _within(self, source: Site, target: Site) -> list[Point]:
        """Route within one column: straight down to the next card, else on the left around the cards between."""
        column = self._columns[source.column]
        if column.index(target) == column.index(source) + 1 and target.y - source.y - source.h <= self._gap:
            middle = source.x + source.w / 2
            return [Point(middle, source.y + source.h), Point(middle, target.y)]
        x = self._track(source.column, source)
        start, end = source.y + source.h / 2, target.y + target.h / 2
        return [Point(source.x, start), Point(x, start), Point(x, end), Point(target.x, end)]

    def _track(self, number: int, source: Site) -> float:
        """Return the x of the source's track in the gutter to the left of column `number`."""
        taken = self._tracks[number]
        track = taken.setdefault(source.concept_id, len(taken) % TRACKS)
        left = source.x + (number - source.column) * (source.w + self._gutter)
        return left - TRACK_MARGIN - track * STEP

    def _row(self, column: int, start: float, end: float, source: Site) -> float:
        """Return the y of the gap between cards of a column that makes the shortest way around them."""
        cards = self._columns.get(column, [])
        if not cards:
            return start
        gaps = [card.y + card.h + self._gap / 2 for card in cards]
        at = bisect_left(gaps, (start + end) / 2)
        near = gaps[max(0, at - 2) : at + 2]
        middle = min(near, key=lambda y: (abs(y - start) + abs(y - end), y))
        taken = self._rows[(column, middle)]
        lane = taken.setdefault(source.concept_id, len(taken) % 3)
        return middle + (lane - 1) * STEP


def _straightened(points: Sequence[Point]) -> tuple[Point, ...]:
    """Return the points without those that lie on a straight line between others."""
    kept: list[Point] = []
    for point in points:
        if kept and kept[-1] == point:
            continue
        if len(kept) > 1 and (kept[-2].x == kept[-1].x == point.x or kept[-2].y == kept[-1].y == point.y):
            kept[-1] = point
            continue
        kept.append(point)
    return tuple(kept)


def _path(points: Sequence[Point]) -> str:
    first, last = points[0], points[-1]
    commands = [f"M{_n(first.x)} {_n(first.y)}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        near, far = _towards(corner, before), _towards(corner, after)
        commands.append(f"L{_n(near.x)} {_n(near.y)}Q{_n(corner.x)} {_n(corner.y)} {_n(far.x)} {_n(far.y)}")
    return "".join([*commands, f"L{_n(last.x)} {_n(last.y)}"])


def _towards(corner: Point, other: Point) -> Point:
    """Return the point where the rounding of a corner ends: at most half-way to the next point."""
    dx, dy = other.x - corner.x, other.y - corner.y
    part = min(RADIUS / (abs(dx) + abs(dy)), 0.5)
    return Point(corner.x + dx * part, corner.y + dy * part)


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
