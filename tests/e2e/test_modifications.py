"""A roadmap is changed in words, by the real command: what stays keeps what it has, and what fails changes nothing."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.vocabulary import ContentStatus, TaskStatus
from orchestrator import Orchestrator, Settings
from orchestrator.commands.run_request import ReviewRequest
from orchestrator.queries.status import RoadmapView
from repository.db.database import Database
from tests.e2e.roadmap_command import Command
from tests.e2e.test_crashes import until
from tests.e2e.test_foreground import QUICK
from tests.support.processes import broken_promises, calls_begun

FIRST, SECOND = "c-1-1-1", "c-1-1-2"
MORE = {"OFFLINE_LATENCY": "0", "MAX_CONCEPTS": "12"}
"""Room for what is added."""


@pytest.fixture
async def client(settings: Settings, account: Path) -> AsyncIterator[Orchestrator]:
    """In this process; its author works on the same account."""
    own = settings.model_copy(update={"max_concepts": 8, "offline_log": account})
    async with Orchestrator.open(own) as orchestrator:
        yield orchestrator


@pytest.fixture
async def made(client: Orchestrator) -> RoadmapView:
    """Eight concepts, all of them written."""
    task = await client.wait((await client.create("learn chess")).task_id)
    assert task.status is TaskStatus.COMPLETED
    return await client.roadmap(task.roadmap_id or "")


def names(roadmap: RoadmapView) -> dict[str, str]:
    assert roadmap.framework is not None
    return {concept.concept_id: concept.name for concept in roadmap.framework.concepts()}


async def test_words_change_the_roadmap_and_nothing_that_stays_is_written_again(
    shell: Command, database: Database, account: Path, client: Orchestrator, made: RoadmapView
) -> None:
    before = names(made)
    begun = len(calls_begun(account))
    words = f'add a stage about endgames, drop "{before[SECOND]}", rename "{before[FIRST]}" to [bold]棋[/bold] الشطرنج'
    done = shell("modify", made.roadmap_id, words, "--json", **MORE)
    assert (done.code, done.json()["task_type"], done.json()["status"]) == (0, "modification", "completed"), done.err
    now = await client.roadmap(made.roadmap_id)
    added = sorted(set(names(now)) - set(before))
    assert (len(added), set(before) - set(names(now)), now.framework_version) == (2, {SECOND}, 2)
    assert names(now)[FIRST] == "[bold]棋[/bold] الشطرنج"
    assert {content.status for content in now.contents} == {ContentStatus.COMPLETED}
    versions = {content.concept_id: content.version for content in now.contents}
    assert versions == {concept_id: 2 if concept_id == FIRST else 1 for concept_id in names(now)}
    assert {call.concept_id for call in calls_begun(account)[begun:]} == {None, FIRST, *added}
    assert await broken_promises(database) == []
    diff, removed, document, unknown = shell.all(
        ["diff", done.json()["task_id"]],
        ["show", made.roadmap_id, "--concept", SECOND],
        ["show", made.roadmap_id, "--concept", SECOND, "--json"],
        ["show", made.roadmap_id, "--concept", "c-9-9-9"],
    )
    assert f"- {SECOND}  " in diff.out
    assert f"~ {FIRST}  [bold]棋[/bold] الشطرنج  (was “{before[FIRST]}”)" in diff.out
    assert "an edit removed it after version 1" in removed.out
    assert f"# {before[SECOND]}\n" in removed.out
    assert (document.json()["removed_after_version"], document.json()["quiz_version"]) == (1, 1)
    assert document.json()["tutorial"]["content"]
    assert unknown.code == 3


async def test_what_cannot_be_done_is_said_and_leaves_the_roadmap_as_it_was(
    shell: Command, client: Orchestrator, made: RoadmapView
) -> None:
    helpless, huge, blank, unknown = shell.all(
        ["modify", made.roadmap_id, "make it shine"],
        ["modify", made.roadmap_id, "x" * 4001],
        ["modify", made.roadmap_id, "\udcff"],
        ["modify", "nope", "drop everything"],
        **QUICK,
    )
    assert [helpless.code, huge.code, blank.code, unknown.code] == [2, 2, 2, 3]
    assert "By rules you can: add, remove, rename, move, hours" in helpless.err
    for refused in (helpless, huge, blank, unknown):
        assert (refused.out, refused.err.count("\n")) == ("", 1)
    assert await client.roadmap(made.roadmap_id) == made
    assert len(await client.tasks.page()) == 1, "a refused request leaves no row"


async def test_one_change_at_a_time_and_an_old_one_cannot_overwrite_a_newer_one(
    shell: Command, client: Orchestrator, made: RoadmapView
) -> None:
    drop = f'drop "{names(made)[SECOND]}"'
    proposed = shell("modify", made.roadmap_id, drop, "--review", **QUICK)
    assert proposed.code == 0
    assert f"Proposed for {made.roadmap_id}:" in proposed.out
    assert f"- {SECOND}  " in proposed.out
    assert "8 -> 7 concepts, " in proposed.out
    (task, _) = await client.tasks.page()
    refused, resumed = shell.all(["modify", made.roadmap_id, drop], ["resume", task.task_id])
    assert (refused.code, task.task_id in refused.err) == (4, True)
    assert (resumed.code, f"roadmap review {task.task_id}" in resumed.err) == (4, True)
    await client.cancel(task.task_id)
    newer = await client.modify(made.roadmap_id, f'rename "{names(made)[FIRST]}" to Another')
    assert (await client.wait(newer.task_id)).status is TaskStatus.COMPLETED
    late = shell("resume", task.task_id)
    assert (late.code, "is at version 2 now" in late.err) == (4, True)
    assert SECOND in names(await client.roadmap(made.roadmap_id))


@pytest.mark.soak
async def test_a_retry_that_races_with_the_removal_of_its_concept_leaves_no_half_of_both(
    shell: Command, database: Database, client: Orchestrator, made: RoadmapView
) -> None:
    drop = f'drop "{names(made)[SECOND]}"'
    proposed = await client.modify(made.roadmap_id, drop, review=ReviewRequest())
    await client.wait(proposed.task_id)
    racing = [["review", proposed.task_id, "--approve", "--json"], ["retry", made.roadmap_id, SECOND, "quiz", "--json"]]
    approved, retried = shell.all(*racing, OFFLINE_LATENCY="1")
    row = await client.task(proposed.task_id)
    if approved.code == 0:
        assert SECOND not in names(await client.roadmap(made.roadmap_id))
        assert retried.code in {1, 3, 4}
    else:
        assert (row.status, retried.code) == (TaskStatus.FAILED, 0)
        assert retried.json()["task_id"] in (row.error_message or "")
        assert names(await client.roadmap(made.roadmap_id)) == names(made)
        assert shell("resume", proposed.task_id, **QUICK).code == 0
    now = await client.roadmap(made.roadmap_id)
    assert SECOND not in names(now)
    assert len(now.contents) == 3 * len(names(now))
    assert await broken_promises(database) == []
    assert len(await client.contents.newest(made.roadmap_id, SECOND)) == 3


@pytest.mark.soak
async def test_a_killed_change_is_gone_on_with_and_its_plan_is_not_bought_again(
    shell: Command, database: Database, account: Path, client: Orchestrator, made: RoadmapView
) -> None:
    changing = shell.start(
        "modify", made.roadmap_id, "add a stage about endgames", "--json", OFFLINE_LATENCY="1", MAX_CONCEPTS="12"
    )
    changing.wait_for(lambda err: "Changing the structure" in err)
    changing.kill()
    (task, _) = await client.tasks.page()
    await until(client, task.task_id, lambda task: not task.live)
    assert (await client.roadmap(made.roadmap_id)).framework == made.framework
    resumed = shell("resume", task.task_id, "--json", **MORE)
    assert (resumed.code, resumed.json()["status"]) == (0, "completed"), resumed.err
    assert [call.role for call in calls_begun(account)].count("edit_plan") == 1
    assert len(names(await client.roadmap(made.roadmap_id))) == 10
    assert await broken_promises(database) == []
