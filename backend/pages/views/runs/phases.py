"""Who held a run when: the phases of its life, from its events, and the axis on which they are drawn.

Events are all that a page needs: between two events nothing of the drawing changes, so a page that was open all the
time equals a fresh one. What still goes on ends in a short tail without an end of its own.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal

from domain.vocabulary import FINAL, TaskStatus
from orchestrator.queries.status import TaskView
from rendering.languages.translation import _
from rendering.text.text import seconds
from repository.runs.events import Event

RunPhaseKind = Literal["work", "queue", "review", "dead", "ended"]

MAX_GAP: Final = 0.06
"""Width of a phase in which no worker held the run, as a part of the whole work: longer ones are drawn shorter."""
MAX_GAPS: Final = 0.4
"""Width of all of them together."""
TAIL: Final = 0.03
"""Width of what still goes on after the last event."""
MAX_TICK: Final = 0.96
"""Place of the last tick: the label of a later one would stick out."""
_BEGINS: Final[dict[str, RunPhaseKind]] = {
    "run_requested": "queue",
    "run_started": "work",
    "run_handed_back": "queue",
    "review_requested": "review",
    "review_decided": "queue",
    "run_finished": "ended",
    "run_resumed": "queue",
}
"""Event -> the phase that begins with it."""
_OF_A_WORKER: Final = frozenset({"run_handed_back", "review_requested", "run_finished"})
"""Transitions of a worker that is alive; at any other one, the worker before had died."""


@dataclass(frozen=True, slots=True)
class RunPhase:
    """A part of a run's life. `end` is its last event where it is `open`: it still goes on."""

    kind: RunPhaseKind
    start: datetime
    end: datetime
    attempt: int = 0
    """Number of the attempt, for work."""
    open: bool = False

    @property
    def length(self) -> float:
        """Seconds up to the last event."""
        return max((self.end - self.start).total_seconds(), 0.0)


def phases_of(events: Sequence[Event], task: TaskView) -> tuple[RunPhase, ...]:
    """Return the phases of a run, oldest first, without gaps between them."""
    phases: list[RunPhase] = []
    for event in events:
        kind = _BEGINS.get(event.type, "work" if not phases else None)
        if kind is not None and phases and phases[-1].kind == "work" and event.type not in _OF_A_WORKER:
            phases.append(
                RunPhase("dead", phases[-1].end, event.created_at)
            )  # its last event was its last sign of life
        if phases:
            phases[-1] = replace(phases[-1], end=event.created_at)
        if kind is not None:
            attempt = event.payload.get("attempt", 0) if event.type == "run_started" else 0
            phases.append(RunPhase(kind, event.created_at, event.created_at, attempt))
    return tuple(_ended(phases, task))


def _ended(phases: list[RunPhase], task: TaskView) -> Iterator[RunPhase]:
    """Leave the last phase open where it goes on, and leave out the time after the end of the run."""
    if not phases:
        return
    *before, last = phases
    yield from before
    if task.status in FINAL:
        if last.kind != "ended":
            yield last
    elif last.kind == "work" and not (task.live and task.status is TaskStatus.PROCESSING):
        yield last
        yield RunPhase("dead", last.end, last.end, open=True)
    else:
        yield replace(last, open=True)


@dataclass(frozen=True, slots=True)
class Piece:
    """A place on the axis, in percent of its width, as attributes of SVG."""

    x: str
    width: str


