"""The product as a user runs it: the real command, its streams, its exit codes, a terminal, Ctrl-C."""

import json
import re
from pathlib import Path

import pytest

from tests.e2e.roadmap_command import Command, Done

GOALS = (
    "become a backend engineer in Go",
    "学习中国古典园林设计",
    "تعلم الخط العربي",
    'it\'s "quoted"; DROP TABLE roadmap_tasks; -- [bold]x[/bold] <script>alert(1)</script> '
    "{{7*7}} $(id) 👩‍👩‍👧🎻 \x1b[31mred",
    "{{7*7}} $(id) 👩‍👩‍👧🎻 \x1b[31mred",
)
CONTROLS = {"\x1b", "\x07", "\x9b"}
COLOUR = re.compile(r"\x1b\[[0-9;]*3\d[0-9;]*m")


@pytest.fixture(scope="module")
def created(roadmap: Command) -> list[Done]:
    """A roadmap for each goal, all at once, on a data folder that did not exist."""
    return roadmap.all(*(["create", goal, "--json"] for goal in GOALS))


def test_a_goal_in_any_script_becomes_a_whole_roadmap(roadmap: Command, created: list[Done]) -> None:
    runs = [done.json() for done in created]
    for done, run in zip(created, runs, strict=True):
        assert done.code == 0, done.err
        assert set(run) == {"task_id", "roadmap_id", "status", "current_step", "task_type", "execution_summary"}
        assert (run["status"], run["current_step"], run["task_type"]) == ("completed", "completed", "creation")
        assert not CONTROLS & set(done.out + done.err)
    shown = roadmap.all(*(["show", run["roadmap_id"], "--json"] for run in runs))
    for done in shown:
        concepts = [c for stage in done.json()["stages"] for module in stage["modules"] for c in module["concepts"]]
        assert len(concepts) >= 6
        statuses = {concept[f"{name}_status"] for concept in concepts for name in ("content", "resources", "quiz")}
        assert statuses == {"completed"}


def test_what_was_made_can_be_read(roadmap: Command, created: list[Done]) -> None:
    run = created[3].json()
    roadmap_id, task_id = run["roadmap_id"], run["task_id"]
    listed, tasks, tree, document, status, log = roadmap.all(
        ["list"],
        ["tasks", "--roadmap", roadmap_id],
        ["show", roadmap_id],
        ["show", roadmap_id, "--format", "markdown"],
        ["status", roadmap_id],
        ["log", task_id],
    )
    for done in (listed, tasks, tree, document, status, log):
        assert done.code == 0, done.err
        assert not CONTROLS & set(done.out)
    assert all(other.json()["roadmap_id"] in listed.out for other in created)
    assert task_id in tasks.out
    assert "✓✓✓" in tree.out
    assert document.out.startswith("# ")
    assert "## Answers" in document.out
    assert "Nothing is running" in status.out
    assert log.out.splitlines()[-1].endswith("run_finished         completed")


def test_progress_is_plain_where_nobody_looks(created: list[Done]) -> None:
    lines = created[0].err.splitlines()
    assert "Designing the curriculum ..." in lines
    assert len(lines) < 30
    assert lines[-1].startswith("  roadmap show ")


def test_progress_is_drawn_on_a_terminal_and_never_on_stdout(roadmap: Command) -> None:
    settings = {"OFFLINE_LATENCY": "0.1", "OFFLINE_FAIL": "quiz@c-1-1-1", "COLUMNS": "100"}
    drawn = roadmap.start("create", "learn chess", "--json", terminal=True, **settings)
    plain = roadmap.start("create", "learn chess", terminal=True, NO_COLOR="1", **settings)
    done, without_colour = drawn.end(), plain.end()
    assert (done.code, without_colour.code) == (1, 1)
    assert done.json()["status"] == "partial_failure"
    assert COLOUR.search(done.err)
    assert "\x1b[" in without_colour.err
    assert not COLOUR.search(without_colour.err)
    for said in (done.err, without_colour.err):
        assert "Writing the contents" in said
        assert re.search(r"\d+ done \d+ running \d failed", said)
        assert "quiz of c-1-1-1: " in said
    assert re.fullmatch(
        r"Roadmap learn-chess-\w{8}: partial_failure, \d+ of \d+ contents in .* s\.\n", without_colour.out
    )


