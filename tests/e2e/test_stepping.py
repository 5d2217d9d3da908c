"""A run under a person's hands, through the real command: on a pipe, on a terminal, killed, beside a worker."""

import asyncio
import re
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.vocabulary import TaskStatus, TaskType
from orchestrator import Orchestrator, Settings
from repository.db.database import Database
from tests.e2e.roadmap_command import Command, Done
from tests.e2e.talking import CTRL_C, CTRL_D, TAB, UP, Talk
from tests.e2e.test_crashes import until
from tests.e2e.test_foreground import QUICK, all_is_well
from tests.support.limits import HANG_SECONDS, LEASE_SECONDS
from tests.support.processes import calls_begun

SLOW = {"OFFLINE_LATENCY": "30"}
CREATE = ("step", "create", "learn chess")


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[Orchestrator]:
    async with Orchestrator.open(settings) as orchestrator:
        yield orchestrator


def task_of(said: str) -> str:
    found = re.search(r"Task (\S+) of roadmap", said)
    assert found, said
    return found[1]


def answer_to(done: Done, command: str) -> str:
    """What the session said between this command and the next prompt."""
    return re.split(
        r"^(?:next: .*|at the end)> ", done.out.partition(f"> {command}\n")[2], maxsplit=1, flags=re.MULTILINE
    )[0]


async def test_a_script_is_echoed_and_its_mistakes_neither_end_it_nor_the_run(
    shell: Command, database: Database, account: Path, client: Orchestrator
) -> None:
    lines = ["next", "nonsense", "back 99", "set framework {}", 'state "', "state nope", "", "next", "continue", "quit"]
    done = shell.script(*CREATE, lines=lines, **QUICK)
    assert (done.code, "Traceback" in done.out + done.err) == (0, False)
    for line in filter(None, lines):
        assert f"> {line}\n" in done.out
    assert "Unknown command 'nonsense'" in answer_to(done, "nonsense")
    assert "0 steps to go back" in answer_to(done, "back 99")
    assert "framework.roadmap_id: Field required" in answer_to(done, "set framework {}")
    assert "No closing quotation" in answer_to(done, 'state "')
    task_id = task_of(done.out)
    assert f"Task {task_id} is completed." in done.out
    assert (await client.task(task_id)).status is TaskStatus.COMPLETED
    await all_is_well(database, account)


@pytest.mark.soak
async def test_a_script_that_ends_early_leaves_a_run_that_can_be_gone_on_with(
    shell: Command, database: Database, account: Path, client: Orchestrator
) -> None:
    done = shell.script(*CREATE, lines=["next", "next"], **QUICK)
    task_id = task_of(done.out)
    assert (done.code, f"roadmap step resume {task_id}" in done.err) == (0, True)
    assert (await client.task(task_id)).status is TaskStatus.CANCELLED
    again = shell.script("step", "resume", task_id, lines=["history", "continue"], **QUICK)
    assert (again.code, f"Task {task_id} is completed." in again.out) == (0, True)
    assert "next: curriculum_design> history" in again.out, "it goes on from where it stopped"
    await all_is_well(database, account)


@pytest.mark.soak
def test_what_a_node_changed_in_the_framework_is_told_in_words(shell: Command) -> None:
    plan = '{"feedback_summary": "", "operations": [{"action": "remove", "target_type": "concept", '
    plan += '"target_id": "c-1-1-2"}, {"action": "rename", "target_type": "stage", "target_id": "s-1", '
    plan += '"values": {"name": "Beginnings"}}]}'
    created = shell("create", "learn chess", "--json", **QUICK).json()
    modify = ("step", "modify", created["roadmap_id"], "drop c-1-1-2")
    done = shell.script(*modify, lines=["n", "n", f"set edit_plan {plan}", "n", "state", "graph"], **QUICK)
    assert done.code == 0
    told = answer_to(done, f"set edit_plan {plan}") + done.out
    assert "~ edit_plan     2 changes" in told
    assert re.search(r"- concept c-1-1-2  \w", told)
    assert re.search(r"~ stage s-1  “.*” is now called “Beginnings”", told)
    assert re.search(r"~ framework     8 -> 7 concepts, ", told)
    assert "> structure_validation " in answer_to(done, "graph")
    assert "{" not in answer_to(done, "state")


