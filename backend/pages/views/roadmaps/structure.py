"""The outline of a structure, and the differences between two versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from backend.pages.views.status_labels import direction_of
from domain.editing.diff import Change, ChangeKind, diff
from domain.framework import Framework
from rendering.languages.translation import N_, _
from rendering.text.changes import note, totals_line
from rendering.text.text import counted, hours

SIGNS: Final[dict[ChangeKind, tuple[str, str, str]]] = {
    "added": ("+", "added", N_("added")),
    "removed": ("−", "removed", N_("removed")),
    "renamed": ("~", "changed", N_("renamed")),
    "moved": ("→", "changed", N_("moved")),
    "hours": ("~", "changed", N_("other hours")),
    "changed": ("~", "changed", N_("changed")),
}
"""Sign, colour, and word of each kind of change."""
_PARTS: Final = (N_("stage"), N_("module"), N_("concept"))


@dataclass(frozen=True, slots=True)
class OutlineConcept:
    name: str
    hours: str
    difficulty: str


@dataclass(frozen=True, slots=True)
class OutlineModule:
    name: str
    concepts: tuple[OutlineConcept, ...]


@dataclass(frozen=True, slots=True)
class OutlineStage:
    name: str
    description: str
    modules: tuple[OutlineModule, ...]


@dataclass(frozen=True, slots=True)
class OutlineView:
    direction: Literal["ltr", "rtl"]
    stages: tuple[OutlineStage, ...]


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A change in words."""

    look: str
    sign: str
    kind: str
    what: str
    name: str
    note: str


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the structure."""

    version: int
    at: datetime | None
    facts: str
    changes: tuple[ChangeLine, ...] | None
    """Changes since the previous version; None for the first one."""
    totals: str
    outline: OutlineView


def outline_of(framework: Framework) -> OutlineView:
    return OutlineView(
        direction=direction_of(framework.title),
        stages=tuple(
            OutlineStage(
                stage.name,
                stage.description,
                tuple(
                    OutlineModule(
                        module.name,
                        tuple(
                            OutlineConcept(concept.name, hours(concept.estimated_hours), concept.difficulty)
                            for concept in module.concepts
                        ),
                    )
                    for module in stage.modules
                ),
            )
            for stage in framework.stages
        ),
    )


def changes_between(before: Framework, after: Framework) -> tuple[ChangeLine, ...]:
    return tuple(_line(change) for change in diff(before, after))


def _line(change: Change) -> ChangeLine:
    sign, look, kind = SIGNS[change.kind]
    text = "" if change.kind in ("added", "removed") else note(change)
    return ChangeLine(look, sign, _(kind), _(change.target_type), change.name, text)


def history_of(structures: Sequence[tuple[int, datetime | None, Framework]]) -> tuple[Version, ...]:
    """Return the versions, newest first. `structures`: (version, time, structure), oldest first."""
    versions: list[Version] = []
    for place, (version, at, framework) in enumerate(structures):
        before = structures[place - 1][2] if place else None
        versions.append(
            Version(
                version=version,
                at=at,
                facts=_(
                    "{stages}, {concepts}, {hours}",
                    stages=counted(len(framework.stages), "stage"),
                    concepts=counted(len(framework.concepts()), "concept"),
                    hours=hours(framework.total_estimated_hours),
                ),
                changes=changes_between(before, framework) if before else None,
                totals=totals_line(before, framework) if before else "",
                outline=outline_of(framework),
            )
        )
    return tuple(reversed(versions))
