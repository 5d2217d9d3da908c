"""Content types that other packages declare: one entry point of the group `roadmap.content_types` for each.

The name of an entry point is the content type, its value a ContentDeclaration. Names are read here without importing
any package, since the vocabulary is built from them. Every layer loads its own part of a declaration at first use.
docs/architecture.md shows how a package declares a type.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import Final, Generic, Literal, TypeVar

from domain.errors import Misconfigured

P = TypeVar("P")
K = TypeVar("K", bound=str)
Layer = Literal["domain", "nodes", "rendering"]

GROUP: Final = "roadmap.content_types"
NAME: Final = re.compile(r"[a-z][a-z_]{0,31}")
"""The form of a content type; check constraints of the database repeat it."""
RESERVED: Final = frozenset({
    "tutorial", "resources", "quiz",  # content types of this program
    "batch", "content",  # task type `retry_batch`, step `content_generation` and fields `content_status`, ...
    "intent", "framework", "outline", "stage", "structure_review", "edit_plan", "new_parts", "quiz_key",  # roles
    "course_book", "concept_plans", "lesson", "critique",  # more roles
    "attempt", "retry", "done", "versions",  # a query parameter and ends of paths beside the content types
    "roadmap_id", "removed_after_version", "concept_id", "name", "description", "estimated_hours", "prerequisites",
    "difficulty", "keywords",  # fields of a concept's JSON, which holds its contents by type
})  # fmt: skip
"""Names that something else has already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentDeclaration:
    """The parts of a content type, each as `module:attribute`.

    The module of a part may import its own layer and those below it. The modules of a declaration are imported only
    when their part is needed: `roadmap --help` imports none.
    """

    domain: str
    """A ContentSpec of domain/content_types.py: shape, check and names."""
    nodes: str
    """A Generator of nodes/contents/content_step.py: brief, prompt, and how an answer is examined."""
    rendering: str
    """A ContentForm of rendering/documents/content_forms.py: its form in exports and on pages."""


def read_names(points: Iterable[EntryPoint]) -> tuple[dict[str, EntryPoint], list[str]]:
    """Return the entry points whose names can be content types, by name, and what is wrong with the others."""
    usable: dict[str, EntryPoint] = {}
    problems: list[str] = []
    for point in sorted(points, key=lambda point: (point.name, point.value)):
        if not NAME.fullmatch(point.name):
            problems.append(f"{_named(point)}: a name has 1 to 32 characters, a to z and _, and begins with a letter")
        elif point.name in RESERVED:
            problems.append(f"{_named(point)}: the name is taken by this program")
        elif point.name in usable and point.value != usable[point.name].value:
            problems.append(f"{_named(point)}: the name is taken by {_package(usable[point.name])}")
        else:
            usable[point.name] = point
    return usable, problems


def names_of(names: Iterable[str], form: str) -> dict[str, str]:
    """Return members of an enum for these content types: `{"RETRY_X": "retry_x"}` for the form `retry_{}`."""
    return {form.format(name).upper(): form.format(name) for name in names}


def check_names() -> None:
    """Refuse to start beside a declaration whose name cannot be a content type. Raises Misconfigured."""
    for problem in _NAMES[1]:
        raise Misconfigured(f"{problem}. Rename the type in its package, or uninstall the package.")


def load_part(point: EntryPoint, layer: Layer, part_type: type[P]) -> P:
    """Import one part of a declaration. Raises Misconfigured in one line for a package that does not have it."""
    try:
        declaration = point.load()
    except Exception as error:
        raise _broken(point, f"{point.value} cannot be imported ({_line(error)})") from error
    if not isinstance(declaration, ContentDeclaration):
        raise _broken(point, f"{point.value} is no ContentDeclaration")
    value = getattr(declaration, layer)
    try:
        part = EntryPoint(point.name, value, GROUP).load()
    except Exception as error:
        raise _broken(point, f"its part for {layer}, {value}, cannot be imported ({_line(error)})") from error
    if not isinstance(part, part_type):
        raise _broken(point, f"its part for {layer}, {value}, is no {part_type.__name__}")
    return part


class Parts(Mapping[K, P], Generic[K, P]):
    """The parts of one layer by content type: those of this program, then those of plug-ins, loaded at first use.

    `check` returns what is wrong with a part of a plug-in, or None.
    """

    def __init__(
        self,
        layer: Layer,
        key_type: Callable[[str], K],
        part_type: type[P],
        own: Mapping[K, P],
        check: Callable[[K, P], str | None],
    ) -> None:
        self._layer, self._key_type, self._part_type, self._own, self._check = layer, key_type, part_type, own, check

    @cached_property
    def _all(self) -> Mapping[K, P]:
        parts = dict(self._own)
        for name, point in PLUGINS.items():
            key, part = self._key_type(name), load_part(point, self._layer, self._part_type)
            if reason := self._check(key, part):
                raise _broken(point, f"in its part for {self._layer}, {reason}")
            parts[key] = part
        return parts

    def __getitem__(self, key: K) -> P:
        return self._all[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)


def _broken(point: EntryPoint, reason: str) -> Misconfigured:
    return Misconfigured(f"{_named(point)}: {reason}. Mend its package, or uninstall it.")


def _named(point: EntryPoint) -> str:
    return f"The content type {point.name[:60]!a} of {_package(point)} cannot be used"


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else point.value


def _line(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]


_NAMES: Final = read_names(entry_points(group=GROUP))
PLUGINS: Final[Mapping[str, EntryPoint]] = _NAMES[0]
"""The declarations of the packages that are installed, by content type."""
