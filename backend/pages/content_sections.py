"""The sections of a concept's page: one declaration per content type, for those of plug-ins their form in exports."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from backend.pages.views.concept import (
    ContentPart,
    ContentView,
    PassagePart,
    QuizPart,
    content_of,
    fields_of,
    resources_of,
    tutorial_of,
)
from backend.pages.views.quiz import questions_of
from backend.tutorials import Tutorials
from domain.content_plugins import PLUGINS
from domain.contents import Quiz
from domain.framework import Concept
from domain.quizzes import without_key
from domain.text.parse_stored import read_stored
from domain.vocabulary import ContentType
from orchestrator.learners.learning import QuizAttempt
from rendering.documents.content_forms import CONTENT_FORMS


@dataclass(frozen=True, slots=True)
class ConceptPage:
    """The data that sections need beside their content."""

    concept: Concept
    present: bool
    """Whether the concept is part of a roadmap that is not deleted, so that its contents can be regenerated."""
    tutorials: Tutorials
    result: QuizAttempt | None
    """The quiz attempt whose result is shown."""


@dataclass(frozen=True, slots=True)
class ContentSection:
    """Declaration of a content type for the page of a concept."""

    part: Callable[[ContentView, ConceptPage], Awaitable[ContentPart]]
    """Returns the values for the template that the part names."""
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


def _of_plugin(content_type: ContentType) -> ContentSection:
    """Return a section that shows the Markdown of a content."""

    async def part(view: ContentView, page: ConceptPage) -> ContentPart:
        fields = fields_of(content_type, view, present=page.present)
        if view.shown is None:
            return PassagePart(**fields, text=Markup(), answers=Markup())
        form = CONTENT_FORMS[content_type]
        content = read_stored(form.spec.shape, view.shown.payload, f"the {content_type} of {page.concept.concept_id}")
        passage = form.passage(content, page.concept, 2)
        text = await page.tutorials.rendered(passage.text, prefix=f"{content_type}-")
        answers = await page.tutorials.rendered(passage.answers, prefix=f"{content_type}-answers-")
        return PassagePart(**fields, text=Markup(text.html), answers=Markup(answers.html))  # sanitised by an allow-list

    return ContentSection(part)


def _version_of_result(page: ConceptPage) -> int | None:
    return page.result.version if page.result else None


CONTENT_SECTIONS: Final[Mapping[ContentType, ContentSection]] = {
    ContentType.TUTORIAL: ContentSection(_tutorial),
    ContentType.RESOURCES: ContentSection(_resources),
    ContentType.QUIZ: ContentSection(_quiz, _version_of_result),
    **{ContentType(name): _of_plugin(ContentType(name)) for name in PLUGINS},
}
"""By content type, in the order in which the page shows them."""
