"""On whose behalf and within which limits a request is made; all of it is decided in the request's own transaction."""

from dataclasses import dataclass
from typing import Final

from domain.errors import Conflict, LimitReached
from repository.db.database import Session
from repository.runs import tasks
from repository.tables.runs import TaskRow
from repository.users import idempotency


@dataclass(frozen=True, slots=True)
class Once:
    """A request that may arrive several times and is carried out once: whose it is, his key, a hash of all he said."""

    user_id: str
    key: str
    body_hash: str


@dataclass(frozen=True, slots=True)
class Terms:
    """Those of one request; the operator's own has none."""

    owner: str | None = None
    """Only what belongs to this user; what belongs to others is not found."""
    most_active: int | None = None
    """Runs of the user that may be active."""
    once: Once | None = None
    trace: str | None = None
    """W3C traceparent, kept with the task."""
    by: str | None = None
    """The user who asks. Recorded in the event where the run belongs to another user."""
    time_zone: str | None = None
    """Of the learner, as Europe/Berlin or +02:00: in it a deadline becomes a date. None: UTC."""

    def asked_by(self, user_id: str) -> dict[str, str]:
        """Return what an event of a run of `user_id` records about the user who asked for it."""
        return {} if self.by in (None, user_id) else {"by": str(self.by)}


OPERATOR: Final = Terms()

WAIT_FOR_A_RUN: Final = 30
"""Seconds after which one of many runs may have ended."""


async def asked_before(session: Session, terms: Terms, wanted: TaskRow) -> TaskRow | None:
    """First of all: the task that the same request made before, if it did; else `wanted` is noted as its task.

    Others with the same key wait here until this transaction has ended. Raises Conflict for another body.
    """
    if terms.once is None:
        return None
    once = terms.once
    noted = await idempotency.note(session, once.user_id, once.key, once.body_hash, wanted.task_id)
    if noted is None:
        return None
    if noted.body_hash != once.body_hash:
        raise Conflict("This Idempotency-Key came with another request before: take a new key.", task_id=noted.task_id)
    return await tasks.get_task(session, noted.task_id)


async def forget(session: Session, terms: Terms) -> None:
    """The request has made no task, so there is nothing to repeat."""
    if terms.once is not None:
        await idempotency.drop(session, terms.once.user_id, terms.once.key)


async def admit(session: Session, terms: Terms, user_id: str) -> None:
    """One more run of this user. Raises LimitReached."""
    if terms.most_active is None:
        return
    await tasks.hold_user(session, user_id)
    active = await tasks.count_active(session, user_id)
    if active >= terms.most_active:
        raise LimitReached(
            f"{active} runs are active, and {terms.most_active} is the most: wait for one to end, or cancel one.",
            retry_after=WAIT_FOR_A_RUN,
        )
