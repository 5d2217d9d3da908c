"""Learning progress. Rows name users and concepts only, so that retries and edits never change them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import delete, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from repository.db.database import Session, execute
from repository.tables.users import LearningRow, QuizAttemptRow


class Tries(NamedTuple):
    """All attempts of a learner at the quiz of a concept, over all its versions."""

    attempts: int
    best_score: float
    """Fraction of correct answers, 0 to 1."""
    last_at: datetime


async def mark_done(session: Session, user_id: str, roadmap_id: str, concept_id: str) -> None:
    """Mark a concept as done, unless it already is."""
    await session.exec(
        insert(LearningRow)
        .values(user_id=user_id, roadmap_id=roadmap_id, concept_id=concept_id)
        .on_conflict_do_nothing()
    )


async def mark_undone(session: Session, user_id: str, roadmap_id: str, concept_id: str) -> None:
    """Remove the mark that a concept is done."""
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
    """Return when concepts were done, by roadmap and concept id, including concepts that were removed since."""
    statement = select(LearningRow).where(
        LearningRow.user_id == user_id, col(LearningRow.roadmap_id).in_(list(roadmap_ids))
    )
    times: dict[str, dict[str, datetime]] = {roadmap_id: {} for roadmap_id in roadmap_ids}
    for row in (await session.exec(statement)).all():
        times[row.roadmap_id][row.concept_id] = row.done_at
    return times


async def add_attempt(session: Session, attempt: QuizAttemptRow) -> tuple[QuizAttemptRow, bool]:
    """Store an attempt unless its id exists; return the stored one, and whether it is new."""
    inserted = await session.exec(
        insert(QuizAttemptRow)
        .values(**attempt.model_dump(exclude={"created_at"}))
        .on_conflict_do_nothing()
        .returning(col(QuizAttemptRow.attempt_id))
    )
    is_new = inserted.first() is not None
    stored = select(QuizAttemptRow).where(
        QuizAttemptRow.user_id == attempt.user_id, QuizAttemptRow.attempt_id == attempt.attempt_id
    )
    return (await session.exec(stored)).one(), is_new


_TRIES: Final = text("""
    SELECT concept_id, count(*) AS attempts, max(correct::float8 / questions) AS best_score, max(created_at) AS last_at
    FROM quiz_attempts WHERE user_id = :user_id AND roadmap_id = :roadmap_id GROUP BY concept_id""")


async def tries(session: Session, user_id: str, roadmap_id: str) -> dict[str, Tries]:
    """Return a learner's results in the quizzes of a roadmap, by concept id."""
    rows = await execute(session, _TRIES, {"user_id": user_id, "roadmap_id": roadmap_id})
    return {row.concept_id: Tries(row.attempts, row.best_score, row.last_at) for row in rows}


async def attempts(
    session: Session, user_id: str, roadmap_id: str, concept_id: str, limit: int = 50
) -> Sequence[QuizAttemptRow]:
    """Return a learner's attempts at the quiz of a concept, newest first."""
    row = QuizAttemptRow
    statement = (
        select(row)
        .where(row.user_id == user_id, row.roadmap_id == roadmap_id, row.concept_id == concept_id)
        .order_by(col(row.created_at).desc(), col(row.attempt_id))
        .limit(limit)
    )
    return (await session.exec(statement)).all()
