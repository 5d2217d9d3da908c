"""Content types. Each is declared once, here for its shape, check and names; every layer above adds one declaration.

The others: nodes/ its brief and generator, rendering/documents/ its form in exports, backend/pages/ its section. A
package declares a type of its own by domain/content_plugins.py.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel

from domain.checks.expected import Expected
from domain.checks.findings import Finding, objections
from domain.checks.quizzes.quiz import check_quiz
from domain.checks.resources import check_resources
from domain.checks.tutorial import check_tutorial
from domain.content_plugins import PLUGINS, Parts
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
    """Prefix of its `_status`, `_version`, `_stale` and `_out_of_date` in the JSON of a framework."""
    items_field: str | None = None
    """Name of the list of its items in a payload; None where it has no items."""
    count_field: str | None = None
    """Name of its number of items in that JSON; None where it has no items."""

    def items_in(self, payload: Any) -> int:
        """Return the number of items in a stored payload, which another version of the program may have written."""
        items = payload.get(self.items_field) if self.items_field and isinstance(payload, Mapping) else None
        return len(items) if isinstance(items, list) else 0

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
    items_field="resources",
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
    items_field="questions",
    count_field="quiz_questions_count",
)

_SPECS: Final[Mapping[ContentType, ContentSpec[Any]]] = {
    spec.content_type: spec for spec in (TUTORIAL, RESOURCES, QUIZ)
}

GENERATOR_OF: Final[Mapping[ContentType, Step]] = {
    **{content_type: spec.step for content_type, spec in _SPECS.items()},
    **{ContentType(name): Step(f"{name}_generation") for name in PLUGINS},
}
"""The node that writes each content type."""

CONTENT_STEPS: Final = frozenset({Step.CONTENT_GENERATION, *GENERATOR_OF.values()})
"""Steps of a run whose framework is accepted."""


def _what_is_wrong(content_type: ContentType, spec: ContentSpec[Any]) -> str | None:
    """Return what is wrong with the spec of a plug-in, or None."""
    if spec.content_type != content_type:
        return f"content_type is {spec.content_type!r}"
    if spec.step != GENERATOR_OF[content_type]:
        return f"step is {spec.step!r}, not {GENERATOR_OF[content_type].value!r}"
    if not (isinstance(spec.shape, type) and issubclass(spec.shape, BaseModel)):
        return "shape is no pydantic model"
    if any(issubclass(spec.shape, own.shape) for own in _SPECS.values()):
        return "shape is that of another content type"
    if not (spec.noun.strip() and spec.activity.strip() and spec.noun.isprintable() and spec.activity.isprintable()):
        return "noun and activity are not one line of text"
    return _wrong_fields(content_type, spec)


def _wrong_fields(content_type: ContentType, spec: ContentSpec[Any]) -> str | None:
    """Return which names in a framework's JSON have a bad form, or could be those of something else."""
    if spec.status_prefix != content_type:
        return f"status_prefix is {spec.status_prefix!r}, not {content_type.value!r}"
    if (spec.items_field is None) != (spec.count_field is None):
        return "items_field and count_field are given together or not at all"
    if spec.items_field is not None and spec.items_field not in spec.shape.model_fields:
        return f"shape has no field {spec.items_field!r}, which items_field names"
    if spec.count_field not in {None, f"{content_type}_items_count"}:
        return f"count_field is {spec.count_field!r}, not '{content_type}_items_count'"
    return None


CONTENT_SPECS: Final[Mapping[ContentType, ContentSpec[Any]]] = Parts(
    "domain", ContentType, ContentSpec, _SPECS, _what_is_wrong
)
"""By content type, in the order in which a learner meets them."""

_NOTHING_SPECIAL: Final = Expected()


def check_content(content: BaseModel, expected: Expected = _NOTHING_SPECIAL) -> list[Finding]:
    """Return what the rules of its type find in a content. Raises LookupError for a shape of no content type."""
    for spec in CONTENT_SPECS.values():
        if isinstance(content, spec.shape):
            return list(spec.check(content, expected))
    raise LookupError(f"{type(content).__name__} is the shape of no content type.")


def objections_to(content: BaseModel, expected: Expected = _NOTHING_SPECIAL) -> list[str]:
    """Return what its author is asked to mend in a content; empty when it counts. Raises as `check_content` does."""
    return objections(check_content(content, expected))
