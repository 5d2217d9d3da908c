"""Keys of requests that may arrive several times. A key is committed together with the task that it made."""

from typing import Final, NamedTuple

from sqlalchemy import text

from repository.db.database import Session, execute

TTL: Final = "24 hours"
"""How long a repeated request is known as one."""


class Noted(NamedTuple):
    body_hash: str
    task_id: str


_NOTE: Final = text("""
    INSERT INTO idempotency_keys (user_id, key, body_hash, task_id)
    VALUES (:user_id, :key, :body_hash, :task_id) ON CONFLICT DO NOTHING""")
_KNOWN: Final = text("SELECT body_hash, task_id FROM idempotency_keys WHERE user_id = :user_id AND key = :key")
# now(), since an index cannot be asked with a clock that moves.
_SWEEP: Final = text(f"""
    DELETE FROM idempotency_keys WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM idempotency_keys WHERE created_at < now() - interval '{TTL}'
        ORDER BY created_at LIMIT 1000))""")


async def note(session: Session, user_id: str, key: str, body_hash: str, task_id: str) -> Noted | None:
    """None where the key is new and stands for `task_id` from the commit on; else what it stands for already.

    Waits for a transaction that is about to note the same key.
    """
    values = {"user_id": user_id, "key": key, "body_hash": body_hash, "task_id": task_id}
    while not (await execute(session, _NOTE, values)).rowcount:
        row = (await execute(session, _KNOWN, {"user_id": user_id, "key": key})).one_or_none()
        if row is not None:  # else it was old, and a sweep came in between
            return Noted(row.body_hash, row.task_id)
    return None


async def drop(session: Session, user_id: str, key: str) -> None:
    await execute(
        session,
        text("DELETE FROM idempotency_keys WHERE user_id = :user_id AND key = :key"),
        {"user_id": user_id, "key": key},
    )


async def sweep_keys(session: Session) -> None:
    """Forget old ones, a thousand at a time."""
    await execute(session, _SWEEP, {})
