"""Contents: one row holds the state of each content; versions are append-only.

Another task may claim a content at any time. So a run updates a row only `WHERE` its task and attempt are its own; if
no row matches, another task has claimed the content, and the run leaves it alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import col, select

from domain.checks.code_runs import BlockRun
from domain.checks.findings import Finding
from domain.content_types import CONTENT_SPECS
from domain.vocabulary import ContentStatus, ContentType
from repository.db.database import Session, execute
from repository.db.fence import Fence
from repository.ledger.calls import JSON_COLUMNS, RECORD, Call, parameters
from repository.predicates import (
    COMPLETED_CONTENT,
    INCOMPLETE_CONTENT,
    STRUCTURAL_TASK,
    UNFINISHED_CONTENT,
    hash_of,
    payload_hash,
)
from repository.runs.held_time import HELD
from repository.tables.roadmaps import ContentRow


@dataclass(frozen=True, slots=True)
class ContentCounts:
    """Numbers of the contents that name a task, and the time that it took."""

    total: int
    completed: int
    failed: int
    seconds: float
    """Seconds for which workers held the task, by the database's clock, without the queue and reviews."""
    waited: float
    """Seconds for which the task waited for reviews."""


@dataclass(frozen=True, slots=True)
class SavedVersion:
    """A version of a content that was saved."""

    version: int
    payload_hash: str


_INSERT: Final = text("""
    INSERT INTO concept_contents (roadmap_id, concept_id, content_type, task_id, attempt)
    SELECT :roadmap_id, concept_id, content_type, :task_id, :attempt
    FROM unnest(CAST(:concept_ids AS text[])) AS concept_id, unnest(CAST(:types AS text[])) AS content_type
    ON CONFLICT DO NOTHING""")


def _insert_parameters(
    roadmap_id: str, concept_ids: Sequence[str], task_id: str | None, attempt: int
) -> dict[str, Any]:
    return {
        "roadmap_id": roadmap_id,
        "concept_ids": list(concept_ids),
        "types": [*ContentType],
        "task_id": task_id,
        "attempt": attempt,
    }


async def insert_contents(session: Session, fence: Fence, roadmap_id: str, concept_ids: Sequence[str]) -> None:
    """Insert the contents of an accepted framework, claimed by its run; existing ones stay as they are."""
    await execute(session, _INSERT, _insert_parameters(roadmap_id, concept_ids, fence.task_id, fence.attempt))


async def ensure_contents(session: Session, roadmap_id: str, concept_ids: Sequence[str]) -> None:
    """Insert the missing contents of concepts, without a task."""
    await execute(session, _INSERT, _insert_parameters(roadmap_id, concept_ids, None, 0))


_UNFINISHED: Final = f"c.task_id = :task_id AND {UNFINISHED_CONTENT}"


async def _lock_in_order(session: Session, condition: str, values: dict[str, Any]) -> None:
    """Lock rows before they are changed together, in the order of `lock_contents`, so that the two cannot deadlock."""
    order = "ORDER BY concept_id, content_type"
    await execute(session, text(f"SELECT FROM concept_contents c WHERE {condition} {order} FOR UPDATE"), values)


async def adopt_contents(session: Session, fence: Fence) -> None:
    """Assign the unfinished contents of the task to the attempt that starts now."""
    await _lock_in_order(session, _UNFINISHED, {"task_id": fence.task_id})
    await execute(
        session,
        text(f"""
            UPDATE concept_contents c SET attempt = :attempt, updated_at = clock_timestamp()
            WHERE task_id = :task_id AND attempt <> :attempt AND {UNFINISHED_CONTENT}"""),
        {"task_id": fence.task_id, "attempt": fence.attempt},
    )


async def lock_contents_of(
    session: Session, roadmap_id: str, content_type: ContentType, concept_ids: Sequence[str]
) -> None:
    """Lock several contents of one type before they are saved in one transaction."""
    await _lock_in_order(
        session,
        "roadmap_id = :roadmap_id AND content_type = :content_type AND concept_id = ANY(:concept_ids)",
        {"roadmap_id": roadmap_id, "content_type": content_type, "concept_ids": list(concept_ids)},
    )


