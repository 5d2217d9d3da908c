"""The runs of this process, from their requests on."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from domain.errors import Superseded
from orchestrator.resources import OrchestratorResources
from repository.tables.runs import TaskRow

Requested = TypeVar("Requested", TaskRow, TaskRow | None)


class LocalRuns:
    """Makes requests, runs their tasks if they are this process's, and cancels them at the end."""

    def __init__(self, resources: OrchestratorResources) -> None:
        self._resources = resources
        self._requests: set[asyncio.Task[Any]] = set()
        self._runs: dict[str, asyncio.Task[TaskRow]] = {}

    async def request(self, request: Coroutine[Any, Any, Requested]) -> Requested:
        """Make a request and begin its run, even if the caller is cancelled meanwhile.

        This is the one shield between callers and commits: no row may read `processing` without its run.
        """

        async def request_and_run() -> Requested:
            task = await request
            stepped = self._resources.kind == "stepper"
            if task is not None and task.worker_id == self._resources.lease.worker_id and not stepped:
                await self._begin(task)
            return task

        requesting = asyncio.create_task(request_and_run())
        self._requests.add(requesting)
        requesting.add_done_callback(self._requests.discard)
        return await asyncio.shield(requesting)

    async def _begin(self, task: TaskRow) -> None:
        from orchestrator.execution.runner import Runner

        run = asyncio.create_task(Runner(self._resources).run(task), name=f"run {task.task_id}")
        self._runs[task.task_id] = run
        await asyncio.sleep(0)  # the run has begun: whatever ends it from here on settles its row

    async def wait(self, task_id: str) -> bool:
        """Wait until a run is over or waits for a review. Return False if the task does not run in this process."""
        run = self._runs.get(task_id)
        if run is None:
            return False
        try:
            await asyncio.shield(run)
        except Superseded:
            pass  # another process has taken or ended it
        finally:
            if run.done():
                self._runs.pop(task_id, None)
        return True

    async def interrupt(self, task_id: str) -> None:
        """Cancel a run and wait for its end. Does nothing if the task does not run in this process."""
        run = self._runs.get(task_id)
        if run is not None:
            run.cancel()
            await asyncio.wait([run])

    async def close(self) -> None:
        """Finish requests, then cancel all runs."""
        await asyncio.gather(*self._requests, return_exceptions=True)
        for run in self._runs.values():
            run.cancel()
        await asyncio.gather(*self._runs.values(), return_exceptions=True)