@pytest.mark.soak
async def test_a_framework_that_nobody_would_look_at_again_has_to_be_sound(
    shell: Command, client: Orchestrator
) -> None:
    """Human edits were not validated again."""
    empty = 'set framework {"roadmap_id": "%s", "stages": []}'
    stolen = 'set framework {"roadmap_id": "another", "stages": []}'
    talk = shell.talk(*CREATE, **QUICK)
    for node in ("init", "intent_analysis", "curriculum_design", "structure_validation"):
        talk.wait_for(f"next: {node}> ")
        talk.say("next")
    talk.wait_for("next: content_generation> ")
    talk.say(stolen)
    talk.wait_for("The roadmap_id of the framework must be")
    (task,) = await client.tasks.page()
    talk.say(empty % task.roadmap_id)
    talk.wait_for("The roadmap has no concept. It would not be validated again")
    talk.say("set validation 3")
    talk.wait_for("validation: Input should be a valid dictionary")
    talk.say(r'set feedback "\u0000"')
    talk.wait_for("NUL")
    talk.say("continue")
    talk.wait_for("24 contents: 24 completed")
    talk.say("quit")
    assert talk.end() == 0


def test_a_terminal_has_editing_completion_and_a_history_and_is_left_as_it_was(shell: Command) -> None:
    talk = shell.talk(*CREATE, **QUICK)
    talk.wait_for("next: init> ")
    talk.type(f"ne{TAB}\n")
    talk.wait_for("+ request       learn chess")
    talk.wait_for("next: intent_analysis> ")
    talk.type(f"state req{TAB}\n")
    talk.wait_for('"learning_goal": "learn chess"')
    talk.wait_for("next: intent_analysis> ")
    talk.type(f"{UP}{UP}\n")
    talk.wait_for("+ intent        Chess")
    talk.wait_for("next: curriculum_design> ")
    talk.type(f"break struc{TAB}\n")
    talk.wait_for("Breakpoints: structure_validation.")
    talk.wait_for("next: curriculum_design> ")
    talk.type(f"half a command{CTRL_C}")
    talk.wait_for("next: curriculum_design> ")
    talk.say("next")
    talk.wait_for("next: structure_validation> ")
    talk.type(CTRL_D)
    talk.wait_for("is cancelled. The stepper has ended.")
    assert talk.end() == 0
    assert "Traceback" not in talk.said
    assert talk.is_as_it_was


async def test_ctrl_c_stops_a_node_and_nothing_else(
    shell: Command, database: Database, account: Path, client: Orchestrator
) -> None:
    talk = shell.talk(*CREATE, OFFLINE_LATENCY="3")
    talk.wait_for("next: init> ")
    talk.say("continue")
    await asyncio.to_thread(until_called, account, 2)
    talk.type(CTRL_C)
    talk.wait_for("Stopped before the unfinished node.")
    talk.wait_for("next: curriculum_design> ")
    (task,) = await client.tasks.page()
    assert (task.status, task.live) == (TaskStatus.PROCESSING, True)
    talk.say("next")
    talk.wait_for("+ framework")
    talk.say("quit")
    assert talk.end() == 0
    assert [call.role for call in calls_begun(account)] == ["intent", "framework", "framework"], "one was cut"
    await all_is_well(database, account)


