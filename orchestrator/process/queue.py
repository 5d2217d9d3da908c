"""The RunQueue port: wakes workers on all machines. The row of the task is authoritative.

An entry may be lost, late or duplicated: a worker that takes one reads the row, and starts nothing if there is nothing
to start. The sweep enqueues missing entries.
"""

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol

from repository.db.database import Session


class RunQueue(Protocol):
    async def enqueue(self, session: Session, task_id: str, *, urgent: bool = False) -> None:
        """Wake a worker for a task when the transaction of `session` commits; urgent ones first.

        A retry of a content type of another package wakes only workers that have the type.
        """
        ...

    async def enqueue_missing(self, session: Session, task_ids: Sequence[str], *, urgent: bool = False) -> list[str]:
        """Enqueue those of `task_ids` that have no entry, and return them."""
        ...

    async def tidy(self, session: Session) -> None:
        """Delete records that are no longer of use."""
        ...

    def deliveries(self) -> AsyncGenerator[str, None]:
        """Yield task ids; each is removed from the queue when it is yielded. Waits for entries, survives restarts."""
        ...
