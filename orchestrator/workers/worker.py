"""A worker: claims tasks of the queue and runs them, until it is asked to stop.

To stop, it claims no task and starts no call. Calls in flight may end for `grace` seconds, since they are paid for.
Then unfinished tasks are requeued, and other workers have them at once.
"""

import asyncio
import time
from collections.abc import Awaitable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, TypeVar

from domain.errors import DatabaseBusy, DatabaseUnavailable, Superseded
from domain.logs import get_log
from orchestrator.commands.claiming import Claim
from orchestrator.execution.runner import Runner
from orchestrator.process.wakeups import Wakeups
from orchestrator.resources import OrchestratorResources
from orchestrator.workers.pruner import keep_pruning
from orchestrator.workers.sweep import keep_sweeping
from repository.runs.tasks import request_of
from repository.tables.runs import TaskRow

if TYPE_CHECKING:
    from orchestrator.workers.webhook_sender import WebhookSender

_log = get_log(__name__)

T = TypeVar("T")
CANCEL_INTERVAL_SECONDS: Final = 5.0
"""Seconds in which a cancelled run should be requeued; then it is cancelled once more."""
SET_ASIDE_SECONDS: Final = 5.0
"""Seconds for which a worker leaves out a task that it could not start, so that others are started."""


class Worker:
    """Runs tasks of the queue, at most `concurrency` at the same time. Sweeps, sends webhooks and prunes beside."""

    def __init__(self, resources: OrchestratorResources, concurrency: int) -> None:
        self._resources = resources
        self._runner = Runner(resources)
        self._places = asyncio.Semaphore(concurrency)
        self._stopping = asyncio.Event()
        self._runs: set[asyncio.Task[None]] = set()
        self._wakeups = Wakeups(resources.database)
        self._set_aside: dict[str, float] = {}

    def stop(self) -> None:
        """Stop in good order; called a second time: at once."""
        if self._stopping.is_set():
            self._cancel_runs()
        self._resources.gate.close()
        self._stopping.set()

    async def work(self) -> None:
        """Work until `stop`; return when every run has ended or is requeued. Raises DatabaseUnavailable."""
        await self._resources.lease.begin()
        resources = self._resources
        chores = [
            asyncio.create_task(self._wakeups.keep_listening()),
            asyncio.create_task(keep_sweeping(resources.database, resources.lease)),
            asyncio.create_task(self._webhook_sender().keep_sending(resources.settings.grace)),
            asyncio.create_task(keep_pruning(resources.database, resources.settings)),
        ]
        try:
            await self._claim_until_stopped()
        finally:
            for chore in chores:
                chore.cancel()
            await self._drain()
            await asyncio.gather(*chores, return_exceptions=True)

    def _webhook_sender(self) -> "WebhookSender":
        """Return the sender of webhooks. It brings an HTTP client, so it is imported here."""
        from nodes.net.addresses import AllowList
        from nodes.net.connect import RequestTimeouts
        from nodes.net.post import Poster
        from orchestrator.workers.webhook_sender import WebhookSender

        settings = self._resources.settings
        limits = RequestTimeouts(total_seconds=settings.webhook_timeout)
        return WebhookSender(self._resources.database, Poster(AllowList.read(settings.webhook_allow), limits=limits))

    async def _drain(self) -> None:
        """Let calls in flight end, then requeue the runs that are left."""
        self._resources.gate.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._resources.settings.grace):
                await self._resources.gate.quiet()
        # A run may swallow a cancellation: wait_for of Python 3.11 does if its future is done at the same moment.
        while self._runs:
            self._cancel_runs()
            await asyncio.wait(self._runs, timeout=max(CANCEL_INTERVAL_SECONDS, self._resources.settings.grace))

    def _cancel_runs(self) -> None:
        for run in self._runs:
            run.cancel()

    async def _claim_until_stopped(self) -> None:
        while await self._unless_stopped(self._places.acquire()):
            task = await self._unless_stopped(self._next_task())
            if task is None:
                return
            run = asyncio.create_task(self._run(task))
            self._runs.add(run)
            run.add_done_callback(self._ended)

    async def _next_task(self) -> TaskRow:
        """Claim a task as soon as there is one. A claim that is interrupted leaves it pending, or to be taken over."""
        while True:
            self._wakeups.forget()
            if task := await self._resources.database.with_retries(self._claim):
                return task
            await self._wakeups.wait()

    async def _claim(self) -> TaskRow | None:
        """Start the next task; one that cannot be started is set aside. Raises DatabaseUnavailable."""
        now = time.monotonic()
        self._set_aside = {task_id: until for task_id, until in self._set_aside.items() if until > now}
        claim = Claim(self._resources.lease.worker_id, list(self._set_aside))
        try:
            async with self._resources.database.transaction() as session:
                return await claim.make(session)
        except Exception as error:
            outage = isinstance(error, DatabaseUnavailable) and not isinstance(error, DatabaseBusy)
            if outage or claim.candidate is None:
                raise
            _log.error("run not started", task_id=claim.candidate, exc_info=error)
            self._set_aside[claim.candidate] = now + SET_ASIDE_SECONDS
            return None

    async def _unless_stopped(self, awaited: Awaitable[T]) -> T | None:
        """Return the result of `awaited`, or None if the worker is asked to stop before."""
        waiting = asyncio.ensure_future(awaited)
        stopping = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({waiting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if waiting.done():
            return waiting.result()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        return None

    def _ended(self, run: asyncio.Task[None]) -> None:
        self._runs.discard(run)
        self._places.release()

    async def _run(self, task: TaskRow) -> None:
        """Run a task that was started. The sweep requeues what this abandons."""
        task_id = task.task_id
        try:
            traced = _trace_of(task)
            _log.info("run started", task_id=task_id, task_type=task.task_type, attempt=task.attempt, **traced)
            task = await self._runner.run(task)
            _log.info("run ended", task_id=task_id, status=task.status, **traced)
        except Superseded:
            _log.info("run taken or ended by another process", task_id=task_id)
        except DatabaseUnavailable as error:
            _log.warning("run abandoned; the next sweep requeues it", task_id=task_id, reason=str(error))
        except Exception as error:
            _log.error("run abandoned; the next sweep requeues it", task_id=task_id, exc_info=error)


def _trace_of(task: TaskRow) -> dict[str, Any]:
    """Return the trace id of the request, to join the log of the run with those of the servers."""
    traceparent = request_of(task).get("trace")
    return {"trace_id": traceparent.split("-")[1]} if isinstance(traceparent, str) else {}
