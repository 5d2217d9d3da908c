"""Retries: runs of their own, with their own rows; what they claim, refuse, keep and report."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

import pytest
from sqlalchemy import text

from domain.contents import Quiz
from domain.errors import Conflict, InvalidInput, NotFound, RoadmapError, RunFailed
from domain.vocabulary import ContentStatus, ContentType, TaskStatus, TaskType
from nodes.authors.briefs import AuthorRole, Brief, ContentBrief
from orchestrator.commands.run_request import RetryRequest
from orchestrator.orchestrator import Orchestrator
from orchestrator.queries.status import TaskView
from orchestrator.settings import Settings
from repository.db.database import Database, execute
from repository.roadmaps.roadmaps import save_roadmap_metadata
from tests.support.authors import QUIZ, TUTORIAL, ScriptedAuthor
from tests.support.rows import framework
from tests.support.runs import content_begun

NO_LUCK: Final = "no luck"


class Moody(ScriptedAuthor):
    """Quizzes of the concepts in `broken` fail."""

    def __init__(self, *broken: str) -> None:
        super().__init__({AuthorRole.QUIZ: self._quiz})
        self.broken = set(broken)
        self.briefs: list[ContentBrief[Any]] = []

    def _quiz(self, brief: Brief[Any], _: Sequence[str]) -> Quiz:
        assert isinstance(brief, ContentBrief)
        self.briefs.append(brief)
        if brief.concept.concept_id in self.broken:
            raise RunFailed("no luck")
        return QUIZ


FIRST, SECOND = "c-1-1-1", "c-1-1-2"


@pytest.fixture
def author() -> Moody:
    return Moody(FIRST, SECOND)


@pytest.fixture
async def orchestrator(settings: Settings, author: Moody) -> AsyncIterator[Orchestrator]:
    async with Orchestrator.open(settings, author=author) as orchestrator:
        yield orchestrator


@pytest.fixture
async def roadmap_id(orchestrator: Orchestrator) -> str:
    """A creation whose two quizzes failed."""
    task = await done(orchestrator, await orchestrator.create("chess"))
    assert task.status is TaskStatus.PARTIAL_FAILURE
    assert task.roadmap_id is not None
    return task.roadmap_id


async def done(orchestrator: Orchestrator, task: TaskView | None) -> TaskView:
    assert task is not None
    return await orchestrator.wait(task.task_id)


async def quiz(orchestrator: Orchestrator, roadmap_id: str, concept_id: str) -> tuple[ContentStatus, int, str | None]:
    state = (await orchestrator.roadmap(roadmap_id)).state(concept_id, ContentType.QUIZ)
    assert state is not None
    return state.status, state.version, state.last_error


async def test_a_retry_is_a_run_of_its_own_with_its_type(
    orchestrator: Orchestrator, roadmap_id: str, author: Moody
) -> None:
    author.broken.clear()
    asked = RetryRequest(user_id="ann", instructions="shorter", preferences={"current_level": "advanced"})
    task = await orchestrator.retry(roadmap_id, FIRST, ContentType.QUIZ, asked)
    assert (task.task_type, task.concept_id, task.content_type) == (TaskType.RETRY_QUIZ, FIRST, "quiz")
    task = await done(orchestrator, task)
    assert (task.status, task.current_step, task.user_id) == (TaskStatus.COMPLETED, "completed", "ann")
    assert await quiz(orchestrator, roadmap_id, FIRST) == (ContentStatus.COMPLETED, 1, None)
    assert await quiz(orchestrator, roadmap_id, SECOND) == (ContentStatus.FAILED, 0, NO_LUCK)
    history = await orchestrator.tasks.page(roadmap_id=roadmap_id)
    assert [row.task_type for row in history] == [TaskType.RETRY_QUIZ, TaskType.CREATION], "no run is forgotten"
    brief = author.briefs[-1]
    assert (brief.instructions, brief.preferences.current_level) == ("shorter", "advanced")
    assert brief.preferences.learning_goal == "chess", "the creation's preferences unless others are given"


async def test_a_retry_knows_the_version_at_hand_and_the_lesson_of_a_quiz(
    orchestrator: Orchestrator, roadmap_id: str, author: Moody
) -> None:
    author.broken.clear()
    await done(orchestrator, await orchestrator.retry(roadmap_id, FIRST, ContentType.QUIZ))
    first = author.briefs[-1]
    assert (first.present_version, first.lesson) == (None, TUTORIAL.content), "the lesson is of another run"
    await done(orchestrator, await orchestrator.retry(roadmap_id, FIRST, ContentType.QUIZ))
    stored = (await orchestrator.contents.versions(roadmap_id, FIRST, ContentType.QUIZ))[0].payload
    assert author.briefs[-1].present_version == stored, "the author wrote the same again, so the ids are the same"
    assert [question["question_id"] for question in stored["questions"]] == ["q1", "q2", "q3"]


async def test_a_creation_gives_its_own_lessons_to_its_quizzes(roadmap_id: str, author: Moody) -> None:
    assert {(brief.present_version, brief.lesson) for brief in author.briefs} == {(None, TUTORIAL.content)}


async def test_a_retry_that_died_before_its_first_checkpoint_was_complete_goes_on(
    orchestrator: Orchestrator, roadmap_id: str, author: Moody, database: Database
) -> None:
    """What its input had written was there, its checkpoint was not: the run failed for want of its request."""
    author.latencies[AuthorRole.QUIZ] = 30
    task = await orchestrator.retry(roadmap_id, FIRST, ContentType.QUIZ)
    await content_begun(orchestrator, task)
    await orchestrator.cancel(task.task_id)
    async with database.transaction() as session:
        later = "DELETE FROM checkpoint.checkpoints WHERE thread_id = :task_id AND (metadata ->> 'step')::int >= 0"
        await execute(session, text(later), {"task_id": task.task_id})
    author.latencies.clear()
    author.broken.clear()
    resumed = await orchestrator.wait((await orchestrator.resume(task.task_id)).task_id)
    assert resumed.status is TaskStatus.COMPLETED, resumed.error_message


async def test_the_step_of_a_running_retry_is_its_generator(
    orchestrator: Orchestrator, roadmap_id: str, author: Moody
) -> None:
    author.latencies[AuthorRole.QUIZ] = 30
    task = await orchestrator.retry(roadmap_id, FIRST, ContentType.QUIZ)
    await content_begun(orchestrator, task)
    assert (await orchestrator.task(task.task_id)).current_step == "quiz_generation"
    status = await orchestrator.status(roadmap_id)
    assert [row.task_type for row in status.active_tasks] == [TaskType.RETRY_QUIZ]
    assert status.stale_concepts == []


async def test_a_single_retry_that_fails_says_why_and_sends_its_final_event(
    orchestrator: Orchestrator, roadmap_id: str
) -> None:
    task = await done(orchestrator, await orchestrator.retry(roadmap_id, FIRST, ContentType.QUIZ))
    assert (task.status, task.current_step, task.error_message) == (TaskStatus.FAILED, "failed", NO_LUCK)
    assert (await orchestrator.events.page(task.task_id))[-1].payload["status"] == "failed"


async def test_a_failed_retry_of_a_good_content_leaves_it_readable(
    orchestrator: Orchestrator, roadmap_id: str, author: Moody
) -> None:
    author.broken.clear()
    await done(orchestrator, await orchestrator.retry(roadmap_id, FIRST, ContentType.QUIZ))
    author.broken.add(FIRST)
    task = await done(orchestrator, await orchestrator.retry(roadmap_id, FIRST, ContentType.QUIZ))
    assert task.status is TaskStatus.FAILED
    assert await quiz(orchestrator, roadmap_id, FIRST) == (ContentStatus.COMPLETED, 1, NO_LUCK)
    author.broken.clear()
    await done(orchestrator, await orchestrator.retry(roadmap_id, FIRST, ContentType.QUIZ))
    assert await quiz(orchestrator, roadmap_id, FIRST) == (ContentStatus.COMPLETED, 2, None)


async def test_a_batch_that_fixed_some_does_not_say_completed(
    orchestrator: Orchestrator, roadmap_id: str, author: Moody
) -> None:
    author.broken.remove(FIRST)
    asked = len(author.asked)
    task = await done(orchestrator, await orchestrator.retry_failed(roadmap_id))
    assert (task.task_type, task.status) == (TaskType.RETRY_BATCH, TaskStatus.PARTIAL_FAILURE)
    assert task.execution_summary is not None
    assert (task.execution_summary["total"], task.execution_summary["completed"]) == (2, 1)
    assert len(author.asked) == asked + 2, "only what had failed is asked for"


async def test_a_batch_with_nothing_to_do_leaves_no_row(
    orchestrator: Orchestrator, roadmap_id: str, author: Moody
) -> None:
    assert await orchestrator.retry_failed(roadmap_id, [ContentType.TUTORIAL]) is None
    assert len(await orchestrator.tasks.page(roadmap_id=roadmap_id)) == 1


async def test_of_two_retries_of_one_content_the_second_names_the_first(
    orchestrator: Orchestrator, roadmap_id: str, author: Moody
) -> None:
    author.latencies[AuthorRole.QUIZ] = 30
    first = await orchestrator.retry(roadmap_id, FIRST, ContentType.QUIZ)
    with pytest.raises(Conflict, match=first.task_id):
        await orchestrator.retry(roadmap_id, FIRST, ContentType.QUIZ)
    assert len(await orchestrator.tasks.page(roadmap_id=roadmap_id)) == 2, "a request that is refused leaves no row"


async def test_a_retry_of_what_a_live_creation_works_on_is_refused(orchestrator: Orchestrator, author: Moody) -> None:
    author.latencies[AuthorRole.QUIZ] = 30
    creation = await orchestrator.create("go")
    await content_begun(orchestrator, creation)
    assert creation.roadmap_id is not None
    with pytest.raises(Conflict, match=creation.task_id):
        await orchestrator.retry(creation.roadmap_id, FIRST, ContentType.QUIZ)
    with pytest.raises(Conflict, match=creation.task_id):
        await orchestrator.retry_failed(creation.roadmap_id)


async def test_a_batch_takes_what_is_free_and_reports_the_rest_as_skipped(
    orchestrator: Orchestrator, roadmap_id: str, author: Moody
) -> None:
    author.broken.clear()
    author.latency = 0.5
    single = await orchestrator.retry(roadmap_id, FIRST, ContentType.QUIZ)
    batch = await orchestrator.retry_failed(roadmap_id)
    assert batch is not None
    status = await orchestrator.status(roadmap_id)
    assert {task.task_id for task in status.active_tasks} == {batch.task_id, single.task_id}
    with pytest.raises(Conflict):
        await orchestrator.retry_failed(roadmap_id)
    batch = await done(orchestrator, batch)
    assert batch.status is TaskStatus.COMPLETED
    assert batch.execution_summary is not None
    assert (batch.execution_summary["total"], batch.execution_summary["skipped"]) == (1, 1)
    await done(orchestrator, single)
    assert author.times_asked()[AuthorRole.QUIZ, FIRST] == 2


async def test_of_fifty_racing_retries_one_wins_and_the_content_is_bought_once(
    orchestrator: Orchestrator, roadmap_id: str, author: Moody
) -> None:
    author.broken.clear()
    author.latency = 0.5
    asked = author.times_asked()[AuthorRole.QUIZ, FIRST]

    async def retry() -> TaskView | RoadmapError:
        try:
            return await orchestrator.retry(roadmap_id, FIRST, ContentType.QUIZ)
        except RoadmapError as error:
            return error

    results = await asyncio.gather(*(retry() for _ in range(50)))
    won = [result for result in results if isinstance(result, TaskView)]
    assert len(won) == 1
    assert [result for result in results if not isinstance(result, Conflict | TaskView)] == []
    await done(orchestrator, won[0])
    assert author.times_asked()[AuthorRole.QUIZ, FIRST] == asked + 1


@pytest.mark.slow
async def test_racing_batches_and_singles_never_share_a_content_nor_deadlock(
    orchestrator: Orchestrator, roadmap_id: str, author: Moody
) -> None:
    author.broken.clear()
    author.latency = 0.2

    async def request(number: int) -> TaskView | RoadmapError | None:
        try:
            if number % 2:
                return await orchestrator.retry_failed(roadmap_id)
            return await orchestrator.retry(roadmap_id, FIRST if number % 4 else SECOND, ContentType.QUIZ)
        except Conflict as error:
            return error

    results = await asyncio.gather(*(request(number) for number in range(24)))
    started = [result for result in results if isinstance(result, TaskView)]
    finished = [await done(orchestrator, task) for task in started]
    assert {task.status for task in finished} == {TaskStatus.COMPLETED}
    assert author.times_asked()[AuthorRole.QUIZ, FIRST] == author.times_asked()[AuthorRole.QUIZ, SECOND] == 2


async def test_what_cannot_be_retried_is_refused_and_leaves_no_row(orchestrator: Orchestrator, roadmap_id: str) -> None:
    with pytest.raises(NotFound, match="no concept c-9-9-9"):
        await orchestrator.retry(roadmap_id, "c-9-9-9", ContentType.QUIZ)
    with pytest.raises(NotFound, match="no roadmap nope"):
        await orchestrator.retry("nope", FIRST, ContentType.QUIZ)
    with pytest.raises(InvalidInput, match="current_level"):
        await orchestrator.retry(
            roadmap_id, FIRST, ContentType.QUIZ, RetryRequest(preferences={"current_level": "wizard"})
        )
    assert len(await orchestrator.tasks.page(roadmap_id=roadmap_id)) == 1


async def test_a_roadmap_whose_contents_were_never_made_gets_them_all(
    orchestrator: Orchestrator, author: Moody, database: Database
) -> None:
    """As a backend, or the legacy system, may have saved it: a framework, no contents."""
    author.broken.clear()
    async with database.transaction() as session:
        await save_roadmap_metadata(session, "r-1", "ann", framework())
    assert len((await orchestrator.status("r-1")).stale_concepts) == 6
    task = await done(orchestrator, await orchestrator.retry_failed("r-1"))
    assert task.status is TaskStatus.COMPLETED
    assert task.execution_summary is not None
    assert task.execution_summary["completed"] == 6
    assert (await orchestrator.status("r-1")).stale_concepts == []


async def test_a_stale_holder_is_no_obstacle(
    orchestrator: Orchestrator, roadmap_id: str, author: Moody, database: Database
) -> None:
    """A retry whose process died holds the unique index; a newer one settles it and takes its place."""
    author.broken.clear()
    author.latency = 30
    dead = await orchestrator.retry(roadmap_id, FIRST, ContentType.QUIZ)
    async with database.transaction() as session:  # as if its process were gone
        await execute(
            session,
            text("UPDATE roadmap_tasks SET worker_id = 'gone', attempt = attempt + 1 WHERE task_id = :id"),
            {"id": dead.task_id},
        )
    status = await orchestrator.status(roadmap_id)
    assert not status.has_active_task
    assert [(stale.concept_id, stale.content_type) for stale in status.stale_concepts] == [(FIRST, "quiz")]
    author.latency = 0
    task = await done(orchestrator, await orchestrator.retry(roadmap_id, FIRST, ContentType.QUIZ))
    assert task.status is TaskStatus.COMPLETED
    settled = await orchestrator.task(dead.task_id)
    assert (settled.status, settled.live) == (TaskStatus.FAILED, False)
    assert "a newer run took its place" in (settled.error_message or "")
