"""Counting the active runs of a user, for the limit of a request."""

from sqlalchemy import text

from repository.db.database import Session, execute
from repository.predicates import ACTIVE_TASK


async def lock_user(session: Session, user_id: str) -> None:
    """Serialize the requests of a user while their active tasks are counted; the first lock of a request."""
    await execute(
        session, text("SELECT pg_advisory_xact_lock(hashtextextended('requests of ' || :id, 0))"), {"id": user_id}
    )


async def count_active(session: Session, user_id: str) -> int:
    """Return the number of active tasks of a user."""
    count = await execute(
        session,
        text(f"""
            SELECT count(*) FROM roadmap_tasks t WHERE t.user_id = :user_id AND {ACTIVE_TASK}"""),
        {"user_id": user_id},
    )
    return int(count.scalar_one())
