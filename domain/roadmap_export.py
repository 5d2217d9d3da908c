"""A roadmap with all its contents, for export and pages; independent of database rows and runs."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from domain.content_types import CONTENT_SPECS, ContentSpec, S
from domain.course.book import CourseBook
from domain.errors import UnknownFormat
from domain.framework import Framework
from domain.parts import PlacedDoubt
from domain.text.language import guess_language
from domain.text.parse_stored import read_stored
from domain.vocabulary import ContentStatus, ContentType

Key = tuple[str, ContentType]
"""(concept id, content type)"""


@dataclass(frozen=True)
class WrittenContent:
    """A content with its newest version.

    `payload`: None without a version. It is not validated: another version of the program may have written it.
    """

    payload: Mapping[str, Any] | None
    status: ContentStatus | None = None
    stale: bool = False
    last_error: str | None = None
    out_of_date: bool = False
    """Whether it was made from another lesson than the newest one."""
    doubts: tuple[PlacedDoubt, ...] = ()
    """Findings of the checks in this version that its author did not mend."""
    code_report: Any = None
    """What became of its code blocks, as it is stored; None where no code was run."""


NOTHING = WrittenContent(None)


@dataclass(frozen=True)
class Planning:
    """The input of a weekly plan from `today` on, for the concepts that are not `done`."""

    today: date
    hours_per_week: float
    deadline: date | None = None
    done: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Manuscript:
    """A roadmap with its framework, contents and weekly plan."""

    title: str
    framework: Framework | None
    contents: Mapping[Key, WrittenContent] = field(default_factory=dict)
    plan: Planning | None = None
    book: CourseBook | None = None
    """The course book; None where there is none."""
    notes: Mapping[str, str] = field(default_factory=dict)
    """Notes of the reader, in Markdown, by concept id; empty in what is made for others."""
    by_rules: bool = False
    """Whether no model was asked for the plan."""
    plan_author: str | None = None
    """Name of the author that designed it; None where it is not known."""

    def written(self, concept_id: str, content_type: ContentType) -> WrittenContent:
        """Return a content, empty if there is none."""
        return self.contents.get((concept_id, content_type), NOTHING)

    def read(self, spec: ContentSpec[S], concept_id: str) -> S | None:
        """Return the newest version of a content; None also for an unknown format, so that the rest can be shown."""
        payload = self.written(concept_id, spec.content_type).payload
        try:
            return (
                None
                if payload is None
                else read_stored(spec.shape, payload, f"the {spec.content_type} of {concept_id}")
            )
        except UnknownFormat:
            return None

    @cached_property
    def language(self) -> str:
        """The language of most tutorials; without any, the one that the script of the title suggests."""
        languages = Counter(
            str(written.payload.get("language") or "en")
            for (_, content_type), written in self.contents.items()
            if CONTENT_SPECS[content_type].declares_language and isinstance(written.payload, Mapping)
        )
        return languages.most_common(1)[0][0] if languages else guess_language(self.title)
