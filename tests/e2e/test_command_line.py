"""The product as a user runs it: the real command, its streams, its exit codes, a terminal, Ctrl-C."""

import json
import re
from pathlib import Path

import pytest

from domain.vocabulary import ContentStatus, TaskStatus
from orchestrator import Orchestrator, Settings
from tests.e2e.roadmap_command import Command, Done

GOALS = (
    "become a backend engineer in Go",
    "学习中国古典园林设计",
    "تعلم الخط العربي",
    """it's "quoted"; DROP TABLE roadmap_tasks; -- [bold]x[/bold] <b>y</b> {{7*7}} $(id) 👩‍👩‍👧🎻 \x1b[31mred""",
)
CONTROLS = {"\x1b", "\x07", "\x9b"}
COLOUR = re.compile(r"\x1b\[[0-9;]*3\d[0-9;]*m")


@pytest.fixture(scope="module")
def created(roadmap: Command) -> list[Done]:
    """A roadmap for each goal, all at once, on a data folder that did not exist."""
    return roadmap.all(*(["create", goal, "--json"] for goal in GOALS))


@pytest.fixture
def settings(roadmap: Command) -> Settings:
    return Settings(home=roadmap.home)


async def test_a_goal_in_any_script_becomes_a_whole_roadmap(created: list[Done], settings: Settings) -> None:
    async with Orchestrator.open(settings) as orchestrator:
        for done in created:
            assert done.code == 0, done.err
            assert not CONTROLS & set(done.out + done.err)
            run = done.json()
            assert set(run) == {"task_id", "roadmap_id", "status", "current_step", "task_type", "execution_summary"}
            assert (run["status"], run["current_step"], run["task_type"]) == ("completed", "completed", "creation")
            view = await orchestrator.roadmap(run["roadmap_id"])
            assert view.framework is not None
            assert len(view.framework.concepts()) >= 6
            assert len(view.contents) == 3 * len(view.framework.concepts())
            assert {state.status for state in view.contents} == {ContentStatus.COMPLETED}


def test_what_was_made_can_be_read(roadmap: Command, created: list[Done]) -> None:
    roadmap_id = created[3].json()["roadmap_id"]
    tree, document = roadmap.all(["show", roadmap_id], ["show", roadmap_id, "--format", "markdown"])
    for done in (tree, document):
        assert (done.code, done.err) == (0, "")
        assert not CONTROLS & set(done.out)
    assert "✓✓✓" in tree.out
    assert document.out.startswith("# ")
    assert "## Answers" in document.out


def test_what_was_made_can_be_taken_away_in_one_file(roadmap: Command, created: list[Done]) -> None:
    roadmap_id = created[2].json()["roadmap_id"]
    page, text = roadmap.home / "roadmap.html", roadmap.home / "roadmap.md"
    for done in roadmap.all(["export", roadmap_id, "-o", str(page)], ["export", roadmap_id, "-o", str(text)]):
        assert (done.code, done.out) == (0, ""), done.err
    assert page.read_text().startswith("<!doctype html>")
    assert text.read_text().startswith("# ")


def test_progress_is_plain_without_a_terminal(created: list[Done]) -> None:
    lines = created[0].err.splitlines()
    assert "Designing the curriculum ..." in lines
    assert len(lines) < 30
    assert ", 0 running, 0 failed, " in lines[-1]


def test_progress_is_drawn_on_a_terminal_and_never_on_stdout(roadmap: Command) -> None:
    failing = {"OFFLINE_LATENCY": "0.1", "OFFLINE_FAIL": "quiz@c-1-1-1", "COLUMNS": "100"}
    drawn = roadmap.start("create", "learn chess", "--json", terminal=True, **failing)
    colourless = roadmap.start("create", "learn chess", terminal=True, NO_COLOR="1", **failing)
    done, plain = drawn.end(), colourless.end()
    assert (done.code, plain.code) == (1, 1)
    assert done.json()["status"] == "partial_failure"
    assert COLOUR.search(done.err)
    assert "\x1b[" in plain.err
    assert not COLOUR.search(plain.err)
    for said in (done.err, plain.err):
        assert "Writing the contents" in said
        assert re.search(r"\d+ done \d+ running \d failed", said)
        assert "quiz of c-1-1-1: " in said
    ended, *notice = plain.out.splitlines()
    assert re.fullmatch(r"Roadmap learn-chess-\w{8}: partial_failure, \d+ of \d+ contents in .* s\.", ended)
    assert notice[0].startswith("Plan and worksheets, written by rules")
    assert len(notice) == 2


