"""Queries about roadmaps as a whole."""

from collections.abc import Sequence
from datetime import datetime

from domain.roadmap_export import Manuscript
from orchestrator.arguments import checks_arguments
from orchestrator.clock import Clock
from orchestrator.queries.base import Queries
from orchestrator.queries.export import manuscript
from orchestrator.queries.search import Hit, search
from orchestrator.queries.status import (
    ActiveTask,
    RoadmapView,
    StatusCheck,
    active_tasks,
    roadmap_view,
    status_check,
)
from repository.db.database import Database
from repository.roadmaps import etags, roadmaps, summaries
from repository.roadmaps.summaries import BrokenRoadmap, ListedRoadmap, ListOrder
from repository.tables.roadmaps import RoadmapRow


@checks_arguments
class RoadmapQueries(Queries):
    """Roadmaps by id and in pages, as `Orchestrator.roadmaps`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        super().__init__(database)
        self._clock = clock

    async def get(self, roadmap_id: str, *, owner: str | None = None) -> RoadmapView:
        """Return a roadmap with the states of its contents and its active tasks. Raises NotFound."""
        return await self._read(roadmap_view, roadmap_id, owner=owner)

    async def page(
        self,
        *,
        user_id: str | None = None,
        binned: bool = False,
        out_of_date: bool = False,
        before: tuple[datetime, str] | None = None,
        limit: int = 50,
    ) -> Sequence[RoadmapRow]:
        """Return a page of roadmaps, newest first.

        Args:
            user_id: only roadmaps of this user.
            binned: those in the bin instead of the others.
            out_of_date: only those with contents that were made from another lesson than the newest one.
            before: `created_at` and `roadmap_id` of the last roadmap of the page before.
            limit: roadmaps of a page.
        """
        return await self._read(
            roadmaps.page_of_roadmaps,
            user_id=user_id,
            binned=binned,
            out_of_date=out_of_date,
            before=before,
            limit=limit,
        )

    async def summaries(
        self,
        *,
        owner: str | None,
        binned: bool = False,
        words: str = "",
        order: ListOrder = "newest",
        before: tuple[datetime, str] | None = None,
        limit: int = 50,
    ) -> list[ListedRoadmap]:
        """Return a page as `page` does, each roadmap with its progress; of all users where `owner` is None.

        Args:
            owner: only roadmaps of this user.
            binned: those in the bin instead of the others.
            words: only those whose title holds these words.
            order: `newest` first; `title`; or `used`: those in which the owner learned last.
            before: as in `page`; for the order `newest`.
            limit: roadmaps of a page.
        """
        return await self._read(
            summaries.list_roadmaps,
            user_id=owner,
            binned=binned,
            words=words,
            order=order,
            before=before,
            limit=limit,
        )

    async def search(self, roadmap_id: str, words: str, *, owner: str | None = None) -> list[Hit]:
        """Return the concepts of a roadmap that hold these words, in learning order. Raises NotFound, InvalidInput."""
        return await self._read(search, roadmap_id, words, owner=owner)

    async def status(self, roadmap_id: str, *, owner: str | None = None) -> StatusCheck:
        """Return the active tasks and the stale contents of a roadmap. Raises NotFound."""
        return await self._read(status_check, roadmap_id, owner=owner)

    async def active_tasks(self, roadmap_id: str, *, owner: str | None = None) -> list[ActiveTask]:
        """Return the live tasks of a roadmap, newest first. Raises NotFound."""
        return await self._read(active_tasks, roadmap_id, owner=owner)

    async def export(self, roadmap_id: str, *, owner: str | None = None) -> Manuscript:
        """Return a roadmap with its newest contents and its plan, to be written as one document. Raises NotFound."""
        return await self._read(manuscript, roadmap_id, self._clock(), owner=owner)

    async def etag(self, roadmap_id: str, reader: str = "") -> str:
        """Return a word that changes whenever a view of the roadmap would; empty for an unknown roadmap.

        `reader`: the user whose progress the view shows.
        """
        return await self._read(etags.roadmap_etag, roadmap_id, reader)

    async def broken(self, limit: int = 50) -> Sequence[BrokenRoadmap]:
        """Return roadmaps with failed contents, or unfinished ones that no live task will finish."""
        return await self._read(summaries.broken_roadmaps, limit)
