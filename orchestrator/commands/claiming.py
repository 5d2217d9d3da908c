"""A claim: a worker starts the next task of the queue, or takes over a task of a dead worker. One transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from domain.errors import NotFound
from orchestrator.commands import transitions
from repository.db.database import Session
from repository.runs import queue
from repository.tables.runs import TaskRow

MAX_LOOKS: Final = 3
"""How often a claim reads candidates, while other transactions hold all that it has read."""


@dataclass(slots=True)
class Claim:
    """A claim of the next task for `worker_id`, leaving out the tasks `skip`."""

    worker_id: str
    skip: Sequence[str] = ()
    candidate: str | None = None
    """The task that is being started."""

    async def make(self, session: Session) -> TaskRow | None:
        """Start the next task that no other transaction holds. Return None if there is none.

        Locks are only tried, so that neither a stopped process nor another claim is waited for.
        """
        skip = list(self.skip)
        for _ in range(MAX_LOOKS):
            candidates = await queue.claimable_tasks(session, skip)
            skip += candidates
            for self.candidate in candidates:
                if task := await self._start(session, self.candidate):
                    return task
            self.candidate = None
            if len(candidates) < queue.MAX_CANDIDATES:
                break
        return None

    async def _start(self, session: Session, task_id: str) -> TaskRow | None:
        if not await queue.try_lock_task(session, task_id):
            return None
        try:
            return await transitions.start(session, task_id, self.worker_id)
        except NotFound:  # deleted since the look at the queue
            return None
