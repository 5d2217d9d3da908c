"""Queries about contents."""

from collections.abc import Sequence
from typing import NamedTuple

from domain.errors import NotFound
from domain.vocabulary import ContentType
from orchestrator.arguments import checks_arguments
from orchestrator.queries.base import Queries
from repository.contents import content_queries
from repository.contents.content_queries import ContentState
from repository.db.database import Session
from repository.roadmaps import roadmaps
from repository.tables.roadmaps import ContentVersionRow


class Content(NamedTuple):
    """One content of one concept."""

    state: ContentState | None
    """None once its concept was removed from the roadmap."""
    row: ContentVersionRow | None
    """None before its first version."""


@checks_arguments
class ContentQueries(Queries):
    """Contents and their versions, as `Orchestrator.contents`."""

    async def get(
        self,
        roadmap_id: str,
        concept_id: str,
        content_type: ContentType,
        version: int | None = None,
        *,
        owner: str | None = None,
    ) -> Content:
        """Return one content, at its present version unless `version` is given. Raises NotFound."""
        return await self._read(_content, roadmap_id, concept_id, content_type, version, owner)

    async def versions(
        self, roadmap_id: str, concept_id: str, content_type: ContentType, *, owner: str | None = None
    ) -> Sequence[ContentVersionRow]:
        """Return all versions of one content, newest first. Raises NotFound for the roadmap and the concept."""
        return await self._read(_versions, roadmap_id, concept_id, content_type, owner)

    async def newest(
        self, roadmap_id: str, concept_id: str | None = None, *, owner: str | None = None
    ) -> Sequence[ContentVersionRow]:
        """Return the newest versions of a roadmap, or of one concept. Raises NotFound for the roadmap."""
        return await self._read(_newest, roadmap_id, concept_id, owner)

    async def language(self, roadmap_id: str) -> str:
        """Return the language in which a roadmap is written; empty before its first lesson."""
        return await self._read(content_queries.language_written, roadmap_id)


async def _content(
    session: Session,
    roadmap_id: str,
    concept_id: str,
    content_type: ContentType,
    version: int | None,
    owner: str | None,
) -> Content:
    await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=owner)
    states = await content_queries.states(session, roadmap_id, concept_id)
    state = next((one for one in states if one.content_type == content_type), None)
    number = version if version is not None else state.version if state else None
    rows = await content_queries.versions_of(session, roadmap_id, concept_id, content_type, number)
    if not rows and (state is None or version is not None):
        which = "" if version is None else f" in version {version}"
        raise NotFound(f"Concept {concept_id} of {roadmap_id} has no {content_type}{which}.")
    return Content(state, rows[0] if rows else None)


async def _versions(
    session: Session, roadmap_id: str, concept_id: str, content_type: ContentType, owner: str | None
) -> Sequence[ContentVersionRow]:
    await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=owner)
    rows = await content_queries.versions_of(session, roadmap_id, concept_id, content_type)
    if not rows and not await content_queries.states(session, roadmap_id, concept_id):
        raise NotFound(f"Roadmap {roadmap_id} has no concept {concept_id}.")
    return rows


async def _newest(
    session: Session, roadmap_id: str, concept_id: str | None, owner: str | None
) -> Sequence[ContentVersionRow]:
    await roadmaps.get_roadmap_metadata(session, roadmap_id, owner=owner)
    return await content_queries.newest_versions(session, roadmap_id, concept_id)
