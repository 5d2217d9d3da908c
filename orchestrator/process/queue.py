"""The RunQueue port: wakes workers, on as many machines as there are. Never the truth: that is the task's row.

An entry may be lost, late or doubled; whoever is woken looks at the row, and finds nothing to start where there is
nothing. The sweeper enqueues what is missing.
"""

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol

from repository.db.database import Session


class RunQueue(Protocol):
    async def enqueue(self, session: Session, task_id: str, *, urgent: bool = False) -> None:
        """Wake a worker for a task when the transaction of `session` commits; urgent ones first."""
        ...

    async def enqueue_missing(self, session: Session, task_ids: Sequence[str], *, urgent: bool = False) -> list[str]:
        """Enqueue those of `task_ids` that no entry stands for; which they were."""
        ...

    async def tidy(self, session: Session) -> None:
        """Forget what is no longer of use."""
        ...

    def deliveries(self) -> AsyncGenerator[str, None]:
        """Task ids, each taken from the queue when it is asked for; waits while there is none, outlasts restarts."""
        ...
