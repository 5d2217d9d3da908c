"""What the checks of a run find in a recorded course, asked for as a run asks for it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from pydantic import BaseModel

from domain.checks import check_draft, check_framework
from domain.checks.course import check_book, check_plans
from domain.checks.findings import Kind
from domain.content_types import check_content
from domain.contents import Tutorial
from domain.course.book import CourseBook
from domain.course.drafts import numbered, plans_by_concept, shared_part
from domain.framework import Framework
from domain.identity import identify
from domain.request import Intent, LearningRequest, Preferences
from domain.vocabulary import ContentType
from nodes.authors.briefs import (
    Brief,
    ConceptPlansBrief,
    ContentBrief,
    CourseBookBrief,
    FrameworkBrief,
    IntentBrief,
    QuizBrief,
    ResourcesBrief,
    TutorialBrief,
)
from nodes.contents.content_brief import content_brief, expected_of, neighbours
from nodes.offline.author import OfflineAuthor
from nodes.offline.recordings import RecordedCourse

T = TypeVar("T", bound=BaseModel)
MAX_CONCEPTS = 12


@dataclass(frozen=True)
class Played:
    """The structure and the book of a course, and its contents with what the checks find in them."""

    intent: Intent
    framework: Framework
    book: CourseBook
    contents: dict[str, dict[ContentType, BaseModel]]
    """By concept id."""
    findings: list[str]
    """Each with its place and its rule; hints are left out."""

    def lessons(self) -> list[Tutorial]:
        return [one for own in self.contents.values() for one in own.values() if isinstance(one, Tutorial)]


async def asked(author: OfflineAuthor, brief: Brief[T], name: str) -> T:
    answer = await author.write(brief)
    assert answer.model == name, f"{brief.role} is not played"
    return cast(T, brief.shape.model_validate(answer.content))


def preferences_for(course: RecordedCourse) -> Preferences:
    return Preferences(learning_goal=course.file.goals[0], current_level=course.file.levels[0])


async def play(course: RecordedCourse) -> Played:
    """Play a whole course and check it as the answers of a model are checked."""
    preferences = preferences_for(course)
    request, author = LearningRequest(preferences=preferences), OfflineAuthor(course=course)
    intent = await asked(author, IntentBrief(request=request), course.author)
    draft = await asked(
        author, FrameworkBrief(request=request, intent=intent, max_concepts=MAX_CONCEPTS), course.author
    )
    framework, repairs = identify(draft, "r-00000000", preferences.available_hours_per_week)
    found = [f"structure: {problem}" for problem in check_draft(draft, preferences, None)]
    issues = [*repairs, *check_framework(framework, MAX_CONCEPTS, preferences)]
    found += [f"structure: {issue.category}: {issue.issue}" for issue in issues]
    shared = await asked(author, CourseBookBrief(request=request, framework=framework, warnings=[]), course.author)
    found += [f"book: {finding.rule}: {finding.message}" for finding in check_book(shared, framework)]
    book = shared_part(shared, framework)
    concepts = framework.concepts()
    ids = [concept.concept_id for concept in concepts]
    asks = ConceptPlansBrief(preferences=preferences, framework=framework, book=book, concept_ids=ids)
    plans = await asked(author, asks, course.author)
    problems = check_plans(plans, concepts, preferences.primary_language)
    found += [f"plans: {finding.rule}: {finding.message}" for finding in problems]
    by_concept = plans_by_concept(plans, concepts)
    book.concepts = [numbered(by_concept[concept.concept_id], concept) for concept in concepts]
    contents: dict[str, dict[ContentType, BaseModel]] = {concept_id: {} for concept_id in ids}
    async for name, brief, content in _contents(author, request, framework, book, course.author):
        order = ids.index(brief.concept.concept_id)
        expected = expected_of(brief, any_language=True, others=neighbours(concepts, order))
        of_content = [one for one in check_content(content, expected) if one.kind is not Kind.HINT]
        found += [f"{name}: {finding.rule}: {finding.message}" for finding in of_content]
        contents[brief.concept.concept_id][brief.content_type] = content
    return Played(intent, framework, book, contents, found)


async def _contents(
    author: OfflineAuthor, request: LearningRequest, framework: Framework, book: CourseBook, name: str
) -> AsyncIterator[tuple[str, ContentBrief[Any], BaseModel]]:
    names = {concept.concept_id: concept.name for concept in framework.concepts()}
    for place in framework.walk():
        lesson = ""
        for kind in (TutorialBrief, ResourcesBrief, QuizBrief):
            brief: ContentBrief[Any] = content_brief(kind, request, framework, place, names, "", book)
            brief = brief.model_copy(update={"lesson": lesson})
            content: BaseModel = await asked(author, brief, name)
            lesson = content.content if isinstance(content, Tutorial) else lesson
            yield f"{place.concept.name}, {kind.content_type}", brief, content
