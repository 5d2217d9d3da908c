"""Read-only queries for contents and their versions."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col, select

from domain.content_types import CONTENT_SPECS
from domain.course.lesson_use import LESSON
from domain.vocabulary import ContentStatus, ContentType
from repository.db.database import Session, execute
from repository.predicates import (
    KNOWN_CONTENT,
    LIVE,
    OUT_OF_DATE_CONTENT,
    PROCESSING_TASK,
    STALE_CONTENT,
    UNFINISHED_CONTENT,
)
from repository.tables.roadmaps import ContentRow, ContentVersionRow


@dataclass(frozen=True, slots=True)
class ContentState:
    """The state of one content."""

    concept_id: str
    content_type: ContentType
    status: ContentStatus
    version: int
    last_error: str | None
    task_id: str | None
    stale: bool
    """Whether it is unfinished and no live task will finish it."""
    items: int
    """Number of resources or questions in the newest version; 0 for a type without items, and without a version."""
    updated_at: datetime
    out_of_date: bool = False
    """Whether its newest version was made from another lesson than the newest one. It stands beside the status."""
    in_work: bool = False
    """Whether a call for it has begun in a live run. One that is `generating` without this waits for its turn."""


async def states(session: Session, roadmap_id: str, concept_id: str | None = None) -> list[ContentState]:
    """Return all contents of a roadmap or of one concept, each with the liveness of its own task.

    Contents of types that this program does not have are left out, here and in the queries below.
    """
    fields = {content_type.value: spec.items_field for content_type, spec in CONTENT_SPECS.items()}
    rows = await execute(
        session,
        text(f"""
            WITH begun AS (
                SELECT e.task_id, e.payload ->> 'concept_id' AS concept_id, e.payload ->> 'content_type' AS content_type
                FROM roadmap_tasks t JOIN task_events e ON e.task_id = t.task_id AND e.type = 'content_started'
                    AND e.sequence > coalesce((SELECT max(s.sequence) FROM task_events s
                        WHERE s.task_id = t.task_id AND s.type = 'run_started'), 0)
                WHERE t.roadmap_id = :roadmap_id AND {PROCESSING_TASK} AND {LIVE})
            SELECT c.concept_id, c.content_type, c.status, c.version, c.last_error, c.task_id, c.updated_at,
                {STALE_CONTENT} AS stale, {OUT_OF_DATE_CONTENT} AS out_of_date,
                {UNFINISHED_CONTENT} AND (c.task_id, c.concept_id, c.content_type) IN (SELECT * FROM begun) AS in_work,
                CASE jsonb_typeof(listed) WHEN 'array' THEN jsonb_array_length(listed) ELSE 0 END AS items
            FROM concept_contents c LEFT JOIN content_versions v USING (roadmap_id, concept_id, content_type, version)
            CROSS JOIN LATERAL (SELECT v.payload -> (CAST(:fields AS jsonb) ->> c.content_type) AS listed) AS l
            WHERE c.roadmap_id = :roadmap_id AND {KNOWN_CONTENT}
                AND (CAST(:concept_id AS text) IS NULL OR c.concept_id = :concept_id)
            ORDER BY c.concept_id, c.content_type"""),
        {"roadmap_id": roadmap_id, "concept_id": concept_id, "fields": json.dumps(fields)},
    )
    return [
        ContentState(
            concept_id=row.concept_id,
            content_type=ContentType(row.content_type),
            status=ContentStatus(row.status),
            version=row.version,
            last_error=row.last_error,
            task_id=row.task_id,
            stale=row.stale,
            items=row.items,
            updated_at=row.updated_at,
            out_of_date=row.out_of_date,
            in_work=row.in_work,
        )
        for row in rows
    ]


async def stale_contents(session: Session, roadmap_id: str) -> list[tuple[str, ContentType, ContentStatus]]:
    """Return (concept id, content type, status) of the stale contents of a roadmap."""
    rows = await execute(
        session,
        text(f"""
            SELECT c.concept_id, c.content_type, c.status FROM concept_contents c
            WHERE c.roadmap_id = :roadmap_id AND {KNOWN_CONTENT} AND {STALE_CONTENT}
            ORDER BY c.concept_id, c.content_type"""),
        {"roadmap_id": roadmap_id},
    )
    return [(row.concept_id, ContentType(row.content_type), ContentStatus(row.status)) for row in rows]


async def out_of_date_contents(session: Session, roadmap_id: str) -> list[tuple[str, ContentType]]:
    """Return (concept id, content type) of the contents of a roadmap that were made from an older lesson."""
    rows = await execute(
        session,
        text(f"""
            SELECT c.concept_id, c.content_type FROM concept_contents c
            WHERE c.roadmap_id = :roadmap_id AND {KNOWN_CONTENT} AND {OUT_OF_DATE_CONTENT}
            ORDER BY c.concept_id, c.content_type"""),
        {"roadmap_id": roadmap_id},
    )
    return [(row.concept_id, ContentType(row.content_type)) for row in rows]


async def language_written(session: Session, roadmap_id: str) -> str:
    """Return the language of a lesson of a roadmap; empty before there is one."""
    statement = text("""
        SELECT payload ->> 'language' FROM content_versions
        WHERE roadmap_id = :roadmap_id AND content_type = :lesson LIMIT 1""")
    row = await execute(session, statement, {"roadmap_id": roadmap_id, "lesson": LESSON})
    return str(row.scalar_one_or_none() or "")


async def newest_versions(
    session: Session, roadmap_id: str, concept_id: str | None = None
) -> Sequence[ContentVersionRow]:
    """Return the newest version of each content of the framework, or of one concept, which may have been removed."""
    version = ContentVersionRow
    statement = (
        select(version)
        .ext(distinct_on(col(version.concept_id), col(version.content_type)))
        .where(version.roadmap_id == roadmap_id, col(version.content_type).in_(list(ContentType)))
        .order_by(version.concept_id, version.content_type, col(version.version).desc())
    )
    if concept_id is not None:
        statement = statement.where(version.concept_id == concept_id)
    else:
        present = select(ContentRow.concept_id).where(ContentRow.roadmap_id == roadmap_id)
        statement = statement.where(col(version.concept_id).in_(present))
    return (await session.exec(statement)).all()


async def versions_of(
    session: Session, roadmap_id: str, concept_id: str, content_type: ContentType, version: int | None = None
) -> Sequence[ContentVersionRow]:
    """Return all versions of a content, newest first, or only the given one."""
    row = ContentVersionRow
    statement = select(row).where(
        row.roadmap_id == roadmap_id, row.concept_id == concept_id, row.content_type == content_type
    )
    if version is not None:
        statement = statement.where(row.version == version)
    return (await session.exec(statement.order_by(col(row.version).desc()))).all()
