"""What several routes answer with."""

from typing import Any, Final

from fastapi import Request, Response
from pydantic import BaseModel

from domain.pace.pace import Pace
from domain.vocabulary import TaskStatus, TaskType
from orchestrator.queries.status import TaskView
from rendering.text.pace_text import misunderstood

STARTED: Final[dict[int | str, dict[str, Any]]] = {
    202: {
        "description": "The run is accepted; a worker carries it out.",
        "headers": {"Location": {"description": "The address of the run.", "schema": {"type": "string"}}},
    }
}
"""`responses=` of a route that answers by `started`."""


class Started(BaseModel):
    """A run that was asked for; `task_id` is null where there was nothing to do."""

    task_id: str | None
    roadmap_id: str
    status: TaskStatus | None
    task_type: TaskType | None


class TaskPage(BaseModel):
    tasks: list[TaskView]
    next: str | None


def started(request: Request, response: Response, task: TaskView) -> Started:
    """A run that was asked for; its address stands in `Location`, its id in the log."""
    request.state.task_id = task.task_id
    response.headers["Location"] = f"{request.scope.get('root_path', '')}/api/v1/tasks/{task.task_id}"
    return Started(task_id=task.task_id, roadmap_id=task.roadmap_id or "", status=task.status, task_type=task.task_type)


def warnings_of(pace: Pace | None) -> list[str]:
    """What of a request was not understood, and is ignored."""
    if pace is None or not pace.is_misunderstood:
        return []
    return [f"deadline not understood: {misunderstood(pace.deadline_words or '')}"]


def hides(owner: str | None, user_id: str | None) -> bool:
    """Whether a list that shows only what belongs to `owner` is filtered by another user: then its page is empty."""
    return owner is not None and user_id not in {None, owner}
