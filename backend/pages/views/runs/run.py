"""The page of a run: state, timeline of steps, contents, event log, and cost."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from backend.pages.views.status_labels import Look, content_name, task_look, task_name
from domain.vocabulary import ACTIVE, FINAL, ContentType, TaskStatus
from orchestrator.queries.status import TaskView
from rendering.text.event_text import doing, gist
from rendering.text.task_text import label_of, sentence_of
from rendering.text.text import dollars, seconds, tokens, warnings_in_words
from repository.runs.calls import Expense
from repository.runs.events import Event

RESULT_EVENTS: Final = frozenset(
    {
        "intent_analysed",
        "framework_designed",
        "framework_validated",
        "edit_planned",
        "framework_edited",
        "course_designed",
        "course_not_designed",
        "step_given_up",
        "framework_accepted",
        "review_requested",
        "review_decided",
        "run_handed_back",
    }
)
"""Events with the result of a step."""
STOP_EVENTS: Final = frozenset({"step_started", "review_requested", "run_handed_back", "run_finished"})
"""Events at which the work on a step ends."""
LATE_STOP_EVENTS: Final = frozenset({"run_started", "run_resumed", "review_decided"})
"""Events that show that the work had already ended, at the event before."""
MAX_EVENTS: Final = 300
"""Events of the log on one page."""
RESUMABLE: Final = frozenset({TaskStatus.FAILED, TaskStatus.PARTIAL_FAILURE, TaskStatus.CANCELLED})


@dataclass(slots=True)
class StepView:
    """One period of work on a step."""

    name: str
    began: datetime
    attempt: int
    """Number of the attempt, as in the log and the API."""
    look: Look = "completed"
    took: str = ""
    results: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ContentLine:
    """A content of the run."""

    concept_id: str
    content_type: str
    name: str
    look: Look
    says: str
    reason: str


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
    total: int
    completed: int
    writing: int
    failed: int
    steps: tuple[StepView, ...]
    contents: tuple[ContentLine, ...]
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
    expenses: Iterable[Expense],
    names: Mapping[str, str],
    *,
    roadmap_title: str,
    now: datetime,
    before: int | None = None,
) -> RunView:
    """`names`: of the concepts, by id. `before`: the log ends before this event."""
    costs = list(expenses)
    contents = _contents(events, names, task)
    counts = {look: sum(made.look == look for made in contents) for look in ("completed", "generating", "failed")}
    shown = [event for event in events if before is None or event.sequence < before][-MAX_EVENTS:]
    summary = task.execution_summary or {}
    return RunView(
        task_id=task.task_id,
        roadmap_id=task.roadmap_id,
        roadmap_title=roadmap_title,
        name=_name(task, names),
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
        attempts=", ".join(str(attempt) for event in events if (attempt := _attempt_of(event))) or "none yet",
        tokens=tokens(
            sum(expense.tokens_in + expense.tokens_out for expense in costs),
            sum(expense.estimated_calls for expense in costs),
        ),
        cost=dollars(sum(expense.cost for expense in costs), sum(expense.unpriced_calls for expense in costs)),
        total=summary.get("total") or _total(events) or len(contents),
        completed=counts["completed"],
        writing=counts["generating"],
        failed=counts["failed"],
        steps=_steps(events, task, now),
        contents=contents,
        events=tuple(LogLine(e.sequence, e.created_at, e.type, gist(e)) for e in reversed(shown)),
        earlier=shown[0].sequence if shown and shown[0].sequence > 1 else None,
        last=events[-1].sequence if events else 0,
    )


def _name(task: TaskView, names: Mapping[str, str]) -> str:
    name = task_name(task.task_type)
    return f"{name}: {names.get(task.concept_id, task.concept_id)}" if task.concept_id else name


def _instructions(events: Sequence[Event]) -> str:
    return next((str(event.payload.get("feedback") or "") for event in events if event.type == "edit_planned"), "")


def _total(events: Sequence[Event]) -> int | None:
    for event in reversed(events):
        if event.type == "run_requested" and event.payload.get("contents"):
            return int(event.payload["contents"])
        if event.type == "framework_accepted":
            return int(event.payload["concepts"]) * len(ContentType)
    return None


def _contents(events: Sequence[Event], names: Mapping[str, str], task: TaskView) -> tuple[ContentLine, ...]:
    """Return the contents of a run: failed ones first, then the newest. What no process writes now is not in work."""
    made: dict[tuple[str, str], ContentLine] = {}
    open_look: Look = "generating" if task.status is TaskStatus.PROCESSING and task.live else _unwritten_look(task)
    last_start = max((event.sequence for event in events if event.type == "run_started"), default=0)
    for event in events:
        if not event.type.startswith("content_"):
            continue
        payload: Mapping[str, Any] = event.payload
        concept_id, content_type = str(payload["concept_id"]), str(payload["content_type"])
        made.pop((concept_id, content_type), None)
        name = names.get(concept_id, concept_id)
        kind = content_name(content_type)
        match event.type:
            case "content_started":
                look = open_look if event.sequence > last_start or open_look != "generating" else "waiting"
                entry = ContentLine(concept_id, content_type, name, look, kind, "")
            case "content_completed":
                entry = ContentLine(concept_id, content_type, name, "completed", kind, "")
            case _:
                entry = ContentLine(concept_id, content_type, name, "failed", kind, str(payload.get("reason", "")))
        made[concept_id, content_type] = entry
    newest = list(reversed(made.values()))
    return tuple(sorted(newest, key=lambda content: content.look != "failed"))


def _unwritten_look(task: TaskView) -> Look:
    """Return the look of a content that a run had begun when it stopped."""
    if task.status in FINAL:
        return "cancelled"
    return "stale" if task.status is TaskStatus.PROCESSING else "waiting"


def _steps(events: Sequence[Event], task: TaskView, now: datetime) -> tuple[StepView, ...]:
    """Return the periods of work. Each ends when the next one begins or the work stops; waiting is not counted."""
    steps: list[StepView] = []
    working = False
    attempt, before = 0, now
    for event in events:
        if working and event.type in STOP_EVENTS:
            steps[-1].took = _length(steps[-1], event.created_at)
        elif working and event.type in LATE_STOP_EVENTS:  # died, or queued again without an event
            steps[-1].took = _length(steps[-1], before)
        working = working and event.type not in STOP_EVENTS | LATE_STOP_EVENTS
        if begun := _attempt_of(event):
            attempt = begun
        elif event.type == "step_started":
            steps.append(StepView(doing(str(event.payload["step"])), event.created_at, attempt))
            working = True
        elif event.type in RESULT_EVENTS and steps:
            steps[-1].results.append(gist(event))
        before = event.created_at
    if steps:
        steps[-1].look = task_look(task)
        if working:
            going_on = task.status is TaskStatus.PROCESSING and task.live
            steps[-1].took = _length(steps[-1], now if going_on else before)
    return tuple(steps)


def _attempt_of(event: Event) -> int | None:
    """Return the number of the attempt that starts with this event."""
    return event.payload.get("attempt") if event.type == "run_started" else None


def _length(step: StepView, end: datetime) -> str:
    return seconds(max((end - step.began).total_seconds(), 0.0))
