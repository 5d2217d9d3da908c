"""What a content was before a run writes it again: its versions, and for a quiz its lesson."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from domain.vocabulary import ContentType
from nodes.authors.port import C, ContentBrief
from nodes.context import RunContext
from repository.db.database import Session
from repository.roadmaps.content_queries import versions_of
from repository.roadmaps.earlier_versions import written_before
from repository.roadmaps.wishes import earlier_wishes


@dataclass(frozen=True, slots=True)
class Earlier:
    """The former versions of a content."""

    payloads: Sequence[Any] = ()
    """Newest first."""
    lesson: str = ""
    """Of a quiz, in Markdown."""
    wishes: Sequence[str] = ()
    """Of other runs, oldest first."""

    def added_to(self, brief: ContentBrief[C]) -> ContentBrief[C]:
        """Return the brief with the version at hand, which is no part of ledger keys."""
        newest = self.payloads[0] if self.payloads else None
        newest = newest if isinstance(newest, dict) else None
        if newest is None and not self.lesson and not self.wishes:
            return brief
        wishes = list(self.wishes[-MAX_WISHES:])
        return brief.model_copy(update={"present_version": newest, "lesson": self.lesson, "earlier_wishes": wishes})


MAX_WISHES: Final = 20
"""Wishes that an author is told, the newest."""


@dataclass(frozen=True, slots=True)
class Before:
    """What the contents of one type had when the run came to them."""

    written: Collection[tuple[str, str]]
    """Contents with versions, see `written_before`."""
    wishes: Mapping[str, Sequence[str]]
    """By concept id."""


async def look_before(context: RunContext, content_type: ContentType, concept_ids: Sequence[str]) -> Before:
    """Read what there is of contents before they are written."""

    async def read(session: Session) -> Before:
        roadmap_id, fence = context.roadmap_id, context.fence
        written = await written_before(session, fence, roadmap_id, content_type, concept_ids)
        return Before(written, await earlier_wishes(session, fence.task_id, roadmap_id, content_type, concept_ids))

    return await context.commit(read)


async def earlier_of(context: RunContext, before: Before, concept_id: str, content_type: ContentType) -> Earlier:
    """Read the versions of one content."""
    has_versions = (concept_id, content_type) in before.written
    has_lesson = content_type is ContentType.QUIZ and (concept_id, ContentType.TUTORIAL) in before.written
    wishes = before.wishes.get(concept_id, ())
    if not has_versions and not has_lesson:
        return Earlier(wishes=wishes)

    async def read(session: Session) -> Earlier:
        roadmap_id, lesson_type = context.roadmap_id, ContentType.TUTORIAL
        of_type = await versions_of(session, roadmap_id, concept_id, content_type) if has_versions else []
        of_lesson = await versions_of(session, roadmap_id, concept_id, lesson_type) if has_lesson else []
        lesson = of_lesson[0].payload.get("content") if of_lesson else None
        return Earlier([row.payload for row in of_type], lesson if isinstance(lesson, str) else "", wishes)

    return await context.commit(read)
