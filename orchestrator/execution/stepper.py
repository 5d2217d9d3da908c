"""Stepping a run node by node: look, change, go back, go on.

A stepped run is a real run, with its row, lease, fence and events. It waits for a person, so it is never swept or taken
over; when the stepper dies it reads stale, and stepping goes on from the last checkpoint.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from langchain_core.runnables import RunnableConfig
from langgraph.types import Command
from pydantic import ValidationError

from domain.checks import check_framework
from domain.errors import InvalidInput, Superseded
from domain.framework import Framework
from domain.vocabulary import Step, TaskStatus
from nodes.state import SHAPES, RunState
from orchestrator.execution.attempt import Attempt, open_attempt
from orchestrator.resources import OrchestratorResources
from repository.tables.runs import TaskRow

Json = dict[str, Any]

_LOOKED_AT_AGAIN: Final = {Step.STRUCTURE_VALIDATION, Step.EDIT_PLAN_ANALYSIS, Step.ROADMAP_EDIT}
"""Before these a framework may be broken: it is validated before contents are made."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One checkpoint of the run's past: which nodes came next, and its number for `back` (1: one step back)."""

    number: int
    next_nodes: tuple[str, ...]
    created_at: str
    source: str
    """What made it, in LangGraph's words: `loop` a node, `update` a change by hand or a resume, `fork` going back."""


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
        stood = await self.attempt.stands()
        self.before = dict(stood.values)
        try:
            reviews = await self.attempt.advance(self._start, self.nodes() if stop_before is None else stop_before)
        finally:
            if (await self.attempt.stands()).config != stood.config:
                self._start = None  # else it was stopped before anything was kept, and begins with it again
        if reviews and (await self.attempt.stands()).interrupts:
            self.ended = await self.attempt.park(reviews[0])

    def nodes(self) -> list[str]:
        """All of the graph."""
        return [node for node in self.attempt.graph.nodes if not node.startswith("__")]

    async def changes(self) -> dict[str, tuple[Any, Any]]:
        """What the last step changed in the state: key -> (before, after)."""
        after = await self.state()
        keys = [*self.before, *(key for key in after if key not in self.before)]
        return {key: (self.before.get(key), after.get(key)) for key in keys if self.before.get(key) != after.get(key)}

    async def set(self, key: str, value: str) -> None:
        """Replace a key of the state by JSON; the next node is chosen anew. Raises InvalidInput."""
        parsed = read_value(key, value)
        last = await self._last_node()
        if last is None:
            raise InvalidInput("Nothing has run yet; take a step first.")
        if key == "framework":
            self._check_framework(parsed, await self.next_nodes())
        await self.attempt.graph.aupdate_state(self.attempt.config, {key: parsed}, as_node=last)
        self._start = None

    def _check_framework(self, framework: Json, next_nodes: tuple[str, ...]) -> None:
        """Edits by hand are held to the rules of all others."""
        if framework["roadmap_id"] != self.task.roadmap_id:
            raise InvalidInput(f"This run makes {self.task.roadmap_id}; the framework's roadmap_id has to say so.")
        if _LOOKED_AT_AGAIN.intersection(next_nodes):
            return
        found = check_framework(Framework.model_validate(framework), self.attempt.context.max_concepts)
        wrong = next((issue.issue for issue in found if issue.severity == "critical"), None)
        if wrong is not None:
            raise InvalidInput(f"{wrong}. Nobody would look at it again before contents are made; `back` first.")

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
        self._start = None
        self.before = await self.state()

    async def _past(self) -> list[tuple[Moment, RunnableConfig]]:
        """The checkpoints that the present one came from."""
        past: list[tuple[Moment, RunnableConfig]] = []
        here = await self.attempt.stands()
        while "__start__" not in here.next and here.values:
            source = (here.metadata or {}).get("source", "")
            moment = Moment(len(past), tuple(map(str, here.next)), here.created_at or "", source)
            past.append((moment, here.config))
            if here.parent_config is None:
                break
            here = await self.attempt.graph.aget_state(here.parent_config)
        return past

    async def quit(self) -> None:
        """Leave the run: finished where it stands at its end, else cancelled, resumable."""
        if self.ended is None and not self.attempt.held.lost:
            if await self.is_at_end():
                self.ended = await self.attempt.finish()
            else:
                self.ended = await self.attempt.end(TaskStatus.CANCELLED, "The stepper was left.")

    async def is_at_end(self) -> bool:
        """Nothing is left to run; going back still is possible."""
        stands = await self.attempt.stands()
        return bool(stands.values) and not stands.next and self._start is None


_FIRST: Final = (Step.INIT.value,)


def read_value(key: str, value: str) -> Any:
    """JSON of the shape that a key of the state holds. Raises InvalidInput."""
    if key not in SHAPES:
        raise InvalidInput(f"The state has no key {key!r}; there are {', '.join(sorted(SHAPES))}.")
    try:
        parsed = json.loads(value)
        stored = json.dumps(parsed, allow_nan=False, ensure_ascii=False)
        stored.encode()  # half a character has no bytes
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{key} needs a value in JSON: {error}.") from error
    if "\\u0000" in stored:
        raise InvalidInput(f"{key} contains a NUL character, which nobody can store.")
    try:
        return SHAPES[key].dump_python(SHAPES[key].validate_python(parsed), mode="json", exclude_none=True)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join([key, *map(str, first["loc"])])
        raise InvalidInput(f"{where}: {first['msg']}.") from error


@asynccontextmanager
async def open_stepper(resources: OrchestratorResources, task: TaskRow) -> AsyncIterator[Stepper]:
    """For a task that this process has started as a stepper. Raises Superseded when it is taken away meanwhile."""
    this = asyncio.current_task()
    assert this is not None
    held = resources.lease.hold(task.task_id, task.attempt, this.cancel)
    try:
        async with open_attempt(resources, task, held) as attempt:
            stands = await attempt.stands()
            yield Stepper(attempt, attempt.answer_to(stands) if stands.next else await attempt.entry())
    except asyncio.CancelledError:
        if held.lost:
            raise Superseded("Somebody else has cancelled or taken this run.") from None
        raise
    finally:
        resources.lease.release(held)
