"""Roadmaps and their frameworks. Tasks refer to roadmaps, never the other way round."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Text, case, cast, func, text, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlmodel import col, select

from domain.course.book import CourseBook
from domain.errors import Conflict, InvalidInput
from domain.framework import Framework
from domain.text.parse_stored import read_stored
from repository.contents.contents import ensure_contents
from repository.db.database import Session, execute
from repository.predicates import KNOWN_CONTENT, OUT_OF_DATE_CONTENT
from repository.roadmaps.books import book_for
from repository.runs.tasks import no_such_roadmap
from repository.tables.roadmaps import FrameworkVersionRow, RoadmapRow


async def reserve_roadmap(
    session: Session, roadmap_id: str, user_id: str, title: str, pace: dict[str, Any] | None = None
) -> None:
    """Insert the row of a creation request, which reserves the id. Raises Conflict if the id exists."""
    if not await _insert(session, roadmap_id, user_id, title, pace):
        raise Conflict(f"Roadmap {roadmap_id} already exists.")


async def save_draft(session: Session, framework: Framework) -> None:
    """Store the draft of a running creation. An accepted framework is not changed."""
    await session.exec(
        update(RoadmapRow)
        .where(col(RoadmapRow.roadmap_id) == framework.roadmap_id, col(RoadmapRow.framework_version) == 0)
        .values(updated_at=func.clock_timestamp(), **_columns(framework))
        .execution_options(synchronize_session=False)
    )


async def save_roadmap_metadata(session: Session, roadmap_id: str, user_id: str, framework: Framework) -> int:
    """Insert or update a roadmap's framework; return its framework_version.

    The framework of a reserved roadmap is a draft (version 0), which the next call replaces. The framework of a new
    roadmap is accepted at once (version 1), with pending contents. If an accepted framework changes, the old one moves
    to `framework_versions`, and the new one gets the next version. Raises InvalidInput for an id with a slash.
    """
    if await _insert(session, roadmap_id, user_id, framework.title):
        concept_ids = [concept.concept_id for concept in framework.concepts()]
        await ensure_contents(session, roadmap_id, concept_ids)
        return await accept_framework(session, framework, expected_version=0)
    row = await _locked(session, roadmap_id)
    if row.framework_version == 0:
        await _write(session, row, framework, None, version=0)
    elif row.framework_data != framework.model_copy(update=_own_title(row)).model_dump(mode="json"):
        return await accept_framework(session, framework, expected_version=row.framework_version)
    return row.framework_version


async def accept_framework(
    session: Session, framework: Framework, *, expected_version: int, book: CourseBook | None = None
) -> int:
    """Make `framework` the accepted one of its roadmap and return its version; keep the old one as a version.

    `book`: its course book; None: the present one, if any, without the plans of removed concepts. A structure and a
    book that are the present ones keep their version.

    Raises Conflict if the roadmap is no longer at `expected_version`.
    """
    row = await _locked(session, framework.roadmap_id)
    if row.framework_version != expected_version:
        raise Conflict(
            f"Roadmap {framework.roadmap_id} is at version {row.framework_version} of its structure now; "
            f"this run changed version {expected_version}. Start again from the current one."
        )
    is_same = row.framework_data == framework.model_dump(mode="json")
    if expected_version > 0 and is_same and (book is None or row.course_book == book.model_dump(mode="json")):
        return expected_version
    if expected_version > 0 and row.framework_data is not None:
        session.add(
            FrameworkVersionRow(
                roadmap_id=row.roadmap_id,
                version=expected_version,
                framework_data=row.framework_data,
                course_book=row.course_book,
            )
        )
        await session.flush()
    await _write(session, row, framework, book, version=expected_version + 1)
    return expected_version + 1


async def get_roadmap_metadata(
    session: Session,
    roadmap_id: str,
    *,
    owner: str | None = None,
    for_update: bool = False,
    for_share: bool = False,
) -> RoadmapRow:
    """Return the stored row of a roadmap, without the statuses of its contents. Raises NotFound.

    `owner`: only a roadmap of this user.
    """
    statement = select(RoadmapRow).where(RoadmapRow.roadmap_id == roadmap_id)
    if owner is not None:
        statement = statement.where(RoadmapRow.user_id == owner)
    if for_update or for_share:
        statement = statement.with_for_update(read=for_share)
    row = (await session.exec(statement.execution_options(populate_existing=True))).one_or_none()
    if row is None:
        raise no_such_roadmap(roadmap_id)
    return row


async def lock_roadmap(session: Session, roadmap_id: str) -> RoadmapRow:
    """Take a shared lock of a roadmap, so that it is neither edited nor binned before the transaction ends.

    Order of locks: after those of tasks, before those of contents. Raises NotFound, and Conflict for a roadmap in the
    bin.
    """
    return _usable(await get_roadmap_metadata(session, roadmap_id, for_share=True))


async def lock_usable(session: Session, roadmap_id: str) -> RoadmapRow:
    """Lock a roadmap to change its row. Raises NotFound, and Conflict for a roadmap in the bin."""
    return _usable(await get_roadmap_metadata(session, roadmap_id, for_update=True))


def _usable(roadmap: RoadmapRow) -> RoadmapRow:
    if roadmap.deleted_at is not None:
        raise Conflict(f"Roadmap {roadmap.roadmap_id} is in the bin; restore it first.")
    return roadmap


async def set_pace(session: Session, roadmap_id: str, pace: dict[str, Any]) -> None:
    """Set the hours a week and the deadline of a roadmap, under the lock of its row."""
    await session.exec(
        update(RoadmapRow)
        .where(col(RoadmapRow.roadmap_id) == roadmap_id)
        .values(pace=pace, updated_at=func.clock_timestamp())
        .execution_options(synchronize_session=False)
    )


async def set_title(session: Session, roadmap_id: str, title: str) -> None:
    """Give a roadmap a title of its owner's own, under the lock of its row. Its structure is no other version."""
    await execute(
        session,
        text("""
            UPDATE roadmap_metadata SET own_title = :title, title = :title, updated_at = clock_timestamp(),
                framework_data = jsonb_set(framework_data, '{title}', to_jsonb(CAST(:title AS text)))
            WHERE roadmap_id = :roadmap_id"""),
        {"roadmap_id": roadmap_id, "title": title},
    )


