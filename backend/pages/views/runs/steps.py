"""The steps of a run on its timeline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from backend.pages.views.runs.bars import Bar, BarKind, WorkSpan, bars_of, seconds_of, step_spans
from backend.pages.views.runs.phases import Axis
from backend.pages.views.runs.usage import NO_USAGE, UsageLine, usage_line
from backend.pages.views.status_labels import Look, task_look
from domain.vocabulary import TaskStatus
from orchestrator.queries.status import TaskView
from rendering.text.event_text import doing, gist
from rendering.text.text import seconds
from repository.ledger.call_details import CallUsage
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


_LOOKS: Final[Mapping[BarKind, Look]] = {
    "done": "completed",
    "working": "generating",
    "failed": "failed",
    "lost": "cancelled",
}


@dataclass(slots=True)
class StepView:
    """One period of work on a step."""

    step: str
    name: str
    began: datetime
    attempt: int
    """Number of the attempt, as in the log and the API."""
    took: str
    bars: tuple[Bar, ...]
    look: Look
    again: bool = False
    """Whether the step was worked on before in this run."""
    usage: UsageLine = NO_USAGE
    """Of all periods of the step, at the first one."""
    has_calls: bool = False
    """Whether there are calls about no content, which have a page of their own."""
    results: list[str] = field(default_factory=list)


def steps_of(
    events: Sequence[Event], task: TaskView, usages: Sequence[CallUsage], axis: Axis, waits: Sequence[WorkSpan]
) -> tuple[StepView, ...]:
    """Return the periods of work, oldest first. Time in which no worker held the run is not counted."""
    spans = step_spans(events, going_on=task.status is TaskStatus.PROCESSING and task.live)
    steps: list[StepView] = []
    attempt = 0
    for event in events:
        if event.type == "run_started":
            attempt = event.payload.get("attempt") or attempt
        elif event.type == "step_started":
            step, own = str(event.payload["step"]), [spans[event.sequence]]
            again = any(one.step == step for one in steps)
            used = [] if again else [usage for usage in usages if usage.step == step]
            steps.append(
                StepView(
                    step,
                    doing(step),
                    event.created_at,
                    attempt,
                    seconds(seconds_of(own, waits, axis)),
                    bars_of(own, waits, axis),
                    _LOOKS[own[0].kind],
                    again=again,
                    usage=usage_line(used),
                    has_calls=any(usage.concept_id is None for usage in used),
                )
            )
        elif event.type in RESULT_EVENTS and steps:
            steps[-1].results.append(gist(event))
    if steps and steps[-1].look == "completed":  # the run may still wait, or have failed
        steps[-1].look = task_look(task)
    return tuple(steps)
