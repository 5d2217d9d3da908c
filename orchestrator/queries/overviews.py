"""What can be asked about many roadmaps at once, and about the processes behind them. Writes nothing."""

from collections.abc import Sequence
from datetime import datetime

from orchestrator.arguments import checks_arguments
from repository.db.database import Database, Session
from repository.roadmaps import summaries
from repository.roadmaps.summaries import BrokenRoadmap, Pressure, Process, ShelvedRoadmap


@checks_arguments
class Overviews:
    """The part of a Reader (orchestrator/queries/reader.py) that looks over everything."""

    _database: Database

    async def shelf(
        self,
        *,
        owner: str | None,
        binned: bool = False,
        before: tuple[datetime, str] | None = None,
        limit: int = 50,
    ) -> list[ShelvedRoadmap]:
        """A page of a user's roadmaps (None: of everybody's) with how far they are, newest first."""

        async def read(session: Session) -> list[ShelvedRoadmap]:
            return await summaries.shelf(session, user_id=owner, binned=binned, before=before, limit=limit)

        return await self._database.persist(read)

    async def pulse(self, roadmap_id: str) -> str:
        """A word that changes when the roadmap would look different."""
        return await self._database.persist(lambda session: summaries.pulse(session, roadmap_id))

    async def pulse_of_task(self, task_id: str) -> str:
        """A word that changes when the run would look different."""
        return await self._database.persist(lambda session: summaries.pulse_of_task(session, task_id))

    async def last_events(self, task_ids: Sequence[str]) -> dict[str, int]:
        """The number of the newest event of each of these tasks."""
        return await self._database.persist(lambda session: summaries.last_events(session, task_ids))

    async def processes(self) -> list[Process]:
        """Who runs tasks, those alive first."""
        return await self._database.persist(summaries.processes)

    async def pressure(self) -> Pressure:
        """How much there is to do."""
        return await self._database.persist(summaries.pressure)

    async def broken_roadmaps(self, limit: int = 50) -> Sequence[BrokenRoadmap]:
        """Roadmaps with contents that nobody will finish."""
        return await self._database.persist(lambda session: summaries.broken_roadmaps(session, limit))
