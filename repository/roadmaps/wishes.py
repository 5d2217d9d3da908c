"""Wishes for contents: each is of one request, and holds for every later version until it is taken back."""

from collections.abc import Sequence

from sqlalchemy import func, text, update
from sqlmodel import col, select

from domain.vocabulary import ContentType
from repository.db.database import Session, execute
from repository.tables.roadmaps import WishRow


async def add_wishes(
    session: Session, task_id: str, roadmap_id: str, contents: Sequence[tuple[str, str]], wish: str
) -> None:
    """Store the wish of a request for its contents, as (concept id, content type)."""
    await execute(
        session,
        text("""
            INSERT INTO content_wishes (roadmap_id, concept_id, content_type, task_id, wish)
            SELECT :roadmap_id, concept_id, content_type, :task_id, :wish
            FROM unnest(CAST(:concept_ids AS text[]), CAST(:types AS text[])) AS content (concept_id, content_type)
            ON CONFLICT DO NOTHING"""),
        {
            "roadmap_id": roadmap_id,
            "task_id": task_id,
            "wish": wish,
            "concept_ids": [concept_id for concept_id, _ in contents],
            "types": [str(content_type) for _, content_type in contents],
        },
    )


async def wishes_of(session: Session, roadmap_id: str, concept_id: str, content_type: ContentType) -> Sequence[WishRow]:
    """Return the wishes for a content, oldest first, also those that were taken back."""
    statement = select(WishRow).where(
        WishRow.roadmap_id == roadmap_id, WishRow.concept_id == concept_id, WishRow.content_type == content_type
    )
    return (await session.exec(statement.order_by(col(WishRow.created_at), WishRow.task_id))).all()


async def wishes_that_hold(session: Session, roadmap_id: str, concept_id: str) -> Sequence[WishRow]:
    """Return the wishes for all contents of a concept that were not taken back, oldest first."""
    statement = select(WishRow).where(
        WishRow.roadmap_id == roadmap_id, WishRow.concept_id == concept_id, col(WishRow.withdrawn_at).is_(None)
    )
    return (await session.exec(statement.order_by(col(WishRow.created_at), WishRow.task_id))).all()


async def withdraw_wish(
    session: Session, roadmap_id: str, concept_id: str, content_type: ContentType, task_id: str
) -> None:
    """Take back the wish of a task; a second call changes nothing."""
    await session.exec(
        update(WishRow)
        .where(
            col(WishRow.roadmap_id) == roadmap_id,
            col(WishRow.concept_id) == concept_id,
            col(WishRow.content_type) == content_type,
            col(WishRow.task_id) == task_id,
            col(WishRow.withdrawn_at).is_(None),
        )
        .values(withdrawn_at=func.clock_timestamp())
    )


async def earlier_wishes(
    session: Session, task_id: str, roadmap_id: str, content_type: ContentType, concept_ids: Sequence[str]
) -> dict[str, list[str]]:
    """Return the wishes of other tasks that hold for contents of a type, by concept id, oldest first."""
    rows = await execute(
        session,
        text("""
            SELECT concept_id, wish FROM content_wishes
            WHERE roadmap_id = :roadmap_id AND concept_id = ANY(:concept_ids) AND content_type = :content_type
                AND task_id <> :task_id AND withdrawn_at IS NULL
            ORDER BY created_at, task_id"""),
        {
            "roadmap_id": roadmap_id,
            "concept_ids": list(concept_ids),
            "content_type": content_type,
            "task_id": task_id,
        },
    )
    wishes: dict[str, list[str]] = {}
    for row in rows:
        wishes.setdefault(row.concept_id, []).append(row.wish)
    return wishes


async def wishes_of_task(
    session: Session, task_id: str, roadmap_id: str, content_type: ContentType, concept_ids: Sequence[str]
) -> dict[str, str]:
    """Return the wishes of a task itself that hold for contents of a type, by concept id."""
    statement = select(WishRow).where(
        WishRow.roadmap_id == roadmap_id,
        WishRow.task_id == task_id,
        WishRow.content_type == content_type,
        col(WishRow.concept_id).in_(concept_ids),
        col(WishRow.withdrawn_at).is_(None),
    )
    return {row.concept_id: row.wish for row in (await session.exec(statement)).all()}
