"""Headings and outcomes that a question names: other marks mean the same, other words do not."""

import pytest

from domain.course.book import Outcome
from domain.quizzes.places import heading_index, outcomes_named

HEADINGS = [
    "Why it matters",
    "2. The `GROUP BY` clause",
    "A worked example",
    "重点：归一化",
    "Was ist $A^\\top$?",
    "C++",
    "C#",
]
OUTCOMES = [
    Outcome(outcome_id="o1", text="can group rows"),
    Outcome(outcome_id="o2", text="kann Zeilen zählen"),
    Outcome(outcome_id="o10", text="can join"),
]


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("Why it matters", 0),
        ("## Why it matters", 0),
        ("**why it matters.**", 0),
        ("“Why it matters”", 0),
        ("1. Why it matters", 0),
        ("The GROUP BY clause", 1),
        ("Aggregates > The GROUP BY clause", 1),
        ("A worked  example:", 2),
        ("重点：归一化", 3),
        ("重点:归一化", 3),
        ("Was ist $A^\\top$?", 4),
        ("Summary, A worked example", 2),
        ("Why it matters; A worked example", 0),
        ("C++", 5),
        ("C#", 6),
    ],
)
def test_a_heading_is_found_whatever_marks_are_around_it(name: str, index: int) -> None:
    assert heading_index(name, HEADINGS) == index


@pytest.mark.parametrize(
    "name", ["", "  ", "Why", "Why it does not matter", "重点", "Exercise", "\x00", "\ud800", "2."]
)
def test_what_the_lesson_does_not_have_is_no_heading(name: str) -> None:
    assert heading_index(name, HEADINGS) is None
    assert heading_index(name, []) is None


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("o1", ["o1"]),
        (" O1 ", ["o1"]),
        ("1", ["o1"]),
        ("outcome 2", ["o2"]),
        ("o2: kann 10 Zeilen zählen", ["o2"]),
        ("Kann Zeilen zählen.", ["o2"]),
        ("o10", ["o10"]),
        ("o1, o2", ["o1", "o2"]),
        ("o2 and o10", ["o2", "o10"]),
    ],
)
def test_an_outcome_is_found_by_its_id_or_its_text(name: str, ids: list[str]) -> None:
    assert [outcome.outcome_id for outcome in outcomes_named(name, OUTCOMES)] == ids


@pytest.mark.parametrize("name", ["", "o3", "o100", "can", "l1", "\ud800"])
def test_another_outcome_is_none(name: str) -> None:
    assert outcomes_named(name, OUTCOMES) == []
