"""Commands on runs, each in this process on the test's own database; those that are killed are in tests/e2e."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cli.app import main

CREATED = ("task_id", "roadmap_id", "status", "current_step", "task_type", "execution_summary")


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


Roadmap = Callable[..., Said]


@pytest.fixture
def roadmap(database_url: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Roadmap:
    monkeypatch.setenv("ROADMAP_DATABASE_URL", database_url)
    monkeypatch.setenv("ROADMAP_MAX_CONCEPTS", "6")

    def run(*arguments: str, fail: str = "") -> Said:
        monkeypatch.setenv("ROADMAP_OFFLINE_FAIL", fail)
        code = main(arguments)
        return Said(code, *capfd.readouterr())

    return run


def tasks(roadmap: Roadmap) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = roadmap("tasks", "--json").json()["tasks"]
    return found


@pytest.mark.slow
def test_retry_failed_retries_only_failed_contents_in_one_run(roadmap: Roadmap) -> None:
    created = roadmap("create", "learn chess", "--json", fail="quiz,resources@c-1-1-1")
    roadmap_id = created.json()["roadmap_id"]
    assert (created.code, tuple(created.json())) == (1, CREATED)
    some = roadmap("retry-failed", roadmap_id, "--content-type", "resources", "--json")
    assert (some.code, some.json()["task_type"], some.json()["execution_summary"]["total"]) == (0, "retry_batch", 1)
    rest = roadmap("retry-failed", roadmap_id, "--json", fail="quiz@c-1-1-1")
    assert (rest.code, rest.json()["status"], rest.json()["execution_summary"]["total"]) == (1, "partial_failure", 6)
    last = roadmap("retry-failed", roadmap_id)
    assert (last.code, "retry_batch: completed, 1 of 1 contents" in last.out) == (0, True)


def test_retry_failed_with_nothing_to_do_succeeds(roadmap: Roadmap) -> None:
    roadmap_id = roadmap("create", "learn chess", "--json").json()["roadmap_id"]
    nothing = roadmap("retry-failed", roadmap_id, "--json")
    assert (nothing.code, nothing.json()) == (0, dict.fromkeys(CREATED) | {"roadmap_id": roadmap_id})
    said = roadmap("retry-failed", roadmap_id)
    assert (said.code, "nothing to do" in said.out) == (0, True)
    assert len(tasks(roadmap)) == 1


def test_resume_prints_only_new_events(roadmap: Roadmap) -> None:
    created = roadmap("create", "learn chess", "--json", fail="quiz").json()
    resumed = roadmap("resume", created["task_id"], "--json")
    assert (resumed.code, resumed.json()["task_id"], resumed.json()["status"]) == (0, created["task_id"], "completed")
    assert "Designing the curriculum" not in resumed.err
    assert "18 of 18 contents: 18 done, 0 running, 0 failed" in resumed.err
    assert len(tasks(roadmap)) == 1, "the same task, no new row"


def test_a_retry_takes_its_preferences_and_instructions_from_a_file(roadmap: Roadmap, tmp_path: Path) -> None:
    roadmap_id = roadmap("create", "learn chess", "--json").json()["roadmap_id"]
    request = tmp_path / "request.json"
    request.write_text('{"preferences": {"current_level": "advanced"}, "instructions": "shorter"}')
    retry = ("retry", roadmap_id, "c-1-1-1", "quiz", "--request", str(request))
    by_rules = roadmap(*retry, "--user", "ann", "--json")
    assert (by_rules.code, by_rules.out, by_rules.err.count("\n")) == (2, "", 1)
    assert "Changes in words need a model" in by_rules.err
    request.write_text('{"preferences": {"current_level": "advanced"}}')
    done = roadmap(*retry, "--user", "ann", "--json")
    assert (done.code, done.json()["task_type"], done.json()["status"]) == (0, "retry_quiz", "completed")
    (row, _) = tasks(roadmap)
    assert (row["user_id"], row["concept_id"], row["content_type"]) == ("ann", "c-1-1-1", "quiz")
    for wrong, named in (
        ('{"preferences": {"current_level": "wizard"}}', "preferences.current_level"),
        ('{"preferences": 3}', "preferences"),
        ('{"instruction": "x"}', "'instruction'"),
        ('{"instructions": 3}', "instructions"),
        ("[]", "must contain an object"),
    ):
        request.write_text(wrong)
        refused = roadmap(*retry)
        assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1)
        assert named in refused.err


def test_watch_prints_events_like_log_and_exits_by_status(roadmap: Roadmap) -> None:
    """They went to stderr once, where no pipe finds them."""
    created = roadmap("create", "learn chess", "--json", fail="quiz")
    task_id = created.json()["task_id"]
    watched, logged = roadmap("watch", task_id), roadmap("log", task_id)
    assert (created.code, watched.code) == (1, 1)
    assert watched.out.startswith(logged.out)
    assert ": partial_failure, 12 of 18 contents in" in watched.out.removeprefix(logged.out)
    assert "content_completed" not in watched.err


def test_watch_as_json_prints_one_event_a_line_and_nothing_else(roadmap: Roadmap) -> None:
    created = roadmap("create", "learn chess", "--json", fail="quiz").json()
    watched = roadmap("watch", created["task_id"], "--json")
    events = [json.loads(line) for line in watched.out.splitlines()]
    assert (watched.code, events) == (1, roadmap("log", created["task_id"], "--json").json()["events"])
    assert (events[-1]["type"], events[-1]["payload"]["status"]) == ("run_finished", "partial_failure")
    assert f"roadmap retry-failed {created['roadmap_id']}" in watched.err


def test_the_next_page_keeps_every_filter_and_can_be_pasted(roadmap: Roadmap) -> None:
    """It led to the pages of all users, fifty at a time."""
    user = "ann o'neil $(date)"
    for goal in ("chess", "go"):
        assert roadmap("create", goal, "--detach", "--user", user).code == 0
    assert roadmap("create", "learn bridge", "--detach").code == 0
    pages = [("list", "--user", user, "--limit", "1"), ("tasks", "--user", user, "--limit", "1")]
    for page in pages:
        first = roadmap(*page)
        assert "\x1b" not in first.err
        pasted = first.err.strip().removeprefix("More: ")
        words = (
            subprocess.run(
                ["bash", "-c", f"roadmap() {{ printf '%s\\0' \"$@\"; }}; {pasted}"], capture_output=True, check=True
            )
            .stdout.decode()
            .split("\0")[:-1]
        )
        assert words[:-2] == list(page)
        second = roadmap(*words)
        assert (second.code, second.err) == (0, ""), "the last page"
    task_id = tasks(roadmap)[0]["task_id"]
    roadmap("cancel", task_id)
    assert f"More: roadmap log {task_id} --limit 1 --after 1" in roadmap("log", task_id, "--limit", "1").err


def test_a_roadmap_goes_into_the_bin_and_comes_back(roadmap: Roadmap) -> None:
    asked = roadmap("create", "learn chess", "--detach", "--json").json()
    roadmap_id = asked["roadmap_id"]
    refused = roadmap("delete", roadmap_id)
    assert (refused.code, refused.out, asked["task_id"] in refused.err) == (4, "", True)
    roadmap("cancel", asked["task_id"])
    deleted = roadmap("delete", roadmap_id)
    assert (deleted.code, deleted.out) == (0, f"Roadmap {roadmap_id} is in the bin.\n")
    assert f"roadmap restore {roadmap_id}" in deleted.err
    assert roadmap("delete", roadmap_id, "--json").json()["deleted_at"] is not None, "a second time changes nothing"
    assert roadmap("list", "--json").json()["roadmaps"] == []
    assert [row["roadmap_id"] for row in roadmap("list", "--deleted", "--json").json()["roadmaps"]] == [roadmap_id]
    assert roadmap("resume", asked["task_id"]).code == 4
    back = roadmap("restore", roadmap_id, "--json")
    assert (back.code, back.json()) == (0, {"roadmap_id": roadmap_id, "title": "learn chess", "deleted_at": None})
    assert (roadmap("list", "--bin").err, len(roadmap("list", "--json").json()["roadmaps"])) == (
        "The bin is empty.\n",
        1,
    )
    for command in ("delete", "restore"):
        for unknown in ("nope", "a\x00b", ""):
            gone = roadmap(command, unknown)
            assert (gone.code, gone.out, gone.err.count("\n")) == (3, "", 1)


def test_a_detached_run_says_how_to_follow_it_and_can_be_taken_from_the_queue(roadmap: Roadmap) -> None:
    asked = roadmap("create", "learn chess", "--detach", "--json")
    run = asked.json()
    assert (asked.code, tuple(run), run["status"], run["execution_summary"]) == (0, CREATED, "pending", None)
    assert f"roadmap watch {run['task_id']}" in asked.err
    assert "start one with `roadmap worker`" in asked.err
    (row,) = tasks(roadmap)
    assert (row["live"], row["waiting_for_worker"]) == (True, True)
    assert "waiting for a worker" in roadmap("show", run["roadmap_id"]).out
    (active,) = roadmap("status", run["roadmap_id"], "--json").json()["active_tasks"]
    assert active["waiting_for_worker"] is True
    resumed = roadmap("resume", run["task_id"])
    assert (resumed.code, ": completed, 18 of 18 contents" in resumed.out) == (0, True)


def test_a_queued_run_can_be_cancelled(roadmap: Roadmap) -> None:
    task_id = roadmap("create", "learn chess", "--detach", "--json").json()["task_id"]
    cancelled = roadmap("cancel", task_id)
    assert (cancelled.code, cancelled.out) == (0, f"Task {task_id} is cancelled.\n")
    assert f"roadmap resume {task_id}" in cancelled.err


def test_detached_requests_need_no_model(roadmap: Roadmap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROADMAP_MODEL", "nobody:nothing")
    task_id = roadmap("create", "learn chess", "--detach", "--json").json()["task_id"]
    assert roadmap("create", "learn chess").code == 2
    assert roadmap("cancel", task_id).code == 0


@pytest.mark.slow
def test_refused_requests_leave_no_row(roadmap: Roadmap) -> None:
    run = roadmap("create", "learn chess", "--json").json()
    roadmap_id, task_id = run["roadmap_id"], run["task_id"]
    queued = roadmap("retry", roadmap_id, "c-1-1-1", "tutorial", "--detach", "--json").json()["task_id"]
    for command, code, named in (
        (("cancel", task_id), 4, "already completed"),
        (("resume", task_id), 4, "`roadmap retry` makes a new version of a content"),
        (("retry", roadmap_id, "c-1-1-1", "tutorial"), 4, f"active task {queued} (retry_tutorial, pending)"),
        (("retry-failed", roadmap_id), 4, f"`roadmap cancel {queued}` ends it"),
        (("retry", roadmap_id, "c-9-9-9", "quiz"), 3, "c-9-9-9"),
        (("retry", "nope", "c-1-1-1", "quiz"), 3, "nope"),
        (("retry-failed", "nope"), 3, "nope"),
        (("resume", "nope"), 3, "nope"),
        (("resume", "\udcff"), 3, "udcff"),
        (("cancel", "nope"), 3, "nope"),
        (("watch", "nope"), 3, "nope"),
        (("retry", roadmap_id, "c-1-1-1", "nonsense"), 2, "nonsense"),
        (("retry-failed", roadmap_id, "--content-type", "nonsense"), 2, "nonsense"),
        (("retry", roadmap_id, "c-1-1-1", "quiz", "--instructions", " "), 2, "--instructions"),
        (("retry", roadmap_id, "c-1-1-1", "quiz", "--user", ""), 2, "--user"),
    ):
        refused = roadmap(*command)
        assert (refused.code, refused.out) == (code, ""), command
        assert named in refused.err
        assert "nonsense" in named or refused.err.count("\n") == 1
    assert len(tasks(roadmap)) == 2


def test_a_deadline_is_confirmed_and_can_be_changed(roadmap: Roadmap) -> None:
    created = roadmap("create", "learn chess, 4 hours a week", "--deadline", "2050-06-30", "--json", "--detach")
    assert created.code == 0
    assert "understood: 4 h a week, by 2050-06-30" in created.err
    roadmap_id = created.json()["roadmap_id"]
    changed = roadmap("pace", roadmap_id, "--hours-per-week", "2", "--deadline", "2050-01", "--json").json()
    assert (changed["hours_per_week"], changed["deadline"]) == (2, "2050-01-31")
    assert roadmap("pace", roadmap_id).out.count("2050-01-31") == 1
    for wrong in (["--deadline", "soon"], ["--deadline", "2020-01-01"], ["--hours-per-week", "many"]):
        refused = roadmap("pace", roadmap_id, *wrong)
        assert (refused.code, refused.err.count("\n")) == (2, 1), refused.err
    assert len(tasks(roadmap)) == 1


def test_an_unknown_deadline_is_reported_and_a_past_one_refused(roadmap: Roadmap) -> None:
    ignored = roadmap("create", "learn chess", "--deadline", "03/04/2050", "--detach")
    assert ignored.code == 0
    assert "deadline not understood" in ignored.err
    refused = roadmap("create", "learn chess", "--deadline", "2020-01-01")
    assert (refused.code, refused.err.count("\n")) == (2, 1)
    assert len(tasks(roadmap)) == 1


def test_an_estimate_exits_with_0_and_creates_nothing(roadmap: Roadmap) -> None:
    said = roadmap("create", "learn chess", "--estimate")
    assert said.code == 0
    assert "short:" in said.out
    assert "Nothing was created." in said.out
    assert roadmap("create", "learn chess", "--estimate", "--json").json()["short"]["lessons"] == 6
    assert tasks(roadmap) == []
    assert roadmap("create", "  ", "--estimate").code == 2


def test_a_lesson_of_a_tutorial_that_is_one_lesson_is_refused_before_anything_is_written(roadmap: Roadmap) -> None:
    roadmap_id = roadmap("create", "learn chess", "--json").json()["roadmap_id"]
    before = len(tasks(roadmap))
    one = roadmap("retry", roadmap_id, "c-1-1-1", "tutorial", "--lesson", "l2")
    assert (one.code, "does not consist of several lessons" in one.err) == (2, True)
    quiz = roadmap("retry", roadmap_id, "c-1-1-1", "quiz", "--lesson", "l2")
    assert (quiz.code, "The quiz of c-1-1-1" in quiz.err) == (2, True)
    assert len(tasks(roadmap)) == before


def test_practice_is_made_from_what_is_there(roadmap: Roadmap) -> None:
    roadmap_id = roadmap("create", "learn chess", "--json").json()["roadmap_id"]
    shown = roadmap("stage-test", roadmap_id, "s-1", "--json").json()
    assert shown["questions"]
    assert shown["answers"] is None
    assert roadmap("stage-test", roadmap_id, "s-1", "--json").json() == shown
    with_key = roadmap("stage-test", roadmap_id, "s-1", "--key")
    assert "Answers" in with_key.out
    assert "Answers" not in roadmap("stage-test", roadmap_id, "s-1").out
    assert roadmap("stage-test", roadmap_id, "s-99").code == 3
    assert roadmap("stage-test", roadmap_id, "s-1", "--attempt", "0").code == 2
    cards = roadmap("cards", roadmap_id)
    assert (cards.code, cards.out, "course book" in cards.err) == (0, "", True)
    assert roadmap("cards", roadmap_id, "--json").json()["cards"] == []
