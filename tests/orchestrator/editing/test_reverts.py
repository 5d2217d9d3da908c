"""A version that is put back is exactly as it was, and nothing is bought for it."""

import pytest

from domain.errors import Conflict, InvalidInput, NotFound
from domain.vocabulary import TaskStatus, TaskType
from nodes.authors.briefs import AuthorRole, EditPlanBrief
from orchestrator.orchestrator import Orchestrator
from repository.db.database import Database
from tests.orchestrator.editing.course import EIGEN, QUIZ, TUTORIAL, Recorded, modified, newest, revert, rewrite, stored
from tests.support.processes import broken_promises


async def test_exactly_as_it_was_is_exact_and_buys_no_content(
    orchestrator: Orchestrator, roadmap_id: str, author: Recorded, database: Database
) -> None:
    author.plan(rewrite(EIGEN, wish="Show the power method.", types=["tutorial", "quiz"]))
    await modified(orchestrator, roadmap_id)
    author.forget()
    author.plan(revert(EIGEN, 1, "tutorial", "quiz"))
    task = await modified(orchestrator, roadmap_id, "Die Lektion über Eigenwerte genau so wie sie war.")
    assert task.status is TaskStatus.COMPLETED, task.error_message
    assert [role for role, _ in author.asked] == [AuthorRole.EDIT_PLAN]
    assert [(one.concept_id, one.content_type, [past.wish for past in one.versions])
            for brief in author.briefs if isinstance(brief, EditPlanBrief) for one in brief.versions] == [
        (EIGEN, "quiz", ["", "Show the power method."]),
        (EIGEN, "tutorial", ["", "Show the power method."]),
    ]  # fmt: skip
    versions = await stored(database, roadmap_id)
    for content_type in ("tutorial", "quiz"):
        assert versions[EIGEN, content_type, 3] == versions[EIGEN, content_type, 1]
    assert versions[EIGEN, "tutorial", 2] != versions[EIGEN, "tutorial", 1]
    roadmap = await orchestrator.roadmap(roadmap_id)
    assert roadmap.framework_version == 1, "no structure has changed"
    assert not [one for one in roadmap.contents if one.concept_id == EIGEN and one.content_type is QUIZ
                and one.out_of_date]  # fmt: skip
    wishes = await orchestrator.wishes.of(roadmap_id, EIGEN, TUTORIAL)
    assert [wish.withdrawn_at is not None for wish in wishes] == [True]
    assert await broken_promises(database) == []


async def test_a_person_puts_a_version_back_without_a_model(
    orchestrator: Orchestrator, roadmap_id: str, author: Recorded, database: Database
) -> None:
    author.plan(rewrite(EIGEN, wish="Shorter."))
    await modified(orchestrator, roadmap_id)
    author.forget()
    row = await orchestrator.revert(roadmap_id, EIGEN, TUTORIAL, 1)
    again = await orchestrator.revert(roadmap_id, EIGEN, TUTORIAL, 1)
    assert (row.version, again.version, author.asked) == (3, 3, [])
    [task, *_] = await orchestrator.tasks.page(roadmap_id=roadmap_id)
    assert (task.task_type, task.status, task.concept_id) == (TaskType.RETRY_TUTORIAL, TaskStatus.COMPLETED, EIGEN)
    assert row.task_id == task.task_id
    assert await broken_promises(database) == []
    versions = await stored(database, roadmap_id)
    assert versions[EIGEN, "tutorial", 3] == versions[EIGEN, "tutorial", 1]
    for version in (0, 7):
        with pytest.raises(NotFound, match="no version"):
            await orchestrator.revert(roadmap_id, EIGEN, TUTORIAL, version)
    for version in (-1, 2**40):
        with pytest.raises(InvalidInput, match="version"):
            await orchestrator.revert(roadmap_id, EIGEN, TUTORIAL, version)
    with pytest.raises(NotFound, match="no concept"):
        await orchestrator.revert(roadmap_id, "c-9-9-9", TUTORIAL, 1)


async def test_nothing_is_put_back_while_a_run_works_on_the_content(
    orchestrator: Orchestrator, roadmap_id: str, author: Recorded
) -> None:
    author.plan(rewrite(EIGEN, wish="Shorter."))
    await modified(orchestrator, roadmap_id)
    author.latencies[AuthorRole.TUTORIAL] = 30
    retry = await orchestrator.retry(roadmap_id, EIGEN, TUTORIAL)
    with pytest.raises(Conflict, match=retry.task_id):
        await orchestrator.revert(roadmap_id, EIGEN, TUTORIAL, 1)
    author.plans.clear()
    author.plan(revert(EIGEN, 1))
    task = await modified(orchestrator, roadmap_id, "as it was")
    assert task.status is TaskStatus.FAILED
    assert "Nothing was changed" in (task.error_message or "")
    assert "\n" not in (task.error_message or "")
    await orchestrator.cancel(retry.task_id)
    await orchestrator.resume(task.task_id)
    assert (await orchestrator.wait(task.task_id)).status is TaskStatus.COMPLETED
    assert (await newest(orchestrator, roadmap_id))[EIGEN, TUTORIAL] == 3
