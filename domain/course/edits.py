"""Edits of a course book by a person: read strictly, since a misspelled field would drop what it holds."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from domain.course.book import ConceptPlan, CourseBook, Outcome
from domain.errors import InvalidInput


def book_of_json(data: Mapping[str, Any]) -> CourseBook:
    """Return the book in a JSON object. Raises InvalidInput that names the field, also for an unknown one."""
    try:
        return CourseBook.model_validate(data, extra="forbid")
    except ValidationError as error:
        first = error.errors()[0]
        path = ".".join(map(str, first["loc"]))
        message = "is no field of a course book" if first["type"] == "extra_forbidden" else first["msg"]
        raise InvalidInput(f"{' '.join(path.split())[:200] or 'course book'}: {message}.") from error


def with_plan(book: CourseBook, plan: ConceptPlan, order: Sequence[str]) -> CourseBook:
    """Return the book with this plan in place of the concept's old one. `order`: concept ids in learning order."""
    plans = {one.concept_id: one for one in book.concepts} | {plan.concept_id: plan}
    ordered = [plans[concept_id] for concept_id in order if concept_id in plans]
    return book.model_copy(update={"concepts": ordered})


def outcomes_of(texts: Sequence[str], before: Sequence[Outcome]) -> list[Outcome]:
    """Return outcomes with these texts; one that was there before keeps its id, and no id is used for another one."""
    ids = {outcome.text: outcome.outcome_id for outcome in before}
    taken = set(ids.values())
    free = (f"o{number}" for number in range(1, len(taken) + len(texts) + 1) if f"o{number}" not in taken)
    return [Outcome(outcome_id=ids.get(text) or next(free), text=text) for text in dict.fromkeys(texts)]
