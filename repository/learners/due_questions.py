"""Questions that come back: those that are due, and the schedules that answers change.

Every write is a compare-and-set on the number of answers, so that of two windows one answers.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import func, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from domain.learners.spaced_repetition import AGAIN_WITHIN, NEW_WITHIN, Phase, Schedule
from repository.db.database import Session, execute
from repository.tables.learners import RepetitionAnswerRow, RepetitionRow

MAX_LISTED: Final = 500
"""Questions that are read at once."""


class Waiting(NamedTuple):
    """A question that can be asked."""

    roadmap_id: str
    concept_id: str
    question_id: str
    version: int
    """The newest version of its quiz."""
    answers: int
    """The number of its answers."""
    due_at: datetime | None
    """None for a question that was never answered."""
    kind: int
    """0: it is due; 1: it was never answered; 2: it was answered wrong and will be due within AGAIN_WITHIN."""


# Concepts that the learner has marked, except as known before, or whose quiz was answered; of these, the questions of
# the newest quiz. Concepts that were removed have no row in concept_contents.
_QUESTIONS: Final = """
    begun AS (
        SELECT roadmap_id, concept_id, min(at) AS at FROM (
            SELECT roadmap_id, concept_id, done_at AS at FROM learning_progress WHERE user_id = :user_id
            UNION ALL SELECT roadmap_id, concept_id, created_at FROM quiz_attempts WHERE user_id = :user_id) AS steps
        WHERE (roadmap_id, concept_id) NOT IN (SELECT roadmap_id, concept_id FROM learning_progress
            WHERE user_id = :user_id AND mark = 'known')
        GROUP BY roadmap_id, concept_id),
    questions AS (
        SELECT b.roadmap_id, b.concept_id, b.at, v.version, q.number, q.question ->> 'question_id' AS question_id
        FROM begun b JOIN roadmap_metadata m USING (roadmap_id)
        JOIN concept_contents c ON c.roadmap_id = b.roadmap_id AND c.concept_id = b.concept_id
            AND c.content_type = 'quiz'
        CROSS JOIN LATERAL (
            SELECT version, payload FROM content_versions v
            WHERE v.roadmap_id = b.roadmap_id AND v.concept_id = b.concept_id AND v.content_type = 'quiz'
            ORDER BY version DESC LIMIT 1) AS v
        CROSS JOIN LATERAL jsonb_path_query(v.payload, 'lax $.questions[*]') WITH ORDINALITY AS q (question, number)
        WHERE m.deleted_at IS NULL AND (CAST(:owner AS text) IS NULL OR m.user_id = :owner))"""

_WAITING: Final = text(f"""
    WITH {_QUESTIONS},
    asked AS (
        SELECT q.*, coalesce(r.answers, 0) AS answers, r.due_at,
            CASE WHEN r.answers IS NULL THEN 1 WHEN r.due_at <= :now THEN 0
                WHEN r.phase <> '{Phase.REVIEW}' AND r.due_at <= :soon THEN 2 END AS kind
        FROM questions q LEFT JOIN repetitions r ON r.user_id = :user_id AND r.roadmap_id = q.roadmap_id
            AND r.concept_id = q.concept_id AND r.question_id = q.question_id
        WHERE q.question_id IS NOT NULL)
    SELECT roadmap_id, concept_id, question_id, version, answers, due_at, kind FROM asked WHERE kind IS NOT NULL
    ORDER BY kind, due_at, at, roadmap_id, concept_id, number LIMIT {MAX_LISTED}""")

_NEXT: Final = text(f"""
    WITH {_QUESTIONS}
    SELECT min(r.due_at) FROM questions q JOIN repetitions r ON r.user_id = :user_id AND r.roadmap_id = q.roadmap_id
        AND r.concept_id = q.concept_id AND r.question_id = q.question_id""")


async def waiting(session: Session, user_id: str, now: datetime, *, owner: str | None = None) -> list[Waiting]:
    """Return the questions that a learner can be asked, in the order in which they are asked.

    `owner`: only those of roadmaps of this user. Roadmaps in the bin, removed concepts, and questions that the newest
    quiz does not have are left out.
    """
    values = {"user_id": user_id, "owner": owner, "now": now, "soon": now + AGAIN_WITHIN}
    rows = [Waiting(**row) for row in (await execute(session, _WAITING, values)).mappings()]
    return list({(row.roadmap_id, row.concept_id, row.question_id): row for row in reversed(rows)}.values())[::-1]


async def first_asked(session: Session, user_id: str, now: datetime) -> int:
    """Return how many questions a learner has answered for the first time within NEW_WITHIN."""
    row = RepetitionRow
    since = col(row.first_at) > now - NEW_WITHIN
    return (await session.exec(select(func.count()).where(row.user_id == user_id, since))).one()


async def next_due(session: Session, user_id: str, *, owner: str | None = None) -> datetime | None:
    """Return when the next question of a learner is due, of those that can be asked; None without any."""
    moment: datetime | None = (await execute(session, _NEXT, {"user_id": user_id, "owner": owner})).scalar_one()
    return moment


async def schedule_of(
    session: Session, user_id: str, roadmap_id: str, concept_id: str, question_id: str
) -> tuple[int, Schedule] | None:
    """Return how often a learner has answered a question, and its schedule; None if it never was."""
    row = await session.get(RepetitionRow, (user_id, roadmap_id, concept_id, question_id), populate_existing=True)
    if row is None:
        return None
    return row.answers, Schedule(Phase(row.phase), row.stability, row.difficulty, row.answered_at, row.due_at)


async def set_schedule(session: Session, answer: RepetitionAnswerRow, schedule: Schedule) -> bool:
    """Store the schedule after an answer; return False if the answer is not the next one to its question."""
    changed = {
        "answers": answer.number,
        "phase": schedule.phase,
        "stability": schedule.stability,
        "difficulty": schedule.difficulty,
        "answered_at": schedule.answered_at,
        "due_at": schedule.due_at,
    }
    row = RepetitionRow
    key = {
        "user_id": answer.user_id,
        "roadmap_id": answer.roadmap_id,
        "concept_id": answer.concept_id,
        "question_id": answer.question_id,
    }
    if answer.number == 1:
        inserted = insert(row).values(**key, **changed, first_at=schedule.answered_at).on_conflict_do_nothing()
        return (await session.exec(inserted.returning(col(row.question_id)))).first() is not None
    replaced = (
        update(row)
        .filter_by(**key, answers=answer.number - 1)
        .values(**changed)
        .execution_options(synchronize_session=False)
    )
    return (await session.exec(replaced.returning(col(row.question_id)))).first() is not None


async def begin(
    session: Session, user_id: str, roadmap_id: str, concept_id: str, schedules: Mapping[str, Schedule]
) -> None:
    """Store the first schedules of questions, by their ids; those that have one already keep it."""
    rows = [
        {
            "user_id": user_id,
            "roadmap_id": roadmap_id,
            "concept_id": concept_id,
            "question_id": question_id,
            "answers": 1,
            "phase": schedule.phase,
            "stability": schedule.stability,
            "difficulty": schedule.difficulty,
            "first_at": schedule.answered_at,
            "answered_at": schedule.answered_at,
            "due_at": schedule.due_at,
        }
        for question_id, schedule in sorted(schedules.items())
    ]
    if rows:
        await session.exec(insert(RepetitionRow).values(rows).on_conflict_do_nothing())


async def add_answer(session: Session, answer: RepetitionAnswerRow) -> bool:
    """Store an answer; return False if its id exists."""
    values = answer.model_dump()
    inserted = insert(RepetitionAnswerRow).values(**values).on_conflict_do_nothing()
    return (await session.exec(inserted.returning(col(RepetitionAnswerRow.answer_id)))).first() is not None


async def answer_of(session: Session, user_id: str, answer_id: str) -> RepetitionAnswerRow | None:
    """Return an answer of a learner; None if there is none with this id."""
    row = RepetitionAnswerRow
    return (await session.exec(select(row).where(row.user_id == user_id, row.answer_id == answer_id))).one_or_none()