def test_a_run_without_any_content_has_failed(roadmap: Command) -> None:
    done = roadmap("create", "learn to juggle", "--user", "ann", OFFLINE_FAIL="tutorial,resources,quiz")
    assert done.code == 1
    assert ": failed, 0 of " in done.out
    assert "Failed:" in done.err
    assert "Traceback" not in done.err
    assert [row["user_id"] for row in roadmap("list", "--user", "ann", "--json").json()["roadmaps"]] == ["ann"]


def test_ctrl_c_ends_the_run_and_says_how_to_go_on(roadmap: Command) -> None:
    running = roadmap.start("create", "learn to whistle", "--json", OFFLINE_LATENCY="0.5", MAX_CONCURRENT_CALLS="3")
    running.wait_for(lambda err: "Writing the contents" in err)
    refused = roadmap("db", "stop")
    assert refused.code == 4, refused.err
    assert "--force" in refused.err
    running.interrupt()
    done = running.end()
    assert (done.code, done.out) == (130, "")
    assert "Traceback" not in done.err
    last = done.err.splitlines()[-1]
    named = re.search(r"task (\S+) is cancelled.*`roadmap show (\S+)`", last)
    assert named, last
    task = roadmap("tasks", "--roadmap", named[2], "--json").json()["tasks"][0]
    assert (task["task_id"], task["status"], task["current_step"]) == (named[1], "cancelled", "cancelled")
    assert task["live"] is False
    assert roadmap("show", named[2]).code == 0


def test_bad_input_is_refused_in_one_line_and_writes_nothing(tmp_path: Path) -> None:
    untouched = Command(tmp_path / "untouched")
    request = tmp_path / "request.json"
    request.write_text(json.dumps({"preferences": {"learning_goal": "x", "current_level": "wizard"}}))
    refusals = untouched.all(
        ["create", " "],
        ["create", "x" * 2001],
        ["create", "x", "--hours-per-week", "nan"],
        ["create", "x", "--level", "wizard"],
        ["create", "--request", str(request)],
        ["create", "--request", str(tmp_path)],
        ["create"],
        ["create", "a\udcffb"],
        ["list", "--user", "\udcff"],
        ["db", "upgrade", "9999"],
        ["graph", "unknown"],
    )
    for done in refusals:
        assert (done.code, done.out) == (2, ""), done.err
        assert done.err.startswith("roadmap: ")
        assert done.err.count("\n") == 1
    assert "preferences.current_level" in refusals[4].err
    assert not untouched.home.exists()


def test_a_database_that_cannot_be_reached_is_5(tmp_path: Path) -> None:
    away = Command(tmp_path)
    url = "postgresql://nobody:secret@127.0.0.1:1/none"
    for done in away.all(["list"], ["create", "x"], ["doctor"], DATABASE_URL=url):
        assert done.code == 5
        assert "secret" not in done.err + done.out
        assert "Traceback" not in done.err


def test_the_embedded_database_is_stopped_started_and_moved(roadmap: Command, created: list[Done]) -> None:
    doctor = roadmap("doctor", "--json").json()
    assert doctor["ok"] is True
    assert [check["name"] for check in doctor["checks"]] == ["home", "database", "migrations", "runs", "model"]
    assert roadmap("db", "stop", "--json").json()["stopped"] is True
    assert "was not running" in roadmap("db", "stop").out
    assert roadmap("db", "start", "--json").json()["started"] is True
    assert "runs already" in roadmap("db", "start").out
    newest = roadmap("db", "current", "--json").json()["revision"]
    assert roadmap("db", "downgrade", "0004", "--json").json() == {"before": newest, "revision": "0004"}
    assert len(roadmap("list", "--json").json()["roadmaps"]) >= len(created)  # upgraded on the way
    assert roadmap("db", "current", "--json").json()["revision"] == newest
