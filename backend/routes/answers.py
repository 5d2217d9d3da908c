"""What several routes answer with."""

from fastapi import Request, Response

from backend.schemas import Started
from orchestrator.status import TaskView


def started(request: Request, response: Response, task: TaskView) -> Started:
    """A run that was asked for; its address stands in `Location`, its id in the log."""
    request.state.task_id = task.task_id
    response.headers["Location"] = f"{request.scope.get('root_path', '')}/api/v1/tasks/{task.task_id}"
    return Started(task_id=task.task_id, roadmap_id=task.roadmap_id or "", status=task.status, task_type=task.task_type)


def hides(owner: str | None, user_id: str | None) -> bool:
    """Whether a list that shows only what belongs to `owner` is filtered by another user: then its page is empty."""
    return owner is not None and user_id not in {None, owner}
