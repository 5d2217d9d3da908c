"""Responses that several routes share."""

from typing import Any, Final

from fastapi import Request, Response
from pydantic import BaseModel

from domain.pace.pace import Pace
from domain.vocabulary import TaskStatus
from orchestrator.queries.status import AnyTaskType, TaskView
from rendering.text.pace_text import misunderstood

STARTED: Final[dict[int | str, dict[str, Any]]] = {
    202: {
        "description": "The run is accepted; a worker executes it.",
        "headers": {"Location": {"description": "The address of the run.", "schema": {"type": "string"}}},
    }
}
"""`responses=` of a route that answers with `started`."""


class Started(BaseModel):
    """A requested run; `task_id` is null if there was nothing to do."""

    task_id: str | None
    roadmap_id: str
    status: TaskStatus | None
    task_type: AnyTaskType | None


class TaskPage(BaseModel):
    tasks: list[TaskView]
    next: str | None


def started(request: Request, response: Response, task: TaskView) -> Started:
    """Return the response for a requested run. Its address goes into `Location`, its id into the request log."""
    request.state.task_id = task.task_id
    response.headers["Location"] = f"{request.scope.get('root_path', '')}/api/v1/tasks/{task.task_id}"
    return Started(task_id=task.task_id, roadmap_id=task.roadmap_id or "", status=task.status, task_type=task.task_type)


def warnings_of(pace: Pace | None) -> list[str]:
    """Return warnings about parts of a request that were not understood and are ignored."""
    if pace is None or not pace.is_misunderstood:
        return []
    return [f"deadline not understood: {misunderstood(pace.deadline_words or '')}"]


def hides(owner: str | None, user_id: str | None) -> bool:
    """Return whether a list for `owner` is filtered by another user, so that it is empty."""
    return owner is not None and user_id not in {None, owner}
