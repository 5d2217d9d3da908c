"""What the shared part of prompts loses where a window is small."""

from itertools import pairwise

import pytest

from domain.course.book import CourseBook
from nodes.authors.prompting.content_rules import CONTENT_TASKS
from nodes.authors.prompting.course import CUTS, MIN_COURSE_WINDOW, shared_part
from nodes.authors.prompting.prompts import prompt_for
from tests.support.books import BOOK, FRAMEWORK, OtherContent, all_briefs, brief_of, course_in, data_in, large_course

WINDOWS = (MIN_COURSE_WINDOW, 6000, 8192, 12_000, 16_384, 24_000, 32_768, 131_072, None)


@pytest.mark.parametrize("window", WINDOWS)
def test_in_a_small_room_all_contents_have_the_same_part_of_the_book(window: int | None) -> None:
    prompts = [prompt_for(brief, course_window=window) for brief in [*all_briefs(), brief_of("c-2-1-1", OtherContent)]]
    assert len({(prompt.system, prompt.course) for prompt in prompts}) == 1
    for prompt, brief in zip(prompts, all_briefs(), strict=False):
        told = prompt.system + prompt.user
        assert told.count(CONTENT_TASKS[brief.role]) == 1, "its task is told once, wherever it stands"
        assert len(data_in(prompt.user)["concept"]["outcomes"]) == 2


def parts_left(window: int | None, book: CourseBook = BOOK) -> set[str]:
    """The parts of the shared part, as the cuts name them."""
    shared = shared_part(book, FRAMEWORK, window)
    if shared is None:
        return set()
    course = course_in(shared.course)
    fields = {name for entry in course.get("concepts", []) for name in entry}
    meanings = {"meanings"} if any("meaning" in term for term in course.get("glossary", [])) else set()
    return {*course, *fields, *meanings, *(["rules"] if shared.has_tasks else [])}


EVERYTHING = {"rules", "warnings", "project", "meanings", "teaches", "glossary", "example", "tools", "concepts", "name"}


@pytest.mark.parametrize(
    ("window", "lost"),
    [
        (None, set()),
        (24_000, set()),
        (16_384, {"rules"}),
        (8192, {"rules"}),
        (6000, {"rules"}),
        (4096, {"rules", "warnings", "project"}),
        (4095, EVERYTHING),
    ],
)
def test_a_smaller_room_loses_parts_in_a_fixed_order(window: int | None, lost: set[str]) -> None:
    assert EVERYTHING - parts_left(window) == lost


def test_a_larger_room_never_has_less() -> None:
    book, _ = large_course(6, "many words " * 20)
    for smaller, larger in pairwise(range(3000, 60_000, 500)):
        assert parts_left(smaller, book) <= parts_left(larger, book)
    assert len(CUTS) == 7


def test_the_shared_part_takes_at_most_a_fifth_of_any_window() -> None:
    for concepts in (1, 60, 300):
        book, framework = large_course(concepts, "many words " * 30)
        for window in (4096, 16_384, 131_072):
            shared = shared_part(book, framework, window)
            assert shared is None or len(shared.course) <= window / 5 * 2.5


def test_code_of_an_example_is_whole_or_absent() -> None:
    assert BOOK.example is not None
    for length in (100, 4500, 29_000, 31_000, 500_000):
        code = "SELECT 1;\n" * (length // 10)
        book = BOOK.model_copy(update={"example": BOOK.example.model_copy(update={"code": code})})
        for window in WINDOWS:
            shared = shared_part(book, FRAMEWORK, window)
            example = course_in(shared.course).get("example", {}) if shared else {}
            assert example.get("code") in (code, None)