@dataclass(frozen=True, slots=True)
class Axis:
    """Maps times to places. Work has one scale; phases without a worker are cut short."""

    phases: tuple[RunPhase, ...]
    starts: tuple[datetime, ...] = field(default=(), repr=False)
    offsets: tuple[float, ...] = field(default=(), repr=False)
    """Place of the start of each phase, from 0 to `total`."""
    widths: tuple[float, ...] = field(default=(), repr=False)
    total: float = 1.0
    work: float = 0.0
    """Seconds of work."""

    def place(self, at: datetime) -> float:
        """Return the place of a moment, from 0 to 1."""
        if not self.phases:
            return 0.0
        index = max(bisect_right(self.starts, at) - 1, 0)
        phase = self.phases[index]
        passed = max((at - phase.start).total_seconds(), 0.0)
        part = min(passed / phase.length, 1.0) if phase.length else 0.0
        drawn = self.widths[index] - (TAIL * max(self.work, 1.0) if phase.open else 0.0)
        return (self.offsets[index] + part * drawn) / self.total

    def piece(self, start: float, end: float) -> Piece:
        """Return the piece between two places; never so thin that it cannot be seen."""
        width = max(end - start, 0.003)
        return Piece(_percent(min(start, 1 - width)), _percent(width))

    def between(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the parts of a period in which a worker held the run."""
        for phase in self.phases:
            if phase.kind == "work" and phase.start <= end and phase.end >= start:
                yield max(phase.start, start), min(phase.end, end)

    def of(self, phase: RunPhase) -> Piece:
        index = self.phases.index(phase)
        return self.piece(self.offsets[index] / self.total, (self.offsets[index] + self.widths[index]) / self.total)

    def ticks(self) -> Iterator[tuple[str, str]]:
        """Yield (place, label) of round numbers of seconds of work."""
        step = _round_step(self.work / 5)
        passed, following = 0.0, step
        for index, phase in enumerate(self.phases):
            if phase.kind != "work":
                continue
            while following <= passed + phase.length and phase.length:
                place = (self.offsets[index] + (following - passed)) / self.total
                if place < MAX_TICK:
                    yield _percent(place), _label(following)
                following += step
            passed += phase.length


def axis_of(phases: Sequence[RunPhase]) -> Axis:
    """Return the axis of a run."""
    work = sum(phase.length for phase in phases if phase.kind == "work")
    base = max(work, 1.0)
    gaps = sum(phase.kind != "work" for phase in phases)
    most = base * min(MAX_GAP, MAX_GAPS / max(gaps, 1))
    widths = [
        (phase.length if phase.kind == "work" else min(phase.length, most)) + (TAIL * base if phase.open else 0)
        for phase in phases
    ]
    offsets = [sum(widths[:index]) for index in range(len(widths))]
    return Axis(
        tuple(phases),
        tuple(phase.start for phase in phases),
        tuple(offsets),
        tuple(widths),
        sum(widths) or 1.0,
        work,
    )


def phase_words(phase: RunPhase) -> str:
    """Return what a phase was, with its length where it is over: `attempt 2, 14.0 s`."""
    match phase.kind:
        case "work":
            name = _("attempt {number}", number=phase.attempt) if phase.attempt else _("work")
            lasted = _("still going on") if phase.open else seconds(phase.length)
            return _(", ").join((name, lasted))
        case "queue":
            return _("in the queue") if phase.open else _("{duration} in the queue", duration=seconds(phase.length))
        case "review":
            return (
                _("waiting for a review") if phase.open else _("{duration} in review", duration=seconds(phase.length))
            )
        case "dead":
            if phase.open:
                return _("its process died")
            return _("its process died; taken over after {duration}", duration=seconds(phase.length))
        case "ended":
            return _("ended, and resumed after {duration}", duration=seconds(phase.length))


def _percent(part: float) -> str:
    return f"{100 * part:.2f}".rstrip("0").rstrip(".") + "%"


def _round_step(wished: float) -> float:
    """Return the round number of seconds that is not below a wish."""
    for step in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200):
        if step >= wished:
            return float(step)
    return 3600.0 * -(-wished // 3600)


def _label(passed: float) -> str:
    if passed < 60:
        return _("{seconds} s", seconds=f"{passed:g}" if passed >= 1 else f"{passed:.1f}")
    minutes, rest = divmod(round(passed), 60)
    if minutes < 60:
        shown = _("{minutes} min {seconds} s") if rest else _("{minutes} min")
        return shown.format(minutes=minutes, seconds=rest)
    shown = _("{hours} h {minutes} min") if minutes % 60 else _("{hours} h")
    return shown.format(hours=minutes // 60, minutes=minutes % 60)
