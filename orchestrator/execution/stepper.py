"""Step a run node by node: inspect its state, change it, go back, continue.

A stepped run is a real run with row, lease, fence and events. It waits for a person, so it is never swept or taken
over. If the stepper dies, the task is stale, and stepping continues from the last checkpoint.
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
from domain.checks.course import book_problem
from domain.course.book import CourseBook
from domain.errors import InvalidInput, Superseded
from domain.framework import Framework
from domain.vocabulary import Step, TaskStatus
from nodes.state import SHAPES, RunState
from orchestrator.execution.attempt import Attempt, open_attempt
from orchestrator.resources import OrchestratorResources
from repository.tables.runs import TaskRow

Json = dict[str, Any]

_BEFORE_VALIDATION: Final = {Step.STRUCTURE_VALIDATION, Step.EDIT_PLAN_ANALYSIS, Step.ROADMAP_EDIT}
"""Before these nodes a framework may be broken: it is validated before contents are written."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One checkpoint of the run's past."""

    number: int
    """For `back`; 1: one step back."""
    next_nodes: tuple[str, ...]
    """The nodes that came next."""
    created_at: str
    source: str
    """Its source, as LangGraph names it: `loop`: a node; `update`: `set` or a resume; `fork`: `back`."""


@dataclass(slots=True)
class Stepper:
    """A run that is stepped. Its methods are the commands of `roadmap step`."""

    attempt: Attempt
    _start: RunState | Command[Any] | None
    before: Json = field(default_factory=dict)
    """The state before the last node, for `changes`."""
    ended: TaskRow | None = None
    """The row, once the stepper was left or the run waits for a review."""

    @property
    def task(self) -> TaskRow:
        return self.ended or self.attempt.task

    async def next_nodes(self) -> tuple[str, ...]:
        """Return the nodes that `advance` would run."""
        upcoming = (await self.attempt.snapshot()).next
        return tuple(map(str, upcoming)) or (_FIRST if self._start is not None else ())

    async def state(self) -> Json:
        """Return the present state."""
        return dict((await self.attempt.snapshot()).values)

    async def advance(self, stop_before: list[str] | None = None) -> None:
        """Run to before the next node, or to before one of `stop_before`; else to a review or the end.

        Raises what fails the run. The run stays where it was, and the step can be repeated or the state changed.
        """
        before = await self.attempt.snapshot()
        self.before = dict(before.values)
        try:
            reviews = await self.attempt.advance(self._start, self.nodes() if stop_before is None else stop_before)
        finally:
            if (await self.attempt.snapshot()).config != before.config:
                self._start = None  # else it was stopped before its first checkpoint, and begins with the same input
        if reviews and (await self.attempt.snapshot()).interrupts:
            self.ended = await self.attempt.park(reviews[0])

    def nodes(self) -> list[str]:
        """Return the names of all nodes of the graph."""
        return [node for node in self.attempt.graph.nodes if not node.startswith("__")]

    async def changes(self) -> dict[str, tuple[Any, Any]]:
        """Return the changes of the last step to the state: key -> (before, after)."""
        after = await self.state()
        keys = [*self.before, *(key for key in after if key not in self.before)]
        return {key: (self.before.get(key), after.get(key)) for key in keys if self.before.get(key) != after.get(key)}

    async def set(self, key: str, value: str) -> None:
        """Replace a key of the state by a value in JSON; the next node is routed again. Raises InvalidInput."""
        parsed = read_value(key, value)
        last = await self._last_node()
        if last is None:
            raise InvalidInput("Nothing has run yet; take a step first.")
        if key == "framework":
            self._check_framework(parsed, await self.next_nodes())
        if key == "course_book":
            _check_book(parsed, await self.state())
        await self.attempt.graph.aupdate_state(self.attempt.config, {key: parsed}, as_node=last)
        self._start = None

    def _check_framework(self, framework: Json, next_nodes: tuple[str, ...]) -> None:
        """Apply the rules of all edits to an edit by hand. Raises InvalidInput."""
        if framework["roadmap_id"] != self.task.roadmap_id:
            raise InvalidInput(f"The roadmap_id of the framework must be {self.task.roadmap_id}.")
        if _BEFORE_VALIDATION.intersection(next_nodes):
            return
        issues = check_framework(Framework.model_validate(framework), self.attempt.context.max_concepts)
        wrong = next((issue.issue for issue in issues if issue.severity == "critical"), None)
        if wrong is not None:
            raise InvalidInput(f"{wrong}. It would not be validated again before contents are written; `back` first.")

    async def _last_node(self) -> str | None:
        """Return the node that ran last: the next one of the checkpoint before, apart from changes by hand."""
        here = await self.attempt.snapshot()
        while here.parent_config is not None:
            before = await self.attempt.graph.aget_state(here.parent_config)
            if (here.metadata or {}).get("source") != "update":
                return before.next[0] if before.next else None
            here = before
        return None

    async def history(self) -> list[Moment]:
        """Return the checkpoints of the run, newest first; number 0 is the present one."""
        return [moment for moment, _ in await self._past()]

    async def back(self, number: int) -> None:
        """Go back to the checkpoint of `number` steps ago. Raises InvalidInput if there is none."""
        past = await self._past()
        if not 0 < number < len(past):
            raise InvalidInput(f"There are {len(past) - 1} steps to go back; `history` lists them.")
        # A copy becomes the newest checkpoint, so that stepping continues from here if this stepper dies.
        await self.attempt.graph.aupdate_state(past[number][1], None, as_node="__copy__")
        self._start = None
        self.before = await self.state()

    async def _past(self) -> list[tuple[Moment, RunnableConfig]]:
        """Return the present checkpoint and those that it came from, newest first."""
        past: list[tuple[Moment, RunnableConfig]] = []
        here = await self.attempt.snapshot()
        while "__start__" not in here.next and here.values:
            source = (here.metadata or {}).get("source", "")
            moment = Moment(len(past), tuple(map(str, here.next)), here.created_at or "", source)
            past.append((moment, here.config))
            if here.parent_config is None:
                break
            here = await self.attempt.graph.aget_state(here.parent_config)
        return past

    async def quit(self) -> None:
        """Leave the run: end it if its graph has come to its end, else cancel it, so that it can be resumed."""
        if self.ended is None and not self.attempt.held.lost:
            if await self.is_at_end():
                self.ended = await self.attempt.finish()
            else:
                self.ended = await self.attempt.end(TaskStatus.CANCELLED, "The stepper has ended.")

    async def is_at_end(self) -> bool:
        """Return whether no node is left to run. Going back is still possible."""
        snapshot = await self.attempt.snapshot()
        return bool(snapshot.values) and not snapshot.next and self._start is None


