"""The fence: what every write of a run begins with, so that nothing is written by a run that was taken over."""

from dataclasses import dataclass

from repository.database import Session, execute_bare


@dataclass(frozen=True, slots=True)
class Fence:
    """Who may write for a task: the attempt that its start was given."""

    task_id: str
    attempt: int


async def hold_task(session: Session, fence: Fence) -> None:
    """First statement of every write of a run: shared lock, then a look at the attempt.

    Raises Superseded when the attempt is another's. The lock lasts until the transaction ends.
    """
    await execute_bare(session, "SELECT hold_task($1, $2)", fence.task_id, fence.attempt)
