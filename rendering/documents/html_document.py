"""A whole roadmap as one self-contained HTML file, to read offline or to print."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from domain.contents import Quiz, Resources, Tutorial
from domain.framework import Concept, Framework, Module, Stage
from domain.roadmap_export import Manuscript
from domain.text.language import direction
from domain.vocabulary import ContentType
from rendering.documents import document_text
from rendering.pages.map_layout import draw
from rendering.pages.markdown import is_safe_link, rendered
from rendering.text.schedule import plan_of
from rendering.text.text import counted, hours, shown

if TYPE_CHECKING:
    from jinja2 import Environment

HERE: Final = Path(__file__).parents[1]
STYLES: Final = ("document.css", "code.css")


@dataclass(frozen=True)
class Chapter:
    """A concept with its contents.

    `number` is its position in learning order, from 1. `missing` has a sentence for each content that is not there.
    """

    number: int
    concept: Concept
    builds_on: list[str]
    tutorial: Tutorial | None
    tutorial_html: str
    resources: Resources | None
    quiz: Quiz | None
    missing: list[str]


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
        )
    )


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
    tutorial = manuscript.tutorial(concept.concept_id)
    return Chapter(
        number=number,
        concept=concept,
        builds_on=document_text.builds_on(manuscript.framework, concept),
        tutorial=tutorial,
        tutorial_html=rendered(tutorial.content, prefix=f"t{number}-", below=5).html if tutorial else "",
        resources=manuscript.resources(concept.concept_id),
        quiz=manuscript.quiz(concept.concept_id),
        missing=list(_missing(manuscript, concept)),
    )


def _missing(manuscript: Manuscript, concept: Concept) -> Iterator[str]:
    readers = {
        ContentType.TUTORIAL: manuscript.tutorial,
        ContentType.RESOURCES: manuscript.resources,
        ContentType.QUIZ: manuscript.quiz,
    }
    for content_type, read in readers.items():
        if read(concept.concept_id) is None:
            yield document_text.why_missing(manuscript.written(concept.concept_id, content_type), content_type)


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
        "overview": document_text.overview,
        "weekly": document_text.weekly,
        "days_of": document_text.days_of,
        "seen": document_text.seen,
        "trust": document_text.trust,
        "right": document_text.right,
        "letters": document_text.LETTERS,
        "is_safe_link": is_safe_link,
    }
    return environment
