"""The fence, which every write of a run asserts first, so that a run that was taken over writes nothing."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from repository.db.database import Database, Session, execute_raw

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fence:
    """A task and the attempt that may write for it."""

    task_id: str
    attempt: int


async def assert_fence(session: Session, fence: Fence) -> None:
    """Take the shared lock of the task and check its attempt: the first statement of every write of a run.

    The lock lasts until the transaction ends. Raises Superseded if the task has another attempt.
    """
    await execute_raw(session, "SELECT hold_task($1, $2)", fence.task_id, fence.attempt)


async def fenced_transaction(database: Database, fence: Fence, work: Callable[[Session], Awaitable[T]]) -> T:
    """Run `work` in a transaction that asserts the fence first, and again after an outage of the database.

    Raises Superseded if the task has another attempt.
    """

    async def fenced(session: Session) -> T:
        await assert_fence(session, fence)
        return await work(session)

    return await database.persist(fenced)