def until_called(account: Path, times: int) -> None:
    deadline = time.monotonic() + HANG_SECONDS
    while len(calls_begun(account)) < times:
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("how", ["hang up", "SIGTERM in a node", pytest.param("SIGTERM", marks=pytest.mark.soak)])
async def test_a_stepper_that_is_asked_to_end_leaves_no_run_that_looks_alive(
    shell: Command, client: Orchestrator, account: Path, how: str
) -> None:
    talk = shell.talk(*CREATE, **SLOW)
    talk.wait_for("next: init> ")
    talk.say("next")
    talk.wait_for("next: intent_analysis> ")
    if how == "SIGTERM in a node":
        talk.say("next")
        await asyncio.to_thread(until_called, account, 1)
    if how == "hang up":
        talk.hang_up()
    else:
        talk.send(signal.SIGTERM)
    assert talk.end() == (129 if how == "hang up" else 143)
    (task,) = await client.tasks.page()
    assert (task.status, task.live) == (TaskStatus.CANCELLED, False)


async def test_a_killed_stepper_is_stale_beside_a_worker_and_stepping_goes_on_where_it_stood(
    shell: Command, database: Database, account: Path, client: Orchestrator
) -> None:
    shell.start("worker", OFFLINE_LATENCY="0").wait_for(lambda err: "Worker " in err)
    talk = shell.talk(*CREATE, **QUICK)
    for node in ("init", "intent_analysis", "curriculum_design"):
        talk.wait_for(f"next: {node}> ")
        talk.say("next")
    talk.wait_for("next: structure_validation> ")
    task_id = task_of(talk.said)
    await asyncio.sleep(LEASE_SECONDS + 1)
    waiting = await client.task(task_id)
    assert (waiting.status, waiting.live, waiting.attempt) == (TaskStatus.PROCESSING, True, 1)
    talk.kill()
    await until(client, task_id, lambda task: not task.live)
    await asyncio.sleep(LEASE_SECONDS + 1)
    stale = await client.task(task_id)
    assert (stale.status, stale.attempt) == (TaskStatus.PROCESSING, 1), "nobody has taken it over"
    assert "stale" in shell("show", stale.roadmap_id or "").out
    again = shell.script(
        "step", "resume", task_id, lines=["state intent", "break content_generation", "c", "c"], **QUICK
    )
    assert again.code == 0
    assert "next: structure_validation> state intent" in again.out
    assert f"Task {task_id} is completed." in again.out
    await all_is_well(database, account)
    assert len(calls_begun(account)) == 3 + 24


@pytest.mark.soak
async def test_a_run_that_somebody_cancels_ends_the_session_although_nobody_types(
    shell: Command, client: Orchestrator
) -> None:
    talk = shell.talk(*CREATE, **QUICK)
    talk.wait_for("next: init> ")
    task_id = task_of(talk.said)
    assert shell("cancel", task_id).code == 0
    talk.wait_for("Another process has cancelled or taken this run.")
    assert (talk.end(), talk.is_as_it_was) == (4, True)
    assert (await client.task(task_id)).error_message == "Cancelled by its user."


@pytest.mark.soak
async def test_a_retry_and_a_review_can_be_stepped_too(shell: Command, client: Orchestrator) -> None:
    created = shell.script("step", "create", "learn chess", "--review", lines=["c", "c"], **QUICK)
    task_id = task_of(created.out)
    assert created.code == 0
    assert f"Task {task_id} is human_review_pending." in created.out
    assert f"roadmap review {task_id} --approve" in created.err
    approved = shell("review", task_id, "--approve", "--json", **QUICK)
    assert (approved.code, approved.json()["status"]) == (0, "completed")
    roadmap_id = approved.json()["roadmap_id"]
    retried = shell.script("step", "retry", roadmap_id, "c-1-1-1", "quiz", lines=["n", "n", "n", "q"], **QUICK)
    assert (retried.code, "1 content: 1 completed" in retried.out) == (0, True)
    (task, *_) = await client.tasks.page(roadmap_id=roadmap_id)
    assert (task.task_type, task.status) == (TaskType.RETRY_QUIZ, TaskStatus.COMPLETED)


def test_a_window_that_is_closed_at_once_is_no_bug(shell: Command) -> None:
    talk: Talk = shell.talk(*CREATE, **QUICK)
    talk.send(signal.SIGTERM)
    assert talk.end() in {143, -signal.SIGTERM}
    assert "this is a bug" not in talk.said
