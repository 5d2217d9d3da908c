"""What runs are asked for: what a request brings, what its row keeps, and what its graph begins with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from domain.errors import InvalidInput
from domain.pace.pace import dated, today_in
from domain.request import LearningRequest, Preferences, UserId, check_languages, check_words, usable_text
from domain.vocabulary import TaskType
from nodes.state import Json, RunState
from orchestrator.commands import transitions
from orchestrator.queries.pace import pace_of_roadmap
from repository.db.database import Session
from repository.roadmaps import roadmaps
from repository.runs import tasks
from repository.tables.roadmaps import RoadmapRow
from repository.tables.runs import TaskRow


@dataclass(frozen=True, slots=True)
class RetryRequest:
    """What a retry is asked for beside the creation's own preferences."""

    user_id: UserId | None = None
    """Whose the run is; unless given, the roadmap's owner's."""
    preferences: Mapping[str, Any] | None = None
    """Fields of Preferences that replace the creation's."""
    instructions: str | None = None


@dataclass(frozen=True, slots=True)
class ReviewRequest:
    """That a person is to approve the framework; `timeout`: seconds until a review nobody answers cancels the run."""

    timeout: float | None = None

    def as_json(self) -> Json:
        return {"review": True, "review_timeout": self.timeout}


async def input_of(session: Session, task: TaskRow) -> RunState:
    """What a task's graph begins with. Raises Conflict where a modification comes too late."""
    asked = tasks.asked_of(task)
    state: RunState = {
        "request": {key: asked[key] for key in LearningRequest.model_fields if asked.get(key) is not None},
        "wants_review": bool(asked.get("review")),
    }
    if task.task_type == TaskType.MODIFICATION:
        await transitions.check_structure(session, task)
        roadmap = await roadmaps.get_roadmap_metadata(session, task.roadmap_id or "")
        state |= {
            "framework": roadmaps.framework_of(roadmap).model_dump(mode="json"),
            "feedback": asked["instructions"],
            "modifies": True,
        }
    return state


def answer_of(task: TaskRow) -> dict[str, Json]:
    """The decision of a task's last review by the interrupt that it answers; empty where there is none."""
    review = task.review or {}
    if not review.get("decision"):
        return {}
    answer = {"approved": review["decision"] == "approved", "feedback": review["feedback"], "by": review["by"]}
    return {review["interrupt_id"]: answer}


async def retry_json(
    session: Session, wanted: TaskRow, roadmap: RoadmapRow, request: RetryRequest, *, now: datetime
) -> Json:
    """What a retry's row keeps as `user_request`: the creation's preferences, at the pace of today, unless others are
    given. Raises InvalidInput."""
    created = await tasks.first_request(session, roadmap.roadmap_id)
    check_languages(request.preferences or {})
    known = {key: value for key, value in created.items() if key in Preferences.model_fields and value is not None}
    try:
        before = Preferences.model_validate(known)
    except ValidationError:  # a legacy request: the title says what the roadmap is about
        before = Preferences(learning_goal=roadmap.title[:2000].replace("\x00", "") or roadmap.roadmap_id)
    if "learning_goal" in (request.preferences or {}):
        check_words("preferences.learning_goal", str((request.preferences or {})["learning_goal"]))
    pace, given = await pace_of_roadmap(session, roadmap), request.preferences or {}
    if roadmap.pace is not None:
        changed = {"available_hours_per_week": pace.hours_per_week, "target_deadline": pace.deadline_words}
        before = before.model_copy(update=changed)
    try:
        preferences = Preferences.model_validate({**before.model_dump(), **given})
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInput(f"preferences.{'.'.join(map(str, first['loc']))}: {first['msg']}.") from error
    today = today_in(pace.time_zone, now)
    pace = pace.model_copy(update={"hours_per_week": preferences.available_hours_per_week, "asked_on": today})
    if given.get("target_deadline") is not None:
        words = preferences.target_deadline or ""
        read = {"deadline_words": words or None, "deadline": dated(words, today)}
        pace = pace.model_copy(update=read)
    return {
        "type": wanted.task_type,
        "roadmap_id": roadmap.roadmap_id,
        "concept_id": wanted.concept_id,
        "preferences": preferences.model_dump(mode="json", exclude_none=True),
        "instructions": usable_text("instructions", request.instructions) if request.instructions else None,
        "pace": pace.model_dump(mode="json", exclude={"from_goal"}),
    }
