"""Queries for operators: totals, live processes, load and cost, read without the history of the rows."""

from typing import NamedTuple

from orchestrator.arguments import checks_arguments
from orchestrator.queries.base import Queries
from repository.db.database import Session
from repository.ledger import totals
from repository.ledger.calls import Expense, expenses
from repository.ledger.totals import ActiveTotal, CallTotal, RunTotal
from repository.roadmaps import roadmaps, summaries
from repository.roadmaps.summaries import Pressure, Process
from repository.runs import tasks


class Metrics(NamedTuple):
    """The values behind `GET /metrics`."""

    active: list[ActiveTotal]
    """Runs that are active now."""
    runs: list[RunTotal]
    """Runs that have ended, since the beginning."""
    calls: list[CallTotal]
    """Calls to authors, since the beginning."""
    processes: dict[str, int]
    """Live processes by kind."""
    waiting: int
    """Webhook messages that have not arrived yet."""
    longest_wait: float
    """Age of the oldest of them, in seconds."""


@checks_arguments
class MetricQueries(Queries):
    """Totals and load of the whole system, as `Orchestrator.metrics`."""

    async def read(self) -> Metrics:
        """Return the present metrics."""
        return await self._read(read_metrics)

    async def processes(self) -> list[Process]:
        """Return the processes that run tasks, live ones first."""
        return await self._read(summaries.processes)

    async def pressure(self) -> Pressure:
        """Return how much work is waiting and going on."""
        return await self._read(summaries.pressure)

    async def expenses(
        self, *, task_id: str | None = None, roadmap_id: str | None = None, user_id: str | None = None
    ) -> list[Expense]:
        """Return calls, tokens and cost by model and step, of everything or of what is given.

        Raises NotFound for an unknown task or roadmap.
        """
        return await self._read(_expenses, task_id, roadmap_id, user_id)


async def read_metrics(session: Session) -> Metrics:
    """Read the metrics in the transaction of `session`."""
    waiting, longest_wait = await totals.waiting_deliveries(session)
    return Metrics(
        active=await totals.active_totals(session),
        runs=await totals.run_totals(session),
        calls=await totals.call_totals(session),
        processes=await totals.live_processes(session),
        waiting=waiting,
        longest_wait=longest_wait,
    )


async def _expenses(
    session: Session, task_id: str | None, roadmap_id: str | None, user_id: str | None
) -> list[Expense]:
    if task_id is not None:
        await tasks.get_task(session, task_id)
    if roadmap_id is not None:
        await roadmaps.get_roadmap_metadata(session, roadmap_id)
    return await expenses(session, task_id=task_id, roadmap_id=roadmap_id, user_id=user_id)
