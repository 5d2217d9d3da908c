"""Changes of who runs a task and what becomes of it: each one transaction, with its event as the last line.

Callers hold the exclusive lock of the task (`tasks.lock_task`).
"""

from typing import Any

from domain.vocabulary import Step, TaskStatus
from repository.contents import settle_contents
from repository.database import Session
from repository.events import append_transition
from repository.tables import TaskRow
from repository.tasks import Fence, update_task_status


async def end(
    session: Session,
    fence: Fence,
    status: TaskStatus,
    step: Step,
    reason: str | None,
    summary: dict[str, Any] | None = None,
) -> TaskRow:
    """Make a task final: row, unfinished contents and last event together. Raises Superseded."""
    task = await update_task_status(
        session,
        fence.task_id,
        status,
        step,
        error_message=reason,
        attempt=fence.attempt,
        execution_summary=summary,
    )
    await settle_contents(session, fence.task_id, reason or "The run ended without it.")
    payload = {"status": status, "error_message": reason, "execution_summary": task.execution_summary}
    await append_transition(session, fence.task_id, "run_finished", payload)
    return task
