"""A real model goes through creation, review, retry and modification: `make test-model` names it.

A small one writes badly, so nothing is asked of its words but this: each run ends, whatever counts as completed passes
the checks, and whatever failed says why. A creation that found no sound framework is resumed, as its learner would do.
"""

import os
from typing import Final

import pytest

from domain.checks import Expected
from domain.content_types import objections_to
from domain.editing.review import Decision
from domain.vocabulary import FINAL, ContentStatus, ContentType, TaskStatus
from nodes.authors.briefs import QuizBrief, ResourcesBrief, TutorialBrief
from orchestrator.commands.run_request import ReviewRequest
from orchestrator.orchestrator import Orchestrator
from orchestrator.queries.status import TaskView
from orchestrator.settings import Settings
from repository.db.database import Database
from tests.support.processes import broken_promises

MODEL: Final = os.environ.get("MODEL_UNDER_TEST")
MAX_RESUMES: Final = 4

SHAPES = {brief.content_type: brief.shape for brief in (TutorialBrief, ResourcesBrief, QuizBrief)}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    small = {"model": MODEL, "max_concepts": 2, "model_max_tokens": 1200, "model_timeout": 240, "budget": "200000"}
    return Settings.model_validate({**settings.model_dump(), **small, "max_concurrent_calls": 2})


def said(task: TaskView) -> str:
    failures = (task.execution_summary or {}).get("failures", [])
    return "\n".join([f"{task.task_type} {task.status}: {task.error_message}", *map(str, failures)])


async def check(orchestrator: Orchestrator, database: Database, task: TaskView) -> None:
    """The rows are in order, and so is each content that counts."""
    print(said(task))
    assert task.status in FINAL, said(task)
    assert (task.execution_summary or {})["tokens"] > 0
    assert await broken_promises(database) == []
    assert task.roadmap_id is not None
    roadmap = await orchestrator.roadmap(task.roadmap_id)
    for state in roadmap.contents:
        assert state.status is ContentStatus.COMPLETED or state.last_error
    for row in await orchestrator.contents.newest(task.roadmap_id):
        content = SHAPES[ContentType(row.content_type)].model_validate(row.payload)
        place = roadmap.framework.find(row.concept_id) if roadmap.framework else None
        given = " ".join([roadmap.title, place.concept.name, place.concept.description]) if place else ""
        expected = Expected(hours=place.concept.estimated_hours if place else 1.0, language="en", given=given)
        assert objections_to(content, expected) == []


@pytest.mark.model
@pytest.mark.skipif(not MODEL, reason="make test-model names a model")
async def test_a_real_model_goes_through_every_kind_of_run(settings: Settings, database: Database) -> None:
    async with Orchestrator.open(settings) as orchestrator:
        task = await orchestrator.create("learn to read music", review=ReviewRequest())
        async for event in orchestrator.follow(task.task_id):
            if event.type == "review_requested":
                break
        task = await orchestrator.wait(task.task_id)
        for _ in range(MAX_RESUMES):
            if task.status is not TaskStatus.FAILED:
                break
            print(said(task))
            task = await orchestrator.wait((await orchestrator.resume(task.task_id)).task_id)
        assert task.status is TaskStatus.HUMAN_REVIEW_PENDING, said(task)
        task = await orchestrator.review(task.task_id, Decision(approved=True, by="the test"))
        task = await orchestrator.wait(task.task_id)
        await check(orchestrator, database, task)
        assert task.roadmap_id is not None
        concept = (await orchestrator.roadmap(task.roadmap_id)).contents[0].concept_id
        again = await orchestrator.retry(task.roadmap_id, concept, ContentType.RESOURCES)
        await check(orchestrator, database, await orchestrator.wait(again.task_id))
        changed = await orchestrator.modify(task.roadmap_id, "rename the first concept to First steps")
        await check(orchestrator, database, await orchestrator.wait(changed.task_id))
        expenses = await orchestrator.metrics.expenses(roadmap_id=task.roadmap_id)
        assert sum(expense.tokens_out for expense in expenses) > 0
        for expense in expenses:
            print(expense)
