"""Schemas of answers: described, bounded, and strict where a provider has that."""

from collections.abc import Iterator
from typing import Any

import pytest

from domain.course.book import ConceptPlan, CourseBook, Outcome
from nodes.authors.briefs import AuthorRole, Brief, QuizBrief
from nodes.authors.prompting.prompts import prompt_for
from nodes.authors.schemas import strict, without_bounds
from tests.conformance.test_authors import BRIEFS, CONTENT, FRAMEWORK


def fields_of(schema: Any, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every field of a schema by its place, with the schema of the field."""
    if isinstance(schema, dict):
        for name, part in schema.get("properties", {}).items():
            yield f"{place}.{name}", part
        for name, part in schema.items():
            yield from fields_of(part, f"{place}.{name}")
    elif isinstance(schema, list):
        for part in schema:
            yield from fields_of(part, place)


def objects_in(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if "properties" in schema:
            yield schema
        for part in schema.values():
            yield from objects_in(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from objects_in(part)


@pytest.mark.parametrize("brief", BRIEFS, ids=lambda brief: str(brief.role))
def test_no_field_is_left_for_the_author_to_guess(brief: Brief[Any]) -> None:
    fields = dict(fields_of(prompt_for(brief).schema, brief.role))
    assert fields
    assert [place for place, field in fields.items() if not field.get("description")] == []
    assert [place for place, field in fields.items() if "$ref" in field] == [], "strict schemas allow nothing beside it"


def test_times_have_their_unit() -> None:
    schemas = {brief.role: dict(fields_of(prompt_for(brief).schema, "")) for brief in BRIEFS}
    assert "Minutes" in schemas[AuthorRole.TUTORIAL][".estimated_completion_time"]["description"]
    hours = [field for fields in schemas.values() for place, field in fields.items() if place.endswith("_hours")]
    assert hours
    assert all("Hours" in field["description"] for field in hours)


@pytest.mark.parametrize("brief", BRIEFS, ids=lambda brief: str(brief.role))
@pytest.mark.parametrize("bounds", [True, False])
def test_a_strict_schema_requires_every_field_and_allows_no_other(brief: Brief[Any], bounds: bool) -> None:
    schema = strict(prompt_for(brief).schema)
    for part in objects_in(schema if bounds else without_bounds(schema)):
        assert part["required"] == list(part["properties"])
        assert part["additionalProperties"] is False
        assert not {"default", "minLength", "maxLength"} & part.keys()


def test_null_stands_in_strict_schemas_for_what_may_be_absent() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}, "required": ["a"]}
    assert strict(schema)["properties"] == {
        "a": {"type": "string"},
        "b": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
    }


PLAN = ConceptPlan(
    concept_id=FRAMEWORK.concepts()[1].concept_id, outcomes=[Outcome(outcome_id="o1", text="can win an endgame")]
)
BOOK = CourseBook(concepts=[PLAN])


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ({}, set()),
        ({"lesson": " \n"}, set()),
        ({"book": CourseBook()}, set()),
        ({"book": CourseBook(concepts=[PLAN.model_copy(update={"outcomes": []})])}, set()),
        ({"book": BOOK}, {"outcome"}),
        ({"lesson": "## One"}, {"heading"}),
        ({"book": BOOK, "lesson": "## One"}, {"outcome", "heading"}),
    ],
)
def test_a_quiz_is_asked_for_what_the_data_can_name_and_for_nothing_else(
    given: dict[str, Any], asked: set[str]
) -> None:
    schema = prompt_for(QuizBrief(**{**CONTENT, **given})).schema
    question = schema["$defs"]["Question"]
    assert set(question["properties"]) & {"outcome", "heading"} == asked
    assert set(question["required"]) == set(question["properties"])
    assert strict(schema)["$defs"]["Question"]["required"] == list(question["properties"])
