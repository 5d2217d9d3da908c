"""The page of a run: state, timeline of steps and contents, failures, event log, and cost."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from backend.pages.views.runs.bars import waits_of
from backend.pages.views.runs.contents import ConceptRow, ContentLine, contents_of, failures_of, rows_of
from backend.pages.views.runs.drawing import AxisDrawing, drawing_of
from backend.pages.views.runs.phases import axis_of, phases_of
from backend.pages.views.runs.steps import StepView, steps_of
from backend.pages.views.status_labels import Look, task_look, task_name
from domain.vocabulary import ACTIVE, ContentType, TaskStatus
from orchestrator.queries.status import TaskView
from rendering.languages.translation import _
from rendering.text.event_text import gist
from rendering.text.reasons import ReasonGroup
from rendering.text.task_text import label_of, sentence_of
from rendering.text.text import dollars, seconds, tokens, warnings_in_words
from repository.ledger.call_details import CallUsage
from repository.runs.events import Event

MAX_EVENTS: Final = 80
"""Events of the log on one page."""
RESUMABLE: Final = frozenset({TaskStatus.FAILED, TaskStatus.PARTIAL_FAILURE, TaskStatus.CANCELLED})


@dataclass(frozen=True, slots=True)
class LogLine:
    sequence: int
    created_at: datetime
    type: str
    gist: str


@dataclass(frozen=True, slots=True)
class RunView:
    """Data of the page of a run."""

    task_id: str
    roadmap_id: str | None
    roadmap_title: str
    name: str
    status: TaskStatus
    look: Look
    state: str
    doing: str
    error_message: str | None
    warnings: tuple[str, ...]
    """Warnings in the summary of an ended run."""
    instructions: str
    active: bool
    resumable: bool
    waits_for_review: bool
    created_at: datetime
    took: str
    attempts: str
    """Numbers of all attempts that have started, oldest first."""
    tokens: str
    cost: str
    models: tuple[str, ...]
    """Models that were asked, in the order of their first calls."""
    total: int
    completed: int
    writing: int
    failed: int
    drawing: AxisDrawing
    steps: tuple[StepView, ...]
    contents: tuple[ContentLine, ...]
    concepts: tuple[ConceptRow, ...]
    """The same contents, by concept."""
    failures: tuple[ReasonGroup[ContentLine], ...]
    """Those that failed, by reason."""
    events: tuple[LogLine, ...]
    earlier: int | None
    """The number before which there are events that are not shown."""
    last: int
    """The last event that the page shows."""

    @property
    def finished(self) -> int:
        return self.completed + self.failed


def run_of(
    task: TaskView,
    events: Sequence[Event],
    usages: Sequence[CallUsage],
    names: Mapping[str, str],
    *,
    roadmap_title: str,
    retryable: Collection[tuple[str, str]] = (),
    before: int | None = None,
) -> RunView:
    """Return the view of a run.

    Args:
        names: of the concepts, by id, in learning order.
        retryable: (concept id, content type) of the contents that its reader may ask for again now.
        before: the log ends before this event.
    """
    phases, waits = phases_of(events, task), waits_of(events)
    axis = axis_of(phases)
    contents = contents_of(events, names, task, usages, axis, waits, retryable)
    counts = {look: sum(made.look == look for made in contents) for look in ("completed", "generating", "failed")}
    shown = [event for event in events if before is None or event.sequence < before][-MAX_EVENTS:]
    summary = task.execution_summary or {}
    return RunView(
        task_id=task.task_id,
        roadmap_id=task.roadmap_id,
        roadmap_title=roadmap_title,
        name=run_name(task, names),
        status=task.status,
        look=task_look(task),
        state=label_of(task),
        doing=sentence_of(task),
        error_message=task.error_message,
        warnings=tuple(warnings_in_words(summary)),
        instructions=_instructions(events),
        active=task.status in ACTIVE,
        resumable=task.status in RESUMABLE or (task.status is TaskStatus.PROCESSING and not task.live),
        waits_for_review=task.status is TaskStatus.HUMAN_REVIEW_PENDING,
        created_at=task.created_at,
        took=seconds(task.seconds),
        attempts=_(", ").join(str(attempt) for event in events if (attempt := _attempt_of(event))) or _("none yet"),
        tokens=tokens(
            sum(usage.tokens for usage in usages),
            sum(usage.estimated_calls for usage in usages),
        ),
        cost=dollars(sum(usage.cost for usage in usages), sum(usage.unpriced_calls for usage in usages)),
        models=tuple(dict.fromkeys(model for usage in usages for model in usage.models)),
        total=summary.get("total") or _total(events) or len(contents),
        completed=counts["completed"],
        writing=counts["generating"],
        failed=counts["failed"],
        drawing=drawing_of(axis),
        steps=steps_of(events, task, usages, axis, waits),
        contents=contents,
        concepts=rows_of(contents, usages),
        failures=failures_of(contents),
        events=tuple(LogLine(e.sequence, e.created_at, e.type, gist(e)) for e in reversed(shown)),
        earlier=shown[0].sequence if shown and shown[0].sequence > 1 else None,
        last=events[-1].sequence if events else 0,
    )


def run_name(task: TaskView, names: Mapping[str, str]) -> str:
    name = task_name(task.task_type)
    concept = task.concept_id
    return _("{type}: {name}", type=name, name=names.get(concept, concept)) if concept else name


def _instructions(events: Sequence[Event]) -> str:
    return next((str(event.payload.get("feedback") or "") for event in events if event.type == "edit_planned"), "")


def _total(events: Sequence[Event]) -> int | None:
    for event in reversed(events):
        if event.type == "run_requested" and event.payload.get("contents"):
            return int(event.payload["contents"])
        if event.type == "framework_accepted":
            return int(event.payload["concepts"]) * len(ContentType)
    return None


def _attempt_of(event: Event) -> int | None:
    """Return the number of the attempt that starts with this event."""
    return event.payload.get("attempt") if event.type == "run_started" else None
