"""A worker: takes task ids from the queue, starts what there is to start, and runs it, until it is asked to stop.

Stopping: nothing new is taken and no call starts; calls that go on may end, for `grace` seconds, since they are paid
for; then what is unfinished is handed back, and another worker has it at once.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

import structlog

from domain.errors import DatabaseUnavailable, Superseded
from orchestrator import transitions
from orchestrator.resources import Resources
from orchestrator.runner import Runner
from orchestrator.sweeper import keep_sweeping

_log = structlog.get_logger(__name__)


class Worker:
    """Runs tasks of the queue, at most `concurrency` at once."""

    def __init__(self, resources: Resources, concurrency: int) -> None:
        self._resources = resources
        self._runner = Runner(resources)
        self._places = asyncio.Semaphore(concurrency)
        self._stopping = asyncio.Event()
        self._runs: set[asyncio.Task[None]] = set()

    def stop(self) -> None:
        """Asked to stop; a second time, at once."""
        if self._stopping.is_set():
            self._cancel_runs()
        self._resources.gate.close()
        self._stopping.set()

    async def work(self) -> None:
        """Until `stop`; returns when every run has ended or was handed back. Raises DatabaseUnavailable."""
        await self._resources.lease.begin()
        sweeping = asyncio.create_task(keep_sweeping(self._resources.database, self._resources.queue))
        try:
            async with aclosing(self._resources.queue.deliveries()) as deliveries:
                await self._take_until_stopped(deliveries)
        finally:
            sweeping.cancel()
            await asyncio.gather(sweeping, return_exceptions=True)
            await self._hand_back()

    async def _hand_back(self) -> None:
        """Calls that go on may end; then whatever still runs is handed back."""
        self._resources.gate.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._resources.settings.grace):
                await self._resources.gate.quiet()
        self._cancel_runs()
        await asyncio.gather(*self._runs, return_exceptions=True)

    def _cancel_runs(self) -> None:
        for run in self._runs:
            run.cancel()

    async def _take_until_stopped(self, deliveries: AsyncGenerator[str, None]) -> None:
        stopping = asyncio.create_task(self._stopping.wait())
        while not self._stopping.is_set():
            await self._places.acquire()
            delivery = asyncio.ensure_future(anext(deliveries))
            await asyncio.wait({delivery, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not delivery.done():
                delivery.cancel()
                await asyncio.gather(delivery, return_exceptions=True)
                return
            run = asyncio.create_task(self._start_and_run(delivery.result()))
            self._runs.add(run)
            run.add_done_callback(self._ended)

    def _ended(self, run: asyncio.Task[None]) -> None:
        self._runs.discard(run)
        self._places.release()

    async def _start_and_run(self, task_id: str) -> None:
        """One delivery: late or doubled ones find nothing to start."""
        try:
            async with self._resources.database.transaction() as session:
                task = await transitions.start(session, task_id, self._resources.lease.worker_id)
            if task is not None:
                _log.info("run started", task_id=task_id, task_type=task.task_type, attempt=task.attempt)
                task = await self._runner.run(task)
                _log.info("run ended", task_id=task_id, status=task.status)
        except Superseded:
            _log.info("run taken or ended by another", task_id=task_id)
        except DatabaseUnavailable as error:
            _log.warning("run left to be taken over", task_id=task_id, reason=str(error))
