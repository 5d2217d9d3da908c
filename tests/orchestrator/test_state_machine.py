"""Random lives of tasks and contents against the real database: only legal moves, counters equal recounts, and at most
one live owner of each content."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import text

from domain.errors import Conflict, RoadmapError, Superseded
from domain.vocabulary import ACTIVE, FINAL, TRANSITIONS, ContentType, TaskStatus
from orchestrator.commands import transitions
from orchestrator.orchestrator import Orchestrator
from orchestrator.settings import Settings
from repository.contents.content_queries import states
from repository.contents.contents import begin_contents, fail_content, save_version
from repository.db.database import Database, Session, execute
from repository.db.fence import Fence, assert_fence
from repository.roadmaps.roadmaps import save_roadmap_metadata
from tests.support.authors import ScriptedAuthor
from tests.support.rows import BOUGHT, framework

T = TypeVar("T")
ROADMAP = "r-1"
CONCEPTS = ("c-1-1-1", "c-1-1-2")


class LivesOfTasks(RuleBasedStateMachine):
    """Requests, workers that start, write, hand back, finish or die, and whoever cancels and resumes."""

    database_url: str

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.database = Database(self.database_url)
        self.context = Orchestrator.open(
            Settings.model_validate({"database_url": self.database_url, "second_look": "none"}),
            author=ScriptedAuthor(),
        )
        self.client = self.loop.run(self.context.__aenter__())
        self.fences: list[Fence] = []
        """Of every start so far: most of them superseded."""
        self.seen: dict[str, TaskStatus] = {}

    def teardown(self) -> None:
        self.loop.run(self.context.__aexit__(None, None, None))
        self.loop.run(self.database.close())
        self.loop.close()

    def do(self, work: Awaitable[T]) -> T | RoadmapError:
        async def tried() -> T | RoadmapError:
            try:
                return await work
            except RoadmapError as error:
                return error

        return self.loop.run(tried())

    def commit(self, work: Callable[[Session], Awaitable[T]]) -> T | RoadmapError:
        return self.do(self.database.persist(work))

    @initialize()
    def begin(self) -> None:
        async def prepare(session: Session) -> None:
            for table in ("roadmap_tasks", "roadmap_metadata", "concept_contents", "content_versions", "task_events"):
                await execute(session, text(f"TRUNCATE {table}"), {})
            await execute(session, text("DELETE FROM workers WHERE worker_id IN ('alive', 'dead')"), {})
            await execute(
                session,
                text("""INSERT INTO workers (worker_id, kind, host, pid, timeout, alive_until) VALUES
                    ('alive', 'worker', 'h', 1, 5, clock_timestamp() + interval '1 day'),
                    ('dead', 'worker', 'h', 1, 0, clock_timestamp() - interval '1 day')"""),
                {},
            )
            await save_roadmap_metadata(session, ROADMAP, "ann", framework())

        self.commit(prepare)

    @rule(concept=st.sampled_from(CONCEPTS), content_type=st.sampled_from(ContentType))
    def request_single(self, concept: str, content_type: ContentType) -> None:
        self.allowed(self.do(self.client.retry(ROADMAP, concept, content_type, detach=True)), Conflict)

    @rule(content_types=st.sets(st.sampled_from(ContentType), min_size=1))
    def request_batch(self, content_types: set[ContentType]) -> None:
        self.allowed(self.do(self.client.retry_failed(ROADMAP, sorted(content_types), detach=True)), Conflict)

    @rule(pick=st.integers(0), worker=st.sampled_from(["alive", "dead"]))
    def start(self, pick: int, worker: str) -> None:
        if task_id := self.some_task(pick):
            started = self.commit(lambda session: transitions.start(session, task_id, worker))
            assert not isinstance(started, RoadmapError)
            if started is not None:
                self.fences.append(Fence(task_id, started.attempt))

    @rule(pick=st.integers(0), content_type=st.sampled_from(ContentType), good=st.booleans())
    def write(self, pick: int, content_type: ContentType, good: bool) -> None:
        if not self.fences:
            return
        fence = self.fences[pick % len(self.fences)]

        async def write(session: Session) -> None:
            await assert_fence(session, fence)
            await execute(
                session,
                text("UPDATE concept_contents SET attempt = :attempt WHERE task_id = :task_id"),
                {"attempt": fence.attempt, "task_id": fence.task_id},
            )
            for concept_id in await begin_contents(session, fence, content_type):
                if good:
                    await save_version(session, fence, ROADMAP, concept_id, content_type, {}, BOUGHT)
                else:
                    await fail_content(session, fence, ROADMAP, concept_id, content_type, "no luck")

        self.allowed(self.commit(write), Superseded)

    @rule(pick=st.integers(0), how=st.sampled_from(["finish", "hand_back"]))
    def leave(self, pick: int, how: str) -> None:
        if self.fences:
            fence = self.fences[pick % len(self.fences)]
            if how == "finish":
                left = self.commit(lambda session: transitions.finish(session, fence, []))
            else:
                left = self.commit(lambda session: transitions.requeue(session, fence))
            self.allowed(left, Superseded, Conflict)

    @rule(pick=st.integers(0))
    def cancel(self, pick: int) -> None:
        if task_id := self.some_task(pick):
            self.allowed(self.commit(lambda session: transitions.cancel(session, task_id, "enough")), Conflict)

    @rule(pick=st.integers(0))
    def resume(self, pick: int) -> None:
        if task_id := self.some_task(pick):
            self.allowed(self.commit(lambda session: transitions.resume(session, task_id, None)), Conflict)

    @invariant()
    def only_legal_moves(self) -> None:
        for task_id, status in self.tasks().items():
            before = self.seen.get(task_id)
            if before is not None and before != status:
                assert self.reachable(before, status), f"{task_id}: {before} -> {status}"
            self.seen[task_id] = status

    @invariant()
    def every_content_has_at_most_one_live_owner_and_final_tasks_leave_nothing_unfinished(self) -> None:
        statuses = self.tasks()
        for content in self.commit(lambda session: states(session, ROADMAP)):  # type: ignore[union-attr]
            if content.status in {"pending", "generating"}:
                holder = statuses.get(content.task_id or "")
                assert holder is None or holder in ACTIVE
                assert content.stale == (holder is None or not self.is_live(content.task_id or ""))

    @invariant()
    def the_rows_keep_their_promises(self) -> None:
        from tests.support.processes import broken_promises

        untold = {"a content completed and not told"}  # events of contents are the runner's
        broken = self.loop.run(broken_promises(self.database))
        assert [line for line in broken if not any(what in line for what in untold)] == []

    def allowed(self, result: Any, *kinds: type[RoadmapError]) -> None:
        assert not isinstance(result, RoadmapError) or isinstance(result, kinds), repr(result)

    def tasks(self) -> dict[str, TaskStatus]:
        async def read(session: Session) -> dict[str, TaskStatus]:
            rows = await execute(session, text("SELECT task_id, status FROM roadmap_tasks ORDER BY created_at"), {})
            return {row.task_id: TaskStatus(row.status) for row in rows}

        found = self.commit(read)
        assert not isinstance(found, RoadmapError)
        return found

    def some_task(self, pick: int) -> str | None:
        known = list(self.tasks())
        return known[pick % len(known)] if known else None

    def is_live(self, task_id: str) -> bool:
        return self.loop.run(self.client.task(task_id)).live

    @staticmethod
    def reachable(before: TaskStatus, after: TaskStatus) -> bool:
        """In one rule a stale task may be settled and another take its place, so one or two moves."""
        through = {middle for middle in TaskStatus if before in TRANSITIONS[middle]}
        return after in through or (before in FINAL and any(middle in TRANSITIONS[after] for middle in through))


@pytest.mark.slow
@pytest.mark.parametrize("examples", [8, pytest.param(300, marks=pytest.mark.soak)])
def test_no_sequence_of_requests_starts_deaths_and_ends_breaks_the_rows(database_url: str, examples: int) -> None:
    machine = type("Machine", (LivesOfTasks,), {"database_url": database_url})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
