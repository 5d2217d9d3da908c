"""Roadmaps: reserve, save and read the framework. A roadmap names no task."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import func, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from domain.errors import Conflict, InvalidInput, NotFound
from domain.framework import Framework
from domain.text.parse_stored import read_stored
from repository.db.database import Session, execute
from repository.roadmaps.contents import ensure_contents
from repository.runs.tasks import no_such_roadmap
from repository.tables.roadmaps import FrameworkVersionRow, RoadmapRow


async def reserve_roadmap(
    session: Session, roadmap_id: str, user_id: str, title: str, pace: dict[str, Any] | None = None
) -> None:
    """The row of a creation request: reserves the id, owns and lists it. Raises Conflict where the id is taken."""
    if not await _insert(session, roadmap_id, user_id, title, pace):
        raise Conflict(f"There is already a roadmap {roadmap_id}.")


async def save_draft(session: Session, framework: Framework) -> None:
    """What a creation proposes, readable while it is under way. An accepted structure is left alone."""
    await session.exec(
        update(RoadmapRow)
        .where(col(RoadmapRow.roadmap_id) == framework.roadmap_id, col(RoadmapRow.framework_version) == 0)
        .values(updated_at=func.clock_timestamp(), **_columns(framework))
        .execution_options(synchronize_session=False)
    )


async def save_roadmap_metadata(session: Session, roadmap_id: str, user_id: str, framework: Framework) -> int:
    """Insert or update a roadmap's structure; the framework_version it has then.

    Of a reserved roadmap this is a draft (version 0), which the next one replaces. Of a roadmap that nobody reserved
    it is accepted at once (version 1), its contents waiting to be made. An accepted structure that changes is kept in
    `framework_versions` and gets the next version. Raises InvalidInput for an id with a slash.
    """
    if await _insert(session, roadmap_id, user_id, framework.title):
        concept_ids = [concept.concept_id for concept in framework.concepts()]
        await ensure_contents(session, roadmap_id, concept_ids)
        return await accept_framework(session, framework, expected_version=0)
    row = await _locked(session, roadmap_id)
    if row.framework_version == 0:
        await _write(session, roadmap_id, framework, version=0)
    elif row.framework_data != framework.model_dump(mode="json"):
        return await accept_framework(session, framework, expected_version=row.framework_version)
    return row.framework_version


async def accept_framework(session: Session, framework: Framework, *, expected_version: int) -> int:
    """Make `framework` the structure of its roadmap; its version. The one before it stays in `framework_versions`.

    Compare-and-set: raises Conflict when the roadmap is no longer at `expected_version`.
    """
    row = await _locked(session, framework.roadmap_id)
    if row.framework_version != expected_version:
        raise Conflict(
            f"Roadmap {framework.roadmap_id} has moved on to version {row.framework_version} of its structure; "
            f"this run was about version {expected_version}. Start again from the present one."
        )
    if expected_version > 0 and row.framework_data is not None:
        session.add(
            FrameworkVersionRow(roadmap_id=row.roadmap_id, version=expected_version, framework_data=row.framework_data)
        )
        await session.flush()
    await _write(session, framework.roadmap_id, framework, version=expected_version + 1)
    return expected_version + 1


async def get_roadmap_metadata(
    session: Session,
    roadmap_id: str,
    *,
    owner: str | None = None,
    for_update: bool = False,
    for_share: bool = False,
) -> RoadmapRow:
    """The row as it is stored; orchestrator/queries/status.py merges the statuses in. Raises NotFound.

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


async def hold_roadmap(session: Session, roadmap_id: str) -> RoadmapRow:
    """Nobody changes its structure, or bins it, before the transaction ends; after locks of tasks, before contents.

    Raises NotFound, and Conflict for one that lies in the bin.
    """
    return _usable(await get_roadmap_metadata(session, roadmap_id, for_share=True))


async def lock_usable(session: Session, roadmap_id: str) -> RoadmapRow:
    """For a change of its row. Raises NotFound, and Conflict for one that lies in the bin."""
    return _usable(await get_roadmap_metadata(session, roadmap_id, for_update=True))


