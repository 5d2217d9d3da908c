"""Processes that write the contents of a run, as a worker runs its generators over the rows, and their deaths."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Final, cast

from sqlalchemy import text

from domain.request import LearningRequest, Preferences
from domain.vocabulary import ContentType, SecondLook, Step
from nodes.authors.port import Author
from nodes.contents.lesson_signals import LessonSignals
from nodes.context import RunContext
from nodes.ledger.budget import Budget
from nodes.ledger.ledger import Ledger
from nodes.ledger.scheduler import Throttle
from nodes.state import RunState, as_json
from orchestrator.graphs.retry import build_retry_graph
from repository.contents.contents import adopt_contents, insert_contents
from repository.db.database import Database, Session, execute
from repository.db.fence import Fence
from repository.ledger.calls import known_answers
from repository.roadmaps.roadmaps import accept_framework
from tests.support.rows import fence_of, framework, reserved, started

STATE: Final[RunState] = {"request": as_json(LearningRequest(preferences=Preferences(learning_goal="chess")))}


class Died(BaseException):
    """The process is gone: nothing may catch this."""


class Mortal(Database):
    """Dies at its `last` commit: before it, or when it is made and nobody knows yet. The dead commit nothing."""

    last: int | None = None
    after: bool = False
    commits = 0

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.dead = asyncio.Event()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Session]:
        if self.dead.is_set():
            raise Died
        async with super().transaction() as session:
            yield session
            if self.dead.is_set():
                raise Died
            self.commits += 1
            if self.commits == self.last and not self.after:
                self.dead.set()
                raise Died
        if self.commits == self.last:
            self.dead.set()
            raise Died


class Always:
    """A permit without waiting."""

    def call(self) -> AbstractAsyncContextManager[None]:
        return nullcontext()


@dataclass
class Events:
    """The events of one process, kept in memory: they are written beside the run's own commits."""

    appended: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def append(self, event_type: str, payload: Mapping[str, Any]) -> None:
        self.appended.append((event_type, payload))

    def types(self) -> list[str]:
        """Return the types of the events, but for the begin of steps."""
        return [kind for kind, _ in self.appended if kind != "step_started"]

    def contents(self, event_type: str) -> list[tuple[str, str]]:
        """Return (concept id, content type) of the events of a type."""
        return [(told["concept_id"], told["content_type"]) for kind, told in self.appended if kind == event_type]


async def run_with_contents(
    database: Database, roadmap_id: str = "r-1", task_id: str = "t-1", concepts: int = 1
) -> Fence:
    """Of a creation whose framework is accepted, with all contents to write."""
    plan = framework(roadmap_id, concepts)
    await reserved(database, roadmap_id)
    fence = fence_of(await started(database, task_id, roadmap_id=roadmap_id))
    async with database.transaction() as session:
        await accept_framework(session, plan, expected_version=0)
        await insert_contents(session, fence, roadmap_id, [concept.concept_id for concept in plan.concepts()])
    return fence


async def next_attempt(database: Database, task_id: str = "t-1") -> Fence:
    """Take the task over, as a process does that starts after another one has died."""
    async with database.transaction() as session:
        taken = "UPDATE roadmap_tasks SET attempt = attempt + 1 WHERE task_id = :task_id RETURNING attempt"
        fence = Fence(task_id, (await execute(session, text(taken), {"task_id": task_id})).scalar_one())
        await adopt_contents(session, fence)
    return fence


async def context_of(
    database: Database,
    fence: Fence,
    author: Author,
    *,
    roadmap_id: str = "r-1",
    limit: int = 4,
    round_: int = 0,
    second_look: SecondLook = "none",
    budget: Budget | None = None,
) -> RunContext:
    """Return the context of a process that has just started."""
    async with database.transaction() as session:
        known = await known_answers(session, fence.task_id)
    ledger = Ledger(
        author, Throttle(limit), Always(), database, fence, round_, urgent=False, known=known, budget=budget or Budget()
    )
    return RunContext(
        roadmap_id=roadmap_id,
        user_id="ann",
        base_version=0,
        instructions="",
        content_step=Step.CONTENT_GENERATION,
        max_concepts=30,
        weeks=None,
        any_language=True,
        second_look=second_look,
        links=None,
        search=None,
        code=None,
        database=database,
        fence=fence,
        ledger=ledger,
        events=cast(Any, Events()),
        lessons=LessonSignals(writer_timeout=0.05),
    )


_GRAPH: Final = build_retry_graph().compile()


async def write_contents(context: RunContext) -> None:
    """Run all generators side by side, to their end or to the death of the process. Raises Died."""
    writing = asyncio.ensure_future(_GRAPH.ainvoke(STATE, context=context))
    dying = asyncio.ensure_future(context.database.dead.wait()) if isinstance(context.database, Mortal) else None
    await asyncio.wait({writing, *((dying,) if dying else ())}, return_when=asyncio.FIRST_COMPLETED)
    if isinstance(context.database, Mortal) and context.database.dead.is_set():
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        raise Died
    if dying is not None:
        dying.cancel()
    await writing


@dataclass(frozen=True)
class Written:
    """A content as its rows have it."""

    status: str
    version: int
    last_error: str | None
    payload_hash: str | None
    lesson_hash: str | None


async def written(database: Database, roadmap_id: str = "r-1") -> dict[tuple[str, str], Written]:
    """Return the contents of a roadmap, by concept id and content type."""
    async with database.transaction() as session:
        rows = await execute(
            session,
            text("""
                SELECT c.concept_id, c.content_type, c.status, c.version, c.last_error, v.payload_hash, v.lesson_hash
                FROM concept_contents c
                LEFT JOIN content_versions v USING (roadmap_id, concept_id, content_type, version)
                WHERE roadmap_id = :roadmap_id"""),
            {"roadmap_id": roadmap_id},
        )
        return {
            (row["concept_id"], row["content_type"]): Written(**{name: row[name] for name in Written.__annotations__})
            for row in rows.mappings()
        }


async def calls_by_step(database: Database, task_id: str) -> Counter[str]:
    """Return the number of answers that the ledger of a run holds, by step."""
    async with database.transaction() as session:
        counted = "SELECT step, count(*) AS calls FROM model_calls WHERE task_id = :task_id GROUP BY step"
        return Counter({row.step: row.calls for row in await execute(session, text(counted), {"task_id": task_id})})


def types_of(asked: Sequence[tuple[str, str | None]]) -> list[tuple[str | None, str]]:
    """Return (concept id, content type) of calls for contents."""
    return [(concept_id, role) for role, concept_id in asked if role in set(ContentType)]
