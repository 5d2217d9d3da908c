"""What is drawn behind the bars of a run: phases without a worker, and ticks of the time for which workers held it."""

from dataclasses import dataclass
from typing import Final

from backend.pages.views.runs.phases import Axis, Piece, RunPhase, RunPhaseKind, phase_words
from backend.pages.views.status_labels import Look
from rendering.languages.translation import N_, _

MAX_PHASES: Final = 40
"""Phases that are listed in words; all are drawn."""
_LOOKS: Final[dict[RunPhaseKind, Look]] = {
    "work": "generating",
    "queue": "waiting",
    "review": "review",
    "dead": "failed",
    "ended": "cancelled",
}
_LABELS: Final[dict[RunPhaseKind, str]] = {
    "review": N_("review"),
    "dead": N_("died"),
    "ended": N_("ended"),
    "queue": N_("queued"),
}
MIN_LABELLED: Final = 4.5
"""Percent of the width that a label needs."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A phase in which no worker held the run."""

    kind: RunPhaseKind
    at: Piece
    label: str
    """Empty where it has no room."""


@dataclass(frozen=True, slots=True)
class PhaseLine:
    look: Look
    says: str


@dataclass(frozen=True, slots=True)
class AxisDrawing:
    gaps: tuple[Gap, ...]
    ticks: tuple[tuple[str, str], ...]
    """(place, label)"""
    work: tuple[Piece, ...]
    phases: tuple[PhaseLine, ...]
    """The newest phases in words, oldest first."""
    earlier_phases: int


def drawing_of(axis: Axis) -> AxisDrawing:
    shown = [phase for phase in axis.phases if phase.length or phase.open]
    return AxisDrawing(
        gaps=tuple(_gap(axis, phase) for phase in shown if phase.kind != "work"),
        ticks=tuple(axis.ticks()),
        work=tuple(axis.of(phase) for phase in shown if phase.kind == "work"),
        phases=tuple(_line(phase) for phase in shown[-MAX_PHASES:]),
        earlier_phases=max(len(shown) - MAX_PHASES, 0),
    )


def _gap(axis: Axis, phase: RunPhase) -> Gap:
    piece = axis.of(phase)
    return Gap(phase.kind, piece, _(_LABELS[phase.kind]) if float(piece.width.rstrip("%")) >= MIN_LABELLED else "")


def _line(phase: RunPhase) -> PhaseLine:
    done = phase.kind == "work" and not phase.open
    return PhaseLine("completed" if done else _LOOKS[phase.kind], phase_words(phase))