def _usable(roadmap: RoadmapRow) -> RoadmapRow:
    if roadmap.deleted_at is not None:
        raise Conflict(f"Roadmap {roadmap.roadmap_id} is in the bin: restore it first.")
    return roadmap


async def set_pace(session: Session, roadmap_id: str, pace: dict[str, Any]) -> None:
    """Hours a week and deadline from now on; under the lock of its row."""
    await session.exec(
        update(RoadmapRow)
        .where(col(RoadmapRow.roadmap_id) == roadmap_id)
        .values(pace=pace, updated_at=func.clock_timestamp())
        .execution_options(synchronize_session=False)
    )


def framework_of(row: RoadmapRow) -> Framework:
    """The structure that a roadmap's row holds. A legacy one may lack what stands in the row beside it."""
    beside = row.model_dump(include={"title", "total_estimated_hours", "recommended_completion_weeks"})
    stored = {name: value for name, value in (row.framework_data or {}).items() if value is not None}
    return read_stored(
        Framework, beside | stored | {"roadmap_id": row.roadmap_id}, f"the structure of roadmap {row.roadmap_id}"
    )


_NAMES: Final = text("""
    SELECT concept ->> 'concept_id' AS id, coalesce(concept ->> 'name', '') AS name
    FROM roadmap_metadata, jsonb_path_query(framework_data, 'lax $.stages[*].modules[*].concepts[*]')
        WITH ORDINALITY AS found (concept, number)
    WHERE roadmap_id = :roadmap_id ORDER BY number""")


async def concept_names(session: Session, roadmap_id: str) -> dict[str, str]:
    """Names by concept id, in learning order, without the time that it takes to read the whole structure."""
    return {row.id: row.name for row in await execute(session, _NAMES, {"roadmap_id": roadmap_id})}


