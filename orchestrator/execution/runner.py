"""The one way to run a task. `Runner.run` is the life of a run, on one screen.

The caller has started the task: its row is `processing` under the lease of this process, with the attempt that fences
every write from here on. If the process dies at any line, the rows are as the last commit left them.
"""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from domain.errors import DatabaseUnavailable, Superseded
from domain.logs import get_log
from domain.vocabulary import TaskStatus
from nodes.authors.reading.gate import storable_text
from nodes.ledger.tracing import continued, span
from orchestrator.commands.outcomes import cause_of
from orchestrator.execution.attempt import Attempt, end_task, open_attempt, requeue_task
from orchestrator.resources import OrchestratorResources
from repository.db.fence import Fence
from repository.runs.events import EventWriter
from repository.runs.tasks import request_of
from repository.tables.runs import TaskRow

_log = get_log(__name__)


@dataclass(frozen=True, slots=True)
class Runner:
    resources: OrchestratorResources

    async def run(self, task: TaskRow) -> TaskRow:
        """Run a started task until it is final or waits for a review; return its row.

        Raises Superseded if another process has taken or ended the task, DatabaseUnavailable if the database stays
        away, and CancelledError after the row was set to `cancelled`, or `pending` if the process is stopping.
        """
        this = asyncio.current_task()
        assert this is not None
        held = self.resources.lease.hold(task.task_id, task.attempt, this.cancel)
        opened = False
        try:
            async with open_attempt(self.resources, task, held) as attempt:
                opened = True
                trace, ids = continued(request_of(task).get("trace")), {"task_id": task.task_id}
                with trace, span("roadmap.run", **ids, task_type=task.task_type, attempt=task.attempt):
                    return await self._go_through(attempt)
        except asyncio.CancelledError:
            if held.lost:
                raise Superseded("Another attempt owns this task.") from None
            if not opened:
                await _uncancelled(self._stop(Fence(task.task_id, task.attempt)))
            raise
        except Exception as error:
            if opened or isinstance(error, Superseded | DatabaseUnavailable):
                raise
            _log.info("run not begun", task_id=task.task_id, reason=_reason(error), exc_info=_trace(error))
            fence = Fence(task.task_id, task.attempt)
            return await end_task(self.resources, fence, TaskStatus.FAILED, _reason(error))
        finally:
            self.resources.lease.release(held)

    async def _go_through(self, attempt: Attempt) -> TaskRow:
        try:
            await attempt.check_author()
            reviews = await attempt.advance(await attempt.entry())
            return await (attempt.park(reviews[0]) if reviews else attempt.finish())
        except (Superseded, DatabaseUnavailable):
            raise
        except asyncio.CancelledError:
            if not attempt.held.lost:
                await _uncancelled(self._stop(attempt.fence, attempt.context.events))
            raise
        except Exception as error:
            task_id, trace = attempt.task.task_id, _trace(error)
            _log.info("run failed", task_id=task_id, reason=_reason(error), exc_info=trace)
            return await attempt.end(TaskStatus.FAILED, _reason(error), cause_of(error))

    async def _stop(self, fence: Fence, events: EventWriter | None = None) -> None:
        """Settle a cancelled run: back to the queue if the process is stopping, else `cancelled` by its caller."""
        if events is not None:
            await events.flush()
        if self.resources.gate.is_closed:
            await requeue_task(self.resources, fence)
        else:
            await end_task(self.resources, fence, TaskStatus.CANCELLED, "The run was interrupted.")


async def _uncancelled(work: Coroutine[Any, Any, None]) -> None:
    """Wait for `work`, however often the waiting is cancelled: a process that stops cancels more than once."""
    working = asyncio.ensure_future(work)
    while not working.done():
        with suppress(asyncio.CancelledError):
            await asyncio.shield(working)
    working.result()


def _trace(error: Exception) -> Exception | None:
    """Return the exception for the log when debugging; rendering its traceback takes long."""
    return error if _log.isEnabledFor(logging.DEBUG) else None


def _reason(error: Exception) -> str:
    return storable_text(error) or type(error).__name__
