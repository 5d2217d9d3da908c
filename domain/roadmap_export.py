"""A roadmap with all that was written for it, as those need it who write or draw it: no rows, no statuses of runs."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from domain.contents import Quiz, Resources, Tutorial
from domain.errors import UnknownFormat
from domain.framework import Framework
from domain.text.language import guess_language
from domain.text.parse_stored import read_stored
from domain.vocabulary import ContentStatus, ContentType

Shape = TypeVar("Shape", Tutorial, Resources, Quiz)
Key = tuple[str, ContentType]
"""(concept id, content type)"""


@dataclass(frozen=True)
class WrittenContent:
    """One content as it stands; `payload` is its newest version, None where there is none; what another version of
    this program wrote may have any form."""

    payload: Mapping[str, Any] | None
    status: ContentStatus | None = None
    stale: bool = False
    last_error: str | None = None


NOTHING = WrittenContent(None)


@dataclass(frozen=True)
class Planning:
    """What a weekly plan is made from: as of `today`, for the concepts that are not `done`."""

    today: date
    hours_per_week: float
    deadline: date | None = None
    done: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Manuscript:
    title: str
    framework: Framework | None
    contents: Mapping[Key, WrittenContent] = field(default_factory=dict)
    plan: Planning | None = None
    by_rules: bool = False
    """Whether the plan was written without a model."""

    def written(self, concept_id: str, content_type: ContentType) -> WrittenContent:
        return self.contents.get((concept_id, content_type), NOTHING)

    def tutorial(self, concept_id: str) -> Tutorial | None:
        return self._read(Tutorial, concept_id, ContentType.TUTORIAL)

    def resources(self, concept_id: str) -> Resources | None:
        return self._read(Resources, concept_id, ContentType.RESOURCES)

    def quiz(self, concept_id: str) -> Quiz | None:
        return self._read(Quiz, concept_id, ContentType.QUIZ)

    def _read(self, shape: type[Shape], concept_id: str, content_type: ContentType) -> Shape | None:
        """None also where it is stored in a form that this version does not read: the rest is as good as it was."""
        payload = self.written(concept_id, content_type).payload
        try:
            return None if payload is None else read_stored(shape, payload, f"the {content_type} of {concept_id}")
        except UnknownFormat:
            return None

    @cached_property
    def language(self) -> str:
        """What most tutorials are written in; while there is none, what the title's script suggests."""
        said = Counter(
            str(written.payload.get("language") or "en")
            for (_, content_type), written in self.contents.items()
            if content_type is ContentType.TUTORIAL and isinstance(written.payload, Mapping)
        )
        return said.most_common(1)[0][0] if said else guess_language(self.title)