async def page_of_roadmaps(
    session: Session,
    *,
    user_id: str | None = None,
    binned: bool = False,
    before: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> Sequence[RoadmapRow]:
    """Roadmaps, or those in the bin, newest first; `before` is the (created_at, roadmap_id) of the last one seen."""
    in_bin = col(RoadmapRow.deleted_at)
    statement = select(RoadmapRow).where(in_bin.is_not(None) if binned else in_bin.is_(None))
    if user_id is not None:
        statement = statement.where(RoadmapRow.user_id == user_id)
    if before is not None:
        statement = statement.where(tuple_(col(RoadmapRow.created_at), col(RoadmapRow.roadmap_id)) < before)
    newest_first = col(RoadmapRow.created_at).desc(), col(RoadmapRow.roadmap_id).desc()
    return (await session.exec(statement.order_by(*newest_first).limit(limit))).all()


async def mark_binned(session: Session, roadmap_id: str, *, binned: bool) -> None:
    """Into the bin, or out of it; under the lock of its row."""
    await session.exec(
        update(RoadmapRow)
        .where(col(RoadmapRow.roadmap_id) == roadmap_id)
        .values(deleted_at=func.clock_timestamp() if binned else None, updated_at=func.clock_timestamp())
        .execution_options(synchronize_session=False)
    )


class Structure(NamedTuple):
    """One accepted structure of a roadmap; `replaced_at`: when the next one took its place."""

    version: int
    title: str
    concepts: int
    replaced_at: datetime | None


_CONCEPTS: Final = (
    "jsonb_array_length(jsonb_path_query_array(framework_data, 'lax $.stages[*].modules[*].concepts[*]'))"
)
_STRUCTURES: Final = text(f"""
    SELECT version, coalesce(framework_data ->> 'title', '') AS title,
        {_CONCEPTS} AS concepts,
        created_at AS replaced_at
    FROM framework_versions WHERE roadmap_id = :roadmap_id
    UNION ALL
    SELECT framework_version, coalesce(framework_data ->> 'title', title),
        {_CONCEPTS}, NULL
    FROM roadmap_metadata WHERE roadmap_id = :roadmap_id AND framework_version > 0 AND framework_data IS NOT NULL
    ORDER BY version DESC""")


async def structures(session: Session, roadmap_id: str) -> list[Structure]:
    """All that were ever accepted, newest first."""
    rows = await execute(session, _STRUCTURES, {"roadmap_id": roadmap_id})
    return [Structure(row.version, row.title, row.concepts, row.replaced_at) for row in rows]


async def structure_at(session: Session, roadmap: RoadmapRow, version: int) -> Framework:
    """The structure as it was in this version. Raises NotFound."""
    if version == roadmap.framework_version and roadmap.framework_data:
        return framework_of(roadmap)
    statement = select(FrameworkVersionRow).where(
        FrameworkVersionRow.roadmap_id == roadmap.roadmap_id, FrameworkVersionRow.version == version
    )
    row = (await session.exec(statement)).one_or_none()
    if row is None:
        raise NotFound(f"Roadmap {roadmap.roadmap_id} has no version {version}.")
    return framework_of(roadmap.model_copy(update={"framework_data": row.framework_data}))


async def ids_ever_used(session: Session, roadmap_id: str) -> set[str]:
    """Stage, module and concept ids of all structures that were ever accepted. (A draft's are free again.)"""
    rows = await execute(
        session,
        text("""
            SELECT id #>> '{}' AS id FROM (
                SELECT framework_data FROM roadmap_metadata
                    WHERE roadmap_id = :roadmap_id AND framework_version > 0
                UNION ALL SELECT framework_data FROM framework_versions WHERE roadmap_id = :roadmap_id) AS structures,
            unnest(ARRAY['stage_id', 'module_id', 'concept_id']) AS name,
            jsonb_path_query(framework_data, CAST('lax $.**.' || name AS jsonpath)) AS id
            UNION SELECT concept_id FROM concept_contents WHERE roadmap_id = :roadmap_id"""),
        {"roadmap_id": roadmap_id},
    )
    return {row.id for row in rows}


async def last_structure_with(session: Session, roadmap_id: str, concept_id: str) -> tuple[int, Framework] | None:
    """The newest of the older structures that has this concept, and its version."""
    rows = await execute(
        session,
        text("""
            SELECT version, framework_data FROM framework_versions WHERE roadmap_id = :roadmap_id
                AND jsonb_path_exists(framework_data, 'lax $.stages[*].modules[*].concepts[*] ? (@.concept_id == $id)',
                    jsonb_build_object('id', CAST(:concept_id AS text)))
            ORDER BY version DESC LIMIT 1"""),
        {"roadmap_id": roadmap_id, "concept_id": concept_id},
    )
    row = rows.one_or_none()
    if row is None:
        return None
    what = f"version {row.version} of the structure of roadmap {roadmap_id}"
    return row.version, read_stored(Framework, row.framework_data, what)


async def _insert(
    session: Session, roadmap_id: str, user_id: str, title: str, pace: dict[str, Any] | None = None
) -> bool:
    """Whether the id was free. Raises InvalidInput for one that the address of a page could not hold."""
    if "/" in roadmap_id:
        raise InvalidInput("roadmap_id: an id of a roadmap holds no slash.")
    statement = insert(RoadmapRow).values(roadmap_id=roadmap_id, user_id=user_id, title=title, pace=pace)
    inserted = await session.exec(statement.on_conflict_do_nothing().returning(col(RoadmapRow.roadmap_id)))
    return inserted.first() is not None


async def _locked(session: Session, roadmap_id: str) -> RoadmapRow:
    return await get_roadmap_metadata(session, roadmap_id, for_update=True)


async def _write(session: Session, roadmap_id: str, framework: Framework, *, version: int) -> None:
    await session.exec(
        update(RoadmapRow)
        .where(col(RoadmapRow.roadmap_id) == roadmap_id)
        .values(framework_version=version, updated_at=func.clock_timestamp(), **_columns(framework))
        .execution_options(synchronize_session=False)
    )


def _columns(framework: Framework) -> dict[str, Any]:
    return {
        "title": framework.title,
        "total_estimated_hours": framework.total_estimated_hours,
        "recommended_completion_weeks": framework.recommended_completion_weeks,
        "framework_data": framework.model_dump(mode="json"),
    }
