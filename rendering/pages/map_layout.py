"""A roadmap as a picture: where its cards stand and how prerequisite lines run between them, computed once.

Stages are lanes side by side, of one column or more; cards stand in rows, so that no two overlap. Lines run in the
gutters between columns and in the gaps between rows, and so through no card (rendering/pages/edge_routing.py).
All measures are the units of an SVG's viewBox. The same framework gives the same drawing.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from domain.framework import Concept, Framework, Module, Stage
from rendering.pages.edge_routing import EdgeLine, Site, connect, mirrored
from rendering.pages.text_layout import wrapped

CARD_WIDTH: Final = 232.0
CARD_HEIGHT: Final = 84.0
GAP: Final = 18.0
"""Between the cards of a module."""
GUTTER: Final = 52.0
"""Between columns."""
MARGIN: Final = 20.0
LANE_HEAD: Final = 76.0
MODULE_HEAD: Final = 40.0
MODULE_GAP: Final = 22.0
MIN_ROWS: Final = 8
LETTERS: Final = 28
"""Width of a line of a card's name, in average Latin letters."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where something stands: its upper left corner and its size."""

    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True, slots=True)
class CardLayout:
    """One concept. `name` is wrapped to lines that fit; `number` is its place in learning order, from 1."""

    concept_id: str
    number: int
    stage: int
    box: Box
    name: tuple[str, ...]
    concept: Concept


@dataclass(frozen=True, slots=True)
class ModuleLayout:
    """Around the cards of a module, its name above them. A module stands in one column."""

    module_id: str
    stage: int
    box: Box
    name: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LaneLayout:
    """Around a stage; `number` counts from 1."""

    stage_id: str
    number: int
    box: Box
    name: tuple[str, ...]
    hours: float
    concepts: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything in reading order; lines belong behind the cards."""

    width: float
    height: float
    lanes: tuple[LaneLayout, ...]
    modules: tuple[ModuleLayout, ...]
    cards: tuple[CardLayout, ...]
    lines: tuple[EdgeLine, ...]
    mirrored: bool


def draw(framework: Framework, *, right_to_left: bool = False) -> Drawing:
    """The drawing of a framework; its stages stand from the right to the left if the learner reads so."""
    most = max(MIN_ROWS, math.ceil(math.sqrt(2.2 * len(framework.concepts()))))
    columns = [list(_columns(stage.modules, most)) for stage in framework.stages]
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
    return _turned(drawing) if right_to_left else drawing


def _columns(modules: Iterable[Module], most: int) -> Iterator[list[Module]]:
    """Modules spread over columns of about `most` cards, none of them torn apart; a stage has one column at least."""
    column: list[Module] = []
    cards = 0
    for module in modules:
        if column and cards + len(module.concepts) > most:
            yield column
            column, cards = [], 0
        column.append(module)
        cards += len(module.concepts)
    yield column


def _left(column: int) -> float:
    return MARGIN + GUTTER / 2 + column * (CARD_WIDTH + GUTTER)


def _stacked(modules: list[Module], stage: int, x: float, before: int) -> tuple[list[ModuleLayout], list[CardLayout]]:
    """The modules of one column from top to bottom, and their cards."""
    boxes: list[ModuleLayout] = []
    cards: list[CardLayout] = []
    y = MARGIN + LANE_HEAD
    for module in modules:
        top = y
        y += MODULE_HEAD
        for concept in module.concepts:
            box = Box(x, y, CARD_WIDTH, CARD_HEIGHT)
            number = before + len(cards) + 1
            name = wrapped(concept.name or concept.concept_id, LETTERS, 2)
            cards.append(CardLayout(concept.concept_id, number, stage, box, name, concept))
            y += CARD_HEIGHT + GAP
        y -= GAP if module.concepts else 0
        name = wrapped(module.name, LETTERS, 1)
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
    name = wrapped(stage.name, LETTERS * columns, 2)
    return LaneLayout(stage.stage_id, index + 1, box, name, sum(c.estimated_hours for c in concepts), len(concepts))


def _pairs(framework: Framework) -> list[tuple[str, str]]:
    """(prerequisite, concept) of those that are there, each once."""
    concepts = framework.concepts()
    known = {concept.concept_id for concept in concepts}
    found = (
        (prerequisite, concept.concept_id)
        for concept in concepts
        for prerequisite in concept.prerequisites
        if prerequisite in known and prerequisite != concept.concept_id
    )
    return list(dict.fromkeys(found))


def _turned(drawing: Drawing) -> Drawing:
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
