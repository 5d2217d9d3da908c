"""The page to approve or reject a plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from backend.pages.views.roadmaps.structure import ChangeLine, OutlineView, changes_between, outline_of
from domain.editing.review import DimensionScore, Issue, Validation
from domain.framework import Framework
from domain.vocabulary import TaskStatus, TaskType
from orchestrator.learners.proposals import Proposal
from orchestrator.queries.status import TaskView
from rendering.languages.translation import N_, _
from rendering.text.changes import totals_line
from rendering.text.event_text import decided_by
from rendering.text.proposal_text import price_line, proposed_lines
from repository.runs.events import Event

_SEVERITIES: Final = (N_("Critical"), N_("Warning"), N_("Suggestion"))


@dataclass(frozen=True, slots=True)
class Review:
    """A plan under review. `findings` is None if the plan was not validated."""

    task_id: str
    roadmap_id: str
    title: str
    creates: bool
    open: bool
    result: str
    """The decision, if the review is closed."""
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
    proposed: tuple[str, ...] = ()
    """What is written and put back, a line each."""
    price: str = ""
    """Empty where nothing is under review."""


def review_of(
    task: TaskView, events: Sequence[Event], stored: Framework, title: str, proposal: Proposal | None = None
) -> Review:
    """Return the review of a run. `stored`: present structure of the roadmap; during a creation, its draft.

    `proposal`: what it does with contents; None where the review is closed.
    """
    edited = [event.payload for event in events if event.type == "framework_edited"]
    before = Framework.model_validate(edited[0]["before"]) if edited else None
    after = Framework.model_validate(edited[-1]["after"]) if edited else stored
    opened = _last(events, "review_requested")
    decided = _last(events, "review_decided")
    creates = task.task_type is TaskType.CREATION
    validation = _last(events, "framework_validated")
    checked = Validation.model_validate(validation["validation"]) if validation else None
    return Review(
        task_id=task.task_id,
        roadmap_id=task.roadmap_id or "",
        title=after.title or title,
        creates=creates,
        open=task.status is TaskStatus.HUMAN_REVIEW_PENDING,
        result=_result(decided),
        round=int(opened.get("round", 1)),
        deadline=datetime.fromisoformat(opened["deadline"]) if opened.get("deadline") else None,
        instructions=_asked(events),
        changes=changes_between(before, after) if before else None,
        totals=totals_line(before, after) if before else "",
        outline=outline_of(after),
        sound=checked.is_valid if checked else False,
        score=f"{checked.overall_score:.0f}" if checked and checked.overall_score is not None else "",
        summary=checked.validation_summary if checked else "",
        findings=tuple(checked.issues) if checked else None,
        scores=tuple(checked.dimension_scores) if checked else (),
        proposed=_proposed(proposal),
        price=price_line(proposal.calls, proposal.minutes, proposal.dollars) if proposal else "",
    )


def _asked(events: Sequence[Event]) -> str:
    """Return all that was asked for in this run, oldest first."""
    words = (str(event.payload.get("feedback") or "") for event in events if event.type == "edit_planned")
    return "\n".join(dict.fromkeys(filter(None, words)))


def _proposed(proposal: Proposal | None) -> tuple[str, ...]:
    return tuple(proposed_lines(proposal.written, proposal.rewritten, proposal.reverted)) if proposal else ()


def _last(events: Sequence[Event], kind: str) -> dict[str, Any]:
    return next((event.payload for event in reversed(events) if event.type == kind), {})


def _result(decided: dict[str, Any]) -> str:
    if not decided:
        return _("This run is not waiting for review.")
    return _("This review is closed: {decision}.", decision=decided_by(decided))
