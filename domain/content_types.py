"""Content types. Each is declared once, here for its shape, check and names; every layer above adds one declaration.

The others: nodes/ its brief and generator, rendering/documents/ its form in exports, backend/pages/ its section.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel

from domain.checks.expected import Expected
from domain.checks.findings import Finding, objections
from domain.checks.quiz import check_quiz
from domain.checks.resources import check_resources
from domain.checks.tutorial import check_tutorial
from domain.contents import Quiz, Resources, Tutorial
from domain.vocabulary import ContentType, Step

S = TypeVar("S", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class ContentSpec(Generic[S]):
    """Declaration of a content type."""

    content_type: ContentType
    shape: type[S]
    """The shape of its payloads."""
    check: Callable[[S, Expected], Iterable[Finding]]
    """Returns what its rules find in a payload."""
    step: Step
    """The node that writes it."""
    noun: str
    """Its name in a sentence, behind an article."""
    activity: str
    """Label of its step, for progress and pages."""
    status_prefix: str
    """Prefix of its `_status`, `_version` and `_stale` in the JSON of a framework."""
    count_field: str | None = None
    """Name of its number of items in that JSON; None where it has no items."""

    @property
    def declares_language(self) -> bool:
        """Whether a payload names the language that it is written in."""
        return "language" in self.shape.model_fields


TUTORIAL: Final = ContentSpec(
    content_type=ContentType.TUTORIAL,
    shape=Tutorial,
    check=check_tutorial,
    step=Step.TUTORIAL_GENERATION,
    noun="tutorial",
    activity="Writing a tutorial",
    status_prefix="content",
)
RESOURCES: Final = ContentSpec(
    content_type=ContentType.RESOURCES,
    shape=Resources,
    check=check_resources,
    step=Step.RESOURCE_RECOMMENDATION,
    noun="list of resources",
    activity="Looking for resources",
    status_prefix="resources",
    count_field="resources_count",
)
QUIZ: Final = ContentSpec(
    content_type=ContentType.QUIZ,
    shape=Quiz,
    check=check_quiz,
    step=Step.QUIZ_GENERATION,
    noun="quiz",
    activity="Writing a quiz",
    status_prefix="quiz",
    count_field="quiz_questions_count",
)

_SPECS: Final[tuple[ContentSpec[Any], ...]] = (TUTORIAL, RESOURCES, QUIZ)
CONTENT_SPECS: Final[Mapping[ContentType, ContentSpec[Any]]] = {spec.content_type: spec for spec in _SPECS}
"""By content type, in the order in which a learner meets them."""

GENERATOR_OF: Final[Mapping[ContentType, Step]] = {spec.content_type: spec.step for spec in _SPECS}
"""The node that writes each content type."""

CONTENT_STEPS: Final = frozenset({Step.CONTENT_GENERATION, *GENERATOR_OF.values()})
"""Steps of a run whose framework is accepted."""

_NOTHING_SPECIAL: Final = Expected()


def check_content(content: BaseModel, expected: Expected = _NOTHING_SPECIAL) -> list[Finding]:
    """Return what the rules of its type find in a content. Raises LookupError for a shape of no content type."""
    for spec in _SPECS:
        if isinstance(content, spec.shape):
            return list(spec.check(content, expected))
    raise LookupError(f"{type(content).__name__} is the shape of no content type.")


def objections_to(content: BaseModel, expected: Expected = _NOTHING_SPECIAL) -> list[str]:
    """Return what its author is asked to mend in a content; empty when it counts. Raises as `check_content` does."""
    return objections(check_content(content, expected))
