"""Structures of a roadmap that were accepted: every version is kept."""

from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import text
from sqlmodel import select

from domain.errors import NotFound
from domain.framework import Framework
from domain.text.parse_stored import read_stored
from repository.db.database import Session, execute
from repository.roadmaps.roadmaps import framework_of
from repository.tables.roadmaps import FrameworkVersionRow, RoadmapRow


class Structure(NamedTuple):
    """One accepted structure of a roadmap; `replaced_at`: when the next one was accepted."""

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
    """Return all structures of a roadmap that were ever accepted, newest first."""
    rows = await execute(session, _STRUCTURES, {"roadmap_id": roadmap_id})
    return [Structure(row.version, row.title, row.concepts, row.replaced_at) for row in rows]


async def structure_at(session: Session, roadmap: RoadmapRow, version: int) -> Framework:
    """Return one version of a roadmap's structure. Raises NotFound."""
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
    """Return the stage, module and concept ids of all structures that were ever accepted, without drafts."""
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
    """Return the newest older structure that has a concept, with its version; None if there is none."""
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
    name = f"version {row.version} of the structure of roadmap {roadmap_id}"
    return row.version, read_stored(Framework, row.framework_data, name)