def framework_of(row: RoadmapRow) -> Framework:
    """Return the framework of a roadmap's row. A legacy one may lack fields that are columns of the row."""
    columns = row.model_dump(include={"title", "total_estimated_hours", "recommended_completion_weeks"})
    stored = {name: value for name, value in (row.framework_data or {}).items() if value is not None}
    return read_stored(
        Framework, columns | stored | {"roadmap_id": row.roadmap_id}, f"the structure of roadmap {row.roadmap_id}"
    )


_NAMES: Final = text("""
    SELECT concept ->> 'concept_id' AS id, coalesce(concept ->> 'name', '') AS name
    FROM roadmap_metadata, jsonb_path_query(framework_data, 'lax $.stages[*].modules[*].concepts[*]')
        WITH ORDINALITY AS concepts (concept, number)
    WHERE roadmap_id = :roadmap_id ORDER BY number""")


async def concept_names(session: Session, roadmap_id: str) -> dict[str, str]:
    """Return the names of concepts by id, in learning order, without parsing the whole framework."""
    return {row.id: row.name for row in await execute(session, _NAMES, {"roadmap_id": roadmap_id})}


MAX_SEARCHED: Final = 1000
"""Roadmaps that a page of those with contents that are out of date is taken from: an index for them would slow down
every write of a content."""
_HAS_OUT_OF_DATE: Final = text(f"""EXISTS (SELECT FROM concept_contents c
    WHERE c.roadmap_id = roadmap_metadata.roadmap_id AND {KNOWN_CONTENT} AND {OUT_OF_DATE_CONTENT})""")


