"""The bin: a roadmap goes in and comes out whole. Nothing runs for what lies there."""

from domain.errors import Conflict
from orchestrator import transitions
from orchestrator.terms import Terms
from repository import roadmaps, tasks
from repository.database import Database


async def request_bin(database: Database, roadmap_id: str, terms: Terms) -> None:
    """Settles its stale tasks first. Raises NotFound, and Conflict naming a live task. A second time does nothing."""
    async with database.transaction() as session:
        await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=terms.owner)
        active = await tasks.get_active_tasks_by_roadmap_id(session, roadmap_id)
        for task in sorted(active, key=lambda task: task.task_id):
            await transitions.make_room(session, task)
        # Tasks first, then the roadmap's row: requests hold that row while they look whether it is in the bin.
        roadmap = await roadmaps.get_roadmap_metadata(session, roadmap_id, for_update=True)
        if await tasks.get_active_tasks_by_roadmap_id(session, roadmap_id):
            raise Conflict(f"A run of roadmap {roadmap_id} has just begun: cancel it first, or wait for its end.")
        if roadmap.deleted_at is None:
            await roadmaps.mark_binned(session, roadmap_id, binned=True)


async def request_restore(database: Database, roadmap_id: str, terms: Terms) -> None:
    """Raises NotFound. A second time does nothing."""
    async with database.transaction() as session:
        roadmap = await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=terms.owner, for_update=True)
        if roadmap.deleted_at is not None:
            await roadmaps.mark_binned(session, roadmap_id, binned=False)
