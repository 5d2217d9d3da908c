"""Briefs of contents, and what the answers to them are checked against."""

from collections.abc import Sequence
from typing import Final

from pydantic import ValidationError

from domain.checks import Expected
from domain.checks.expected import Subject
from domain.course.book import CourseBook
from domain.framework import Concept, ConceptPlace, Framework
from domain.logs import get_log
from domain.request import LearningRequest
from nodes.authors.briefs import C, ContentBrief
from repository.tables.roadmaps import RoadmapRow

_log = get_log(__name__)

NEIGHBOURS: Final = 30
"""Concepts on each side whose terms are compared with those of a content."""


def content_brief(
    brief_type: type[ContentBrief[C]],
    request: LearningRequest,
    framework: Framework,
    place: ConceptPlace,
    names: dict[str, str],
    instructions: str,
    book: CourseBook | None = None,
) -> ContentBrief[C]:
    """Return the brief of a content. `book`: the course book of the roadmap, if it has one."""
    return brief_type(
        preferences=request.preferences,
        roadmap_title=framework.title,
        stage_name=place.stage.name,
        module_name=place.module.name,
        concept=place.concept,
        prerequisite_names=[names[needed] for needed in place.concept.prerequisites if needed in names],
        instructions=instructions,
        book=book,
        framework=None if book is None else framework,
    )


def book_of(roadmap: RoadmapRow) -> CourseBook | None:
    """Return the course book of a roadmap; None where it has none, and where this version cannot read it."""
    try:
        return None if roadmap.course_book is None else CourseBook.model_validate(roadmap.course_book)
    except ValidationError as error:
        _log.warning("course book unreadable", roadmap_id=roadmap.roadmap_id, reason=error.errors()[0]["msg"])
        return None


def neighbours(concepts: Sequence[Concept], order: int) -> list[Concept]:
    """Return the concepts before and after one in learning order, those whose content it may be mistaken for."""
    return [*concepts[max(0, order - NEIGHBOURS) : order], *concepts[order + 1 : order + 1 + NEIGHBOURS]]


def expected_of(brief: ContentBrief[C], *, any_language: bool, others: Sequence[Concept] = ()) -> Expected:
    """Return what an answer to a brief is checked against.

    `any_language`: its author writes every language. `others`: other concepts of the roadmap.
    """
    book = brief.book
    given = [brief.concept.name, brief.concept.description, *brief.concept.keywords, *brief.prerequisite_names]
    given += [brief.roadmap_title, brief.stage_name, brief.module_name]
    given += [brief.preferences.learning_goal, brief.instructions, *_texts_of(brief.book, brief.concept)]
    return Expected(
        hours=brief.concept.estimated_hours,
        language=brief.preferences.primary_language if any_language else None,
        given="\n".join(given),
        subject=_subject(brief.concept),
        others=tuple(map(_subject, others)),
        lesson=brief.lesson,
        plan=book.plan_of(brief.concept.concept_id) if book else None,
        example=book.example.code if book and book.example else "",
    )


def _texts_of(book: CourseBook | None, concept: Concept) -> list[str]:
    """Return the texts of a book that a content of one concept may quote."""
    if book is None:
        return []
    texts = [part for term in book.glossary for part in (term.term, term.meaning, term.notation)]
    texts += [book.example.title, book.example.description, book.example.code] if book.example else []
    plan = book.plan_of(concept.concept_id)
    if plan is None:
        return texts
    misconceptions = [text for one in plan.misconceptions for text in (one.belief, one.correction)]
    return [*texts, plan.teaches, *(outcome.text for outcome in plan.outcomes), *misconceptions]


def _subject(concept: Concept) -> Subject:
    return Subject(concept.name, concept.description, tuple(concept.keywords))
