"""Runs that go on elsewhere: asked for, watched from any terminal, left alone. The real command."""

import re
from pathlib import Path

import pytest

from repository.database import Database
from tests.e2e.roadmap_command import Command
from tests.e2e.test_foreground import QUICK, all_is_well, contents_are_made, task_of

EVENT = re.compile(r"^ +(\d+)  \S+ \S+  (\w+)", re.MULTILINE)


def story(err: str) -> list[tuple[int, str]]:
    """(sequence, type) of the events that `watch` or `log` told."""
    return [(int(sequence), kind) for sequence, kind in EVENT.findall(err)]


async def test_a_detached_run_is_the_same_whole_story_for_all_who_watch_it(
    shell: Command, database: Database, account: Path
) -> None:
    """Events before the client had subscribed were lost once."""
    asked = shell("create", "learn chess", "--detach", "--json")
    run = asked.json()
    assert (asked.code, run["status"], run["execution_summary"]) == (0, "pending", None)
    assert f"roadmap watch {run['task_id']}" in asked.err
    assert "No worker is running" in asked.err
    (row,) = shell("tasks", "--json").json()["tasks"]
    assert (row["live"], row["waiting_for_worker"]) == (True, True)
    assert "waits for a worker" in shell("show", run["roadmap_id"]).out
    (active,) = shell("status", run["roadmap_id"], "--json").json()["active_tasks"]
    assert active["waiting_for_worker"] is True
    early = shell.start("watch", run["task_id"], "--json")
    early.wait_for(lambda err: "No worker is running" in err)
    shell.start("worker").wait_for(lambda err: "Worker " in err)
    early.wait_for(lambda err: "content_started" in err)
    late = shell.start("watch", run["task_id"], "--json")
    seen = [early.end(), late.end()]
    for done in seen:
        assert (done.code, done.json()["status"]) == (0, "completed")
    told = story(seen[0].err)
    assert told == story(seen[1].err) == story(shell("log", run["task_id"]).out)
    assert [sequence for sequence, _ in told] == list(range(1, len(told) + 1))
    assert (told[0][1], told[-1][1]) == ("run_requested", "run_finished")
    await all_is_well(database, account)


def test_ctrl_c_leaves_alone_what_is_only_watched(shell: Command) -> None:
    shell.start("worker", OFFLINE_LATENCY="0.1").wait_for(lambda err: "Worker " in err)
    task_id = shell("create", "learn chess", "--detach", "--json").json()["task_id"]
    watching = shell.start("watch", task_id, terminal=True)
    watching.wait_for(lambda err: "Writing the contents" in err)
    watching.interrupt()
    done = watching.end()
    assert (done.code, done.out) == (130, "")
    assert "which goes on" in done.err
    again = shell("watch", task_id)
    assert (again.code, ": completed, 24 of 24 contents" in again.out) == (0, True)


def test_watching_a_dead_run_is_no_endless_spinner(shell: Command) -> None:
    creating = shell.start("create", "learn chess")
    task_id = task_of(creating)
    creating.wait_for(contents_are_made)
    watching = shell.start("watch", task_id)
    watching.wait_for(lambda err: "content_started" in err)
    creating.kill()
    done = watching.end()
    assert (done.code, done.out) == (4, "")
    assert f"`roadmap resume {task_id}` goes on" in done.err.splitlines()[-1]


def test_watch_exits_by_what_became_of_the_run(shell: Command) -> None:
    created = shell("create", "learn chess", "--json", OFFLINE_FAIL="quiz", **QUICK)
    watched = shell("watch", created.json()["task_id"], "--json")
    assert (created.code, watched.code) == (1, 1)
    assert watched.json() == created.json()


def test_what_failed_is_retried_in_one_run_and_nothing_else(shell: Command) -> None:
    created = shell("create", "learn chess", "--json", OFFLINE_FAIL="quiz,resources@c-1-1-1", **QUICK).json()
    roadmap_id = created["roadmap_id"]
    some = shell("retry-failed", roadmap_id, "--content-type", "resources", "--json", **QUICK)
    assert (some.code, some.json()["task_type"], some.json()["execution_summary"]["total"]) == (0, "retry_batch", 1)
    rest = shell("retry-failed", roadmap_id, "--json", **QUICK)
    assert (rest.code, rest.json()["execution_summary"]["total"]) == (0, 8)
    nothing = shell("retry-failed", roadmap_id, "--json")
    assert (nothing.code, nothing.json()) == (0, dict.fromkeys(created) | {"roadmap_id": roadmap_id})
    said = shell("retry-failed", roadmap_id)
    assert (said.code, "nothing to do" in said.out) == (0, True)
    assert len(shell("tasks", "--json").json()["tasks"]) == 3


