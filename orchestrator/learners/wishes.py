"""Wishes for contents: the instructions of earlier requests, which hold until they are taken back."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from domain.errors import NotFound
from domain.vocabulary import ContentType
from orchestrator.arguments import checks_arguments
from orchestrator.queries.base import Queries
from orchestrator.queries.status import View
from repository.db.database import Session
from repository.roadmaps import roadmaps, wishes


class Wish(View):
    """A wish for one content."""

    wish: str
    task_id: str
    """The run that it was made for; it identifies the wish of a content."""
    created_at: datetime
    withdrawn_at: datetime | None
    """When it was taken back; null while it holds."""


@checks_arguments
class Wishes(Queries):
    """Wishes for contents, as `Orchestrator.wishes`. Methods raise NotFound for an unknown roadmap or wish."""

    async def of(
        self, roadmap_id: str, concept_id: str, content_type: ContentType, *, owner: str | None = None
    ) -> Sequence[Wish]:
        """Return the wishes for a content, oldest first, also those that were taken back."""
        return await self._read(_wishes_of, roadmap_id, concept_id, content_type, owner)

    async def that_hold(
        self, roadmap_id: str, concept_id: str, *, owner: str | None = None
    ) -> Mapping[ContentType, Sequence[Wish]]:
        """Return the wishes for the contents of a concept that were not taken back, oldest first."""
        return await self._read(_that_hold, roadmap_id, concept_id, owner)

    async def take_back(
        self,
        roadmap_id: str,
        concept_id: str,
        content_type: ContentType,
        task_id: str,
        *,
        owner: str | None = None,
    ) -> Sequence[Wish]:
        """Take back the wish of a run: later versions are written without it. A second call changes nothing."""

        async def take_back(session: Session) -> Sequence[Wish]:
            known = await _wishes_of(session, roadmap_id, concept_id, content_type, owner)
            if all(wish.task_id != task_id for wish in known):
                raise NotFound(f"There is no wish of task {task_id} for this content.")
            await wishes.withdraw_wish(session, roadmap_id, concept_id, content_type, task_id)
            return await _wishes_of(session, roadmap_id, concept_id, content_type, owner)

        return await self._database.persist(take_back)


async def _that_hold(
    session: Session, roadmap_id: str, concept_id: str, owner: str | None
) -> Mapping[ContentType, Sequence[Wish]]:
    await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=owner)
    held: dict[ContentType, list[Wish]] = {content_type: [] for content_type in ContentType}
    for row in await wishes.wishes_that_hold(session, roadmap_id, concept_id):
        if row.content_type in held:
            held[ContentType(row.content_type)].append(Wish.model_validate(row, from_attributes=True))
    return held


async def _wishes_of(
    session: Session, roadmap_id: str, concept_id: str, content_type: ContentType, owner: str | None
) -> Sequence[Wish]:
    await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=owner)
    rows = await wishes.wishes_of(session, roadmap_id, concept_id, content_type)
    return [Wish.model_validate(row, from_attributes=True) for row in rows]
