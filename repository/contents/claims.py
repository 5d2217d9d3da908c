"""Claims: find the contents that a request may work on, and assign them to its task.

The rows are locked before they are claimed, so that only one of two concurrent requests gets a content.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from domain.vocabulary import ContentStatus, ContentType
from repository.db.database import Session, execute
from repository.db.fence import Fence
from repository.predicates import LIVE, OUT_OF_DATE_CONTENT, UNFINISHED_CONTENT


@dataclass(frozen=True, slots=True)
class Claimable:
    """A locked content. `holder`: the live task that works on it, if any."""

    concept_id: str
    content_type: str
    """It may be of a type that this program does not have."""
    needs_generation: bool
    """Whether it failed or is stale, and so needs to be generated again."""
    holder: str | None
    has_version: bool = True
    out_of_date: bool = False
    """Whether its newest version was made from another lesson than the newest one."""


async def lock_contents(
    session: Session,
    roadmap_id: str,
    content_types: Sequence[ContentType] | None = None,
    concept_id: str | None = None,
) -> list[Claimable]:
    """Lock contents in a fixed order and return them with their holders. `content_types`: None for all that exist.

    Two statements, since the snapshot of one would be older than its locks.
    """
    parameters = {
        "roadmap_id": roadmap_id,
        "content_types": content_types and list(content_types),
        "concept_id": concept_id,
    }
    where = """c.roadmap_id = :roadmap_id
        AND (CAST(:content_types AS text[]) IS NULL OR c.content_type = ANY(:content_types))
        AND (CAST(:concept_id AS text) IS NULL OR c.concept_id = :concept_id)
        ORDER BY c.concept_id, c.content_type"""
    await execute(session, text(f"SELECT FROM concept_contents c WHERE {where} FOR UPDATE"), parameters)
    rows = await execute(
        session,
        text(f"""
            SELECT c.concept_id, c.content_type, c.status, t.task_id AS holder, c.version > 0 AS has_version,
                {OUT_OF_DATE_CONTENT} AS out_of_date
            FROM concept_contents c
            LEFT JOIN roadmap_tasks t
                ON t.task_id = c.task_id AND {UNFINISHED_CONTENT} AND {LIVE}
            WHERE {where}"""),
        parameters,
    )
    return [
        Claimable(
            row.concept_id,
            row.content_type,
            row.status != ContentStatus.COMPLETED and not row.holder,
            row.holder,
            row.has_version,
            row.out_of_date,
        )
        for row in rows
    ]


async def retire_contents(session: Session, roadmap_id: str, removed: Sequence[Claimable]) -> None:
    """Delete the contents of concepts that were removed from the framework; their versions stay readable."""
    await execute(
        session,
        text("""
            DELETE FROM concept_contents WHERE roadmap_id = :roadmap_id AND concept_id = ANY(:concept_ids)"""),
        {"roadmap_id": roadmap_id, "concept_ids": sorted({content.concept_id for content in removed})},
    )


async def claim_contents(session: Session, fence: Fence, roadmap_id: str, contents: Sequence[Claimable]) -> None:
    """Assign locked contents to the task; readers keep seeing their newest version."""
    await execute(
        session,
        text(f"""
            UPDATE concept_contents SET task_id = :task_id, attempt = :attempt, status = '{ContentStatus.PENDING}',
                last_error = NULL, updated_at = clock_timestamp()
            FROM unnest(CAST(:concept_ids AS text[]), CAST(:content_types AS text[])) AS claimed (id, type)
            WHERE roadmap_id = :roadmap_id AND concept_id = claimed.id AND content_type = claimed.type"""),
        {
            "task_id": fence.task_id,
            "attempt": fence.attempt,
            "roadmap_id": roadmap_id,
            "concept_ids": [content.concept_id for content in contents],
            "content_types": [content.content_type for content in contents],
        },
    )
