"""How each content type reads in an exported document: one declaration per type."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic

from domain.content_plugins import Parts
from domain.content_types import CONTENT_SPECS, QUIZ, RESOURCES, TUTORIAL, ContentSpec, S
from domain.contents import Quiz, Resources, Tutorial
from domain.framework import Concept
from domain.vocabulary import ContentType
from rendering.documents.document_text import LETTERS, right, seen, trust
from rendering.documents.markdown_embedding import demoted, embedded, escaped, label
from rendering.languages.translation import _
from rendering.text.text import counted, one_line


@dataclass(frozen=True, slots=True)
class ContentForm(Generic[S]):
    """Declaration of a content type for exports."""

    spec: ContentSpec[S]
    markdown: Callable[[S, Concept, int], Iterator[str]]
    """Yields the lines of a payload in Markdown; the concept's heading has the given level."""
    template: str | None = None
    """The file of templates/ that writes a payload, `content`, of the concept with that `number` in HTML.

    None: HTML documents and pages show its Markdown.
    """
    answers: Callable[[S], Iterator[str]] | None = None
    """Yields lines of Markdown that belong to the end of a document, such as the key of a quiz."""

    def passage(self, content: S, concept: Concept, level: int) -> "Passage":
        """Return a payload as Markdown, for HTML below the concept's heading of the given level."""
        answers = "\n".join(self.answers(content)) if self.answers else ""
        return Passage(self.spec.content_type, "\n".join(self.markdown(content, concept, level)), answers)


@dataclass(frozen=True, slots=True)
class Passage:
    """A content in Markdown, with the answers that are shown only on request."""

    content_type: ContentType
    text: str
    answers: str


def heading(level: int) -> str:
    """Return the mark of a heading; HTML has six levels."""
    return "#" * min(level, 6)


def paragraph(text: str) -> list[str]:
    """Return a paragraph of plain text as lines of Markdown; none for a blank text."""
    return [escaped(text), ""] if text.strip() else []


def note(markdown: str) -> list[str]:
    """Return a paragraph of an author's Markdown as lines; none for a blank text."""
    return [*embedded(markdown), ""] if markdown.strip() else []


def item(mark: str, markdown: str, indent: str = "", behind: str = "") -> Iterator[str]:
    """Yield a list item: its mark, a text in Markdown, and `behind` at the end of the first line.

    A text that does not begin with words, but with code, begins on a line of its own.
    """
    first, *others = embedded(markdown)
    inner = indent + " " * (len(mark.split(" ")[0]) + 1)
    if others and first.startswith(("`", "~", "$", "|", ">", "    ")):
        first, others = "", ["", first, *others]
    yield f"{indent}{mark} {first}{behind}".rstrip()
    for line in others:
        yield f"{inner}{line}".rstrip() if line.strip() else ""


def _tutorial(tutorial: Tutorial, concept: Concept, level: int) -> Iterator[str]:
    if tutorial.title.strip().casefold() != concept.name.strip().casefold():
        level += 1
        yield f"{heading(level)} {label(tutorial.title)}"
        yield ""
    yield f"*{_('About {minutes}.', minutes=counted(tutorial.estimated_completion_time, 'minute'))}*"
    yield ""
    yield from note(tutorial.summary)
    yield demoted(tutorial.content, below=level)
    yield ""


def _resources(resources: Resources, _concept: Concept, level: int) -> Iterator[str]:
    yield f"{heading(level + 1)} {_('Resources')}"
    yield ""
    for resource in resources.resources:
        url = one_line(resource.url).replace("<", "%3C").replace(">", "%3E").replace("\\", "%5C")
        check = f", {seen(resource)}" if seen(resource) else ""
        first, *others = embedded(resource.description)
        description = f": {first}" if resource.description.strip() else ""
        yield f"- [{label(resource.title)}](<{url}>) ({escaped(resource.type)}{check}){description}"
        yield from (f"  {line}".rstrip() for line in others)
    yield ""
    yield f"*{trust(resources)}*"
    yield ""


def _quiz(quiz: Quiz, _concept: Concept, level: int) -> Iterator[str]:
    yield f"{heading(level + 1)} {_('Quiz')}"
    yield ""
    for number, question in enumerate(quiz.questions, start=1):
        several = f" *({_('several answers are right')})*" if question.question_type == "multiple_choice" else ""
        yield from item(f"{number}.", question.question, behind=several)
        indent = " " * len(f"{number}. ")
        for letter, option in zip(LETTERS, question.options, strict=False):
            yield from item(f"- {letter}.", option, indent)
    yield ""


def _answers(quiz: Quiz) -> Iterator[str]:
    for number, question in enumerate(quiz.questions, start=1):
        yield from item(f"{number}. {right(question)}:", question.explanation)
        if question.heading.strip():
            yield f"{' ' * len(f'{number}. ')}*{_('See “{heading}”.', heading=escaped(question.heading))}*"


_FORMS: Final[tuple[ContentForm[Any], ...]] = (
    ContentForm(TUTORIAL, _tutorial, "contents/tutorial.html"),
    ContentForm(RESOURCES, _resources, "contents/resources.html"),
    ContentForm(QUIZ, _quiz, "contents/quiz.html", _answers),
)


def _what_is_wrong(content_type: ContentType, form: ContentForm[Any]) -> str | None:
    """Return what is wrong with the form of a plug-in, or None."""
    if form.spec is not CONTENT_SPECS[content_type]:
        return "spec is not the part for domain"
    return None if form.template is None else "template is given: a package has no templates of its own"


CONTENT_FORMS: Final[Mapping[ContentType, ContentForm[Any]]] = Parts(
    "rendering", ContentType, ContentForm, {form.spec.content_type: form for form in _FORMS}, _what_is_wrong
)
"""By content type, in the order in which a document holds them."""
