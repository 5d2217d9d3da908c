"""Idempotency keys of requests; a key is committed together with the task that its request created."""

from typing import Final, NamedTuple

from sqlalchemy import text

from repository.db.database import Session, execute

TTL: Final = "24 hours"
"""How long a key is kept."""


class StoredKey(NamedTuple):
    """The request under a key, by the hash of its body, and the task that it created."""

    body_hash: str
    task_id: str


_INSERT: Final = text("""
    INSERT INTO idempotency_keys (user_id, key, body_hash, task_id)
    VALUES (:user_id, :key, :body_hash, :task_id) ON CONFLICT DO NOTHING""")
_SELECT: Final = text("SELECT body_hash, task_id FROM idempotency_keys WHERE user_id = :user_id AND key = :key")
# now(), since clock_timestamp() is volatile and cannot be compared by an index.
_SWEEP: Final = text(f"""
    DELETE FROM idempotency_keys WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM idempotency_keys WHERE created_at < now() - interval '{TTL}'
        ORDER BY created_at LIMIT 1000))""")


async def note(session: Session, user_id: str, key: str, body_hash: str, task_id: str) -> StoredKey | None:
    """Store a key for `task_id` unless it exists; return None if it is new, else the stored key.

    Waits for a concurrent transaction that stores the same key.
    """
    values = {"user_id": user_id, "key": key, "body_hash": body_hash, "task_id": task_id}
    while not (await execute(session, _INSERT, values)).rowcount:
        row = (await execute(session, _SELECT, {"user_id": user_id, "key": key})).one_or_none()
        if row is not None:  # otherwise a sweep has just deleted it: insert again
            return StoredKey(row.body_hash, row.task_id)
    return None


async def drop(session: Session, user_id: str, key: str) -> None:
    """Delete a key."""
    await execute(
        session,
        text("DELETE FROM idempotency_keys WHERE user_id = :user_id AND key = :key"),
        {"user_id": user_id, "key": key},
    )


async def sweep_keys(session: Session) -> None:
    """Delete expired keys, at most a thousand at a time."""
    await execute(session, _SWEEP, {})
