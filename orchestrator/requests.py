"""Requests for runs. Each is one transaction: the roadmap where it is new, the task, its first events."""

from domain.identity import new_roadmap_id, new_task_id
from domain.request import LearningRequest
from domain.vocabulary import TaskStatus, TaskType
from orchestrator.resources import Resources
from repository.events import append_events
from repository.roadmaps import reserve_roadmap
from repository.tables import TaskRow
from repository.tasks import create_task

DEFAULT_USER = "local"


async def request_creation(resources: Resources, request: LearningRequest) -> TaskRow:
    """A creation that this process runs in the foreground: the row reads `processing` under its lease at once."""
    user_id = request.user_id or DEFAULT_USER
    goal = request.preferences.learning_goal
    roadmap_id = new_roadmap_id(goal)
    await resources.lease.begin()
    async with resources.database.transaction() as session:
        await reserve_roadmap(session, roadmap_id, user_id, title=goal)
        task = await create_task(
            session,
            new_task_id(),
            user_id,
            request.model_dump(mode="json", exclude_none=True),
            TaskType.CREATION,
            roadmap_id=roadmap_id,
            status=TaskStatus.PROCESSING,
            worker_id=resources.lease.worker_id,
        )
        requested = {"task_type": task.task_type, "roadmap_id": roadmap_id, "user_id": user_id}
        started = {"attempt": task.attempt, "worker_id": task.worker_id}
        await append_events(session, task.task_id, [("run_requested", requested), ("run_started", started)], last=0)
    return task