async def test_a_run_without_any_content_has_failed(roadmap: Command, settings: Settings) -> None:
    done = roadmap("create", "learn to juggle", "--user", "ann", OFFLINE_FAIL="tutorial,resources,quiz")
    assert done.code == 1
    assert ": failed, 0 of " in done.out
    assert "Failed:" in done.err
    assert "Traceback" not in done.err
    async with Orchestrator.open(settings) as orchestrator:
        assert [row.user_id for row in await orchestrator.roadmaps.page(user_id="ann")] == ["ann"]


@pytest.mark.promise
async def test_ctrl_c_ends_the_run_and_says_how_to_go_on(roadmap: Command, settings: Settings) -> None:
    running = roadmap.start("create", "learn to whistle", "--json", OFFLINE_LATENCY="1.5", MAX_CONCURRENT_CALLS="3")
    running.wait_for(lambda err: "Writing the contents" in err)
    refused = roadmap("db", "stop")
    running.interrupt()
    done = running.end()
    assert refused.code == 4, refused.err
    assert "--force" in refused.err
    assert (done.code, done.out) == (130, "")
    assert "Traceback" not in done.err
    named = re.search(r"task (\S+) is cancelled.*`roadmap show (\S+)`", done.err.splitlines()[-1])
    assert named, done.err
    async with Orchestrator.open(settings) as orchestrator:
        task = await orchestrator.task(named[1])
        assert task.roadmap_id == named[2]
        assert (task.status, task.current_step, task.live) == (TaskStatus.CANCELLED, "cancelled", False)


def test_bad_input_is_refused_in_one_line_and_writes_nothing(tmp_path: Path) -> None:
    untouched = Command(tmp_path / "untouched")
    request = tmp_path / "request.json"
    request.write_text(json.dumps({"preferences": {"learning_goal": "x", "current_level": "wizard"}}))
    refusals = untouched.all(
        ["create", "x" * 2001],
        ["create", "x", "--hours-per-week", "nan"],
        ["create", "--request", str(request)],
        ["create", "--request", str(tmp_path)],
        ["create", "a\udcffb"],
        ["list", "--user", "\udcff"],
    )
    for done in refusals:
        assert (done.code, done.out) == (2, ""), done.err
        assert done.err.startswith("roadmap: ")
        assert done.err.count("\n") == 1
    assert "preferences.current_level" in refusals[2].err
    assert not untouched.home.exists()


def test_a_database_that_cannot_be_reached_is_5(tmp_path: Path) -> None:
    done = Command(tmp_path)("create", "x", DATABASE_URL="postgresql://nobody:secret@127.0.0.1:1/none")
    assert (done.code, done.out) == (5, "")
    assert done.err.count("\n") == 1
    assert "secret" not in done.err


def test_the_embedded_database_is_stopped_started_and_moved(roadmap: Command, created: list[Done]) -> None:
    doctor = roadmap("doctor", "--json").json()
    assert doctor["ok"] is True
    assert [check["name"] for check in doctor["checks"]] == ["home", "database", "migrations", "runs", "model", "code"]
    assert roadmap("db", "stop", "--json").json()["stopped"] is True
    assert "was not running" in roadmap("db", "stop").out
    assert roadmap("db", "start", "--json").json()["started"] is True
    moved = roadmap("db", "downgrade", "0004_platform", "--json").json()
    assert (moved["revision"], moved["before"] > "0004_platform") == ("0004_platform", True)
    assert len(roadmap("list", "--json").json()["roadmaps"]) >= len(created)  # upgraded on the way
    assert moved["before"] in roadmap("db", "current").out
