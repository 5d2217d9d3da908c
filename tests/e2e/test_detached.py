"""Runs that go on elsewhere: asked for, watched from any terminal, left alone. The real command."""

import json
import re
from pathlib import Path

import pytest

from repository.db.database import Database
from tests.e2e.roadmap_command import Command
from tests.e2e.test_foreground import QUICK, all_is_well, contents_are_made, task_of

EVENT = re.compile(r"^ +(\d+)  \S+ \S+  (\w+)", re.MULTILINE)


def story(out: str) -> list[tuple[int, str]]:
    """(sequence, type) of the events that `watch` or `log` told."""
    return [(int(sequence), kind) for sequence, kind in EVENT.findall(out)]


async def test_all_watchers_of_a_detached_run_see_the_same_events(
    shell: Command, database: Database, account: Path
) -> None:
    """Events before the client had subscribed were lost once."""
    asked = shell("create", "learn chess", "--detach", "--json")
    run = asked.json()
    early = shell.start("watch", run["task_id"], "--json")
    early.wait_for(lambda err: "No worker is running" in err)
    shell.start("worker").wait_for(lambda err: "run started" in err)
    late = shell.start("watch", run["task_id"], "--json")
    seen = [early.end(), late.end()]
    stories = [[json.loads(line) for line in done.out.splitlines()] for done in seen]
    for done, events in zip(seen, stories, strict=True):
        assert (done.code, events[-1]["payload"]["status"]) == (0, "completed")
    told = [(event["sequence"], event["type"]) for event in stories[0]]
    assert stories[0] == stories[1]
    assert told == story(shell("log", run["task_id"]).out)
    assert [sequence for sequence, _ in told] == list(range(1, len(told) + 1))
    assert (told[0][1], told[-1][1]) == ("run_requested", "run_finished")
    await all_is_well(database, account)


@pytest.mark.soak
def test_ctrl_c_leaves_alone_what_is_only_watched(shell: Command) -> None:
    shell.start("worker", OFFLINE_LATENCY="0.5").wait_for(lambda err: "Worker " in err)
    task_id = shell("create", "learn chess", "--detach", "--json").json()["task_id"]
    watching = shell.start("watch", task_id, terminal=True)
    watching.wait_for(lambda err: task_id in err)
    watching.interrupt()
    done = watching.end()
    assert done.code == 130
    assert "it continues" in done.err
    again = shell("watch", task_id)
    assert (again.code, ": completed, 24 of 24 contents" in again.out) == (0, True)


def test_watching_a_dead_run_is_no_endless_spinner(shell: Command) -> None:
    creating = shell.start("create", "learn chess", OFFLINE_LATENCY="1", MAX_CONCURRENT_CALLS="1")
    task_id = task_of(creating)
    creating.wait_for(contents_are_made)
    watching = shell.start("watch", task_id)
    watching.wait_for(lambda err: task_id in err)
    creating.kill()
    done = watching.end()
    assert (done.code, "content_started" in done.out) == (4, True)
    assert f"Continue it with `roadmap resume {task_id}`" in done.err.splitlines()[-1]


def test_a_second_signal_to_a_worker_cuts_its_calls_and_hands_back(shell: Command) -> None:
    worker = shell.start("worker", OFFLINE_LATENCY="30")
    worker.wait_for(lambda err: "Worker " in err)
    task_id = shell("create", "learn chess", "--detach", "--json").json()["task_id"]
    worker.wait_for(lambda err: "run started" in err)
    worker.interrupt()
    worker.wait_for(lambda err: "press again to cancel them" in err)
    worker.interrupt()
    done = worker.end()
    assert (done.code, "Stopped; unfinished runs are back in the queue." in done.err) == (0, True)
    (row,) = shell("tasks", "--json").json()["tasks"]
    assert (row["status"], row["live"]) == ("pending", True)
    resumed = shell("resume", task_id, "--json", **QUICK)
    assert (resumed.code, resumed.json()["status"]) == (0, "completed")
