"""The context of a request: its user and its limits, checked in the transaction of the request."""

from dataclasses import dataclass
from typing import Final

from domain.errors import Conflict, LimitReached
from repository.db.database import Session
from repository.runs import tasks
from repository.tables.runs import TaskRow
from repository.users import idempotency, limits


@dataclass(frozen=True, slots=True)
class Once:
    """A request that is carried out once although it may arrive several times."""

    user_id: str
    """The user who sent the key."""
    key: str
    """The Idempotency-Key."""
    body_hash: str
    """Hash of the whole request: the same key with another one is refused."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The context of one request. The default is that of the operator, without limits."""

    owner: str | None = None
    """Only rows of this user are visible. None: rows of all users."""
    most_active: int | None = None
    """Limit of active runs of the user. None: no limit."""
    once: Once | None = None
    """None: the request may be carried out again."""
    trace: str | None = None
    """W3C traceparent of the caller, kept with the task."""
    by: str | None = None
    """The user who makes the request. Recorded in the event if the run belongs to another user."""
    time_zone: str | None = None
    """Time zone of the learner, as Europe/Berlin or +02:00, in which a deadline becomes a date. None: UTC."""

    def asked_by(self, user_id: str) -> dict[str, str]:
        """Return the fields with which an event of a run of `user_id` names another requesting user."""
        return {} if self.by in (None, user_id) else {"by": str(self.by)}


OPERATOR: Final = Terms()

RETRY_AFTER_SECONDS: Final = 30
"""Seconds after which one of many runs may have ended."""


async def task_of_earlier_request(session: Session, terms: Terms, task: TaskRow) -> TaskRow | None:
    """Return the task that the same request made before; if there is none, record `task` for the key.

    Requests with the same key wait here until this transaction has ended. Raises Conflict for another body.
    """
    if terms.once is None:
        return None
    once = terms.once
    earlier = await idempotency.note(session, once.user_id, once.key, once.body_hash, task.task_id)
    if earlier is None:
        return None
    if earlier.body_hash != once.body_hash:
        message = "This Idempotency-Key was used for another request: use a new key."
        raise Conflict(message, task_id=earlier.task_id)
    return await tasks.get_task(session, earlier.task_id)


async def forget(session: Session, terms: Terms) -> None:
    """Drop the recorded key of a request that makes no task."""
    if terms.once is not None:
        await idempotency.drop(session, terms.once.user_id, terms.once.key)


async def admit(session: Session, terms: Terms, user_id: str) -> None:
    """Check that this user may have one more active run, and hold the user until the end of the transaction.

    Raises LimitReached.
    """
    if terms.most_active is None:
        return
    await limits.lock_user(session, user_id)
    active = await limits.count_active(session, user_id)
    if active >= terms.most_active:
        raise LimitReached(
            f"{active} runs are active, and the limit is {terms.most_active}: wait for one to end, or cancel one.",
            retry_after=RETRY_AFTER_SECONDS,
        )
