"""Learning progress. Rows name users and concepts only, so that retries and edits never change them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import delete, func, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from domain.learners.progress import LEARNED, ConceptMark
from repository.db.database import Session, execute
from repository.tables.users import LearningRow, QuizAttemptRow


class Tries(NamedTuple):
    """All attempts of a learner at the quiz of a concept, over all its versions."""

    attempts: int
    best_score: float
    """Fraction of correct answers, 0 to 1."""
    last_at: datetime


async def set_mark(session: Session, user_id: str, roadmap_id: str, concept_id: str, mark: ConceptMark) -> None:
    """Mark a concept. The same mark again changes nothing, nor its time."""
    row = insert(LearningRow).values(user_id=user_id, roadmap_id=roadmap_id, concept_id=concept_id, mark=mark)
    await session.exec(
        row.on_conflict_do_update(
            index_elements=["user_id", "roadmap_id", "concept_id"],
            set_={"mark": row.excluded.mark, "done_at": func.clock_timestamp()},
            where=col(LearningRow.mark) != row.excluded.mark,
        )
    )


async def remove_mark(session: Session, user_id: str, roadmap_id: str, concept_id: str) -> None:
    """Remove the mark of a concept."""
    await session.exec(
        delete(LearningRow)
        .where(
            col(LearningRow.user_id) == user_id,
            col(LearningRow.roadmap_id) == roadmap_id,
            col(LearningRow.concept_id) == concept_id,
        )
        .execution_options(synchronize_session=False)
    )


class Marked(NamedTuple):
    """The mark of a concept, and when it was set."""

    mark: ConceptMark
    at: datetime


async def marks(session: Session, user_id: str, roadmap_ids: Sequence[str]) -> dict[str, dict[str, Marked]]:
    """Return the marks of concepts, by roadmap and concept id, including concepts that were removed since."""
    statement = select(LearningRow).where(
        LearningRow.user_id == user_id, col(LearningRow.roadmap_id).in_(list(roadmap_ids))
    )
    found: dict[str, dict[str, Marked]] = {roadmap_id: {} for roadmap_id in roadmap_ids}
    for row in (await session.exec(statement)).all():
        found[row.roadmap_id][row.concept_id] = Marked(ConceptMark(row.mark), row.done_at)
    return found


async def done(session: Session, user_id: str, roadmap_ids: Sequence[str]) -> dict[str, dict[str, datetime]]:
    """Return when concepts were learned, by roadmap and concept id, including concepts that were removed since."""
    return {
        roadmap_id: {concept_id: marked.at for concept_id, marked in concepts.items() if marked.mark in LEARNED}
        for roadmap_id, concepts in (await marks(session, user_id, roadmap_ids)).items()
    }


_LAST_USED: Final = text("""
    SELECT m.roadmap_id FROM roadmap_metadata m LEFT JOIN (
        SELECT roadmap_id, max(at) AS at FROM (
            SELECT roadmap_id, max(done_at) AS at FROM learning_progress WHERE user_id = :user_id GROUP BY roadmap_id
            UNION ALL
            SELECT roadmap_id, max(created_at) FROM quiz_attempts WHERE user_id = :user_id GROUP BY roadmap_id) AS steps
        GROUP BY roadmap_id) AS used USING (roadmap_id)
    WHERE m.user_id = :user_id AND m.deleted_at IS NULL AND m.framework_version > 0
    ORDER BY used.at DESC NULLS LAST, m.created_at DESC, m.roadmap_id DESC LIMIT :limit""")


async def last_used(session: Session, user_id: str, limit: int = 5) -> list[str]:
    """Return the ids of a user's own roadmaps with a plan, the one first in which the user learned last."""
    rows = await execute(session, _LAST_USED, {"user_id": user_id, "limit": limit})
    return [row.roadmap_id for row in rows]


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
