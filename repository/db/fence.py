"""The fence: what every write of a run begins with, so that nothing is written by a run that was taken over."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from repository.db.database import Database, Session, execute_raw

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fence:
    """Who may write for a task: the attempt that its start was given."""

    task_id: str
    attempt: int


async def assert_fence(session: Session, fence: Fence) -> None:
    """First statement of every write of a run: shared lock, then a look at the attempt.

    Raises Superseded when the attempt is another's. The lock lasts until the transaction ends.
    """
    await execute_raw(session, "SELECT hold_task($1, $2)", fence.task_id, fence.attempt)


async def fenced_transaction(database: Database, fence: Fence, work: Callable[[Session], Awaitable[T]]) -> T:
    """`work` in a transaction that begins with the fence; done again where a restart of the database cut it off.

    Raises Superseded when the attempt is another's.
    """

    async def fenced(session: Session) -> T:
        await assert_fence(session, fence)
        return await work(session)

    return await database.persist(fenced)
