import time
from itertools import combinations, pairwise

import pytest
from hypothesis import HealthCheck, given, settings

from domain.framework import Framework
from rendering.drawing.edge_routing import EdgeLine, Point
from rendering.drawing.map_layout import Box, Drawing, draw
from tests.support.frameworks import framework, frameworks


def overlap(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.w and other.x < one.x + one.w and one.y < other.y + other.h and other.y < one.y + one.h
    )


def on_the_edge(point: Point, box: Box) -> bool:
    inside = box.x <= point.x <= box.x + box.w and box.y <= point.y <= box.y + box.h
    return inside and (point.x in {box.x, box.x + box.w} or point.y in {box.y, box.y + box.h})


def crossed(line: EdgeLine, drawing: Drawing) -> list[str]:
    """Cards that a line runs through."""
    found = []
    for one, other in pairwise(line.points):
        left, top = min(one.x, other.x), min(one.y, other.y)
        span = Box(left, top, abs(one.x - other.x), abs(one.y - other.y))
        found += [card.concept_id for card in drawing.cards if overlap(span, card.box)]
    return found


@pytest.mark.parametrize("right_to_left", [False, True])
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(drawn=frameworks())
def test_cards_lie_apart_and_lines_join_them_without_crossing_any(drawn: Framework, right_to_left: bool) -> None:
    drawing = draw(drawn, right_to_left=right_to_left)
    boxes = {card.concept_id: card.box for card in drawing.cards}
    assert list(boxes) == [concept.concept_id for concept in drawn.concepts()]
    assert not [pair for pair in combinations(boxes.values(), 2) if overlap(*pair)]
    assert not [pair for pair in combinations([lane.box for lane in drawing.lanes], 2) if overlap(*pair)]
    for box in [*boxes.values(), *(lane.box for lane in drawing.lanes), *(module.box for module in drawing.modules)]:
        assert box.x >= 0 <= box.y
        assert box.x + box.w <= drawing.width
        assert box.y + box.h <= drawing.height
    wanted = {(p, c.concept_id) for c in drawn.concepts() for p in c.prerequisites if p != c.concept_id}
    assert {(line.source, line.target) for line in drawing.lines} == wanted
    for line in drawing.lines:
        assert on_the_edge(line.points[0], boxes[line.source])
        assert on_the_edge(line.points[-1], boxes[line.target])
        assert all(0 <= point.x <= drawing.width and 0 <= point.y <= drawing.height for point in line.points)
        assert all(one.x == other.x or one.y == other.y for one, other in pairwise(line.points))
        assert crossed(line, drawing) == []


def test_each_card_stands_in_the_lane_of_its_stage_and_the_box_of_its_module() -> None:
    drawn = framework(3, 4, 5)
    drawing = draw(drawn)
    modules = {module.module_id: module.box for module in drawing.modules}
    for card, place in zip(drawing.cards, drawn.walk(), strict=True):
        assert overlap(card.box, drawing.lanes[card.stage].box)
        assert drawing.lanes[card.stage].stage_id == place.stage.stage_id
        assert overlap(card.box, modules[place.module.module_id])
    assert [card.number for card in drawing.cards] == list(range(1, 61))
    assert [(lane.number, lane.hours, lane.concepts) for lane in drawing.lanes] == [(n, 40, 20) for n in (1, 2, 3)]


def test_a_reader_from_the_right_begins_on_the_right() -> None:
    drawn = framework(2, 1, 3)
    usual, turned = draw(drawn), draw(drawn, right_to_left=True)
    assert turned.mirrored
    assert turned.cards[0].box.x > turned.cards[-1].box.x
    assert [usual.width - card.box.x - card.box.w for card in usual.cards] == [card.box.x for card in turned.cards]


def test_the_same_framework_gives_the_same_drawing() -> None:
    assert draw(framework(4, 3, 5)) == draw(framework(4, 3, 5))


def test_two_hundred_concepts_are_about_as_wide_as_high_and_quickly_drawn() -> None:
    began = time.process_time()
    drawing = draw(framework(5, 8, 5))
    assert time.process_time() - began < 1
    assert len(drawing.cards) == 200
    assert 0.5 < drawing.width / drawing.height < 2
    assert sum(len(line.d) for line in drawing.lines) < 60_000


def test_a_framework_without_anything_is_drawn_empty() -> None:
    drawing = draw(Framework(roadmap_id="go-1"))
    assert (drawing.cards, drawing.lines) == ((), ())
    assert drawing.width > 0 < drawing.height
