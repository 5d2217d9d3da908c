"""Differences between two frameworks in words: a line for each change, and totals."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from domain.editing.diff import Change
from domain.framework import Framework
from rendering.languages.translation import N_, _, ngettext
from rendering.text.text import counted, hours, one_line

SIGNS: Final[Mapping[str, str]] = {"added": "+", "removed": "-"}
OTHER: Final = "~"
_FIELDS: Final = (N_("description"), N_("difficulty"), N_("prerequisites"), N_("keywords"))


def change_line(change: Change) -> str:
    """Return a change as a line: `+ concept c-1-1-4  Testing`, `~ stage s-1  “Basics” is now called “Foundations”`."""
    sign = SIGNS.get(change.kind, OTHER)
    target = f"{sign} {change.target_type} {one_line(change.target_id)}  "
    match change.kind:
        case "added" | "removed":
            return target + one_line(change.name)
        case "renamed":
            return f"{target}“{one_line(change.before)}” is now called “{one_line(change.after)}”"
        case _:
            return f"{target}{one_line(change.name)}: {note(change)}"


def note(change: Change) -> str:
    """Return what changed about a part, without its name: `was “Basics”`, `2 h -> 3 h`."""
    match change.kind:
        case "renamed":
            return _("was “{name}”", name=one_line(change.before))
        case "hours":
            return f"{change.before} -> {change.after}"
        case "moved":
            before, after = one_line(change.before), one_line(change.after)
            return _("moved to another place") if before == after else _("moved here from “{place}”", place=before)
        case _:
            return _("{field} changed", field=", ".join(_(field) for field in one_line(change.after).split(", ")))


def totals_line(before: Framework, after: Framework) -> str:
    """Return `13 -> 15 concepts, 60 h -> 64 h`."""
    concepts = len(before.concepts()), len(after.concepts())
    study = hours(before.total_estimated_hours), hours(after.total_estimated_hours)
    counts = _arrow(*map(str, concepts))
    return ngettext(
        "{counts} concept, {hours}", "{counts} concepts, {hours}", concepts[1], counts=counts, hours=_arrow(*study)
    )


def _arrow(before: str, after: str) -> str:
    return after if before == after else f"{before} -> {after}"


def counts_line(changes: Sequence[Change]) -> str:
    """Return `1 stage and 2 concepts added; 1 concept removed`."""
    counts = Counter((change.kind, change.target_type) for change in changes)
    phrases = []
    for kind in sorted({change.kind for change in changes}):
        things = [counted(counts[kind, what], what) for what in ("stage", "module", "concept") if counts[kind, what]]
        words = {"hours": "with other hours", "changed": "with other details"}.get(kind, kind)
        phrases.append(f"{', '.join(things[:-1])}{' and ' if things[1:] else ''}{things[-1]} {words}")
    return "; ".join(phrases)
