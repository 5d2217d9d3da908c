"""Briefs of contents, and what the answers to them are checked against."""

from collections.abc import Sequence
from typing import Final

from domain.checks import Expected
from domain.checks.expected import Subject
from domain.framework import Concept, ConceptPlace, Framework
from domain.request import LearningRequest
from nodes.authors.port import C, ContentBrief

NEIGHBOURS: Final = 30
"""Concepts on each side whose terms are compared with those of a content."""


def content_brief(
    brief_type: type[ContentBrief[C]],
    request: LearningRequest,
    framework: Framework,
    place: ConceptPlace,
    names: dict[str, str],
    instructions: str,
) -> ContentBrief[C]:
    return brief_type(
        preferences=request.preferences,
        roadmap_title=framework.title,
        stage_name=place.stage.name,
        module_name=place.module.name,
        concept=place.concept,
        prerequisite_names=[names[needed] for needed in place.concept.prerequisites if needed in names],
        instructions=instructions,
    )


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
    given += [brief.preferences.learning_goal, brief.instructions]
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


def _subject(concept: Concept) -> Subject:
    return Subject(concept.name, concept.description, tuple(concept.keywords))
