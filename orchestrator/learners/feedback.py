"""Notes of learners on concepts, and reports that something in a content is wrong."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from domain.errors import Conflict, InvalidInput, NotFound
from domain.request import UserId, Word, usable_text
from domain.text.blank import is_blank
from domain.vocabulary import ContentType
from orchestrator.arguments import checks_arguments
from orchestrator.learners.learning import check_concept
from orchestrator.queries.base import Queries
from orchestrator.queries.status import View
from repository.contents import content_queries
from repository.db.database import Session
from repository.learners import feedback
from repository.roadmaps import roadmaps
from repository.tables.learners import ReportRow

MAX_NOTE_LENGTH: Final = 20_000
"""Characters."""
MAX_REPORT_LENGTH: Final = 2000
"""Characters of the words of a report."""
MAX_PART_LENGTH: Final = 200
"""Characters of the name of the part that a report is about, which is cut."""


class Note(View):
    """The note of a user on a concept. `version` is sent back with a change; it is 0 before the first one."""

    roadmap_id: str
    concept_id: str
    note: str
    version: int
    updated_at: datetime | None


class Report(View):
    """A report that something in a content is wrong."""

    report_id: str
    user_id: str
    roadmap_id: str
    concept_id: str
    content_type: str
    version: int
    part: str
    """The question, the link or the section, in words; empty for the whole."""
    words: str
    created_at: datetime


@checks_arguments
class Feedback(Queries):
    """Notes and reports, as `Orchestrator.feedback`. Methods raise NotFound for what a roadmap does not have."""

    async def note(self, roadmap_id: str, concept_id: str, user_id: UserId, *, owner: str | None = None) -> Note:
        """Return the note of a user on a concept."""
        return await self._read(_note, roadmap_id, concept_id, user_id, owner)

    async def save_note(
        self, roadmap_id: str, concept_id: str, user_id: UserId, note: str, *, version: int, owner: str | None = None
    ) -> Note:
        """Replace `version` of a note. The same text again changes nothing.

        Raises InvalidInput for a text that is too long, and Conflict if the note was changed since `version`.
        """
        if len(note) > MAX_NOTE_LENGTH:
            raise InvalidInput(f"note: at most {MAX_NOTE_LENGTH} characters; this one has {len(note)}.")
        kept = "" if is_blank(note) else note

        async def save(session: Session) -> Note:
            before = await _note(session, roadmap_id, concept_id, user_id, owner)
            if before.note == kept:
                return before
            if not await feedback.save_note(session, user_id, roadmap_id, concept_id, kept, version=version):
                raise Conflict("The note was changed meanwhile, perhaps in another window: read it, then save again.")
            return await _note(session, roadmap_id, concept_id, user_id, owner)

        return await self._database.persist(save)

    async def report(
        self,
        roadmap_id: str,
        concept_id: str,
        content_type: ContentType,
        user_id: UserId,
        *,
        report_id: Word,
        version: int,
        words: str,
        part: str = "",
        owner: str | None = None,
    ) -> Report:
        """Report that something in a content is wrong. A report that is sent again under its id counts once.

        Raises InvalidInput for words that are blank or too long, NotFound for a version that does not exist, and
        Conflict for the id of another report.
        """
        usable = usable_text("words", words)
        if len(usable) > MAX_REPORT_LENGTH:
            raise InvalidInput(f"words: at most {MAX_REPORT_LENGTH} characters.")
        row = ReportRow(
            user_id=user_id,
            report_id=report_id,
            roadmap_id=roadmap_id,
            concept_id=concept_id,
            content_type=content_type,
            version=version,
            part=" ".join(part.split())[:MAX_PART_LENGTH],
            words=usable,
        )

        async def add(session: Session) -> Report:
            await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=owner)
            if not await content_queries.versions_of(session, roadmap_id, concept_id, content_type, version):
                raise NotFound(f"This content has no version {version}.")
            stored = await feedback.add_report(session, row)
            if _without_time(stored) != _without_time(row):
                raise Conflict("This report_id belongs to another report: make a new one for each.")
            return Report.model_validate(stored, from_attributes=True)

        return await self._database.persist(add)

    async def reports(self, roadmap_id: str, *, owner: str | None = None) -> Sequence[Report]:
        """Return the reports on contents of a roadmap that were not written again since, newest first."""
        return await self._read(_reports, roadmap_id, owner)

    async def all_reports(self, user_id: str | None = None, *, limit: int = 100) -> Sequence[Report]:
        """Return such reports of all roadmaps; only those that a user made if there is a `user_id`."""
        return await self._read(_all_reports, user_id, limit)


def _without_time(report: ReportRow) -> dict[str, object]:
    return report.model_dump(exclude={"created_at"})


async def _note(session: Session, roadmap_id: str, concept_id: str, user_id: str, owner: str | None) -> Note:
    await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=owner)
    await check_concept(session, roadmap_id, concept_id)
    row = await feedback.note_of(session, user_id, roadmap_id, concept_id)
    if row is None:
        return Note(roadmap_id=roadmap_id, concept_id=concept_id, note="", version=0, updated_at=None)
    return Note.model_validate(row, from_attributes=True)


async def _reports(session: Session, roadmap_id: str, owner: str | None) -> list[Report]:
    await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=owner)
    rows = await feedback.open_reports(session, roadmap_id=roadmap_id)
    return [Report.model_validate(row, from_attributes=True) for row in rows]


async def _all_reports(session: Session, user_id: str | None, limit: int) -> list[Report]:
    rows = await feedback.open_reports(session, user_id=user_id, limit=limit)
    return [Report.model_validate(row, from_attributes=True) for row in rows]
