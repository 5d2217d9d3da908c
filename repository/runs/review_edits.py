"""Changes of an open review, which leave its task where it is."""

from typing import Any

from sqlalchemy import func, update
from sqlmodel import col

from domain.vocabulary import TaskStatus
from repository.db.database import Session
from repository.tables.runs import TaskRow


async def keep_review(session: Session, task_id: str, review: dict[str, Any]) -> None:
    """Store the review of a task that waits for it, under the exclusive lock of the task."""
    await session.exec(
        update(TaskRow)
        .where(col(TaskRow.task_id) == task_id, col(TaskRow.status) == TaskStatus.HUMAN_REVIEW_PENDING)
        .values(review=review, updated_at=func.clock_timestamp())
        .execution_options(synchronize_session=False)
    )