async def begin_contents(session: Session, fence: Fence, content_type: ContentType) -> list[str]:
    """Mark the unfinished contents of this type that the run holds as `generating`; return their concept ids."""
    parameters = {"task_id": fence.task_id, "content_type": content_type}
    await _lock_in_order(session, f"{_UNFINISHED} AND content_type = :content_type", parameters)
    rows = await execute(
        session,
        text(f"""
            UPDATE concept_contents c SET status = '{ContentStatus.GENERATING}', updated_at = clock_timestamp()
            WHERE task_id = :task_id AND attempt = :attempt AND content_type = :content_type
                AND {UNFINISHED_CONTENT} RETURNING concept_id"""),
        {"task_id": fence.task_id, "attempt": fence.attempt, "content_type": content_type},
    )
    return [row.concept_id for row in rows]


_SAVE_VERSION: Final = text(f"""
    WITH recorded AS ({RECORD}),
    updated AS (
        UPDATE concept_contents c SET status = '{ContentStatus.COMPLETED}', version = version + 1, last_error = NULL,
            updated_at = clock_timestamp()
        WHERE roadmap_id = :roadmap_id AND concept_id = :concept_id AND content_type = :content_type
            AND task_id = :task_id AND attempt = :attempt AND {UNFINISHED_CONTENT} RETURNING version)
    INSERT INTO content_versions (roadmap_id, concept_id, content_type, version, payload, task_id, author, doubts,
        code_report, payload_hash, lesson_hash)
    SELECT :roadmap_id, :concept_id, :content_type, version, :payload, :task_id, :model, :doubts,
        :code, {payload_hash(":payload")}, :lesson_hash FROM updated
    RETURNING version, payload_hash""").bindparams(
    *JSON_COLUMNS,
    bindparam("payload", type_=JSONB),
    bindparam("doubts", type_=JSONB),
    bindparam("code", type_=JSONB(none_as_null=True)),
)

_SAVED_BEFORE: Final = text(f"""
    SELECT v.version, {hash_of("v")} AS payload_hash FROM concept_contents c
    JOIN content_versions v USING (roadmap_id, concept_id, content_type, version)
    WHERE c.roadmap_id = :roadmap_id AND c.concept_id = :concept_id AND c.content_type = :content_type
        AND c.task_id = :task_id AND c.attempt = :attempt AND c.status = '{ContentStatus.COMPLETED}'""")


async def save_version(
    session: Session,
    fence: Fence,
    roadmap_id: str,
    concept_id: str,
    content_type: ContentType,
    payload: dict[str, Any],
    call: Call,
    doubts: Sequence[Finding] = (),
    code: Sequence[BlockRun] | None = None,
    lesson_hash: str | None = None,
) -> SavedVersion | None:
    """Save a content's version, its doubts, what became of its code, status and ledger row in one statement.

    `lesson_hash`: of the lesson that it was made from; None where it was made without one.

    Returns the new version, or None if another task has claimed the content. When it is repeated because the
    confirmation of a commit was lost, it returns the version saved before: an attempt saves each content once.
    """
    content: dict[str, Any] = {"roadmap_id": roadmap_id, "concept_id": concept_id, "content_type": content_type}
    content |= {"task_id": fence.task_id, "attempt": fence.attempt}
    result = await execute(
        session,
        _SAVE_VERSION,
        {
            **parameters(call),
            **content,
            "payload": payload,
            "doubts": [{"rule": doubt.rule, "message": doubt.message, "part": doubt.part} for doubt in doubts],
            "code": None if code is None else [run.model_dump(mode="json") for run in code],
            "lesson_hash": lesson_hash,
        },
    )
    saved = result.one_or_none() or (await execute(session, _SAVED_BEFORE, content)).one_or_none()
    return None if saved is None else SavedVersion(saved.version, saved.payload_hash)


_SETTLED: Final = f"""status = CASE WHEN version > 0 THEN '{ContentStatus.COMPLETED}' ELSE '{ContentStatus.FAILED}' END,
    last_error = :reason"""


async def fail_content(
    session: Session, fence: Fence, roadmap_id: str, concept_id: str, content_type: ContentType, reason: str
) -> None:
    """Store that the run could not write a content; readers keep seeing an older version."""
    await execute(
        session,
        text(f"""
            UPDATE concept_contents c SET {_SETTLED}, updated_at = clock_timestamp()
            WHERE roadmap_id = :roadmap_id AND concept_id = :concept_id AND content_type = :content_type
                AND task_id = :task_id AND attempt = :attempt AND {UNFINISHED_CONTENT}"""),
        {
            "roadmap_id": roadmap_id,
            "concept_id": concept_id,
            "content_type": content_type,
            "reason": reason,
            "task_id": fence.task_id,
            "attempt": fence.attempt,
        },
    )


