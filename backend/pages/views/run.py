"""A run: where it stands, its steps on a line of time, its contents as they finish, its log and its price."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from backend.pages.views.status_labels import CONTENT_NAMES, TASK_NAMES, Look, task_look
from domain.vocabulary import ACTIVE, ContentType, TaskStatus
from orchestrator.queries.status import TaskView
from rendering.text.event_text import doing, gist
from rendering.text.task_text import label_of, sentence_of
from rendering.text.text import dollars, seconds, tokens
from repository.runs.calls import Expense
from repository.runs.events import Event

TOLD: Final = frozenset(
    {
        "intent_analysed",
        "framework_designed",
        "framework_validated",
        "edit_planned",
        "framework_edited",
        "framework_accepted",
        "review_requested",
        "review_decided",
        "run_handed_back",
    }
)
"""Events that say what a step came to."""
STOPS: Final = frozenset({"step_started", "review_requested", "run_handed_back", "run_finished"})
"""Events at which a stretch of work ends."""
FOUND_STOPPED: Final = frozenset({"run_started", "run_resumed", "review_decided"})
"""Events before which it had ended already: with the last event before them."""
MAX_EVENTS: Final = 300
"""In the log at once."""
RESUMABLE: Final = frozenset({TaskStatus.FAILED, TaskStatus.PARTIAL_FAILURE, TaskStatus.CANCELLED})


@dataclass(slots=True)
class StepView:
    """One stretch of work in one step."""

    name: str
    began: datetime
    attempt: int
    """As log and API number it."""
    look: Look = "completed"
    took: str = ""
    said: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Made:
    """A content of the run."""

    concept_id: str
    content_type: ContentType
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
    """Everything that the page of a run shows."""

    task_id: str
    roadmap_id: str | None
    roadmap_title: str
    name: str
    status: TaskStatus
    look: Look
    state: str
    doing: str
    error_message: str | None
    instructions: str
    active: bool
    resumable: bool
    waits_for_review: bool
    created_at: datetime
    took: str
    attempts: str
    """The numbers of all that have begun, oldest first."""
    tokens: str
    cost: str
    total: int
    completed: int
    writing: int
    failed: int
    steps: tuple[StepView, ...]
    contents: tuple[Made, ...]
    events: tuple[LogLine, ...]
    earlier: int | None
    """The number before which there are events that are not shown."""
    last: int
    """Up to which event the page is drawn."""

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
    spent = list(expenses)
    contents = _contents(events, names)
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
        instructions=_instructions(events),
        active=task.status in ACTIVE,
        resumable=task.status in RESUMABLE or (task.status is TaskStatus.PROCESSING and not task.live),
        waits_for_review=task.status is TaskStatus.HUMAN_REVIEW_PENDING,
        created_at=task.created_at,
        took=seconds(task.seconds),
        attempts=", ".join(str(attempt) for event in events if (attempt := _attempt_of(event))) or "none yet",
        tokens=tokens(
            sum(expense.tokens_in + expense.tokens_out for expense in spent),
            sum(expense.estimated_calls for expense in spent),
        ),
        cost=dollars(sum(expense.cost for expense in spent), sum(expense.unpriced_calls for expense in spent)),
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
    name = TASK_NAMES[task.task_type]
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


def _contents(events: Sequence[Event], names: Mapping[str, str]) -> tuple[Made, ...]:
    """What failed, then the newest first."""
    made: dict[tuple[str, str], Made] = {}
    for event in events:
        if not event.type.startswith("content_"):
            continue
        payload: Mapping[str, Any] = event.payload
        concept_id, content_type = str(payload["concept_id"]), ContentType(payload["content_type"])
        made.pop((concept_id, content_type), None)
        name = names.get(concept_id, concept_id)
        kind = CONTENT_NAMES[content_type]
        match event.type:
            case "content_started":
                entry = Made(concept_id, content_type, name, "generating", kind, "")
            case "content_completed":
                entry = Made(concept_id, content_type, name, "completed", kind, "")
            case _:
                entry = Made(concept_id, content_type, name, "failed", kind, str(payload.get("reason", "")))
        made[concept_id, content_type] = entry
    newest = list(reversed(made.values()))
    return tuple(sorted(newest, key=lambda content: content.look != "failed"))


def _steps(events: Sequence[Event], task: TaskView, now: datetime) -> tuple[StepView, ...]:
    """Each stretch lasts until the next one begins or nobody works on it: waiting is no part of any."""
    steps: list[StepView] = []
    working = False
    attempt, before = 0, now
    for event in events:
        if working and event.type in STOPS:
            steps[-1].took = _length(steps[-1], event.created_at)
        elif working and event.type in FOUND_STOPPED:  # it died, or was parked again without a word
            steps[-1].took = _length(steps[-1], before)
        working = working and event.type not in STOPS | FOUND_STOPPED
        if begun := _attempt_of(event):
            attempt = begun
        elif event.type == "step_started":
            steps.append(StepView(doing(str(event.payload["step"])), event.created_at, attempt))
            working = True
        elif event.type in TOLD and steps:
            steps[-1].said.append(gist(event))
        before = event.created_at
    if steps:
        steps[-1].look = task_look(task)
        if working:
            going_on = task.status is TaskStatus.PROCESSING and task.live
            steps[-1].took = _length(steps[-1], now if going_on else before)
    return tuple(steps)


def _attempt_of(event: Event) -> int | None:
    """The number of the attempt that begins with this event."""
    return event.payload.get("attempt") if event.type == "run_started" else None


def _length(step: StepView, end: datetime) -> str:
    return seconds(max((end - step.began).total_seconds(), 0.0))
