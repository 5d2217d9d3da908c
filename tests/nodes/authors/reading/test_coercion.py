"""Answers are conformed to their shape where that is certain; what is not certain is objected to by its place."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, ValidationError

from domain.contents import Quiz, QuizKey, Resources, Tutorial
from domain.editing.review import EditPlan, NewParts, StructureReview
from domain.framework import FrameworkDraft, Outline, StageParts
from domain.request import Intent
from nodes.authors.port import KnownBrief
from nodes.authors.reading import conform
from tests.support.nonsense import ANYTHING, fuzzed, json_values

CONCEPT: Final = {
    "name": "Triads",
    "description": "Three notes.",
    "estimated_hours": 2.0,
    "prerequisites": ["Notes"],
    "difficulty": "easy",
    "keywords": ["chord", "third"],
}
MODULE: Final = {"name": "First", "description": "d", "concepts": [CONCEPT]}
STAGE: Final = {"name": "One", "description": "d", "modules": [MODULE]}
RESOURCE: Final = {
    "title": "MDN",
    "url": "https://example.org/a",
    "type": "docs",
    "description": "d",
    "relevance_score": 0.95,
    "language": "en",
}


def concept(**changes: Any) -> tuple[type[BaseModel], dict[str, Any]]:
    return StageParts, {"modules": [{**MODULE, "concepts": [{**CONCEPT, **changes}]}]}


def tutorial(**changes: Any) -> tuple[type[BaseModel], dict[str, Any]]:
    usual = {"title": "T", "summary": "S", "content": "C", "estimated_completion_time": 45, "language": "en"}
    return Tutorial, {**usual, **changes}


def resources(*changes: dict[str, Any]) -> tuple[type[BaseModel], dict[str, Any]]:
    return Resources, {"resources": [{**RESOURCE, **change} for change in changes], "search_queries_used": []}


def operation(**changes: Any) -> tuple[type[BaseModel], dict[str, Any]]:
    usual: dict[str, Any] = {
        "action": "change",
        "target_type": "concept",
        "target_id": "c-1",
        "position": None,
        "values": {},
        "reason": "",
    }
    return EditPlan, {"feedback_summary": "f", "operations": [{**usual, **changes}]}


Case = tuple[type[BaseModel], Any]
READ: Final[dict[str, tuple[Case, Case]]] = {
    # kind: (what came, what was meant)
    "a null where there is a default": (
        concept(prerequisites=None, keywords=None),
        concept(prerequisites=[], keywords=[]),
    ),
    "a null in a list": (concept(keywords=["chord", None, "third"]), concept()),
    "a null difficulty": (concept(difficulty=None), concept(difficulty="medium")),
    "a list as JSON text": (concept(keywords='["chord", "third"]'), concept()),
    "a list with commas": (concept(keywords="chord, third"), concept()),
    "a list with semicolons": (concept(keywords="chord; third"), concept()),
    "a list with bullets": (concept(keywords="- chord\n- third"), concept()),
    "a list with numbers": (concept(keywords="1. chord\n2. third"), concept()),
    "a list of objects": (concept(keywords=[{"name": "chord"}, {"name": "third"}]), concept()),
    "an object of a list": (concept(keywords={"items": ["chord", "third"]}), concept()),
    "an empty list as text": (concept(prerequisites=""), concept(prerequisites=[])),
    "no list in words": (concept(prerequisites="None"), concept(prerequisites=[])),
    "a sentence": (
        concept(keywords="Reading, writing and more of it."),
        concept(keywords=["Reading, writing and more of it."]),
    ),
    "hours with a unit": (concept(estimated_hours="2 hours"), concept()),
    "hours in short": (concept(estimated_hours="~2h"), concept()),
    "hours in minutes": (concept(estimated_hours="90 minutes"), concept(estimated_hours=1.5)),
    "hours and minutes": (concept(estimated_hours="1 h 30 min"), concept(estimated_hours=1.5)),
    "hours with a decimal comma": (concept(estimated_hours="1,5 h"), concept(estimated_hours=1.5)),
    "hours from and to": (concept(estimated_hours="2-3 hours"), concept(estimated_hours=2.5)),
    "hours in words": (concept(estimated_hours="two hours"), concept()),
    "hours in Chinese": (concept(estimated_hours="2小时"), concept()),
    "hours as text": (concept(estimated_hours="2.0"), concept()),
    "another case": (concept(difficulty="Easy"), concept()),
    "a synonym": (concept(difficulty="Beginner"), concept()),
    "a word with an explanation": (concept(difficulty="easy (for a start)"), concept()),
    "names in another case": (
        (StageParts, {"Modules": [{"Name": "First", "Description": "d", "Concepts": [CONCEPT]}]}),
        concept(),
    ),
    "names of JavaScript": (
        (
            StageParts,
            {
                "modules": [
                    {
                        **MODULE,
                        "concepts": [
                            {**{k: v for k, v in CONCEPT.items() if k != "estimated_hours"}, "estimatedHours": 2}
                        ],
                    }
                ]
            },
        ),
        concept(),
    ),
    "a list alone": ((StageParts, [MODULE]), concept()),
    "a wrapper": ((StageParts, {"stage": {"result": {"modules": [MODULE]}}}), concept()),
    "one object for a list": ((StageParts, {"modules": MODULE}), concept()),
    "objects by their names": ((StageParts, {"modules": {"m1": MODULE}}), concept()),
    "objects as JSON text": ((StageParts, {"modules": json.dumps([json.dumps(MODULE)])}), concept()),
    "minutes with a unit": (tutorial(estimated_completion_time="45 minutes"), tutorial()),
    "minutes in hours": (tutorial(estimated_completion_time="1.5 hours"), tutorial(estimated_completion_time=90)),
    "minutes with a half": (tutorial(estimated_completion_time=37.5), tutorial(estimated_completion_time=38)),
    "minutes as text with a half": (tutorial(estimated_completion_time="37.5"), tutorial(estimated_completion_time=38)),
    "minutes in another language": (tutorial(estimated_completion_time="45 Minuten"), tutorial()),
    "half an hour": (tutorial(estimated_completion_time="half an hour"), tutorial(estimated_completion_time=30)),
    "a name of a language": (tutorial(language="English"), tutorial()),
    "a code of three letters": (tutorial(language="eng"), tutorial()),
    "a code with an underscore": (tutorial(language="pt_BR"), tutorial(language="pt-BR")),
    "a language with its region": (tutorial(language="English (US)"), tutorial()),
    "paragraphs as a list": (tutorial(content=["# A\n", "text"]), tutorial(content="# A\n\n\ntext")),
    "a number for a text": (tutorial(title=1984), tutorial(title="1984")),
    "reasoning in a text": (tutorial(content="<think>\nplan\n</think>\nC"), tutorial()),
    "a formula that was decoded": (
        tutorial(content="$\x0crac{1}{2} \times 2$"),
        tutorial(content="$\\frac{1}{2} \\times 2$"),
    ),
    "NUL in a text": (tutorial(title="T\x00", summary="S\ud83d"), tutorial()),
    "percents": (resources({"relevance_score": "95%"}), resources({})),
    "of ten": (resources({"relevance_score": "9.5/10"}), resources({})),
    "up to a hundred": (
        resources({"relevance_score": 95}, {"relevance_score": 8}),
        resources({}, {"relevance_score": 0.08}),
    ),
    "a book without an address": (resources({}, {"url": None}), resources({})),
    "a book with an empty address": (resources({"url": "N/A"}, {}), resources({})),
    "a link of Markdown": (resources({"url": "[MDN](https://example.org/a)"}), resources({})),
    "a link in brackets": (resources({"url": "<https://example.org/a>"}), resources({})),
    "a link without its scheme": (resources({"url": "example.org/a"}), resources({})),
    "an update": (operation(action="update"), operation()),
    "nulls that do not apply": (operation(values=None, reason=None), operation()),
    "nulls in values": (operation(values={"name": "X", "description": None}), operation(values={"name": "X"})),
    "values as text": (
        operation(values='{"name": "X", "estimated_hours": "2 hours", "keywords": "a, b"}'),
        operation(values={"name": "X", "estimated_hours": 2, "keywords": ["a", "b"]}),
    ),
    "a target type in capitals": (operation(target_type="CONCEPT"), operation()),
    "an index as text": (
        operation(position={"parent_id": "m-1", "index": "2"}),
        operation(position={"parent_id": "m-1", "index": 2}),
    ),
    "a score with its unit": (
        (
            StructureReview,
            {"overall_score": "90/100", "dimension_scores": None, "issues": None, "validation_summary": "s"},
        ),
        (StructureReview, {"overall_score": 90, "validation_summary": "s"}),
    ),
    "a severity by a synonym": (
        (
            StructureReview,
            {
                "overall_score": 9,
                "validation_summary": "s",
                "issues": [{"severity": "Minor", "category": "c", "location": None, "issue": "i", "suggestion": "s"}],
            },
        ),
        (
            StructureReview,
            {
                "overall_score": 9,
                "validation_summary": "s",
                "issues": [{"severity": "warning", "category": "c", "issue": "i", "suggestion": "s"}],
            },
        ),
    ),
    "a number of concepts": (
        (Outline, {"title": "T", "stages": [{"name": "n", "description": "d", "concepts": "3"}]}),
        (Outline, {"title": "T", "stages": [{"name": "n", "description": "d", "concepts": 3}]}),
    ),
    "parts that are absent": (
        (NewParts, {"parts": [{"operation": "0", "stage": None, "concept": CONCEPT}]}),
        (NewParts, {"parts": [{"operation": 0, "concept": CONCEPT}]}),
    ),
    "a name with a comma": (
        (
            FrameworkDraft,
            {
                "title": "T",
                "stages": [
                    {
                        **STAGE,
                        "modules": [
                            {
                                **MODULE,
                                "concepts": [
                                    {**CONCEPT, "name": "Vectors, dot products"},
                                    {**CONCEPT, "name": "B", "prerequisites": "Vectors, dot products, Triads"},
                                ],
                            }
                        ],
                    }
                ],
            },
        ),
        (
            FrameworkDraft,
            {
                "title": "T",
                "stages": [
                    {
                        **STAGE,
                        "modules": [
                            {
                                **MODULE,
                                "concepts": [
                                    {**CONCEPT, "name": "Vectors, dot products"},
                                    {**CONCEPT, "name": "B", "prerequisites": ["Vectors, dot products", "Triads"]},
                                ],
                            }
                        ],
                    }
                ],
            },
        ),
    ),
}


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


@pytest.mark.parametrize("brief", KnownBrief.__args__)
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


@fuzzed
@given(st.sampled_from([brief.shape for brief in KnownBrief.__args__]), st.data())
def test_nothing_that_has_the_names_of_a_shape_raises(shape: type[BaseModel], data: st.DataObject) -> None:
    names = st.sampled_from([*shape.model_fields, "options", "correct_answer", "name", "url", "language"])
    inner = st.dictionaries(names, json_values, max_size=4)
    content = data.draw(
        st.dictionaries(names, json_values | inner | st.lists(inner | ANYTHING, max_size=3), max_size=6)
    )
    conformed = conform(content, shape)
    json.dumps(conformed, ensure_ascii=False, allow_nan=False).encode()
    assert conform(conformed, shape) == conformed
