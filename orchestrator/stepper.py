"""Stepping a run node by node: look, change, go back, go on.

A stepped run is a real run, with its row, lease, fence and events. It waits for a person, so it is never swept or taken
over; when the stepper dies it reads stale, and stepping goes on from the last checkpoint.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.types import Command

from domain.errors import InvalidInput, Superseded
from domain.vocabulary import Step, TaskStatus
from nodes.state import RunState
from orchestrator.attempt import Attempt, open_attempt
from orchestrator.resources import Resources
from repository.tables import TaskRow

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Moment:
    """One checkpoint of the run's past: which nodes came next, and its number for `back` (1: one step back)."""

    number: int
    next_nodes: tuple[str, ...]
    created_at: str


@dataclass(slots=True)
class Stepper:
    """One run under one's hands. Its methods are the commands of `roadmap step`."""

    attempt: Attempt
    _start: RunState | Command[Any] | None
    before: Json = field(default_factory=dict)
    """The state before the last node, for `changes`."""
    ended: TaskRow | None = None
    """The row, once the run was left or waits for a review."""

    @property
    def task(self) -> TaskRow:
        return self.ended or self.attempt.task

    async def next_nodes(self) -> tuple[str, ...]:
        """What `advance` would run."""
        stands = (await self.attempt.stands()).next
        return tuple(map(str, stands)) or (_FIRST if self._start is not None else ())

    async def state(self) -> Json:
        return dict((await self.attempt.stands()).values)

    async def advance(self, stop_before: list[str] | None = None) -> None:
        """Run to before the next node, or to before one of `stop_before`; to the end, or a review, where none comes.

        What fails the run is raised, and the run stays where it was: it can be tried again or changed.
        """
        self.before = await self.state()
        every_node = [node for node in self.attempt.graph.nodes if not node.startswith("__")]
        try:
            reviews = await self.attempt.advance(self._start, every_node if stop_before is None else stop_before)
        finally:
            self._start = None
        if reviews and (await self.attempt.stands()).interrupts:
            self.ended = await self.attempt.park(reviews[0])

    async def changes(self) -> dict[str, tuple[Any, Any]]:
        """What the last step changed in the state: key -> (before, after)."""
        after = await self.state()
        keys = [*self.before, *(key for key in after if key not in self.before)]
        return {key: (self.before.get(key), after.get(key)) for key in keys if self.before.get(key) != after.get(key)}

    async def set(self, key: str, value: str) -> None:
        """Replace a key of the state by JSON; the next node is chosen anew. Raises InvalidInput."""
        if key not in RunState.__annotations__:
            known = ", ".join(sorted(RunState.__annotations__))
            raise InvalidInput(f"The state has no key {key!r}; there are {known}.")
        try:
            parsed = json.loads(value)
        except ValueError as error:
            raise InvalidInput(f"{key} needs a value in JSON: {error}.") from error
        last = await self._last_node()
        if last is None:
            raise InvalidInput("Nothing has run yet; take a step first.")
        await self.attempt.graph.aupdate_state(self.attempt.config, {key: parsed}, as_node=last)

    async def _last_node(self) -> str | None:
        """The node behind which the run stands: what came next in the checkpoint before, changes by hand apart."""
        here = await self.attempt.stands()
        while here.parent_config is not None:
            before = await self.attempt.graph.aget_state(here.parent_config)
            if (here.metadata or {}).get("source") != "update":
                return before.next[0] if before.next else None
            here = before
        return None

    async def history(self) -> list[Moment]:
        """Where the run stood before, newest first; number 0 is the present."""
        return [moment for moment, _ in await self._past()]

    async def back(self, number: int) -> None:
        """Stand where the run stood `number` steps ago. Raises InvalidInput for a step that never was."""
        past = await self._past()
        if not 0 < number < len(past):
            raise InvalidInput(f"There are {len(past) - 1} steps to go back; `history` lists them.")
        # A copy becomes the newest checkpoint, so that a stepper that dies here goes on from here.
        await self.attempt.graph.aupdate_state(past[number][1], None, as_node="__copy__")
        self.before = await self.state()

    async def _past(self) -> list[tuple[Moment, RunnableConfig]]:
        """The checkpoints that the present one came from."""
        past: list[tuple[Moment, RunnableConfig]] = []
        here = await self.attempt.stands()
        while "__start__" not in here.next and here.values:
            moment = Moment(len(past), tuple(map(str, here.next)), here.created_at or "")
            past.append((moment, here.config))
            if here.parent_config is None:
                break
            here = await self.attempt.graph.aget_state(here.parent_config)
        return past

    async def quit(self) -> None:
        """Leave the run: finished where it stands at its end, else cancelled, resumable."""
        if self.ended is None:
            if await self.is_at_end():
                self.ended = await self.attempt.finish()
            else:
                self.ended = await self.attempt.end(TaskStatus.CANCELLED, "The stepper was left.")

    async def is_at_end(self) -> bool:
        """Nothing is left to run; going back still is possible."""
        stands = await self.attempt.stands()
        return bool(stands.values) and not stands.next and self._start is None


_FIRST = (Step.INIT.value,)


@asynccontextmanager
async def open_stepper(resources: Resources, task: TaskRow) -> AsyncIterator[Stepper]:
    """For a task that this process has started as a stepper. Raises Superseded when it is taken away meanwhile."""
    this = asyncio.current_task()
    assert this is not None
    held = resources.lease.hold(task.task_id, task.attempt, this.cancel)
    try:
        async with open_attempt(resources, task, held) as attempt:
            stands = await attempt.stands()
            entered = await attempt.entry() if not stands.next else None
            yield Stepper(attempt, entered)
    except asyncio.CancelledError:
        if held.lost:
            raise Superseded("Somebody else has cancelled or taken this run.") from None
        raise
    finally:
        resources.lease.release(held)
