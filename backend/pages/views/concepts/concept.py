"""The page of a concept: its place in the roadmap, and its contents."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypedDict
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from backend.pages.views.concepts.content_labels import CONTENT_LABELS_OF
from backend.pages.views.concepts.quiz import QuestionCard
from backend.pages.views.status_labels import (
    CONTENT_NAMES,
    Look,
    content_label,
    content_look,
    direction_of,
)
from domain.authors import kind_of
from domain.contents import Resource, Resources, Tutorial
from domain.framework import Concept, ConceptPlace, Framework
from domain.parts import PlacedDoubt, lessons_in, placed_doubts
from domain.vocabulary import ContentType
from rendering.languages.translation import N_, _
from rendering.pages.markdown import Heading, Rendered, is_safe_link
from rendering.text.text import hours, one_line, origin_note
from repository.contents.content_queries import ContentState
from repository.tables.roadmaps import ContentVersionRow

_KINDS: Final = (N_("docs"), N_("book"), N_("course"), N_("video"), N_("article"), N_("reference"), N_("exercise"))
"""Common types of links; an author may write others."""
MAX_TOC_LEVEL: Final = 4
"""Lowest level of headings in a table of contents."""
MIN_TOC_HEADINGS: Final = 3
"""Headings that a tutorial needs to get a table of contents."""
CHECK_LABELS: Final[dict[str, tuple[Look, str]]] = {
    "verified": ("completed", N_("checked")),
    "unreachable": ("failed", N_("did not answer")),
    "unchecked": ("pending", N_("not checked")),
}


Show = Callable[[str], Markup]
"""Shows a short text as HTML."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    concept_id: str
    name: str


