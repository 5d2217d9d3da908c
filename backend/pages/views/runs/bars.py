"""The bars of a run: when each step and each content was worked on, and where that was a wait, lost, or done again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from backend.pages.views.runs.phases import Axis, Piece
from domain.content_types import CONTENT_SPECS
from domain.vocabulary import Step, TaskStatus
from repository.runs.events import Event

BarKind = Literal["done", "working", "again", "failed", "lost", "wait"]
"""`again`: its answer was rejected, and it was asked for again. `lost`: its process died or was stopped. `wait`: the
model was busy or unreachable."""

_ENDS_WORK: Final = frozenset({"run_started", "run_handed_back", "review_requested", "run_finished", "run_resumed"})
"""Events after which no step and no content is in work."""
_SAYS_NOTHING: Final = frozenset({"content_started", "model_waiting"})
"""Events that leave a wait for a model as it is: the next content may begin, and wait too."""
_PARALLEL: Final = {str(spec.step): str(content_type) for content_type, spec in CONTENT_SPECS.items()}
"""Steps that go on side by side, each until its last content."""


@dataclass(frozen=True, slots=True)
class WorkSpan:
    """A period of one kind."""

    kind: BarKind
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Bar:
    """A piece of a track; `kind` is its class."""

    kind: BarKind
    at: Piece


def waits_of(events: Sequence[Event]) -> tuple[WorkSpan, ...]:
    """Return when a run waited for its model: from the event that says so until any that shows that it went on."""
    waits: list[WorkSpan] = []
    since = None
    for event in events:
        if event.type == "model_waiting":
            since = since or event.created_at
        elif since is not None and event.type not in _SAYS_NOTHING:
            waits.append(WorkSpan("wait", since, event.created_at))
            since = None
    if since is not None:
        waits.append(WorkSpan("wait", since, events[-1].created_at))
    return tuple(waits)


def content_spans(events: Sequence[Event], *, going_on: bool) -> dict[tuple[str, str], list[WorkSpan]]:
    """Return the periods of work on each content, by concept and type.

    `going_on`: a process works on the run now, so what has not ended is in work.
    """
    spans: dict[tuple[str, str], list[WorkSpan]] = {}
    begun: dict[tuple[str, str], datetime] = {}
    before = None
    for event in events:
        if event.type in _ENDS_WORK:
            _, cut = _cut(event, before)
            for key, start in begun.items():
                spans[key].append(WorkSpan("lost", start, max(start, cut)))
            begun.clear()
        elif event.type.startswith("content_"):
            key = str(event.payload.get("concept_id")), str(event.payload.get("content_type"))
            own = spans.setdefault(key, [])
            start = begun.pop(key, event.created_at)
            if event.type == "content_started":
                if start != event.created_at:
                    own.append(WorkSpan("again", start, event.created_at))
                begun[key] = event.created_at
            else:
                own.append(WorkSpan("done" if event.type == "content_completed" else "failed", start, event.created_at))
        before = event.created_at
    for key, start in begun.items():
        spans[key].append(WorkSpan("working" if going_on else "lost", start, before or start))
    return spans


def step_spans(events: Sequence[Event], *, going_on: bool) -> dict[int, WorkSpan]:
    """Return the work on each step, by the sequence of the event that began it.

    Steps that go on side by side end with their last content, others when the next step begins.
    """
    spans: dict[int, WorkSpan] = {}
    at_work: dict[int, tuple[str, datetime]] = {}
    before = None
    for event in events:
        if event.type in _ENDS_WORK:
            kind, end = _cut(event, before)
            for number, (_, start) in at_work.items():
                spans.setdefault(number, WorkSpan(kind, start, max(start, end)))
            at_work.clear()
        elif event.type == "step_started":
            step = str(event.payload["step"])
            for number in [number for number, (name, _) in at_work.items() if not _goes_on(name, step)]:
                _, start = at_work.pop(number)
                spans[number] = WorkSpan("done", start, event.created_at)
            at_work[event.sequence] = step, event.created_at
        elif event.type in ("content_completed", "content_failed"):
            for number, (name, start) in at_work.items():
                if _PARALLEL.get(name) == event.payload.get("content_type"):
                    spans[number] = WorkSpan("done", start, event.created_at)
        before = event.created_at
    for number, (_, start) in at_work.items():
        spans[number] = WorkSpan("working" if going_on else "lost", start, before or start)
    return spans


def _cut(event: Event, before: datetime | None) -> tuple[BarKind, datetime]:
    """Return what an event that ends all work means for it, and when it ended. `before`: the last event before."""
    match event.type:
        case "run_started" | "run_resumed":  # the worker before had died
            return "lost", before or event.created_at
        case "run_handed_back":
            return "lost", event.created_at
        case "run_finished" if event.payload.get("status") == TaskStatus.FAILED:
            return "failed", event.created_at
        case "run_finished" if event.payload.get("status") == TaskStatus.CANCELLED:
            return "lost", event.created_at
        case _:
            return "done", event.created_at


def _goes_on(step: str, following: str) -> bool:
    """Return whether a step goes on while the following one does."""
    return following in _PARALLEL and (step in _PARALLEL or step == Step.CONTENT_GENERATION)


def bars_of(spans: Sequence[WorkSpan], waits: Sequence[WorkSpan], axis: Axis) -> tuple[Bar, ...]:
    """Return the bars of some periods. A part in which the run waited for its model is no work."""
    return tuple(
        Bar(part.kind, axis.piece(axis.place(part.start), axis.place(part.end)))
        for span in spans
        for start, end in axis.between(span.start, span.end)
        for part in _around(WorkSpan(span.kind, start, end), waits)
    )


def seconds_of(spans: Sequence[WorkSpan], waits: Sequence[WorkSpan], axis: Axis) -> float:
    """Return the seconds of work in some periods, without waits for a model and without a worker."""
    return sum(
        (part.end - part.start).total_seconds()
        for span in spans
        for start, end in axis.between(span.start, span.end)
        for part in _around(WorkSpan(span.kind, start, end), waits)
        if part.kind != "wait"
    )


def _around(span: WorkSpan, waits: Sequence[WorkSpan]) -> Iterator[WorkSpan]:
    """Yield a period in parts: those of waits, and the others."""
    start = span.start
    for wait in waits:
        first, last = max(wait.start, start), min(wait.end, span.end)
        if first >= last:
            continue
        if first > start:
            yield WorkSpan(span.kind, start, first)
        yield WorkSpan("wait", first, last)
        start = last
    if start < span.end or span.start == span.end:
        yield WorkSpan(span.kind, start, span.end)
