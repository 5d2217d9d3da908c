"""A whole roadmap as one self-contained HTML file, to read offline or to print."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from markupsafe import Markup
from pydantic import BaseModel

from domain.framework import Concept, Framework, Module, Stage
from domain.roadmap_export import Manuscript
from domain.text.language import direction
from rendering.documents import document_text
from rendering.documents.book_document import book_lines
from rendering.documents.content_forms import CONTENT_FORMS, Passage
from rendering.documents.document_text import remarks, why_missing
from rendering.drawing.map_layout import draw
from rendering.pages.markdown import is_safe_link, rendered, rendered_short
from rendering.pages.remarks import Remarks
from rendering.text.markup import GLOBALS
from rendering.text.schedule import plan_of
from rendering.text.text import CONFIGURE, counted, hours, origin_note, shown

if TYPE_CHECKING:
    from jinja2 import Environment

HERE: Final = Path(__file__).parents[1]
STYLES: Final = ("document.css", "code.css", "marked.css")


@dataclass(frozen=True)
class Chapter:
    """A concept with its contents.

    `number` is its position in learning order, from 1. `notes` has a sentence for each content that is missing or in
    doubt.
    """

    number: int
    concept: Concept
    builds_on: list[str]
    contents: list[tuple[str, BaseModel | Passage, Remarks]]
    """(template, payload, remarks) of each content that can be read."""
    notes: list[str]
    own_note: str
    """Of the reader, in Markdown."""


@dataclass(frozen=True)
class ModuleChapters:
    """A module with the chapters of its concepts."""

    module: Module
    chapters: list[Chapter]


def html_document(manuscript: Manuscript) -> str:
    """Return the document: map, weekly plan, contents, and answers in closed details.

    It has no scripts and loads nothing from other hosts.
    """
    framework = manuscript.framework
    reading = direction(manuscript.language)
    plan = drawing = None
    parts: list[tuple[Stage, list[ModuleChapters]]] = []
    if framework is not None:
        parts = _parts(manuscript, framework)
        drawing = draw(framework, right_to_left=reading == "rtl")
        plan = plan_of(manuscript, framework)
    return (
        _environment()
        .get_template("document.html")
        .render(
            title=(framework.title if framework else "") or manuscript.title,
            language=manuscript.language,
            direction=reading,
            style=styles(),
            framework=framework,
            drawing=drawing,
            plan=plan,
            stages=parts,
            book=_book(manuscript),
            by_rules=(origin_note(manuscript.plan_author), CONFIGURE) if manuscript.by_rules else None,
        )
    )


def _book(manuscript: Manuscript) -> Markup | None:
    if manuscript.book is None:
        return None
    lines = book_lines(manuscript.book, manuscript.framework, level=1)
    return Markup(rendered("\n".join(lines), prefix="book-", below=2).html)


def styles() -> str:
    """Return the style sheet of a document. It refers to no other file."""
    return "\n".join((HERE / "styles" / name).read_text() for name in STYLES)


def _parts(manuscript: Manuscript, framework: Framework) -> list[tuple[Stage, list[ModuleChapters]]]:
    numbers = {id(concept): number for number, concept in enumerate(framework.concepts(), start=1)}
    return [
        (
            stage,
            [
                ModuleChapters(
                    module, [_chapter(manuscript, concept, numbers[id(concept)]) for concept in module.concepts]
                )
                for module in stage.modules
            ],
        )
        for stage in framework.stages
    ]


def _chapter(manuscript: Manuscript, concept: Concept, number: int) -> Chapter:
    contents: list[tuple[str, BaseModel | Passage, Remarks]] = []
    notes: list[str] = []
    for content_type, form in CONTENT_FORMS.items():
        content, written = (
            manuscript.read(form.spec, concept.concept_id),
            manuscript.written(concept.concept_id, content_type),
        )
        if content is None:
            notes.append(why_missing(written, form.spec))
        elif form.template is None:
            contents.append(("contents/passage.html", form.passage(content, concept, level=1), Remarks()))
        else:
            contents.append((form.template, content, Remarks.of(written.doubts, written.code_report)))
        if content is not None:
            notes += remarks(written, form.spec)
    return Chapter(
        number=number,
        concept=concept,
        builds_on=document_text.builds_on(manuscript.framework, concept),
        contents=contents,
        notes=notes,
        own_note=manuscript.notes.get(concept.concept_id, "").strip(),
    )


def _prose(markdown: str, number: int | str, language: str, remarks: Remarks | None = None) -> Markup:
    """Render Markdown of a chapter; its headings come below those of the contents. `number`: unique in the document."""
    return Markup(rendered(markdown, prefix=f"t{number}-", below=5, language=language, remarks=remarks).html)


def _marked(text: str, language: str, *, links: bool = True) -> Markup:
    """Render a question, an option, an explanation or a note."""
    return Markup(rendered_short(text, links=links, language=language).html)


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"hours": hours, "counted": counted, "direction": direction}
    environment.globals |= {
        **GLOBALS,
        "overview": document_text.overview,
        "size_of": document_text.size_of,
        "weekly": document_text.weekly,
        "days_of": document_text.days_of,
        "prose": _prose,
        "marked": _marked,
        "seen": document_text.seen,
        "trust": document_text.trust,
        "right": document_text.right,
        "letters": document_text.LETTERS,
        "is_safe_link": is_safe_link,
    }
    return environment
