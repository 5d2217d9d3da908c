"""What can be asked about the structures of a roadmap: what it was, and what edits changed in it. Writes nothing."""

from datetime import datetime
from typing import Final, NamedTuple

from domain.editing.diff import Change, diff
from domain.framework import ConceptPlace, Framework
from domain.text.parse_stored import read_stored
from orchestrator.arguments import checks_arguments
from repository.db.database import Database, Session
from repository.roadmaps import roadmaps
from repository.roadmaps.roadmaps import Structure
from repository.runs import tasks
from repository.runs.events import Event, events_of_type

MAX_VERSIONS: Final = 20
"""Structures of a history, the newest."""


class Removed(NamedTuple):
    """A concept that is no longer part of its roadmap."""

    version: int
    """The last version of the structure that had it."""
    framework: Framework
    place: ConceptPlace


class VersionDiff(NamedTuple):
    """What changed between two versions of a structure."""

    before: int
    after: int
    changes: list[Change]


class PastStructure(NamedTuple):
    """A version of the structure, and since when it was the present one (None where nobody knows)."""

    version: int
    since: datetime | None
    framework: Framework


@checks_arguments
class Structures:
    """The part of a Reader (orchestrator/queries/reader.py) that knows the versions of structures."""

    _database: Database

    async def structures(self, roadmap_id: str, *, owner: str | None = None) -> list[Structure]:
        """The accepted structures of a roadmap, newest first. Raises NotFound."""

        async def read(session: Session) -> list[Structure]:
            await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=owner)
            return await roadmaps.structures(session, roadmap_id)

        return await self._database.persist(read)

    async def changes(
        self, roadmap_id: str, before: int | None = None, after: int | None = None, *, owner: str | None = None
    ) -> VersionDiff:
        """What changed from one version of the structure to another: unless given, to the present from the one before.

        Raises NotFound.
        """

        async def read(session: Session) -> VersionDiff:
            roadmap = await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=owner)
            to = roadmap.framework_version if after is None else after
            since = max(to - 1, 1) if before is None else before
            old = await roadmaps.structure_at(session, roadmap, since)
            new = await roadmaps.structure_at(session, roadmap, to)
            return VersionDiff(since, to, diff(old, new))

        return await self._database.persist(read)

    async def removed(self, roadmap_id: str, concept_id: str) -> Removed | None:
        """A concept that an edit took out of the roadmap, as it was; None where none ever bore this id."""

        async def read(session: Session) -> Removed | None:
            found = await roadmaps.last_structure_with(session, roadmap_id, concept_id)
            place = found[1].find(concept_id) if found else None
            return Removed(found[0], found[1], place) if found and place else None

        return await self._database.persist(read)

    async def edited(self, task_id: str, *, owner: str | None = None) -> tuple[Framework, Framework] | None:
        """The framework before and after all edits of a run; None where it made none. Raises NotFound."""

        async def read(session: Session) -> list[Event]:
            await tasks.get_task(session, task_id, owner=owner)
            return await events_of_type(session, task_id, "framework_edited")

        edits = await self._database.persist(read)
        if not edits:
            return None
        return (
            read_stored(Framework, edits[0].payload.get("before"), f"what task {task_id} changed"),
            read_stored(Framework, edits[-1].payload.get("after"), f"what task {task_id} changed"),
        )

    async def history(self, roadmap_id: str, *, owner: str | None = None) -> list[PastStructure]:
        """The accepted structures as they were, the oldest of the newest twenty first. Raises NotFound."""

        async def read(session: Session) -> list[PastStructure]:
            roadmap = await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=owner)
            known = list(reversed((await roadmaps.structures(session, roadmap_id))[: MAX_VERSIONS + 1]))
            begun = [None, *(structure.replaced_at for structure in known)]
            return [
                PastStructure(one.version, since, await roadmaps.structure_at(session, roadmap, one.version))
                for one, since in zip(known, begun, strict=False)
            ][-MAX_VERSIONS:]

        return await self._database.persist(read)
