"""Progress of learners: counted once, per user, and never lost by what happens to the roadmap."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.errors import Conflict, InvalidInput, NotFound
from domain.framework import Framework
from domain.vocabulary import ContentType
from orchestrator.learners.learning import Progress, Submitted
from orchestrator.orchestrator import Orchestrator
from orchestrator.settings import Settings
from repository.db.database import Database
from repository.roadmaps.roadmaps import save_roadmap_metadata
from tests.support.authors import QUIZ, ScriptedAuthor

FIRST, SECOND = "c-1-1-1", "c-1-1-2"
RIGHT = [question.correct_answer for question in QUIZ.questions]
WRONG: list[list[int]] = [[1 - question.correct_answer[0]] for question in QUIZ.questions]


@pytest.fixture
async def orchestrator(settings: Settings) -> AsyncIterator[Orchestrator]:
    async with Orchestrator.open(settings, author=ScriptedAuthor()) as orchestrator:
        yield orchestrator


@pytest.fixture
async def roadmap_id(orchestrator: Orchestrator) -> str:
    task = await orchestrator.wait((await orchestrator.create("chess")).task_id)
    assert task.roadmap_id is not None
    return task.roadmap_id


async def submit(orchestrator: Orchestrator, roadmap_id: str, attempt_id: str, **changes: Any) -> Submitted:
    said: dict[str, Any] = {"attempt_id": attempt_id, "version": 1, "answers": RIGHT}
    return await orchestrator.learning.submit(roadmap_id, FIRST, "local", **said | changes)


def done(progress: Progress) -> list[str]:
    return [concept.concept_id for concept in progress.concepts if concept.done_at is not None]


async def test_done_is_kept_per_user_and_a_second_time_changes_nothing(
    orchestrator: Orchestrator, roadmap_id: str
) -> None:
    learning = orchestrator.learning
    once = await learning.mark(roadmap_id, FIRST, "local", done=True)
    assert (once.done, once.total, done(once)) == (1, 2, [FIRST])
    assert await learning.mark(roadmap_id, FIRST, "local", done=True) == once
    assert done(await learning.progress(roadmap_id, "somebody")) == []
    assert await learning.done("local", [roadmap_id, "none"]) == {roadmap_id: {FIRST}, "none": set()}
    assert done(await learning.mark(roadmap_id, FIRST, "local", done=False)) == []
    assert done(await learning.mark(roadmap_id, FIRST, "local", done=False)) == []


async def test_a_roadmap_of_another_owner_or_an_unknown_concept_is_not_found(
    orchestrator: Orchestrator, roadmap_id: str
) -> None:
    learning = orchestrator.learning
    with pytest.raises(NotFound):
        await learning.progress(roadmap_id, "other", owner="other")
    with pytest.raises(NotFound):
        await learning.mark(roadmap_id, FIRST, "other", done=True, owner="other")
    with pytest.raises(NotFound):
        await learning.quiz(roadmap_id, FIRST, owner="other")
    with pytest.raises(NotFound):
        await learning.attempts(roadmap_id, FIRST, "other", owner="other")
    with pytest.raises(NotFound):
        await submit(orchestrator, roadmap_id, "a", owner="other")
    with pytest.raises(NotFound):
        await learning.mark(roadmap_id, "c-9-9-9", "local", done=True)
    with pytest.raises(NotFound):
        await submit(orchestrator, roadmap_id, "a", version=2)
    assert (await learning.progress(roadmap_id, "local", owner="local")).total == 2


async def test_progress_survives_the_removal_and_the_return_of_a_concept(
    orchestrator: Orchestrator, roadmap_id: str, database: Database
) -> None:
    learning = orchestrator.learning
    await learning.mark(roadmap_id, FIRST, "local", done=True)
    await submit(orchestrator, roadmap_id, "a")
    whole = (await orchestrator.roadmap(roadmap_id)).framework
    assert whole is not None
    without = whole.model_copy(deep=True)
    del without.stages[0].modules[0].concepts[0]
    await accept(database, without)
    gone = await learning.progress(roadmap_id, "local")
    assert (gone.done, gone.total) == (0, 1)
    assert [(concept.concept_id, concept.removed) for concept in gone.concepts] == [(SECOND, False), (FIRST, True)]
    assert (await learning.mark(roadmap_id, FIRST, "local", done=True)).concepts[-1].best_score == 1
    await accept(database, whole)
    back = await learning.progress(roadmap_id, "local")
    assert (back.done, back.total, done(back)) == (1, 2, [FIRST])
    assert back.concepts[0].attempts == 1


async def accept(database: Database, framework: Framework) -> None:
    async with database.transaction() as session:
        await save_roadmap_metadata(session, framework.roadmap_id, "local", framework)


async def test_an_attempt_is_graded_by_the_version_that_was_shown(orchestrator: Orchestrator, roadmap_id: str) -> None:
    shown = await orchestrator.learning.quiz(roadmap_id, FIRST)
    assert shown.version == 1
    assert len(shown.quiz.questions) == len(RIGHT)
    await orchestrator.wait((await orchestrator.retry(roadmap_id, FIRST, ContentType.QUIZ)).task_id)
    assert (await orchestrator.learning.quiz(roadmap_id, FIRST)).version == 2
    said = await submit(orchestrator, roadmap_id, "a")
    assert (said.attempt.version, said.attempt.score, said.first) == (1, 1.0, True)
    assert [mark.explanation for mark in said.attempt.marks] == [question.explanation for question in QUIZ.questions]


async def test_the_best_of_all_attempts_is_kept(orchestrator: Orchestrator, roadmap_id: str) -> None:
    await submit(orchestrator, roadmap_id, "a", answers=[*RIGHT[:1], *WRONG[1:]])
    await submit(orchestrator, roadmap_id, "b")
    last = await submit(orchestrator, roadmap_id, "c", answers=WRONG)
    assert (last.attempt.score, last.attempts, last.best_score) == (0, 3, 1)
    found = await orchestrator.learning.attempts(roadmap_id, FIRST, "local")
    assert [attempt.attempt_id for attempt in found] == ["c", "b", "a"]
    assert [attempt.correct for attempt in found] == [0, len(RIGHT), 1]
    assert await orchestrator.learning.attempts(roadmap_id, FIRST, "somebody") == []


async def test_a_double_click_counts_once(orchestrator: Orchestrator, roadmap_id: str) -> None:
    said = await asyncio.gather(*(submit(orchestrator, roadmap_id, "a") for _ in range(20)))
    assert sum(one.first for one in said) == 1
    assert {one.attempts for one in said} == {1}
    assert len({one.attempt.model_dump_json() for one in said}) == 1


async def test_an_attempt_id_means_one_attempt_only(orchestrator: Orchestrator, roadmap_id: str) -> None:
    await submit(orchestrator, roadmap_id, "a")
    with pytest.raises(Conflict):
        await submit(orchestrator, roadmap_id, "a", answers=WRONG)
    await orchestrator.learning.submit(roadmap_id, FIRST, "somebody", attempt_id="a", version=1, answers=WRONG)
    with pytest.raises(InvalidInput):
        await submit(orchestrator, roadmap_id, "b", answers=RIGHT[1:])
