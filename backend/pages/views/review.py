"""What a person has to know to approve a plan, or to send it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.pages.views.structure import ChangeLine, OutlineView, changes_between, outline_of
from domain.editing.review import DimensionScore, Issue, Validation
from domain.framework import Framework
from domain.vocabulary import TaskStatus, TaskType
from orchestrator.queries.status import TaskView
from rendering.text.changes import totals_line
from repository.runs.events import Event


@dataclass(frozen=True, slots=True)
class Review:
    """`findings` is None where nothing was checked."""

    task_id: str
    roadmap_id: str
    title: str
    creates: bool
    open: bool
    stands: str
    """What became of it, where it is not open."""
    round: int
    deadline: datetime | None
    instructions: str
    changes: tuple[ChangeLine, ...] | None
    totals: str
    outline: OutlineView
    sound: bool
    score: str
    summary: str
    findings: tuple[Issue, ...] | None
    scores: tuple[DimensionScore, ...]


def review_of(task: TaskView, events: Sequence[Event], stored: Framework, title: str) -> Review:
    """`stored`: the structure that the roadmap has now: of a creation its draft, else what the change begins from."""
    edited = [event.payload for event in events if event.type == "framework_edited"]
    before = Framework.model_validate(edited[0]["before"]) if edited else None
    after = Framework.model_validate(edited[-1]["after"]) if edited else stored
    asked = _last(events, "review_requested")
    decided = _last(events, "review_decided")
    creates = task.task_type is TaskType.CREATION
    validation = _last(events, "framework_validated")
    found = Validation.model_validate(validation["validation"]) if validation else None
    return Review(
        task_id=task.task_id,
        roadmap_id=task.roadmap_id or "",
        title=after.title or title,
        creates=creates,
        open=task.status is TaskStatus.HUMAN_REVIEW_PENDING,
        stands=_stands(decided),
        round=int(asked.get("round", 1)),
        deadline=datetime.fromisoformat(asked["deadline"]) if asked.get("deadline") else None,
        instructions=str(_last(events, "edit_planned").get("feedback") or ""),
        changes=changes_between(before, after) if before else None,
        totals=totals_line(before, after) if before else "",
        outline=outline_of(after),
        sound=found.is_valid if found else False,
        score=f"{found.overall_score:.0f}" if found and found.overall_score is not None else "",
        summary=found.validation_summary if found else "",
        findings=tuple(found.issues) if found else None,
        scores=tuple(found.dimension_scores) if found else (),
    )


def _last(events: Sequence[Event], kind: str) -> dict[str, Any]:
    return next((event.payload for event in reversed(events) if event.type == kind), {})


def _stands(decided: dict[str, Any]) -> str:
    if not decided:
        return "This run waits for no review."
    return f"It is decided: {decided['decision']} by {decided['by'] or 'somebody'}."
