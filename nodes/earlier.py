"""What a content was before a run writes it again: its versions, and for a quiz its lesson."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from domain.vocabulary import ContentType
from nodes.authors.port import C, ContentBrief
from nodes.context import RunContext
from repository.db.database import Session
from repository.roadmaps.content_queries import versions_of


@dataclass(frozen=True, slots=True)
class Earlier:
    """The former versions of a content."""

    payloads: Sequence[Any] = ()
    """Newest first."""
    lesson: str = ""
    """Of a quiz, in Markdown."""

    def added_to(self, brief: ContentBrief[C]) -> ContentBrief[C]:
        """Return the brief with the version at hand, which is no part of ledger keys."""
        newest = self.payloads[0] if self.payloads else None
        if not isinstance(newest, dict) and not self.lesson:
            return brief
        return brief.model_copy(update={"present_version": newest, "lesson": self.lesson})


NOTHING: Final = Earlier()


async def earlier_of(
    context: RunContext, written: Collection[tuple[str, str]], concept_id: str, content_type: ContentType
) -> Earlier:
    """Read the versions of a content. `written`: contents that have any, see `written_before`."""
    has_versions = (concept_id, content_type) in written
    has_lesson = content_type is ContentType.QUIZ and (concept_id, ContentType.TUTORIAL) in written
    if not has_versions and not has_lesson:
        return NOTHING

    async def read(session: Session) -> Earlier:
        roadmap_id, lesson_type = context.roadmap_id, ContentType.TUTORIAL
        of_type = await versions_of(session, roadmap_id, concept_id, content_type) if has_versions else []
        of_lesson = await versions_of(session, roadmap_id, concept_id, lesson_type) if has_lesson else []
        lesson = of_lesson[0].payload.get("content") if of_lesson else None
        return Earlier([row.payload for row in of_type], lesson if isinstance(lesson, str) else "")

    return await context.commit(read)
