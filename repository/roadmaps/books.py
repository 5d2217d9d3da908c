"""Course books, which are stored beside the structures that they belong to."""

from typing import Any

from pydantic import ValidationError
from sqlalchemy import func, update
from sqlmodel import col, select

from domain.course.book import CourseBook
from domain.course.changes import without_removed
from domain.errors import NotFound
from domain.framework import Framework
from repository.db.database import Session
from repository.tables.roadmaps import FrameworkVersionRow, RoadmapRow


async def save_book_draft(session: Session, roadmap_id: str, book: CourseBook) -> None:
    """Store the book of a running creation. The book of an accepted structure is not changed."""
    await session.exec(
        update(RoadmapRow)
        .where(col(RoadmapRow.roadmap_id) == roadmap_id, col(RoadmapRow.framework_version) == 0)
        .values(updated_at=func.clock_timestamp(), course_book=book.model_dump(mode="json"))
        .execution_options(synchronize_session=False)
    )


async def stored_book(session: Session, roadmap_id: str, version: int) -> dict[str, Any] | None:
    """Return the book of an older structure of a roadmap, None where it had none. Raises NotFound."""
    statement = select(FrameworkVersionRow).where(
        FrameworkVersionRow.roadmap_id == roadmap_id, FrameworkVersionRow.version == version
    )
    row = (await session.exec(statement)).one_or_none()
    if row is None:
        raise NotFound(f"Roadmap {roadmap_id} has no version {version}.")
    return row.course_book


def parse_book(stored: Any) -> CourseBook | None:
    """Return a stored book; None where there is none, or one that this version cannot read: all goes on without it."""
    try:
        return None if stored is None else CourseBook.model_validate(stored)
    except ValidationError:
        return None


def book_for(framework: Framework, book: CourseBook | None, stored: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the book that is stored with a structure: the given one, else the one that is there."""
    if book is not None:
        return book.model_dump(mode="json")
    return None if stored is None else without_removed(stored, framework)
