"""Lessons of a chain are taken apart as they were put together."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.contents import Tutorial
from domain.course.book import LessonPlan
from domain.parts import chain_of, lessons_in, new_lesson, with_section_ids


def tutorial(content: str, title: str = "T") -> Tutorial:
    return Tutorial(title=title, summary="S.", content=content, estimated_completion_time=30, language="en")


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)


@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=5))
def test_every_lesson_is_found_again_whatever_its_text_holds(written: list[tuple[str, str]]) -> None:
    lessons = [
        new_lesson(LessonPlan(lesson_id=f"l{number}"), tutorial(content, title))
        for number, (title, content) in enumerate(written, start=1)
    ]
    stored = with_section_ids(chain_of("Concept", lessons), []).model_dump(mode="json")
    assert lessons_in(stored) == lessons
    assert chain_of("Concept", lessons_in(stored)).content == stored["content"], "byte for byte"


@pytest.mark.parametrize(
    "payload",
    [None, [], "x", {}, {"lessons": []}, {"lessons": 7}, {"lessons": [{}]}, tutorial("## A").model_dump()],
    ids=str,
)
def test_what_is_no_chain_has_no_lessons(payload: Any) -> None:
    assert lessons_in(payload) == []


def test_a_chain_whose_text_was_changed_elsewhere_is_one_text() -> None:
    lessons = [new_lesson(LessonPlan(lesson_id=one), tutorial("## A\n\ntext")) for one in ("l1", "l2")]
    stored = chain_of("Concept", lessons).model_dump()
    assert lessons_in({**stored, "content": stored["content"] + "more"}) == []


def test_a_title_cannot_be_markup_and_footnotes_of_two_lessons_do_not_meet() -> None:
    written = tutorial("## A\n\nSeen[^1].\n\n```\nx[^1]\n```\n\n[^1]: Here.", "C# *and* [x](y)")
    one, two = (new_lesson(LessonPlan(lesson_id=name), written) for name in ("l1", "l2"))
    assert one.text.startswith("# C\\# \\*and\\* \\[x\\](y)\n\n## A")
    assert (one.text.count("[^l1-1]"), two.text.count("[^l2-1]")) == (2, 2)
    assert "x[^1]" in two.text, "code stays as it was written"
    assert two.tutorial.title == "C# *and* [x](y)"
