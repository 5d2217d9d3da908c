"""Claims: which contents a request may have, and whose they become.

Who claims holds the locks of the rows first, so that of two who want the same content one gets it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from domain.vocabulary import ContentStatus, ContentType
from repository.db.database import Session, execute
from repository.db.fence import Fence
from repository.predicates import LIVE, UNFINISHED_CONTENT


@dataclass(frozen=True, slots=True)
class Claimable:
    """A content that a request may want, locked; `holder` is the live task that works on it, if any."""

    concept_id: str
    content_type: ContentType
    wanted: bool
    """It failed, or is unfinished although nobody alive works on it."""
    holder: str | None


async def lock_contents(
    session: Session,
    roadmap_id: str,
    content_types: Sequence[ContentType] = tuple(ContentType),
    concept_id: str | None = None,
) -> list[Claimable]:
    """Lock contents in one order, then look who holds them: in one statement the look would be older than the lock."""
    wanted = {"roadmap_id": roadmap_id, "content_types": list(content_types), "concept_id": concept_id}
    where = """c.roadmap_id = :roadmap_id AND c.content_type = ANY(:content_types)
        AND (CAST(:concept_id AS text) IS NULL OR c.concept_id = :concept_id)
        ORDER BY c.concept_id, c.content_type"""
    await execute(session, text(f"SELECT FROM concept_contents c WHERE {where} FOR UPDATE"), wanted)
    rows = await execute(
        session,
        text(f"""
            SELECT c.concept_id, c.content_type, c.status, t.task_id AS holder FROM concept_contents c
            LEFT JOIN roadmap_tasks t
                ON t.task_id = c.task_id AND {UNFINISHED_CONTENT} AND {LIVE}
            WHERE {where}"""),
        wanted,
    )
    return [
        Claimable(
            row.concept_id,
            ContentType(row.content_type),
            row.status != ContentStatus.COMPLETED and not row.holder,
            row.holder,
        )
        for row in rows
    ]


async def retire_contents(session: Session, roadmap_id: str, removed: Sequence[Claimable]) -> None:
    """The concepts have left the framework, so their contents are nobody's to make; the versions stay readable."""
    await execute(
        session,
        text("""
            DELETE FROM concept_contents WHERE roadmap_id = :roadmap_id AND concept_id = ANY(:concept_ids)"""),
        {"roadmap_id": roadmap_id, "concept_ids": sorted({content.concept_id for content in removed})},
    )


async def claim_contents(session: Session, fence: Fence, roadmap_id: str, chosen: Sequence[Claimable]) -> None:
    """Make locked contents the task's own; their newest version stays what readers see."""
    await execute(
        session,
        text(f"""
            UPDATE concept_contents SET task_id = :task_id, attempt = :attempt, status = '{ContentStatus.PENDING}',
                last_error = NULL, updated_at = clock_timestamp()
            FROM unnest(CAST(:concept_ids AS text[]), CAST(:content_types AS text[])) AS chosen (id, type)
            WHERE roadmap_id = :roadmap_id AND concept_id = chosen.id AND content_type = chosen.type"""),
        {
            "task_id": fence.task_id,
            "attempt": fence.attempt,
            "roadmap_id": roadmap_id,
            "concept_ids": [content.concept_id for content in chosen],
            "content_types": [content.content_type for content in chosen],
        },
    )
