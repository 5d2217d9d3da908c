"""The bin: roadmaps that are hidden and for which nothing runs, until they are restored whole."""

from domain.errors import Conflict
from orchestrator.commands import transitions
from orchestrator.commands.request_context import Terms
from repository.db.database import Database, Session
from repository.roadmaps import roadmaps
from repository.runs import tasks
from repository.runs.workers import retry_past_stalled_sessions


async def request_bin(database: Database, roadmap_id: str, terms: Terms) -> None:
    """Move a roadmap to the bin and end its stale tasks. A second call does nothing.

    Raises NotFound, and Conflict that names a live task.
    """

    async def move(session: Session) -> None:
        await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=terms.owner)
        active = await tasks.get_active_tasks_by_roadmap_id(session, roadmap_id)
        for task in sorted(active, key=lambda task: task.task_id):
            await tasks.lock_task(session, task.task_id)
        # Requests hold this row while they check whether it is in the bin.
        roadmap = await roadmaps.get_roadmap_metadata(session, roadmap_id, for_update=True)
        for task in active:
            await transitions.settle_stale_conflict(session, task)
        if await tasks.get_active_tasks_by_roadmap_id(session, roadmap_id):
            raise Conflict(f"A run of roadmap {roadmap_id} has just begun: cancel it first, or wait for its end.")
        if roadmap.deleted_at is None:
            await roadmaps.mark_binned(session, roadmap_id, binned=True)

    await retry_past_stalled_sessions(database, move)


async def request_restore(database: Database, roadmap_id: str, terms: Terms) -> None:
    """Take a roadmap out of the bin. A second call does nothing. Raises NotFound."""

    async def restore(session: Session) -> None:
        roadmap = await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=terms.owner, for_update=True)
        if roadmap.deleted_at is not None:
            await roadmaps.mark_binned(session, roadmap_id, binned=False)

    await retry_past_stalled_sessions(database, restore)
