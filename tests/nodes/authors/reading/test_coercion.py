"""Answers are conformed to their shape where that is certain; what is not certain is objected to by its place."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, ValidationError

from domain.contents import Quiz, QuizKey
from domain.editing.review import StructureReview
from domain.framework import FrameworkDraft, StageParts
from domain.request import Intent
from nodes.authors.briefs import KnownBrief
from nodes.authors.reading import conform
from tests.nodes.authors.reading.cases import CONCEPT, MODULE, READ, Case, concept, operation, resources, tutorial
from tests.support.nonsense import ANYTHING, fuzzed, json_values


@pytest.mark.parametrize("kind", READ)
def test_an_answer_that_any_person_can_read_is_refused(kind: str) -> None:
    (shape, came), (_, meant) = READ[kind]
    conformed = conform(came, shape)
    assert shape.model_validate(conformed) == shape.model_validate(meant)
    assert conform(conformed, shape) == conformed


def test_weights_in_percent_are_read() -> None:
    usual = dict.fromkeys(Intent.model_fields, "")
    lists = {
        "key_technologies": "piano, guitar",
        "recommended_focus": [],
        "skill_gap_analysis": "",
        "personalized_suggestions": [],
    }
    intent = conform({**usual, **lists, "content_format_weights": {"text": "40%", "visual": 0.6}}, Intent)
    assert Intent.model_validate(intent).content_format_weights == {"text": 0.4, "visual": 0.6}
    assert intent["key_technologies"] == ["piano", "guitar"]


OBJECTED: Final[dict[str, tuple[Case, str]]] = {
    "days are no hours": (concept(estimated_hours="2 days"), "estimated_hours"),
    "between two difficulties": (concept(difficulty="easy to medium"), "difficulty"),
    "a score of what": (resources({"relevance_score": 8}), "relevance_score"),
    "no text": (tutorial(title=None), "title"),
    "a time of day": (tutorial(estimated_completion_time="1:30"), "estimated_completion_time"),
    "NaN": (tutorial(estimated_completion_time=float("nan")), "estimated_completion_time"),
    "two actions": (operation(action="improve and move"), "action"),
    "two difficulties": (concept(difficulty="easy (later hard)"), "difficulty"),
}


@pytest.mark.parametrize("kind", OBJECTED)
def test_what_is_ambiguous_is_guessed(kind: str) -> None:
    (shape, came), place = OBJECTED[kind]
    with pytest.raises(ValidationError, match=place):
        shape.model_validate(conform(came, shape))


def test_a_long_name_and_its_prerequisites_are_cut_alike() -> None:
    long = "Chords " + "and more of them " * 30
    concepts = [{**CONCEPT, "name": long}, {**CONCEPT, "name": "B", "prerequisites": [long]}]
    conformed = conform({"modules": [{**MODULE, "concepts": concepts}]}, StageParts)
    first, second = StageParts.model_validate(conformed).modules[0].concepts
    assert second.prerequisites == [first.name]
    assert len(first.name) <= 200


class Card(BaseModel):
    front: str
    ease: int = Field(ge=1, le=5)
    is_known: bool
    tags: list[str] = []


class Cards(BaseModel):
    cards: list[Card]


def test_a_shape_of_a_new_content_type_needs_no_rules_of_its_own() -> None:
    came = [{"Front": "Q", "ease": "3", "isKnown": "yes", "tags": "a, b"}]
    card = Cards.model_validate(conform(came, Cards)).cards[0]
    assert (card.front, card.ease, card.is_known, card.tags) == ("Q", 3, True, ["a", "b"])


@pytest.mark.parametrize("brief", [brief for brief in KnownBrief.__args__ if hasattr(brief, "shape")])
def test_a_good_answer_stays_as_it_is(brief: Any) -> None:
    for shape, content in GOOD:
        if shape is brief.shape:
            before = json.dumps(content)
            assert conform(content, shape) == content
            assert json.dumps(content) == before


LESSON: Final = (Path(__file__).parent / "lesson.md").read_text()
GOOD: Final[list[Case]] = [
    concept(),
    tutorial(),
    tutorial(content=LESSON),
    resources({}, {"url": "https://example.org/b"}),
    operation(),
    (
        QuizKey,
        {"answers": [{"question_id": "q1", "correct_answer": [0, 2]}, {"question_id": "q2", "correct_answer": []}]},
    ),
    (
        Quiz,
        {
            "questions": [
                {
                    "question_id": "q1",
                    "question_type": "multiple_choice",
                    "question": r"Which is $\frac{1}{2}$ in `C:\new`?",
                    "options": ["1. FC", "A", r"\nabla", "B) x, y"],
                    "correct_answer": [1, 2],
                    "explanation": "e",
                    "difficulty": "hard",
                }
            ]
        },
    ),
]


def test_an_item_that_cannot_be_stored_is_no_empty_item() -> None:
    assert conform({"stages": [float("inf"), None]}, FrameworkDraft) == {"stages": []}


@fuzzed
@given(st.sampled_from([brief.shape for brief in KnownBrief.__args__ if hasattr(brief, "shape")]), st.data())
def test_nothing_that_has_the_names_of_a_shape_raises(shape: type[BaseModel], data: st.DataObject) -> None:
    names = st.sampled_from([*shape.model_fields, "options", "correct_answer", "name", "url", "language"])
    inner = st.dictionaries(names, json_values, max_size=4)
    content = data.draw(
        st.dictionaries(names, json_values | inner | st.lists(inner | ANYTHING, max_size=3), max_size=6)
    )
    conformed = conform(content, shape)
    json.dumps(conformed, ensure_ascii=False, allow_nan=False).encode()
    assert conform(conformed, shape) == conformed


def test_an_object_in_which_one_name_is_left_is_read_as_if_it_had_one() -> None:
    content: dict[str, object] = {"options": {}, "dimension_scores": None}
    assert conform(content, StructureReview) == conform({"options": {}}, StructureReview) == {}


def test_a_list_of_nothing_is_no_number() -> None:
    content: dict[str, object] = {"content_format_weights": {"visual": [None]}}
    assert conform(conform(content, Intent), Intent) == conform(content, Intent) == content