async def page_of_roadmaps(
    session: Session,
    *,
    user_id: str | None = None,
    binned: bool = False,
    out_of_date: bool = False,
    before: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> Sequence[RoadmapRow]:
    """Return a page of roadmaps, or of those in the bin, newest first.

    `out_of_date`: only those with contents that were made from another lesson than the newest one, of the newest
    MAX_SEARCHED. `before`: the (created_at, roadmap_id) of the last roadmap of the previous page.
    """
    in_bin = col(RoadmapRow.deleted_at)
    statement = select(RoadmapRow).where(in_bin.is_not(None) if binned else in_bin.is_(None))
    if user_id is not None:
        statement = statement.where(RoadmapRow.user_id == user_id)
    if before is not None:
        statement = statement.where(tuple_(col(RoadmapRow.created_at), col(RoadmapRow.roadmap_id)) < before)
    newest_first = col(RoadmapRow.created_at).desc(), col(RoadmapRow.roadmap_id).desc()
    if out_of_date:
        searched = statement.order_by(*newest_first).limit(MAX_SEARCHED).subquery()
        statement = select(RoadmapRow).where(
            col(RoadmapRow.roadmap_id).in_(select(searched.c.roadmap_id)), _HAS_OUT_OF_DATE
        )
    return (await session.exec(statement.order_by(*newest_first).limit(limit))).all()


async def mark_binned(session: Session, roadmap_id: str, *, binned: bool) -> None:
    """Move a roadmap into the bin or out of it, under the lock of its row."""
    await session.exec(
        update(RoadmapRow)
        .where(col(RoadmapRow.roadmap_id) == roadmap_id)
        .values(deleted_at=func.clock_timestamp() if binned else None, updated_at=func.clock_timestamp())
        .execution_options(synchronize_session=False)
    )


async def _insert(
    session: Session, roadmap_id: str, user_id: str, title: str, pace: dict[str, Any] | None = None
) -> bool:
    """Insert a roadmap unless its id exists; return whether it was inserted.

    Raises InvalidInput for an id with a slash, which cannot be a part of a URL's path.
    """
    if "/" in roadmap_id:
        raise InvalidInput("roadmap_id: the id of a roadmap cannot contain a slash.")
    statement = insert(RoadmapRow).values(roadmap_id=roadmap_id, user_id=user_id, title=title, pace=pace)
    inserted = await session.exec(statement.on_conflict_do_nothing().returning(col(RoadmapRow.roadmap_id)))
    return inserted.first() is not None


async def _locked(session: Session, roadmap_id: str) -> RoadmapRow:
    return await get_roadmap_metadata(session, roadmap_id, for_update=True)


async def _write(
    session: Session, row: RoadmapRow, framework: Framework, book: CourseBook | None, *, version: int
) -> None:
    stored = book_for(framework, book, row.course_book)
    columns = _columns(framework) | {"framework_version": version, "course_book": stored}
    await session.exec(
        update(RoadmapRow)
        .where(col(RoadmapRow.roadmap_id) == row.roadmap_id)
        .values(updated_at=func.clock_timestamp(), **columns)
        .execution_options(synchronize_session=False)
    )


def _own_title(row: RoadmapRow) -> dict[str, str]:
    return {} if row.own_title is None else {"title": row.own_title}


def _columns(framework: Framework) -> dict[str, Any]:
    """Return the columns of a structure; a title of the owner's own stays."""
    own, data = col(RoadmapRow.own_title), framework.model_dump(mode="json")
    titled = func.jsonb_set(cast(data, JSONB), cast(["title"], ARRAY(Text)), func.to_jsonb(own))
    return {
        "title": func.coalesce(own, framework.title),
        "total_estimated_hours": framework.total_estimated_hours,
        "recommended_completion_weeks": framework.recommended_completion_weeks,
        "framework_data": case((own.is_(None), cast(data, JSONB)), else_=titled),
    }
