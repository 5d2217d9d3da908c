"""How far a learner is. Rows name users and concepts only: no retry and no edit ever touches them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import delete, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from repository.db.database import Session, execute
from repository.tables.users import LearningRow, QuizAttemptRow


class Tries(NamedTuple):
    """All attempts of a learner at the quiz of one concept, whatever its version."""

    attempts: int
    best_score: float
    """Part of the questions that was right, 0 to 1."""
    last_at: datetime


async def mark_done(session: Session, user_id: str, roadmap_id: str, concept_id: str) -> None:
    """The first time counts."""
    await session.exec(
        insert(LearningRow)
        .values(user_id=user_id, roadmap_id=roadmap_id, concept_id=concept_id)
        .on_conflict_do_nothing()
    )


async def mark_undone(session: Session, user_id: str, roadmap_id: str, concept_id: str) -> None:
    await session.exec(
        delete(LearningRow)
        .where(
            col(LearningRow.user_id) == user_id,
            col(LearningRow.roadmap_id) == roadmap_id,
            col(LearningRow.concept_id) == concept_id,
        )
        .execution_options(synchronize_session=False)
    )


async def done(session: Session, user_id: str, roadmap_ids: Sequence[str]) -> dict[str, dict[str, datetime]]:
    """When concepts were done, by roadmap and concept; those that were removed since are among them."""
    statement = select(LearningRow).where(
        LearningRow.user_id == user_id, col(LearningRow.roadmap_id).in_(list(roadmap_ids))
    )
    found: dict[str, dict[str, datetime]] = {roadmap_id: {} for roadmap_id in roadmap_ids}
    for row in (await session.exec(statement)).all():
        found[row.roadmap_id][row.concept_id] = row.done_at
    return found


async def add_attempt(session: Session, attempt: QuizAttemptRow) -> tuple[QuizAttemptRow, bool]:
    """The attempt as it is stored under its id, and whether this was the first time that it was sent."""
    added = await session.exec(
        insert(QuizAttemptRow)
        .values(**attempt.model_dump(exclude={"created_at"}))
        .on_conflict_do_nothing()
        .returning(col(QuizAttemptRow.attempt_id))
    )
    first = added.first() is not None
    stored = select(QuizAttemptRow).where(
        QuizAttemptRow.user_id == attempt.user_id, QuizAttemptRow.attempt_id == attempt.attempt_id
    )
    return (await session.exec(stored)).one(), first


_TRIES: Final = text("""
    SELECT concept_id, count(*) AS attempts, max(correct::float8 / questions) AS best_score, max(created_at) AS last_at
    FROM quiz_attempts WHERE user_id = :user_id AND roadmap_id = :roadmap_id GROUP BY concept_id""")


async def tries(session: Session, user_id: str, roadmap_id: str) -> dict[str, Tries]:
    """By concept."""
    rows = await execute(session, _TRIES, {"user_id": user_id, "roadmap_id": roadmap_id})
    return {row.concept_id: Tries(row.attempts, row.best_score, row.last_at) for row in rows}


async def attempts(
    session: Session, user_id: str, roadmap_id: str, concept_id: str, limit: int = 50
) -> Sequence[QuizAttemptRow]:
    """The newest first."""
    row = QuizAttemptRow
    statement = (
        select(row)
        .where(row.user_id == user_id, row.roadmap_id == roadmap_id, row.concept_id == concept_id)
        .order_by(col(row.created_at).desc(), col(row.attempt_id))
        .limit(limit)
    )
    return (await session.exec(statement)).all()
