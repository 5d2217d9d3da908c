"""Waiting for what a run does."""

from orchestrator.orchestrator import Orchestrator
from orchestrator.queries.status import TaskView


async def content_begun(orchestrator: Orchestrator, task: TaskView) -> None:
    """Until the author is asked for a content."""
    async for event in orchestrator.follow(task.task_id):
        if event.type == "content_started":
            return
