"""The sections of a concept's page: one declaration per content type."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from backend.pages.views.concept import (
    ContentPart,
    ContentView,
    QuizPart,
    content_of,
    fields_of,
    resources_of,
    tutorial_of,
)
from backend.pages.views.quiz import questions_of
from backend.tutorials import Tutorials
from domain.contents import Quiz
from domain.quizzes import without_key
from domain.vocabulary import ContentType
from orchestrator.learners.learning import QuizAttempt


@dataclass(frozen=True, slots=True)
class ConceptPage:
    """The data that sections need beside their content."""

    present: bool
    """Whether the concept is part of a roadmap that is not deleted, so that its contents can be regenerated."""
    tutorials: Tutorials
    result: QuizAttempt | None
    """The quiz attempt whose result is shown."""


@dataclass(frozen=True, slots=True)
class ContentSection:
    """Declaration of a content type for the page of a concept."""

    part: Callable[[ContentView, ConceptPage], Awaitable[ContentPart]]
    """Returns the values for templates/contents/<type>.html."""
    version: Callable[[ConceptPage], int | None] = lambda _: None
    """Returns the version that the page has to show whatever the URL says; None where the URL decides."""


async def _tutorial(view: ContentView, page: ConceptPage) -> ContentPart:
    markdown = content_of(view)
    text = await page.tutorials.rendered(markdown) if markdown is not None else None
    return tutorial_of(view, text, present=page.present)


async def _resources(view: ContentView, page: ConceptPage) -> ContentPart:
    return resources_of(view, present=page.present)


async def _quiz(view: ContentView, page: ConceptPage) -> ContentPart:
    quiz = without_key(Quiz.model_validate(view.shown.payload)) if view.shown else None
    return QuizPart(
        **fields_of(ContentType.QUIZ, view, present=page.present),
        questions=questions_of(quiz, page.result.marks if page.result else None) if quiz else None,
    )


def _version_of_result(page: ConceptPage) -> int | None:
    return page.result.version if page.result else None


CONTENT_SECTIONS: Final[Mapping[ContentType, ContentSection]] = {
    ContentType.TUTORIAL: ContentSection(_tutorial),
    ContentType.RESOURCES: ContentSection(_resources),
    ContentType.QUIZ: ContentSection(_quiz, _version_of_result),
}
"""By content type, in the order in which the page shows them."""
