"""The sections of a concept's page: one declaration per content type, for those of plug-ins their form in exports."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from markupsafe import Markup

from backend.pages.views.concepts.concept import (
    ContentPart,
    ContentView,
    PassagePart,
    QuizPart,
    content_of,
    doubts_of,
    fields_of,
    resources_of,
    tutorial_of,
)
from backend.pages.views.concepts.quiz import questions_of, texts_of
from backend.tutorials import Texts, Tutorials
from domain.content_plugins import PLUGINS
from domain.contents import Quiz, Resources, Tutorial
from domain.framework import Concept
from domain.quizzes.grading import without_key
from domain.text.parse_stored import read_stored
from domain.vocabulary import ContentType
from orchestrator.learners.learning import QuizAttempt
from rendering.documents.content_forms import CONTENT_FORMS
from rendering.pages.markdown import Heading
from rendering.pages.remarks import Remarks


@dataclass(frozen=True, slots=True)
class ConceptPage:
    """The data that sections need beside their content."""

    concept: Concept
    present: bool
    """Whether the concept is part of a roadmap that is not deleted, so that its contents can be regenerated."""
    tutorials: Tutorials
    result: QuizAttempt | None
    """The quiz attempt whose result is shown."""
    views: dict[ContentType, ContentView] = field(default_factory=dict)
    """The contents that the page shows."""

    async def headings(self) -> Sequence[Heading]:
        """Return the headings of the tutorial that the page shows."""
        view = self.views.get(ContentType.TUTORIAL)
        lesson = content_of(view) if view else None
        return (await self.tutorials.rendered(lesson, language=self.language)).headings if lesson else ()

    language: str = "en"
    """The language of its lesson, for words that are added to texts that declare none."""


@dataclass(frozen=True, slots=True)
class ContentSection:
    """Declaration of a content type for the page of a concept."""

    part: Callable[[ContentView, ConceptPage], Awaitable[ContentPart]]
    """Returns the values for the template that the part names."""
    version: Callable[[ConceptPage], int | None] = lambda _: None
    """Returns the version that the page has to show whatever the URL says; None where the URL decides."""


async def _tutorial(view: ContentView, page: ConceptPage) -> ContentPart:
    tutorial = Tutorial.model_validate(view.shown.payload) if view.shown else None
    if tutorial is None:
        return tutorial_of(view, None, present=page.present)
    notes = await page.tutorials.short([tutorial.summary], language=tutorial.language)
    remarks = Remarks.of(doubts_of(view), view.shown.code_report if view.shown else None)
    text = await page.tutorials.rendered(tutorial.content, language=tutorial.language, remarks=remarks)
    part = tutorial_of(view, text, present=page.present, note=partial(_html_of, notes))
    return replace(part, has_formulas=text.has_formulas or _have_formulas(notes))


async def _resources(view: ContentView, page: ConceptPage) -> ContentPart:
    links = Resources.model_validate(view.shown.payload).resources if view.shown else []
    titles = await page.tutorials.short([link.title for link in links], links=False, language=page.language)
    notes = await page.tutorials.short([link.description for link in links], language=page.language)
    title, note = partial(_html_of, titles), partial(_html_of, notes)
    part = resources_of(view, present=page.present, title=title, note=note)
    return replace(part, has_formulas=_have_formulas(titles) or _have_formulas(notes))


async def _quiz(view: ContentView, page: ConceptPage) -> ContentPart:
    fields = fields_of(ContentType.QUIZ, view, present=page.present)
    if view.shown is None:
        return QuizPart(**fields, questions=None)
    quiz = without_key(Quiz.model_validate(view.shown.payload))
    marks = page.result.marks if page.result else None
    texts = await page.tutorials.short(texts_of(quiz, marks), language=page.language)
    headings = await page.headings() if marks else ()
    questions = questions_of(quiz, marks, partial(_html_of, texts), headings)
    return QuizPart(**fields, questions=questions, has_formulas=_have_formulas(texts))


def _have_formulas(texts: Texts) -> bool:
    return any(text.has_formulas for text in texts.values())


def _html_of(texts: Texts, text: str) -> Markup:
    return Markup(texts[text].html)  # sanitised by an allow-list: rendering/pages/html_sanitizer.py


def _of_plugin(content_type: ContentType) -> ContentSection:
    """Return a section that shows the Markdown of a content."""

    async def part(view: ContentView, page: ConceptPage) -> ContentPart:
        fields = fields_of(content_type, view, present=page.present)
        if view.shown is None:
            return PassagePart(**fields, text=Markup(), answers=Markup())
        form = CONTENT_FORMS[content_type]
        content = read_stored(form.spec.shape, view.shown.payload, f"the {content_type} of {page.concept.concept_id}")
        passage = form.passage(content, page.concept, 2)
        rendered = partial(page.tutorials.rendered, language=page.language)
        text = await rendered(passage.text, prefix=f"{content_type}-")
        answers = await rendered(passage.answers, prefix=f"{content_type}-answers-")
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