@dataclass(frozen=True, slots=True)
class VersionLink:
    version: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class LessonLink:
    """A lesson of a tutorial that is a chain of several."""

    lesson_id: str
    title: str
    minutes: int
    anchor: str
    """The id of its heading; empty if the text is too long to be laid out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentPart:
    """The part that all contents have in common."""

    content_type: ContentType
    look: Look
    last_error: str | None
    version: int
    """The newest version; 0 if there is none."""
    shown_version: int
    versions: tuple[VersionLink, ...]
    by_rules: bool
    """Whether no model was asked for the version that is shown."""
    origin: str
    """What is said of such a version; empty for others."""
    doubts: tuple[PlacedDoubt, ...]
    """Unmended findings of the checks in the version that is shown."""
    present: bool
    """Whether the concept is still part of the roadmap, so that its contents can be generated again."""
    out_of_date: bool
    """Whether the newest version was made from another lesson than the newest one."""

    has_formulas: bool = False
    """Whether the page needs the font of formulas."""
    lessons: tuple[LessonLink, ...] = ()
    """Of a tutorial that is a chain of several."""

    @property
    def template(self) -> str:
        return f"contents/{self.content_type}.html"

    @property
    def name(self) -> str:
        return _(CONTENT_NAMES[self.content_type])

    @property
    def noun(self) -> str:
        return _(CONTENT_LABELS_OF[self.content_type].noun)

    @property
    def heading(self) -> str:
        return _(CONTENT_LABELS_OF[self.content_type].heading)

    @property
    def says(self) -> str:
        return content_label(self.look, out_of_date=self.out_of_date)

    @property
    def retryable(self) -> bool:
        return self.present and self.look in {"failed", "stale", "pending"}

    @property
    def rewritable(self) -> bool:
        return self.present and self.version > 0 and self.look not in {"generating", "waiting"}

    @property
    def why_missing(self) -> str:
        subject = self.noun[0].upper() + self.noun[1:]
        match self.look:
            case "failed":
                return _("{subject} could not be written:", subject=subject)
            case "stale":
                return _("{subject} was never finished, and no run is working on it.", subject=subject)
            case "waiting":
                return _("{subject} is waiting for its turn and will appear here.", subject=subject)
            case "generating":
                return _("{subject} is being written and will appear here.", subject=subject)
            case "completed":  # by the legacy system, which stored contents elsewhere
                return _("{subject} was written by an earlier system and is not stored here.", subject=subject)
            case _:
                return _("{subject} has not been written yet.", subject=subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class TutorialPart(ContentPart):
    html: Markup | None
    contents_table: tuple[Heading, ...]
    summary: Markup
    minutes: int
    language: str
    direction: Literal["ltr", "rtl"]


@dataclass(frozen=True, slots=True)
class Link:
    href: str
    """Empty if the link is not safe."""
    host: str
    title: Markup
    description: Markup
    kind: str
    look: Look
    says: str
    checked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourcesPart(ContentPart):
    items: tuple[Link, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizPart(ContentPart):
    questions: tuple[QuestionCard, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PassagePart(ContentPart):
    """A content that is shown as its Markdown; both are empty without a version."""

    text: Markup
    answers: Markup

    @property
    def template(self) -> str:
        return "contents/passage.html"


@dataclass(frozen=True, slots=True)
class ContentView:
    """A content: its state, its versions (newest first), and the version to show."""

    state: ContentState | None
    versions: Sequence[ContentVersionRow]
    shown: ContentVersionRow | None


def doubts_of(view: ContentView) -> list[PlacedDoubt]:
    return placed_doubts(view.shown.doubts, view.shown.payload) if view.shown else []


def origin_of(written: ContentView) -> str:
    """Return what is said of a version for which no model was asked; empty for others."""
    if written.shown is None or kind_of(written.shown.author) == "model":
        return ""
    return origin_note(written.shown.author)


@dataclass(frozen=True, slots=True)
class ConceptSummary:
    """A concept and its place in the roadmap."""

    concept_id: str
    roadmap_id: str
    roadmap_title: str
    name: str
    description: str
    stage_name: str
    module_name: str
    number: int
    total: int
    hours: str
    difficulty: str
    builds_on: tuple[Neighbour, ...]
    previous: Neighbour | None
    next: Neighbour | None
    removed_after: int | None
    """The last version of the structure with the concept, if an edit removed it."""


def summary_of(framework: Framework, place: ConceptPlace, *, removed_after: int | None) -> ConceptSummary:
    concepts = framework.concepts()
    at = next(index for index, concept in enumerate(concepts) if concept.concept_id == place.concept.concept_id)
    known = {concept.concept_id: concept for concept in concepts}
    return ConceptSummary(
        concept_id=place.concept.concept_id,
        roadmap_id=framework.roadmap_id,
        roadmap_title=framework.title,
        name=_name(place.concept),
        description=place.concept.description,
        stage_name=place.stage.name,
        module_name=place.module.name,
        number=at + 1,
        total=len(concepts),
        hours=hours(place.concept.estimated_hours),
        difficulty=_(place.concept.difficulty),
        builds_on=tuple(_neighbour(known[other]) for other in place.concept.prerequisites if other in known),
        previous=_neighbour(concepts[at - 1]) if at > 0 and removed_after is None else None,
        next=_neighbour(concepts[at + 1]) if at + 1 < len(concepts) and removed_after is None else None,
        removed_after=removed_after,
    )


def _name(concept: Concept) -> str:
    return concept.name or concept.concept_id


def _neighbour(concept: Concept) -> Neighbour:
    return Neighbour(concept.concept_id, _name(concept))


def content_of(view: ContentView) -> str | None:
    """Return the Markdown of a tutorial, or None if there is none."""
    return Tutorial.model_validate(view.shown.payload).content if view.shown else None


def tutorial_of(view: ContentView, text: Rendered | None, *, present: bool, note: Show = escape) -> TutorialPart:
    """Return the tutorial of a concept. `text`: the rendered text of `content_of`; `note` shows its summary."""
    tutorial = Tutorial.model_validate(view.shown.payload) if view.shown else None
    headings = tuple(heading for heading in text.headings if heading.level <= MAX_TOC_LEVEL) if text else ()
    return TutorialPart(
        **fields_of(ContentType.TUTORIAL, view, present=present),
        html=Markup(text.html) if text else None,  # sanitised by an allow-list: rendering/pages/markdown.py
        lessons=_lessons(view.shown.payload if view.shown else None, text),
        contents_table=headings if len(headings) >= MIN_TOC_HEADINGS else (),
        summary=note(tutorial.summary) if tutorial else Markup(),
        minutes=tutorial.estimated_completion_time if tutorial else 0,
        language=tutorial.language if tutorial else "",
        direction=direction_of(tutorial.content[:2000]) if tutorial else "ltr",
    )


def _lessons(payload: object, text: Rendered | None) -> tuple[LessonLink, ...]:
    """Return the lessons of a chain, each with the next heading of its title."""
    headings = iter(text.headings if text else ())
    return tuple(
        LessonLink(
            lesson.lesson_id,
            lesson.part.title,
            lesson.part.minutes,
            next((heading.identifier for heading in headings if heading.text == one_line(lesson.part.title)), ""),
        )
        for lesson in lessons_in(payload)
    )


def resources_of(view: ContentView, *, present: bool, title: Show = escape, note: Show = escape) -> ResourcesPart:
    """Return the links of a concept. `title` and `note` show a title and a description."""
    resources = Resources.model_validate(view.shown.payload).resources if view.shown else None
    return ResourcesPart(
        **fields_of(ContentType.RESOURCES, view, present=present),
        items=tuple(_link(link, title(link.title), note(link.description)) for link in resources)
        if resources is not None
        else None,
    )


def _link(resource: Resource, title: Markup, note: Markup) -> Link:
    look, says = CHECK_LABELS[resource.verification]
    return Link(
        href=resource.url if resource.url.startswith(("https://", "http://")) and is_safe_link(resource.url) else "",
        host=_host(resource.url),
        title=title,
        description=note,
        kind=resource.type.replace("_", " "),
        look=look,
        says=_(says),
        checked_at=resource.checked_at,
    )


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


class PartFields(TypedDict):
    """The fields of `ContentPart`."""

    content_type: ContentType
    look: Look
    last_error: str | None
    version: int
    shown_version: int
    versions: tuple[VersionLink, ...]
    by_rules: bool
    origin: str
    doubts: tuple[PlacedDoubt, ...]
    present: bool
    out_of_date: bool


def fields_of(content_type: ContentType, view: ContentView, *, present: bool) -> PartFields:
    """Return the fields that all contents share. Contents of removed concepts have no state and are complete."""
    return {
        "content_type": content_type,
        "look": content_look(view.state) if view.state or not view.versions else "completed",
        "last_error": view.state.last_error if view.state else None,
        "version": view.versions[0].version if view.versions else 0,
        "shown_version": view.shown.version if view.shown else 0,
        "versions": tuple(VersionLink(row.version, row.created_at) for row in view.versions),
        "by_rules": bool(origin_of(view)),
        "origin": origin_of(view),
        "doubts": tuple(doubts_of(view)),
        "present": present,
        "out_of_date": view.state.out_of_date if view.state else False,
    }