_FIRST: Final = (Step.INIT.value,)


def read_value(key: str, value: str) -> Any:
    """Parse JSON of the shape that a key of the state holds. Raises InvalidInput."""
    if key not in SHAPES:
        raise InvalidInput(f"The state has no key {key!r}; known: {', '.join(sorted(SHAPES))}.")
    try:
        parsed = json.loads(value)
        stored = json.dumps(parsed, allow_nan=False, ensure_ascii=False)
        stored.encode()  # fails for a lone surrogate
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{key} needs a value in JSON: {error}.") from error
    if "\\u0000" in stored:
        raise InvalidInput(f"{key} contains a NUL character, which cannot be stored.")
    try:
        return SHAPES[key].dump_python(SHAPES[key].validate_python(parsed), mode="json", exclude_none=True)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join([key, *map(str, first["loc"])])
        raise InvalidInput(f"{where}: {first['msg']}.") from error


def _check_book(book: Json, state: Json) -> None:
    """Apply the rules of all edits to a book that was changed by hand. Raises InvalidInput."""
    framework = Framework.model_validate(state.get("framework", {"roadmap_id": ""}))
    if problem := book_problem(CourseBook.model_validate(book), framework):
        raise InvalidInput(f"The course book cannot be used: {problem}.")


@asynccontextmanager
async def open_stepper(resources: OrchestratorResources, task: TaskRow) -> AsyncIterator[Stepper]:
    """Open a stepper on a task that this process has started. Raises Superseded if another one takes or ends it."""
    this = asyncio.current_task()
    assert this is not None
    held = resources.lease.hold(task.task_id, task.attempt, this.cancel)
    try:
        async with open_attempt(resources, task, held) as attempt:
            snapshot = await attempt.snapshot()
            yield Stepper(attempt, attempt.answer_to(snapshot) if snapshot.next else await attempt.entry())
    except asyncio.CancelledError:
        if held.lost:
            raise Superseded("Another process has cancelled or taken this run.") from None
        raise
    finally:
        resources.lease.release(held)
