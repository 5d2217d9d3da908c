"""Layout of the map of a roadmap: positions of cards, and the lines between prerequisites.

Stages are lanes side by side, each with one or more columns of cards. Lines run in the gutters between columns and in
the gaps between cards (edge_routing.py), so they cross no card. All sizes are units of an SVG viewBox.
The same framework always gives the same drawing.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from domain.framework import Concept, Framework, Module, Stage
from rendering.drawing.edge_routing import EdgeLine, Site, connect, mirrored
from rendering.drawing.text_layout import wrapped

CARD_WIDTH: Final = 232.0
CARD_HEIGHT: Final = 84.0
GAP: Final = 18.0
"""Distance between the cards of a module."""
GUTTER: Final = 52.0
"""Distance between columns."""
MARGIN: Final = 20.0
LANE_HEAD: Final = 76.0
MODULE_HEAD: Final = 40.0
MODULE_GAP: Final = 22.0
MIN_ROWS: Final = 8
"""Cards that fit into a column of a small roadmap; larger ones get taller columns."""
NAME_WIDTH: Final = 28
"""Width of a line of a card's name, in average Latin letters."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: its upper left corner and its size."""

    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True, slots=True)
class CardLayout:
    """The card of a concept. `name` is wrapped to lines that fit; `number` counts from 1 in learning order."""

    concept_id: str
    number: int
    stage: int
    box: Box
    name: tuple[str, ...]
    concept: Concept


@dataclass(frozen=True, slots=True)
class ModuleLayout:
    """The box around a module's name and its cards. A module is never split over columns."""

    module_id: str
    stage: int
    box: Box
    name: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LaneLayout:
    """The box around a stage; `number` counts from 1."""

    stage_id: str
    number: int
    box: Box
    name: tuple[str, ...]
    hours: float
    concepts: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """A whole map, everything in reading order. Lines are drawn behind the cards."""

    width: float
    height: float
    lanes: tuple[LaneLayout, ...]
    modules: tuple[ModuleLayout, ...]
    cards: tuple[CardLayout, ...]
    lines: tuple[EdgeLine, ...]
    mirrored: bool


def draw(framework: Framework, *, right_to_left: bool = False) -> Drawing:
    """Return the drawing of a framework. With `right_to_left`, the first stage is on the right."""
    rows = max(MIN_ROWS, math.ceil(math.sqrt(2.2 * len(framework.concepts()))))
    columns = [list(_columns(stage.modules, rows)) for stage in framework.stages]
    lanes: list[LaneLayout] = []
    modules: list[ModuleLayout] = []
    cards: list[CardLayout] = []
    sites: list[Site] = []
    column = 0
    for index, (stage, filled) in enumerate(zip(framework.stages, columns, strict=True)):
        for content in filled:
            boxes, stacked = _stacked(content, index, _left(column), len(cards))
            modules += boxes
            cards += stacked
            sites += [_site(card, column) for card in stacked]
            column += 1
        lanes.append(_lane(stage, index, column - len(filled), column))
    height = max([module.box.y + module.box.h for module in modules], default=MARGIN + LANE_HEAD) + MARGIN
    width = _left(column) - GUTTER / 2 + MARGIN if column else 2 * MARGIN
    drawing = Drawing(
        width=width,
        height=height + MARGIN,
        lanes=tuple(replace(lane, box=replace(lane.box, h=height - lane.box.y)) for lane in lanes),
        modules=tuple(modules),
        cards=tuple(cards),
        lines=connect(sites, _pairs(framework), GUTTER, GAP),
        mirrored=False,
    )
    return _mirrored(drawing) if right_to_left else drawing


def _columns(modules: Iterable[Module], rows: int) -> Iterator[list[Module]]:
    """Yield the modules of each column, about `rows` cards in each. A stage without modules gets an empty column."""
    column: list[Module] = []
    cards = 0
    for module in modules:
        if column and cards + len(module.concepts) > rows:
            yield column
            column, cards = [], 0
        column.append(module)
        cards += len(module.concepts)
    yield column


def _left(column: int) -> float:
    return MARGIN + GUTTER / 2 + column * (CARD_WIDTH + GUTTER)


def _stacked(modules: list[Module], stage: int, x: float, before: int) -> tuple[list[ModuleLayout], list[CardLayout]]:
    """Lay out the modules of one column and their cards. `before`: number of cards in earlier columns."""
    boxes: list[ModuleLayout] = []
    cards: list[CardLayout] = []
    y = MARGIN + LANE_HEAD
    for module in modules:
        top = y
        y += MODULE_HEAD
        for concept in module.concepts:
            box = Box(x, y, CARD_WIDTH, CARD_HEIGHT)
            number = before + len(cards) + 1
            name = wrapped(concept.name or concept.concept_id, NAME_WIDTH, 2)
            cards.append(CardLayout(concept.concept_id, number, stage, box, name, concept))
            y += CARD_HEIGHT + GAP
        y -= GAP if module.concepts else 0
        name = wrapped(module.name, NAME_WIDTH, 1)
        boxes.append(ModuleLayout(module.module_id, stage, Box(x, top, CARD_WIDTH, y - top), name))
        y += MODULE_GAP
    return boxes, cards


def _site(card: CardLayout, column: int) -> Site:
    return Site(card.concept_id, column, card.box.x, card.box.y, card.box.w, card.box.h)


def _lane(stage: Stage, index: int, first: int, after: int) -> LaneLayout:
    concepts = [concept for module in stage.modules for concept in module.concepts]
    columns = after - first
    inside = columns * (CARD_WIDTH + GUTTER) - GUTTER
    box = Box(_left(first) - GUTTER / 2 + 4, MARGIN, inside + GUTTER - 8, 0)
    name = wrapped(stage.name, NAME_WIDTH * columns, 2)
    return LaneLayout(stage.stage_id, index + 1, box, name, sum(c.estimated_hours for c in concepts), len(concepts))


def _pairs(framework: Framework) -> list[tuple[str, str]]:
    """Return each pair (prerequisite, concept) once, without prerequisites that are not in the framework."""
    concepts = framework.concepts()
    known = {concept.concept_id for concept in concepts}
    pairs = (
        (prerequisite, concept.concept_id)
        for concept in concepts
        for prerequisite in concept.prerequisites
        if prerequisite in known and prerequisite != concept.concept_id
    )
    return list(dict.fromkeys(pairs))


def _mirrored(drawing: Drawing) -> Drawing:
    def turn(box: Box) -> Box:
        return replace(box, x=drawing.width - box.x - box.w)

    return replace(
        drawing,
        lanes=tuple(replace(lane, box=turn(lane.box)) for lane in drawing.lanes),
        modules=tuple(replace(module, box=turn(module.box)) for module in drawing.modules),
        cards=tuple(replace(card, box=turn(card.box)) for card in drawing.cards),
        lines=tuple(mirrored(line, drawing.width) for line in drawing.lines),
        mirrored=True,
    )
