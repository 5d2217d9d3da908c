"""A concept to learn: where it stands, and its three contents as they can be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from urllib.parse import urlsplit

from markupsafe import Markup

from backend.pages.views.content_labels import CONTENT_LABELS_OF
from backend.pages.views.quiz import QuestionCard
from backend.pages.views.status_labels import CONTENT_LABELS, CONTENT_NAMES, Look, content_look, direction_of
from domain.contents import Resource, Resources, Tutorial
from domain.framework import Concept, ConceptPlace, Framework
from domain.vocabulary import ContentType
from rendering.pages.markdown import Heading, Rendered, is_safe_link
from rendering.text.text import hours
from repository.roadmaps.content_queries import ContentState
from repository.tables.roadmaps import ContentVersionRow

MAX_TOC_LEVEL: Final = 4
"""Level of the headings that a table of contents names."""
MIN_TOC_HEADINGS: Final = 3
"""Headings that make a table of contents worth its place."""
SEEN: Final[dict[str, tuple[Look, str]]] = {
    "verified": ("completed", "checked"),
    "unreachable": ("failed", "did not answer"),
    "unchecked": ("pending", "not checked"),
}


@dataclass(frozen=True, slots=True)
class Neighbour:
    concept_id: str
    name: str


@dataclass(frozen=True, slots=True)
class VersionLink:
    version: int
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentPart:
    """What the three contents have in common."""

    content_type: ContentType
    look: Look
    last_error: str | None
    version: int
    """The newest one; 0 where there is none."""
    shown_version: int
    versions: tuple[VersionLink, ...]
    present: bool
    """Whether the concept is still part of the roadmap, so that it can be made anew."""

    @property
    def name(self) -> str:
        return CONTENT_NAMES[self.content_type]

    @property
    def it(self) -> str:
        return CONTENT_LABELS_OF[self.content_type].subject

    @property
    def says(self) -> str:
        return CONTENT_LABELS[self.look]

    @property
    def retryable(self) -> bool:
        return self.present and self.look in {"failed", "stale", "pending"}

    @property
    def rewritable(self) -> bool:
        return self.present and self.version > 0 and self.look != "generating"

    @property
    def why_missing(self) -> str:
        it = self.it[0].upper() + self.it[1:]
        match self.look:
            case "failed":
                return f"{it} could not be written:"
            case "stale":
                return f"{it} was never finished, and nobody is working on it."
            case "generating":
                return f"{it} is being written; it appears here as soon as it is there."
            case "completed":  # of the legacy system, which kept contents elsewhere
                return f"{it} was written by an earlier system and is not stored here."
            case _:
                return f"{it} is still to be written."


@dataclass(frozen=True, slots=True, kw_only=True)
class TutorialPart(ContentPart):
    html: Markup | None
    contents_table: tuple[Heading, ...]
    summary: str
    minutes: int
    language: str
    direction: Literal["ltr", "rtl"]


@dataclass(frozen=True, slots=True)
class Link:
    href: str
    """Empty where it may not be followed."""
    host: str
    title: str
    description: str
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


@dataclass(frozen=True, slots=True)
class ContentView:
    """A content: how it stands, all its versions with the newest first, and the one that is read."""

    state: ContentState | None
    versions: Sequence[ContentVersionRow]
    shown: ContentVersionRow | None


@dataclass(frozen=True, slots=True)
class ConceptStanding:
    """A concept in its roadmap."""

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
    """The last version of the structure that had it, where an edit took it out."""


def standing_of(framework: Framework, place: ConceptPlace, *, removed_after: int | None) -> ConceptStanding:
    concepts = framework.concepts()
    at = next(index for index, concept in enumerate(concepts) if concept.concept_id == place.concept.concept_id)
    known = {concept.concept_id: concept for concept in concepts}
    return ConceptStanding(
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
        difficulty=place.concept.difficulty,
        builds_on=tuple(_neighbour(known[other]) for other in place.concept.prerequisites if other in known),
        previous=_neighbour(concepts[at - 1]) if at > 0 and removed_after is None else None,
        next=_neighbour(concepts[at + 1]) if at + 1 < len(concepts) and removed_after is None else None,
        removed_after=removed_after,
    )


def _name(concept: Concept) -> str:
    return concept.name or concept.concept_id


def _neighbour(concept: Concept) -> Neighbour:
    return Neighbour(concept.concept_id, _name(concept))


def content_of(written: ContentView) -> str | None:
    """The Markdown of a tutorial, where there is one."""
    return Tutorial.model_validate(written.shown.payload).content if written.shown else None


def tutorial_of(written: ContentView, text: Rendered | None, *, present: bool) -> TutorialPart:
    """`text`: what `content_of` gives, rendered."""
    tutorial = Tutorial.model_validate(written.shown.payload) if written.shown else None
    headings = tuple(heading for heading in text.headings if heading.level <= MAX_TOC_LEVEL) if text else ()
    return TutorialPart(
        content_type=ContentType.TUTORIAL,
        look=look_of(written),
        last_error=written.state.last_error if written.state else None,
        version=newest(written),
        shown_version=written.shown.version if written.shown else 0,
        versions=links_of(written),
        present=present,
        html=Markup(text.html) if text else None,  # cleaned by an allow-list: rendering/pages/markdown.py
        contents_table=headings if len(headings) >= MIN_TOC_HEADINGS else (),
        summary=tutorial.summary if tutorial else "",
        minutes=tutorial.estimated_completion_time if tutorial else 0,
        language=tutorial.language if tutorial else "",
        direction=direction_of(tutorial.content[:2000]) if tutorial else "ltr",
    )


def resources_of(written: ContentView, *, present: bool) -> ResourcesPart:
    found = Resources.model_validate(written.shown.payload) if written.shown else None
    return ResourcesPart(
        content_type=ContentType.RESOURCES,
        look=look_of(written),
        last_error=written.state.last_error if written.state else None,
        version=newest(written),
        shown_version=written.shown.version if written.shown else 0,
        versions=links_of(written),
        present=present,
        items=tuple(_link(resource) for resource in found.resources) if found else None,
    )


def _link(resource: Resource) -> Link:
    look, says = SEEN[resource.verification]
    return Link(
        href=resource.url if resource.url.startswith(("https://", "http://")) and is_safe_link(resource.url) else "",
        host=_host(resource.url),
        title=resource.title,
        description=resource.description,
        kind=resource.type.replace("_", " "),
        look=look,
        says=says,
        checked_at=resource.checked_at,
    )


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def look_of(written: ContentView) -> Look:
    """Of a removed concept: what was written is complete."""
    return content_look(written.state) if written.state or not written.versions else "completed"


def newest(written: ContentView) -> int:
    return written.versions[0].version if written.versions else 0


def links_of(written: ContentView) -> tuple[VersionLink, ...]:
    return tuple(VersionLink(row.version, row.created_at) for row in written.versions)
