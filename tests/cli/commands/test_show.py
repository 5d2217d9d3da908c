"""The commands that list and show, on a database with two roadmaps, one of them with failed quizzes."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from cli.app import main
from nodes.authors.briefs import AuthorRole
from orchestrator import Orchestrator, Settings
from orchestrator.queries.status import TaskView
from tests.cli.roadmaps import HOSTILE
from tests.support.authors import ScriptedAuthor
from tests.support.databases import create_database, drop_database, url_of


class Cli:
    """Runs commands in this process and reads their answers."""

    def __init__(self, capfd: pytest.CaptureFixture[str]) -> None:
        self._capfd = capfd
        self.err = ""

    def __call__(self, *arguments: str, code: int = 0) -> str:
        assert main(arguments) == code
        out, self.err = self._capfd.readouterr()
        return out

    def json(self, *arguments: str) -> Any:
        return json.loads(self(*arguments, "--json"))


@pytest.fixture(scope="module")
def settings(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """One database for the module: nothing here writes after `runs`."""
    name = create_database(server_url)
    try:
        home = tmp_path_factory.mktemp("unused")
        yield Settings.model_validate(
            {"database_url": url_of(server_url, name), "home": home, "lessons": "short", "second_look": "none"}
        )
    finally:
        drop_database(server_url, name)


@pytest.fixture(scope="module")
def runs(settings: Settings) -> list[TaskView]:
    """Two finished creations, the older one first; the newer one is hostile and its quizzes failed."""

    def refuse(*_: object) -> dict[str, Any]:
        raise RuntimeError("no quiz today")

    async def create(goal: str, author: ScriptedAuthor) -> TaskView:
        async with Orchestrator.open(settings, author=author) as orchestrator:
            return await orchestrator.wait((await orchestrator.create(goal)).task_id)

    async def both() -> list[TaskView]:
        unwilling = ScriptedAuthor(replies={AuthorRole.QUIZ: refuse})
        return [await create("learn Go", ScriptedAuthor()), await create(HOSTILE, unwilling)]

    return asyncio.run(both())


@pytest.fixture
def cli(runs: list[TaskView], settings: Settings, monkeypatch: pytest.MonkeyPatch, capfd: Any) -> Cli:
    assert settings.database_url is not None
    assert len(runs) == 2
    monkeypatch.setenv("ROADMAP_DATABASE_URL", settings.database_url.get_secret_value())
    return Cli(capfd)


def test_lists_are_pages_newest_first(cli: Cli, runs: list[TaskView]) -> None:
    older, newer = runs
    page = cli.json("list", "--limit", "1")
    assert [roadmap["roadmap_id"] for roadmap in page["roadmaps"]] == [newer.roadmap_id]
    page = cli.json("list", "--limit", "1", "--after", page["next"])
    assert [roadmap["roadmap_id"] for roadmap in page["roadmaps"]] == [older.roadmap_id]
    assert page["next"] is None
    page = cli.json("tasks", "--limit", "1")
    assert page["next"] == newer.task_id
    page = cli.json("tasks", "--after", newer.task_id)
    assert ([task["task_id"] for task in page["tasks"]], page["next"]) == ([older.task_id], None)
    assert older.roadmap_id is not None
    assert older.roadmap_id in cli("list")
    assert f"--after {newer.task_id}" in (cli("tasks", "--limit", "1") and cli.err)


def test_lists_can_be_filtered(cli: Cli, runs: list[TaskView]) -> None:
    assert cli.json("list", "--user", "ann") == {"roadmaps": [], "next": None}
    assert cli.json("tasks", "--user", "ann") == {"tasks": [], "next": None}
    assert len(cli.json("list", "--user", "local")["roadmaps"]) == 2
    page = cli.json("tasks", "--roadmap", str(runs[0].roadmap_id))
    assert [task["task_id"] for task in page["tasks"]] == [runs[0].task_id]
    assert cli("list", "--user", "ann") == ""
    assert "No roadmaps found" in cli.err


def test_a_task_reads_as_the_contract_says(cli: Cli, runs: list[TaskView]) -> None:
    task = cli.json("tasks")["tasks"][0]
    assert task["task_id"] == runs[1].task_id
    fields = {"task_id", "roadmap_id", "status", "current_step", "task_type", "execution_summary", "user_id"}
    fields |= {"concept_id", "content_type", "attempt", "error_message", "created_at", "updated_at", "completed_at"}
    assert set(task) >= fields | {"live"}
    assert (task["status"], task["live"]) == ("partial_failure", False)


def test_show_in_its_formats(cli: Cli, runs: list[TaskView]) -> None:
    roadmap_id = str(runs[1].roadmap_id)
    framework = cli.json("show", roadmap_id)
    concept = framework["stages"][0]["modules"][0]["concepts"][0]
    statuses = concept["content_status"], concept["resources_status"], concept["quiz_status"]
    assert statuses == ("completed", "completed", "failed")
    assert json.loads(cli("show", roadmap_id, "--format", "json")) == framework
    assert "✓✓✗" in cli("show", roadmap_id)
    assert cli("show", roadmap_id, "--format", "markdown").startswith("# Scripted\n")


def test_show_a_concept(cli: Cli, runs: list[TaskView]) -> None:
    roadmap_id = str(runs[1].roadmap_id)
    document = cli.json("show", roadmap_id, "--concept", "c-1-1-2")
    assert (document["roadmap_id"], document["concept_id"]) == (roadmap_id, "c-1-1-2")
    assert document["tutorial"]["title"] == "T"
    assert document["resources"]["resources"][0]["url"] == "https://go.dev"
    assert document["quiz"] is None
    assert document["quiz_status"] == "failed"
    said = cli("show", roadmap_id, "--concept", "c-1-1-2")
    assert said.startswith("# A2\n")
    assert "no quiz today" in said


def test_documents_are_shown_in_a_language(cli: Cli, runs: list[TaskView]) -> None:
    roadmap_id = str(runs[0].roadmap_id)
    assert "## 各周" in cli("show", roadmap_id, "--format", "markdown", "--language", "zh")
    assert "答案" in cli("show", roadmap_id, "--concept", "c-1-1-1", "--language", "zh")
    for more in ((), ("--json",), ("--concept", "c-1-1-1", "--json")):
        cli("show", roadmap_id, "--language", "zh", *more, code=2)
        assert "add --format markdown" in cli.err


def test_status_of_a_roadmap(cli: Cli, runs: list[TaskView]) -> None:
    roadmap_id = str(runs[1].roadmap_id)
    assert cli.json("status", roadmap_id) == {
        "roadmap_id": roadmap_id,
        "has_active_task": False,
        "active_tasks": [],
        "stale_concepts": [],
    }
    said = cli("status", roadmap_id)
    assert "4 of 6 completed, 2 failed" in said
    assert said.count("no quiz today") == 2


def test_the_log_of_a_run(cli: Cli, runs: list[TaskView]) -> None:
    events = cli.json("log", runs[0].task_id)["events"]
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
    assert set(events[0]) == {"task_id", "sequence", "type", "payload", "created_at"}
    assert (events[0]["type"], events[-1]["type"]) == ("run_requested", "run_finished")
    page = cli.json("log", runs[0].task_id, "--after", "2", "--limit", "3")
    assert [event["sequence"] for event in page["events"]] == [3, 4, 5]
    assert page["next"] == 5
    lines = cli("log", runs[0].task_id).splitlines()
    assert len(lines) == len(events)
    assert lines[-1].split() == [str(len(events)), *lines[-1].split()[1:3], "run_finished", "completed"]
    assert len(cli("log", runs[0].task_id, "--limit", "2").splitlines()) == 2


def test_reading_commands_print_no_control_characters(cli: Cli, runs: list[TaskView]) -> None:
    roadmap_id, task_id = str(runs[1].roadmap_id), runs[1].task_id
    views = ["list"], ["tasks"], ["show", roadmap_id], ["status", roadmap_id], ["log", task_id]
    markdown = ["show", roadmap_id, "--format", "markdown"]
    for command in (*views, markdown, ["list", "--json"], ["log", task_id, "--json"]):
        assert not {"\x1b", "\x07", "\x9b"} & set(cli(*command)), command


@pytest.mark.parametrize(
    "command",
    [
        ["show", "no-such"],
        ["status", "no-such"],
        ["log", "no-such"],
        ["tasks", "--roadmap", "no-such"],
        ["list", "--after", "x"],
    ],
)
def test_unknown_ids_are_not_found(cli: Cli, command: list[str]) -> None:
    assert cli(*command, code=3) == ""
    assert cli.err.startswith("roadmap: There is no ")
    assert cli.err.count("\n") == 1


def test_a_concept_that_does_not_exist_is_not_found(cli: Cli, runs: list[TaskView]) -> None:
    assert cli("show", str(runs[0].roadmap_id), "--concept", "c-9-9-9", code=3) == ""
    assert "c-9-9-9" in cli.err


def test_conflicting_formats_are_refused(cli: Cli, runs: list[TaskView]) -> None:
    roadmap_id = str(runs[0].roadmap_id)
    cli("show", roadmap_id, "--json", "--format", "markdown", code=2)
    cli("show", roadmap_id, "--concept", "c-1-1-1", "--format", "tree", code=2)


def test_reading_works_with_an_unusable_model(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROADMAP_MODEL", "nobody:nothing")
    assert len(cli.json("list")["roadmaps"]) == 2


def test_a_graph_is_drawn_without_a_database(capfd: pytest.CaptureFixture[str]) -> None:
    cli = Cli(capfd)
    drawing = cli("graph")
    assert "graph TD;" in drawing
    assert "intent_analysis --> curriculum_design;" in drawing
    assert cli.json("graph", "creation") == {"name": "creation", "mermaid": drawing}
    assert cli("graph", "unknown", code=2) == ""
