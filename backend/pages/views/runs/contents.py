"""The contents of a run on its timeline: a row for each concept, and what failed in groups of one reason."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.pages.views.runs.bars import Bar, WorkSpan, bars_of, content_spans, seconds_of
from backend.pages.views.runs.phases import Axis
from backend.pages.views.runs.usage import NO_USAGE, UsageLine, usage_line
from backend.pages.views.status_labels import Look, content_name
from domain.vocabulary import FINAL, ContentType, TaskStatus
from orchestrator.queries.status import TaskView
from rendering.languages.translation import N_, _
from rendering.text.reasons import ReasonGroup, grouped
from rendering.text.text import seconds
from repository.ledger.call_details import CallUsage
from repository.runs.events import Event


@dataclass(frozen=True, slots=True)
class ContentLine:
    """A content of the run."""

    concept_id: str
    content_type: str
    name: str
    """Of its concept."""
    look: Look
    says: str
    """Name of its type."""
    reason: str
    bars: tuple[Bar, ...]
    took: str
    """Time of work on it, without waits and dead workers; empty where that is not known, and while it goes on."""
    seconds: float
    """The same as a number."""
    usage: UsageLine
    retryable: bool
    """Whether it can be asked for again now."""


@dataclass(frozen=True, slots=True)
class ConceptRow:
    """The contents of one concept: one track with a lane for each type."""

    concept_id: str
    name: str
    look: Look
    says: str
    used: str
    """Cost and time of all of its contents together."""
    lanes: tuple[tuple[int, tuple[Bar, ...]], ...]
    """(y, bars) of each lane."""
    contents: tuple[ContentLine, ...]


LANE_HEIGHT = 8
"""Height of a lane of a track, in pixels."""
_WORDS: Mapping[Look, str] = {
    "completed": N_("{number} written"),
    "generating": N_("{number} being written"),
    "failed": N_("{number} failed"),
    "waiting": N_("{number} waiting"),
    "cancelled": N_("{number} not written"),
    "stale": N_("{number} never finished"),
}


def contents_of(
    events: Sequence[Event],
    names: Mapping[str, str],
    task: TaskView,
    usages: Sequence[CallUsage],
    axis: Axis,
    waits: Sequence[WorkSpan],
    retryable: Collection[tuple[str, str]],
) -> tuple[ContentLine, ...]:
    """Return the contents of a run in learning order, as their last event has them.

    What no process writes now is not in work. `names`: of the concepts, in learning order.
    """
    going_on = task.status is TaskStatus.PROCESSING and task.live
    spans = content_spans(events, going_on=going_on)
    last = {_key(event.payload): event for event in events if event.type.startswith("content_")}
    started = max((event.sequence for event in events if event.type == "run_started"), default=0)
    used: dict[tuple[str, str], list[CallUsage]] = {}
    for usage in usages:
        used.setdefault((usage.concept_id or "", usage.content_type or ""), []).append(usage)
    order = {concept_id: number for number, concept_id in enumerate(names)}
    types = {str(kind): number for number, kind in enumerate(ContentType)}
    lines = []
    for key in sorted(last, key=lambda one: (order.get(one[0], len(order)), one[0], types.get(one[1], len(types)))):
        event, own = last[key], spans[key]
        took = seconds_of(own, waits, axis)
        look = _look(event, task, begun_now=event.sequence > started)
        lines.append(
            ContentLine(
                *key,
                name=names.get(key[0], key[0]),
                look=look,
                says=content_name(key[1]),
                reason=str(event.payload.get("reason", "")) if look == "failed" else "",
                bars=bars_of(own, waits, axis),
                took="" if look == "generating" or not took else seconds(took),
                usage=usage_line(used[key]) if key in used else NO_USAGE,
                seconds=took,
                retryable=look == "failed" and key in retryable,
            )
        )
    return tuple(lines)


def _key(payload: Mapping[str, Any]) -> tuple[str, str]:
    return str(payload.get("concept_id")), str(payload.get("content_type"))


def _look(event: Event, task: TaskView, *, begun_now: bool) -> Look:
    """`begun_now`: the event is of the present attempt."""
    match event.type:
        case "content_completed":
            return "completed"
        case "content_failed":
            return "failed"
    if task.status in FINAL:
        return "cancelled"
    if task.status is TaskStatus.PROCESSING:
        return "stale" if not task.live else "generating" if begun_now else "waiting"
    return "waiting"


def types_of(contents: Sequence[ContentLine]) -> list[str]:
    """Return the types of contents, in the order of the lanes of a track."""
    return list(dict.fromkeys([*map(str, ContentType), *(line.content_type for line in contents)]))


def lanes_of(contents: Sequence[ContentLine]) -> list[str]:
    """Return the names of the lanes of a track, from above."""
    return [content_name(kind) for kind in types_of(contents)]


def rows_of(contents: Sequence[ContentLine], usages: Sequence[CallUsage]) -> tuple[ConceptRow, ...]:
    """Return a row for each concept."""
    types = types_of(contents)
    by_concept: dict[str, list[ContentLine]] = {}
    for line in contents:
        by_concept.setdefault(line.concept_id, []).append(line)
    return tuple(
        ConceptRow(
            concept_id,
            own[0].name,
            next((look for look in _WORDS if look != "completed" and any(c.look == look for c in own)), "completed"),
            _says(own),
            _used(own, [usage for usage in usages if usage.concept_id == concept_id]),
            tuple((1 + LANE_HEIGHT * types.index(line.content_type), line.bars) for line in own),
            tuple(own),
        )
        for concept_id, own in by_concept.items()
    )


def _used(contents: Sequence[ContentLine], usages: Sequence[CallUsage]) -> str:
    took = sum(content.seconds for content in contents)
    return " · ".join(filter(None, [usage_line(usages).cost, seconds(took) if took else ""]))


def _says(contents: Sequence[ContentLine]) -> str:
    counts = ((sum(one.look == look for one in contents), words) for look, words in _WORDS.items())
    return _(", ").join(_(words, number=number) for number, words in counts if number)


def failures_of(contents: Sequence[ContentLine]) -> tuple[ReasonGroup[ContentLine], ...]:
    """Return what failed, in groups of one reason, the largest first."""
    return grouped([one for one in contents if one.look == "failed"], lambda one: one.reason)
