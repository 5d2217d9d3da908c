"""Queries about the structure of a roadmap: its versions and the changes between them."""

from datetime import datetime
from typing import Final, NamedTuple

from domain.course.book import CourseBook
from domain.editing.diff import Change, diff
from domain.framework import ConceptPlace, Framework
from domain.text.parse_stored import read_stored
from orchestrator.arguments import checks_arguments
from orchestrator.queries.base import Queries
from repository.db.database import Session
from repository.roadmaps import roadmaps
from repository.roadmaps.books import parse_book, stored_book
from repository.roadmaps.structures import Structure, last_structure_with, structure_at, structures
from repository.runs import tasks
from repository.runs.events import Event, events_of_type
from repository.tables.roadmaps import RoadmapRow
from repository.tables.runs import TaskRow

MAX_VERSIONS: Final = 20
"""Versions that a history holds, the newest ones."""


class Removed(NamedTuple):
    """A concept that is no longer part of its roadmap."""

    version: int
    """The last version of the structure that had it."""
    framework: Framework
    place: ConceptPlace


class VersionDiff(NamedTuple):
    """The changes between two versions of a structure."""

    before: int
    after: int
    changes: list[Change]


class PastStructure(NamedTuple):
    """A version of a structure."""

    version: int
    since: datetime | None
    """When it became the present one; None where that was not recorded."""
    framework: Framework


@checks_arguments
class StructureQueries(Queries):
    """Versions of structures, as `Orchestrator.structures`."""

    async def versions(self, roadmap_id: str, *, owner: str | None = None) -> list[Structure]:
        """Return the accepted structures of a roadmap, newest first. Raises NotFound."""
        return await self._read(_versions, roadmap_id, owner)

    async def changes(
        self, roadmap_id: str, before: int | None = None, after: int | None = None, *, owner: str | None = None
    ) -> VersionDiff:
        """Return the changes from one version of the structure to another. Raises NotFound.

        Args:
            before: version to compare with; None: the one before `after`.
            after: version to look at; None: the present one.
        """
        return await self._read(_changes, roadmap_id, before, after, owner)

    async def history(self, roadmap_id: str, *, owner: str | None = None) -> list[PastStructure]:
        """Return the newest MAX_VERSIONS accepted structures, oldest first. Raises NotFound."""
        return await self._read(_history, roadmap_id, owner)

    async def book(self, roadmap_id: str, version: int | None = None, *, owner: str | None = None) -> CourseBook | None:
        """Return the course book of one version of the structure, by default the present one; None without a book.

        Raises NotFound.
        """
        return await self._read(_book, roadmap_id, version, owner)

    async def book_under_review(self, task_id: str, *, owner: str | None = None) -> CourseBook | None:
        """Return the course book of a run as it stands in its review; None without a book. Raises NotFound."""
        return await self._read(_book_under_review, task_id, owner)

    async def under_review(self, task_id: str, *, owner: str | None = None) -> tuple[Framework, CourseBook | None]:
        """Return the structure and the course book of a run as they stand in its review. Raises NotFound."""
        return await self._read(_under_review, task_id, owner)

    async def removed(self, roadmap_id: str, concept_id: str) -> Removed | None:
        """Return a concept that an edit removed, as it was, or None if the roadmap never had it."""
        return await self._read(_removed, roadmap_id, concept_id)

    async def edited(self, task_id: str, *, owner: str | None = None) -> tuple[Framework, Framework] | None:
        """Return the framework before and after all edits of a run, or None if it made none. Raises NotFound."""
        edits = await self._read(_edits, task_id, owner)
        if not edits:
            return None
        return (
            read_stored(Framework, edits[0].payload.get("before"), f"what task {task_id} changed"),
            read_stored(Framework, edits[-1].payload.get("after"), f"what task {task_id} changed"),
        )


async def _versions(session: Session, roadmap_id: str, owner: str | None) -> list[Structure]:
    await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=owner)
    return await structures(session, roadmap_id)


async def _changes(
    session: Session, roadmap_id: str, before: int | None, after: int | None, owner: str | None
) -> VersionDiff:
    roadmap = await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=owner)
    to = roadmap.framework_version if after is None else after
    since = max(to - 1, 1) if before is None else before
    old = await structure_at(session, roadmap, since)
    new = await structure_at(session, roadmap, to)
    return VersionDiff(since, to, diff(old, new))


async def _history(session: Session, roadmap_id: str, owner: str | None) -> list[PastStructure]:
    roadmap = await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=owner)
    # One more than is returned: a structure begins when the one before it was replaced.
    versions = list(reversed((await structures(session, roadmap_id))[: MAX_VERSIONS + 1]))
    begun = [None, *(structure.replaced_at for structure in versions)]
    return [
        PastStructure(one.version, since, await structure_at(session, roadmap, one.version))
        for one, since in zip(versions, begun, strict=False)
    ][-MAX_VERSIONS:]


async def _book(session: Session, roadmap_id: str, version: int | None, owner: str | None) -> CourseBook | None:
    roadmap = await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=owner)
    if version is None or version == roadmap.framework_version:
        return parse_book(roadmap.course_book)
    return parse_book(await stored_book(session, roadmap_id, version))


async def _book_under_review(session: Session, task_id: str, owner: str | None) -> CourseBook | None:
    task = await tasks.get_task(session, task_id, owner=owner)
    return await book_under_review(session, task, await _roadmap_of(session, task))


async def _under_review(session: Session, task_id: str, owner: str | None) -> tuple[Framework, CourseBook | None]:
    return await under_review(session, await tasks.get_task(session, task_id, owner=owner))


async def under_review(session: Session, task: TaskRow) -> tuple[Framework, CourseBook | None]:
    """Return the structure and the course book of a run as they stand in its review."""
    roadmap = await _roadmap_of(session, task)
    return await framework_under_review(session, task, roadmap), await book_under_review(session, task, roadmap)


async def _roadmap_of(session: Session, task: TaskRow) -> RoadmapRow:
    return await roadmaps.get_roadmap_metadata(session, task.roadmap_id or "")


async def framework_under_review(session: Session, task: TaskRow, roadmap: RoadmapRow) -> Framework:
    """Return the structure under review: the result of the last edit of the run, else the structure of its roadmap."""
    if edits := await events_of_type(session, task.task_id, "framework_edited"):
        return read_stored(Framework, edits[-1].payload.get("after"), f"what task {task.task_id} changed")
    return roadmaps.framework_of(roadmap)


async def book_under_review(session: Session, task: TaskRow, roadmap: RoadmapRow) -> CourseBook | None:
    """Return the book of a run: as people have edited it, else as the run has written it last, else its roadmap's."""
    if edited := (task.review or {}).get("course_book"):
        return parse_book(edited)
    if designed := await events_of_type(session, task.task_id, "course_designed"):
        return parse_book(designed[-1].payload.get("book"))
    return parse_book(roadmap.course_book)


async def _removed(session: Session, roadmap_id: str, concept_id: str) -> Removed | None:
    last = await last_structure_with(session, roadmap_id, concept_id)
    place = last[1].find(concept_id) if last else None
    return Removed(last[0], last[1], place) if last and place else None


async def _edits(session: Session, task_id: str, owner: str | None) -> list[Event]:
    await tasks.get_task(session, task_id, owner=owner)
    return await events_of_type(session, task_id, "framework_edited")
