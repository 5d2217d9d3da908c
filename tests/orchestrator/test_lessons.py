"""Lessons before quizzes and links: what requests may expect, what a summary counts, and what is out of date."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Final

import pytest

from domain.contents import Quiz, Tutorial
from domain.course.lesson_use import NEEDS_LESSON
from domain.editing.review import EditPlan, Operation
from domain.errors import Conflict, RunFailed
from domain.vocabulary import ContentStatus, ContentType, TaskStatus
from nodes.authors.briefs import AuthorRole, Brief, ContentBrief
from orchestrator.orchestrator import Orchestrator
from orchestrator.queries.status import TaskView
from orchestrator.settings import Settings
from repository.db.database import Database
from repository.tables.roadmaps import ContentVersionRow
from tests.support.authors import QUIZ, TUTORIAL, ScriptedAuthor
from tests.support.processes import broken_promises
from tests.support.runs import content_begun

FIRST, SECOND = "c-1-1-1", "c-1-1-2"
LESSON, LINKS, ASKED = ContentType.TUTORIAL, ContentType.RESOURCES, ContentType.QUIZ


class Teacher(ScriptedAuthor):
    """Lessons of the concepts in `broken` and quizzes of those in `no_quiz` fail; `edition` is part of every lesson."""

    def __init__(self) -> None:
        super().__init__({AuthorRole.TUTORIAL: self._lesson, AuthorRole.QUIZ: self._quiz})
        self.broken: set[str] = set()
        self.no_quiz: set[str] = set()
        self.edition = "first"

    def _lesson(self, brief: Brief[Any], _: Sequence[str]) -> Tutorial:
        assert isinstance(brief, ContentBrief)
        if brief.concept.concept_id in self.broken:
            raise RunFailed("no luck")
        return TUTORIAL.model_copy(update={"content": f"{TUTORIAL.content}\nThis is the {self.edition} edition.\n"})

    def _quiz(self, brief: Brief[Any], _: Sequence[str]) -> Quiz:
        assert isinstance(brief, ContentBrief)
        if brief.concept.concept_id in self.no_quiz:
            raise RunFailed("no luck")
        return QUIZ


@pytest.fixture
def author() -> Teacher:
    return Teacher()


@pytest.fixture
async def orchestrator(settings: Settings, author: Teacher) -> AsyncIterator[Orchestrator]:
    async with Orchestrator.open(settings, author=author) as orchestrator:
        yield orchestrator


async def created(orchestrator: Orchestrator) -> TaskView:
    return await done(orchestrator, await orchestrator.create("chess"))


async def done(orchestrator: Orchestrator, task: TaskView | None) -> TaskView:
    assert task is not None
    return await orchestrator.wait(task.task_id)


def summary(task: TaskView) -> dict[str, Any]:
    assert task.execution_summary is not None
    return task.execution_summary


async def newest(orchestrator: Orchestrator, roadmap_id: str, content_type: ContentType) -> ContentVersionRow:
    return (await orchestrator.contents.versions(roadmap_id, FIRST, content_type))[0]


async def out_of_date(orchestrator: Orchestrator, roadmap_id: str) -> set[tuple[str, str]]:
    roadmap = await orchestrator.roadmap(roadmap_id)
    return {(state.concept_id, state.content_type) for state in roadmap.contents if state.out_of_date}


async def test_a_failed_lesson_is_counted_once_and_its_quiz_says_what_it_needs(
    orchestrator: Orchestrator, author: Teacher
) -> None:
    author.broken = {FIRST}
    task = await created(orchestrator)
    assert task.status is TaskStatus.PARTIAL_FAILURE
    assert task.error_message == "1 of 6 contents failed; 1 more needs its lesson."
    counts = {name: summary(task)[name] for name in ("total", "completed", "failed", "needs_lesson")}
    assert counts == {"total": 6, "completed": 4, "failed": 1, "needs_lesson": 1}
    assert [(one["content_type"], one["reason"]) for one in summary(task)["failures"]] == [(LESSON, "no luck")]
    quiz = (await orchestrator.roadmap(task.roadmap_id or "")).state(FIRST, ASKED)
    assert quiz is not None
    assert (quiz.last_error or "").startswith(NEEDS_LESSON)
    assert author.times_asked()[AuthorRole.QUIZ, FIRST] == 0
    assert author.times_asked()[AuthorRole.RESOURCES, FIRST] == 1


async def test_where_nobody_writes_the_lesson_a_quiz_is_refused_and_links_are_made_without_it(
    orchestrator: Orchestrator, author: Teacher
) -> None:
    author.broken = {FIRST}
    roadmap_id = (await created(orchestrator)).roadmap_id or ""
    with pytest.raises(Conflict, match="retry the tutorial first") as refused:
        await orchestrator.retry(roadmap_id, FIRST, ASKED)
    assert refused.value.task_id is None
    with pytest.raises(Conflict, match="retry the tutorial first"):
        await orchestrator.retry_failed(roadmap_id, [ASKED])
    assert len(await orchestrator.tasks.page(roadmap_id=roadmap_id)) == 1, "a request that is refused leaves no row"
    links = await done(orchestrator, await orchestrator.retry(roadmap_id, FIRST, LINKS))
    assert links.status is TaskStatus.COMPLETED
    assert (await newest(orchestrator, roadmap_id, LINKS)).lesson_hash is None
    author.broken.clear()
    batch = await done(orchestrator, await orchestrator.retry_failed(roadmap_id))
    assert (batch.status, summary(batch)["total"]) == (TaskStatus.COMPLETED, 2)
    lesson, quiz = [await newest(orchestrator, roadmap_id, kind) for kind in (LESSON, ASKED)]
    assert quiz.lesson_hash == lesson.payload_hash is not None, "a batch gives its own lesson to its quiz"


async def test_a_batch_of_quizzes_leaves_those_without_a_lesson_out_as_skipped(
    orchestrator: Orchestrator, author: Teacher
) -> None:
    author.broken, author.no_quiz = {FIRST}, {SECOND}
    roadmap_id = (await created(orchestrator)).roadmap_id or ""
    author.no_quiz.clear()
    batch = await done(orchestrator, await orchestrator.retry_failed(roadmap_id, [ASKED]))
    assert (summary(batch)["total"], summary(batch)["skipped"]) == (1, 1)


async def test_while_another_task_writes_the_first_lesson_a_quiz_conflicts_and_a_batch_skips_it(
    orchestrator: Orchestrator, author: Teacher
) -> None:
    author.broken, author.no_quiz = {FIRST}, {SECOND}
    roadmap_id = (await created(orchestrator)).roadmap_id or ""
    author.broken.clear()
    author.no_quiz.clear()
    author.latencies[AuthorRole.TUTORIAL] = 60
    lesson = await orchestrator.retry(roadmap_id, FIRST, LESSON)
    await content_begun(orchestrator, lesson)
    with pytest.raises(Conflict, match=lesson.task_id) as refused:
        await orchestrator.retry(roadmap_id, FIRST, ASKED)
    assert refused.value.task_id == lesson.task_id
    links = await done(orchestrator, await orchestrator.retry(roadmap_id, FIRST, LINKS))
    assert links.status is TaskStatus.COMPLETED, "links are made without it"
    batch = await done(orchestrator, await orchestrator.retry_failed(roadmap_id, [ASKED]))
    assert (summary(batch)["total"], summary(batch)["skipped"]) == (1, 1)
    with pytest.raises(Conflict, match=lesson.task_id):
        await orchestrator.retry_failed(roadmap_id, [ASKED])
    await orchestrator.cancel(lesson.task_id)


async def test_a_quiz_is_made_from_the_committed_version_while_another_one_is_written(
    orchestrator: Orchestrator, author: Teacher
) -> None:
    roadmap_id = (await created(orchestrator)).roadmap_id or ""
    author.latencies[AuthorRole.TUTORIAL] = 60
    lesson = await orchestrator.retry(roadmap_id, FIRST, LESSON)
    await content_begun(orchestrator, lesson)
    quiz = await done(orchestrator, await orchestrator.retry(roadmap_id, FIRST, ASKED))
    assert quiz.status is TaskStatus.COMPLETED
    stored = await newest(orchestrator, roadmap_id, LESSON)
    assert (await newest(orchestrator, roadmap_id, ASKED)).lesson_hash == stored.payload_hash
    await orchestrator.cancel(lesson.task_id)


async def test_a_new_lesson_makes_quiz_and_links_out_of_date_until_they_are_written_again(
    orchestrator: Orchestrator, author: Teacher
) -> None:
    roadmap_id = (await created(orchestrator)).roadmap_id or ""
    assert await out_of_date(orchestrator, roadmap_id) == set()
    author.edition = "second"
    await done(orchestrator, await orchestrator.retry(roadmap_id, FIRST, LESSON))
    marked = {(FIRST, LINKS), (FIRST, ASKED)}
    assert await out_of_date(orchestrator, roadmap_id) == marked
    status = await orchestrator.status(roadmap_id)
    assert {(one.concept_id, one.content_type) for one in status.out_of_date_concepts} == marked
    concept = (await orchestrator.roadmap(roadmap_id)).as_json()["stages"][0]["modules"][0]["concepts"][0]
    fields = ("content_out_of_date", "resources_out_of_date", "quiz_out_of_date", "quiz_status")
    assert [concept[name] for name in fields] == [False, True, True, "completed"]
    manuscript = await orchestrator.roadmaps.export(roadmap_id)
    assert manuscript.written(FIRST, ASKED).out_of_date
    assert [row.roadmap_id for row in await orchestrator.roadmaps.page(out_of_date=True)] == [roadmap_id]
    assert [row.out_of_date for row in await orchestrator.roadmaps.summaries(owner=None)] == [2]
    assert await orchestrator.retry_failed(roadmap_id) is None, "nothing failed"
    batch = await done(orchestrator, await orchestrator.retry_failed(roadmap_id, out_of_date=True))
    assert (batch.status, summary(batch)["total"]) == (TaskStatus.COMPLETED, 2)
    assert await out_of_date(orchestrator, roadmap_id) == set()
    assert await orchestrator.retry_failed(roadmap_id, out_of_date=True) is None
    assert await orchestrator.roadmaps.page(out_of_date=True) == []


async def test_a_lesson_that_is_the_same_again_makes_nothing_out_of_date(
    orchestrator: Orchestrator, author: Teacher
) -> None:
    roadmap_id = (await created(orchestrator)).roadmap_id or ""
    author.edition = "second"
    await done(orchestrator, await orchestrator.retry(roadmap_id, FIRST, LESSON))
    author.edition = "first"
    await done(orchestrator, await orchestrator.retry(roadmap_id, FIRST, LESSON))
    assert (await newest(orchestrator, roadmap_id, LESSON)).version == 3
    assert await out_of_date(orchestrator, roadmap_id) == set()


async def test_a_run_that_is_cancelled_while_quizzes_wait_writes_the_rest_when_it_is_resumed(
    orchestrator: Orchestrator, author: Teacher
) -> None:
    author.latencies[AuthorRole.TUTORIAL] = 60
    task = await orchestrator.create("chess")
    await content_begun(orchestrator, task)
    cancelled = await orchestrator.cancel(task.task_id)
    assert cancelled.status is TaskStatus.CANCELLED
    assert author.times_asked()[AuthorRole.QUIZ, FIRST] == 0
    states = (await orchestrator.roadmap(task.roadmap_id or "")).contents
    assert {state.status for state in states} == {ContentStatus.FAILED}
    author.latencies.clear()
    resumed = await done(orchestrator, await orchestrator.resume(task.task_id))
    assert resumed.status is TaskStatus.COMPLETED
    assert author.times_asked()[AuthorRole.QUIZ, FIRST] == 1


DESCRIBED: Final = Operation.model_validate(
    {"action": "update", "target_type": "concept", "target_id": FIRST, "values": {"description": "Another one."}}
)


async def test_a_modification_gives_its_own_lesson_to_the_quiz_of_a_changed_concept(
    orchestrator: Orchestrator, author: Teacher
) -> None:
    roadmap_id = (await created(orchestrator)).roadmap_id or ""
    author.edition = "second"
    author.replies = {
        **author.replies,
        AuthorRole.EDIT_PLAN: lambda _, __: EditPlan(feedback_summary="", operations=[DESCRIBED]),
    }
    task = await done(orchestrator, await orchestrator.modify(roadmap_id, "describe it otherwise"))
    assert task.status is TaskStatus.COMPLETED, task.error_message
    lesson, quiz = [await newest(orchestrator, roadmap_id, kind) for kind in (LESSON, ASKED)]
    assert (lesson.version, quiz.version) == (2, 2)
    assert quiz.lesson_hash == lesson.payload_hash


async def soon(request: Callable[[], Awaitable[TaskView | None]]) -> TaskView | Conflict | None:
    await asyncio.sleep(random.uniform(0, 0.03))
    try:
        return await request()
    except Conflict as refused:
        return refused


@pytest.mark.parametrize("rounds", [2, pytest.param(50, marks=pytest.mark.soak)])
async def test_of_racing_requests_for_a_lesson_and_its_quiz_no_quiz_is_made_without_the_lesson(
    orchestrator: Orchestrator, database: Database, author: Teacher, rounds: int
) -> None:
    for _ in range(rounds):
        author.broken = {FIRST}
        roadmap_id = (await created(orchestrator)).roadmap_id or ""
        author.broken = set()
        results = await asyncio.gather(
            soon(partial(orchestrator.retry, roadmap_id, FIRST, LESSON)),
            soon(partial(orchestrator.retry, roadmap_id, FIRST, ASKED)),
            soon(partial(orchestrator.retry_failed, roadmap_id, [ASKED])),
            soon(partial(orchestrator.retry_failed, roadmap_id)),
        )
        for task in results:
            if isinstance(task, TaskView):
                assert (await done(orchestrator, task)).status is TaskStatus.COMPLETED
        if (rest := await orchestrator.retry_failed(roadmap_id)) is not None:
            assert (await done(orchestrator, rest)).status is TaskStatus.COMPLETED
        versions = await orchestrator.contents.versions(roadmap_id, FIRST, ASKED)
        assert versions
        assert all(version.lesson_hash for version in versions)
    assert await broken_promises(database) == []