def test_a_retry_takes_its_preferences_and_instructions_from_a_file(shell: Command, tmp_path: Path) -> None:
    roadmap_id = shell("create", "learn chess", "--json", **QUICK).json()["roadmap_id"]
    request = tmp_path / "request.json"
    request.write_text('{"preferences": {"current_level": "advanced"}, "instructions": "shorter"}')
    done = shell("retry", roadmap_id, "c-1-1-1", "quiz", "--request", str(request), "--user", "ann", "--json", **QUICK)
    assert (done.code, done.json()["task_type"]) == (0, "retry_quiz")
    (row, _) = shell("tasks", "--json").json()["tasks"]
    assert (row["user_id"], row["concept_id"], row["content_type"]) == ("ann", "c-1-1-1", "quiz")
    for wrong, named in (
        ('{"preferences": {"current_level": "wizard"}}', "preferences.current_level"),
        ('{"instruction": "x"}', "'instruction'"),
        ('{"instructions": 3}', "instructions"),
    ):
        request.write_text(wrong)
        refused = shell("retry", roadmap_id, "c-1-1-1", "quiz", "--request", str(request))
        assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1)
        assert named in refused.err


def test_what_cannot_be_done_is_refused_and_leaves_no_row(shell: Command) -> None:
    run = shell("create", "learn chess", "--json", **QUICK).json()
    roadmap_id, task_id = run["roadmap_id"], run["task_id"]
    shell.start("worker", OFFLINE_LATENCY="60").wait_for(lambda err: "Worker " in err)
    live = shell("retry", roadmap_id, "c-1-1-1", "tutorial", "--detach", "--json").json()["task_id"]
    refusals = {
        ("cancel", task_id): (4, "already completed"),
        ("resume", task_id): (4, "`roadmap retry` makes a content anew"),
        ("resume", live): (4, f"`roadmap watch {live}`"),
        ("retry", roadmap_id, "c-1-1-1", "tutorial"): (4, live),
        ("retry", roadmap_id, "c-9-9-9", "quiz"): (3, "c-9-9-9"),
        ("retry", "nope", "c-1-1-1", "quiz"): (3, "nope"),
        ("retry-failed", "nope"): (3, "nope"),
        ("resume", "nope"): (3, "nope"),
        ("cancel", "nope"): (3, "nope"),
        ("watch", "nope"): (3, "nope"),
        ("retry", roadmap_id, "c-1-1-1", "nonsense"): (2, "nonsense"),
        ("retry-failed", roadmap_id, "--content-type", "nonsense"): (2, "nonsense"),
        ("retry", roadmap_id, "c-1-1-1", "quiz", "--instructions", " "): (2, "--instructions"),
    }
    while shell("tasks", "--json").json()["tasks"][0]["status"] != "processing":
        pass
    for (command, (code, named)), done in zip(refusals.items(), shell.all(*refusals), strict=True):
        assert (done.code, done.out) == (code, ""), (command, done.err)
        assert named in done.err
        assert code == 2 or done.err.count("\n") == 1
    assert len(shell("tasks", "--json").json()["tasks"]) == 2
    assert shell("cancel", live, "--json").json()["status"] == "cancelled"


@pytest.mark.parametrize("again", [1, 2])
def test_a_worker_that_is_stopped_hands_back_and_the_next_one_goes_on(shell: Command, again: int) -> None:
    """A second signal cuts the calls in flight."""
    worker = shell.start("worker", OFFLINE_LATENCY="30" if again == 2 else "0.5")
    worker.wait_for(lambda err: "Worker " in err)
    task_id = shell("create", "learn chess", "--detach", "--json").json()["task_id"]
    worker.wait_for(lambda err: "run started" in err)
    worker.interrupt()
    if again == 2:
        worker.wait_for(lambda err: "once more cuts them" in err)
        worker.interrupt()
    done = worker.end()
    assert (done.code, "Stopped; nothing was lost." in done.err) == (0, True)
    (row,) = shell("tasks", "--json").json()["tasks"]
    assert (row["status"], row["live"]) == ("pending", True)
    resumed = shell("resume", task_id, "--json", **QUICK)
    assert (resumed.code, resumed.json()["status"]) == (0, "completed")