async def settle_contents(session: Session, task_id: str, reason: str) -> None:
    """Settle the unfinished contents of a task that becomes final, under its exclusive lock."""
    await _lock_in_order(session, _UNFINISHED, {"task_id": task_id})
    await execute(
        session,
        text(f"""
            UPDATE concept_contents c SET {_SETTLED}, updated_at = clock_timestamp()
            WHERE {_UNFINISHED}"""),
        {"task_id": task_id, "reason": reason},
    )


async def reopen_contents(session: Session, task_id: str) -> None:
    """Set the failed and unfinished contents of a resumed task to `pending`."""
    incomplete = f"c.task_id = :task_id AND {INCOMPLETE_CONTENT}"
    await _lock_in_order(session, incomplete, {"task_id": task_id})
    await execute(
        session,
        text(f"""
            UPDATE concept_contents c SET status = '{ContentStatus.PENDING}', last_error = NULL,
                updated_at = clock_timestamp()
            WHERE {incomplete}"""),
        {"task_id": task_id},
    )


async def count_contents(session: Session, task_id: str) -> ContentCounts:
    """Count the contents that name the task now, by status.

    A content whose retry failed counts as failed although its older version stays. A content that the task completed
    still counts if another task has claimed it since, or if its concept was removed.
    """
    row = (
        await execute(
            session,
            text(f"""
                WITH task AS (SELECT * FROM roadmap_tasks WHERE task_id = :task_id),
                gone AS (
                    SELECT count(*) AS number
                    FROM task t JOIN content_versions v ON v.roadmap_id = t.roadmap_id AND v.task_id = t.task_id
                    LEFT JOIN concept_contents c ON c.roadmap_id = v.roadmap_id AND c.concept_id = v.concept_id
                        AND c.content_type = v.content_type
                    WHERE c.task_id IS DISTINCT FROM t.task_id
                        AND (c.concept_id IS NOT NULL OR NOT {STRUCTURAL_TASK})),
                reviews AS (
                    SELECT coalesce(sum(extract(epoch FROM coalesce(answered.at, clock_timestamp()) - e.created_at)), 0)
                        AS waited
                    FROM task t JOIN task_events e ON e.task_id = t.task_id AND e.type = 'review_requested'
                    LEFT JOIN LATERAL (
                        SELECT min(a.created_at) AS at FROM task_events a WHERE a.task_id = e.task_id
                            AND a.sequence > e.sequence AND a.type IN ('review_decided', 'run_finished')
                    ) AS answered ON true
                    WHERE t.review IS NOT NULL)
                SELECT count(*) + (SELECT number FROM gone) AS total,
                    count(*) FILTER (WHERE {COMPLETED_CONTENT} AND last_error IS NULL)
                        + (SELECT number FROM gone) AS completed,
                    count(*) FILTER (WHERE last_error IS NOT NULL) AS failed,
                    (SELECT {HELD} FROM task t) AS seconds,
                    (SELECT waited FROM reviews) AS waited
                FROM concept_contents c WHERE task_id = :task_id"""),
            {"task_id": task_id},
        )
    ).one()
    return ContentCounts(row.total, row.completed, row.failed, float(row.seconds), float(row.waited))


async def failures(session: Session, task_id: str) -> Sequence[ContentRow]:
    """Return the contents that a task failed to write, with their reasons."""
    statement = (
        select(ContentRow)
        .where(ContentRow.task_id == task_id, col(ContentRow.last_error).is_not(None))
        .order_by(ContentRow.concept_id, ContentRow.content_type)
    )
    return (await session.exec(statement)).all()


async def languages_written(session: Session, task_id: str) -> dict[str, int]:
    """Return the number of contents of a task by the language that their author declared."""
    declaring = [content_type for content_type, spec in CONTENT_SPECS.items() if spec.declares_language]
    rows = await execute(
        session,
        text("""
            SELECT v.payload ->> 'language' AS language, count(*) AS contents
            FROM concept_contents c JOIN content_versions v USING (roadmap_id, concept_id, content_type, version)
            WHERE c.task_id = :task_id AND v.task_id = :task_id AND c.content_type = ANY(:content_types)
            GROUP BY 1"""),
        {"task_id": task_id, "content_types": declaring},
    )
    return {row.language: row.contents for row in rows if row.language}
