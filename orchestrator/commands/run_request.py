"""Requests as callers make them, as rows keep them, and as the input of a graph."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from domain.errors import InvalidInput
from domain.pace.pace import dated, today_in
from domain.request import LearningRequest, Preferences, UserId, check_languages, check_words, usable_words
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
    """Options of a retry; unless given, the preferences are those of the creation."""

    user_id: UserId | None = None
    """User of the run; None: the owner of the roadmap."""
    preferences: Mapping[str, Any] | None = None
    """Fields of Preferences that replace the creation's."""
    instructions: str | None = None
    """Instructions for the contents, in words."""
    lesson_id: str | None = None
    """The only lesson of a tutorial that is written again; None: the whole content."""


@dataclass(frozen=True, slots=True)
class ReviewRequest:
    """A person has to approve the structure before contents are written."""

    timeout: float | None = None
    """Seconds until a review without an answer cancels the run. None: it waits for ever."""

    def as_json(self) -> Json:
        """Return the fields that the row of the task keeps."""
        return {"review": True, "review_timeout": self.timeout}


async def input_of(session: Session, task: TaskRow) -> RunState:
    """Return the input of a task's graph. Raises Conflict for a modification of a structure that has changed since."""
    request = tasks.request_of(task)
    state: RunState = {
        "request": {key: request[key] for key in LearningRequest.model_fields if request.get(key) is not None},
        "wants_review": bool(request.get("review")),
    }
    if task.task_type == TaskType.MODIFICATION:
        await transitions.check_structure(session, task)
        roadmap = await roadmaps.get_roadmap_metadata(session, task.roadmap_id or "")
        state |= {
            "framework": roadmaps.framework_of(roadmap).model_dump(mode="json"),
            "feedback": request["instructions"],
            "asked_for": [request["instructions"]],
            "modifies": True,
        }
    return state


def answer_of(task: TaskRow) -> dict[str, Json]:
    """Return the decision of a task's last review, keyed by the interrupt that it answers; empty without a decision."""
    review = task.review or {}
    if not review.get("decision"):
        return {}
    answer = {"approved": review["decision"] == "approved", "feedback": review["feedback"], "by": review["by"]}
    if review.get("course_book") is not None:
        answer["course_book"] = review["course_book"]
    return {review["interrupt_id"]: answer}


async def retry_json(
    session: Session, task: TaskRow, roadmap: RoadmapRow, request: RetryRequest, *, now: datetime
) -> Json:
    """Return `user_request` of a retry: the creation's preferences at the present pace, replaced by those of `request`.

    Raises InvalidInput.
    """
    created = await tasks.first_request(session, roadmap.roadmap_id)
    given = request.preferences or {}
    check_languages(given)
    known = {key: value for key, value in created.items() if key in Preferences.model_fields and value is not None}
    try:
        before = Preferences.model_validate(known)
    except ValidationError:  # a legacy request: the title says what the roadmap is about
        before = Preferences(learning_goal=roadmap.title[:2000].replace("\x00", "") or roadmap.roadmap_id)
    if "learning_goal" in given:
        check_words("preferences.learning_goal", str(given["learning_goal"]))
    pace = await pace_of_roadmap(session, roadmap)
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
        pace = pace.model_copy(update={"deadline_words": words or None, "deadline": dated(words, today)})
    return {
        "type": task.task_type,
        "roadmap_id": roadmap.roadmap_id,
        "concept_id": task.concept_id,
        "preferences": preferences.model_dump(mode="json", exclude_none=True),
        "instructions": usable_words("instructions", request.instructions) if request.instructions else None,
        "pace": pace.model_dump(mode="json", exclude={"from_goal"}),
    }
