"""What a content was before a run writes it again: its versions and the wishes for it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from domain.vocabulary import ContentType
from nodes.authors.briefs import C, ContentBrief
from nodes.context import RunContext
from repository.contents.content_queries import versions_of
from repository.contents.earlier_versions import written_before
from repository.db.database import Session
from repository.roadmaps.wishes import earlier_wishes, wishes_of_task


@dataclass(frozen=True, slots=True)
class Earlier:
    """The former versions of a content."""

    payloads: Sequence[Any] = ()
    """Newest first."""
    wishes: Sequence[str] = ()
    """Of other runs, oldest first."""
    code_report: Any = None
    """The report on the code of the newest version, as it is stored."""

    def added_to(self, brief: ContentBrief[C]) -> ContentBrief[C]:
        """Return the brief with the version at hand, which is no part of ledger keys."""
        newest = self.payloads[0] if self.payloads else None
        newest = newest if isinstance(newest, dict) else None
        if newest is None and not self.wishes:
            return brief
        wishes = list(self.wishes[-MAX_WISHES:])
        return brief.model_copy(update={"present_version": newest, "earlier_wishes": wishes})


MAX_WISHES: Final = 20
"""Wishes that an author is told, the newest."""


@dataclass(frozen=True, slots=True)
class Before:
    """What the contents of one type had when the run came to them."""

    written: Collection[str]
    """Concepts whose content has versions."""
    wishes: Mapping[str, Sequence[str]]
    """Of other runs, by concept id."""
    asked: Mapping[str, str]
    """The wishes of the run itself, by concept id: each goes to the contents that it names only."""


async def look_before(context: RunContext, content_type: ContentType, concept_ids: Sequence[str]) -> Before:
    """Read what there is of contents before they are written."""

    async def read(session: Session) -> Before:
        roadmap_id, task_id = context.roadmap_id, context.fence.task_id
        written = await written_before(session, roadmap_id, content_type, concept_ids)
        wishes = await earlier_wishes(session, task_id, roadmap_id, content_type, concept_ids)
        asked = await wishes_of_task(session, task_id, roadmap_id, content_type, concept_ids)
        return Before(written, wishes, asked)

    return await context.commit(read)


async def earlier_of(context: RunContext, before: Before, concept_id: str, content_type: ContentType) -> Earlier:
    """Read the versions of one content."""
    wishes = before.wishes.get(concept_id, ())
    if concept_id not in before.written:
        return Earlier(wishes=wishes)
    versions = await context.commit(lambda session: versions_of(session, context.roadmap_id, concept_id, content_type))
    return Earlier([row.payload for row in versions], wishes, versions[0].code_report if versions else None)
