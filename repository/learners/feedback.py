"""Notes of learners on concepts, and reports that something in a content is wrong."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import func, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from repository.db.database import Session, execute
from repository.tables.learners import NoteRow, ReportRow


async def note_of(session: Session, user_id: str, roadmap_id: str, concept_id: str) -> NoteRow | None:
    """Return the note of a user on a concept; None without one."""
    return await session.get(NoteRow, (user_id, roadmap_id, concept_id), populate_existing=True)


async def notes_of(session: Session, user_id: str, roadmap_id: str) -> dict[str, str]:
    """Return the notes of a user on the concepts of a roadmap, by concept id."""
    rows = select(NoteRow.concept_id, NoteRow.note).where(
        NoteRow.user_id == user_id, NoteRow.roadmap_id == roadmap_id, NoteRow.note != ""
    )
    return dict((await session.exec(rows)).all())


async def save_note(
    session: Session, user_id: str, roadmap_id: str, concept_id: str, note: str, *, version: int
) -> bool:
    """Replace `version` of a note, 0 for a first one; return False if the note has another version by now."""
    key = {"user_id": user_id, "roadmap_id": roadmap_id, "concept_id": concept_id}
    if version == 0:
        first = insert(NoteRow).values(**key, note=note, version=1).on_conflict_do_nothing()
        return (await session.exec(first.returning(col(NoteRow.version)))).first() is not None
    changed = (
        update(NoteRow)
        .filter_by(**key, version=version)
        .values(note=note, version=version + 1, updated_at=func.clock_timestamp())
        .execution_options(synchronize_session=False)
    )
    return (await session.exec(changed.returning(col(NoteRow.version)))).first() is not None


async def add_report(session: Session, report: ReportRow) -> ReportRow:
    """Store a report unless its id exists; return the stored one."""
    values = report.model_dump(exclude={"created_at"})
    await session.exec(insert(ReportRow).values(**values).on_conflict_do_nothing())
    row = ReportRow
    return (
        await session.exec(select(row).where(row.user_id == report.user_id, row.report_id == report.report_id))
    ).one()


# A report is open until its content has a newer version, and while its roadmap is not in the bin.
_OPEN: Final = """
    SELECT r.* FROM content_reports r JOIN roadmap_metadata m USING (roadmap_id)
    WHERE m.deleted_at IS NULL AND {condition} AND NOT EXISTS (
        SELECT FROM content_versions v WHERE v.roadmap_id = r.roadmap_id AND v.concept_id = r.concept_id
            AND v.content_type = r.content_type AND v.version > r.version)
    ORDER BY r.created_at DESC, r.report_id LIMIT :limit"""


async def open_reports(
    session: Session, *, roadmap_id: str | None = None, user_id: str | None = None, limit: int = 100
) -> Sequence[ReportRow]:
    """Return reports whose content was not written again since, newest first: on a roadmap, of a user, or all."""
    named = {name: value for name, value in (("roadmap_id", roadmap_id), ("user_id", user_id)) if value is not None}
    condition = " AND ".join(f"r.{name} = :{name}" for name in named) or "true"
    rows = await execute(session, text(_OPEN.format(condition=condition)), {**named, "limit": limit})
    return [ReportRow(**row) for row in rows.mappings()]
