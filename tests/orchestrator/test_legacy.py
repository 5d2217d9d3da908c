"""Roadmaps that the legacy system left can be read, judged, and made whole."""

from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest

from cli.app import main
from domain.errors import Conflict
from domain.vocabulary import ContentStatus, ContentType, TaskStatus, TaskType
from nodes.authors.briefs import AuthorRole
from orchestrator import Orchestrator, Settings
from repository.db import schema
from tests.migrations.filling import fill
from tests.support.authors import ScriptedAuthor
from tests.support.databases import create_database, drop_database, url_of

BARE = """{"title": null, "stages": [
    {"modules": [{"concepts": [
        {"concept_id": "x:c-1-1-1", "estimated_hours": null, "difficulty": "Hard", "content_status": "generating"},
        {"name": "no id"}, "no concept"]}]},
    {"stage_id": "bare"}]}"""
REQUESTS = {"none": None, "list": '["odd"]', "text": '"odd"', "fields": '{"preferences": {"learning_goal": 7, "x": 1}}'}


@pytest.fixture
def database_url(server_url: str) -> Iterator[str]:
    """Migrated from 0001: 25 roadmaps as they usually were, and some odd ones."""
    name = create_database(server_url, template="template0")
    url = url_of(server_url, name)
    schema.upgrade(url, "0001")
    fill(url, tasks=100)
    with psycopg.connect(url) as connection:
        for odd, request in REQUESTS.items():
            connection.execute(
                "INSERT INTO roadmap_metadata (roadmap_id, user_id, title, total_estimated_hours,"
                " recommended_completion_weeks, framework_data) VALUES (%s, 'u', %s, 1.5, 2, %s)",
                [f"odd {odd}", f"Odd {odd}", BARE],
            )
            if odd != "none":
                connection.execute(
                    "INSERT INTO roadmap_tasks (task_id, user_id, status, current_step, roadmap_id, user_request)"
                    " VALUES (%s, 'u', 'failed', 'odd step', %s, %s)",
                    [f"odd-{odd}", f"odd {odd}", request],
                )
    schema.upgrade(url)
    yield url
    drop_database(server_url, name)


@pytest.fixture
def author() -> ScriptedAuthor:
    return ScriptedAuthor()


@pytest.fixture
async def orchestrator(settings: Settings, author: ScriptedAuthor) -> AsyncIterator[Orchestrator]:
    async with Orchestrator.open(settings, author=author) as orchestrator:
        yield orchestrator


async def test_a_legacy_roadmap_is_judged_by_the_statuses_that_stood_in_its_framework(
    orchestrator: Orchestrator,
) -> None:
    view = await orchestrator.roadmap("r7")
    assert view.framework is not None
    assert (view.framework.title, [concept.concept_id for concept in view.framework.concepts()]) == (
        "Roadmap 7",
        ["r7:c-1-1-1", "t12"],
    )
    tutorial = view.state("r7:c-1-1-1", ContentType.TUTORIAL)
    assert tutorial is not None
    assert (tutorial.status, tutorial.version) == (ContentStatus.COMPLETED, 0)
    status = await orchestrator.status("r7")
    assert not status.has_active_task
    assert [(stale.concept_id, stale.concept_name, stale.content_type) for stale in status.stale_concepts] == [
        ("r7:c-1-1-1", "One", "resources"),
        ("t12", "Two", "quiz"),
        ("t12", "Two", "resources"),
        ("t12", "Two", "tutorial"),
    ]


async def test_retries_complete_a_legacy_roadmap(orchestrator: Orchestrator, author: ScriptedAuthor) -> None:
    single = await orchestrator.retry("r7", "r7:c-1-1-1", ContentType.TUTORIAL)
    single = await orchestrator.wait(single.task_id)
    assert (single.status, single.task_type) == (TaskStatus.COMPLETED, TaskType.RETRY_TUTORIAL)
    batch = await orchestrator.retry_failed("r7")
    assert batch is not None
    batch = await orchestrator.wait(batch.task_id)
    assert (batch.status, (batch.execution_summary or {})["total"]) == (TaskStatus.COMPLETED, 5)
    assert sorted(author.asked) == sorted(
        (role, concept)
        for role in (AuthorRole.TUTORIAL, AuthorRole.RESOURCES, AuthorRole.QUIZ)
        for concept in ("r7:c-1-1-1", "t12")
    )
    assert (await orchestrator.status("r7")).stale_concepts == []
    assert await orchestrator.retry_failed("r7") is None


@pytest.mark.parametrize("odd", REQUESTS)
async def test_neither_a_bare_framework_nor_an_odd_request_keeps_a_roadmap_from_being_made(
    orchestrator: Orchestrator, odd: str
) -> None:
    roadmap_id = f"odd {odd}"
    view = await orchestrator.roadmap(roadmap_id)
    assert view.framework is not None
    assert (view.framework.title, view.framework.total_estimated_hours) == (f"Odd {odd}", 1.5)
    assert len((await orchestrator.status(roadmap_id)).stale_concepts) == 3
    single = await orchestrator.retry(roadmap_id, "x:c-1-1-1", ContentType.TUTORIAL)
    assert (await orchestrator.wait(single.task_id)).status is TaskStatus.COMPLETED
    batch = await orchestrator.retry_failed(roadmap_id)
    assert batch is not None
    assert (await orchestrator.wait(batch.task_id)).status is TaskStatus.COMPLETED


@pytest.mark.slow
async def test_resuming_a_legacy_run_ends_or_is_refused_and_is_no_bug(orchestrator: Orchestrator) -> None:
    refusals: list[str] = []
    for task in await orchestrator.tasks.page(limit=1000):
        assert not task.live
        if task.status is TaskStatus.FAILED:
            try:
                resumed = await orchestrator.wait((await orchestrator.resume(task.task_id)).task_id)
                assert resumed.status in (TaskStatus.COMPLETED, TaskStatus.FAILED), resumed
            except Conflict as error:
                refusals.append(str(error))
    assert refusals
    assert all("`roadmap retry" in refusal for refusal in refusals), "each says what to do instead"


@pytest.mark.parametrize("roadmap_id", ["r7", "odd list"])
def test_a_legacy_roadmap_is_shown_in_every_form(
    roadmap_id: str, database_url: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ROADMAP_DATABASE_URL", database_url)
    for arguments in (
        ["show", roadmap_id],
        ["show", roadmap_id, "--json"],
        ["show", roadmap_id, "--format", "markdown"],
        ["status", roadmap_id],
        ["tasks", "--roadmap", roadmap_id],
        ["retry", roadmap_id, {"r7": "t12", "odd list": "x:c-1-1-1"}[roadmap_id], "tutorial"],
        ["retry-failed", roadmap_id],
        ["show", roadmap_id, "--format", "markdown"],
    ):
        assert main(arguments) == 0, capfd.readouterr().err
        assert "Traceback" not in capfd.readouterr().err
