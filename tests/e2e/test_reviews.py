"""People approve frameworks or send them back, by the real command, while processes and the database die."""

import asyncio
import re
import signal
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.editing.review import Decision
from domain.vocabulary import ContentType, TaskStatus
from orchestrator import Orchestrator, Settings
from orchestrator.commands.run_request import ReviewRequest
from orchestrator.queries.status import TaskView
from repository.db.database import Database
from repository.postgres.server import EmbeddedServer
from tests.e2e.roadmap_command import Command, Done, ForkedCommand
from tests.e2e.test_crashes import until
from tests.e2e.test_foreground import QUICK
from tests.e2e.test_restarts import strike
from tests.support.processes import bought_again, broken_promises, calls_begun

REJECT = ("--reject", "--feedback", "add a stage about endgames")
MORE = {"OFFLINE_LATENCY": "0", "MAX_CONCEPTS": "12"}
"""Room for what the feedback asks for."""


@pytest.fixture
async def client(settings: Settings, account: Path) -> AsyncIterator[Orchestrator]:
    """In this process; its author works on the same account."""
    own = settings.model_copy(update={"max_concepts": 8, "offline_log": account})
    async with Orchestrator.open(own) as orchestrator:
        yield orchestrator


async def parked(client: Orchestrator, goal: str = "learn chess", timeout: float | None = None) -> TaskView:
    """A creation that waits for its reviewer."""
    task = await client.wait((await client.create(goal, review=ReviewRequest(timeout))).task_id)
    assert task.status is TaskStatus.HUMAN_REVIEW_PENDING
    return task


async def nothing_bought_twice(database: Database, account: Path) -> None:
    """Apart from opinions on a structure, which every edited one needs anew."""
    assert await broken_promises(database) == []
    again = await bought_again(database, account)
    assert [call for call in again if call.role != "structure_review"] == []


async def counted_events(client: Orchestrator, task_id: str) -> Counter[str]:
    return Counter(event.type for event in await client.events.page(task_id))


async def test_a_framework_is_sent_back_and_approved_before_anything_is_written_for_it(
    shell: Command, database: Database, account: Path, client: Orchestrator
) -> None:
    created = shell("create", "learn chess", "--review", **QUICK)
    assert created.code == 0
    assert "· draft" in created.out
    assert "Waiting for your approval; no contents are generated before." in created.out
    (row,) = await client.tasks.page()
    review = f"roadmap review {row.task_id}"
    assert f"{review} --approve" in created.err
    roadmap_id = row.roadmap_id or ""
    shown, silent = shell.all(["show", roadmap_id], ["review", row.task_id, "--reject"])
    assert "waiting for review" in shown.out
    assert "no contents yet" in shown.out
    assert (silent.code, silent.out, silent.err.count("\n")) == (2, "", 1)
    assert await client.task(row.task_id) == row, "a rejection without feedback changes nothing"
    rejected = shell("review", row.task_id, *REJECT, "--user", "ann", **MORE)
    assert rejected.code == 0, rejected.err
    assert "1 stage, 1 module and 2 concepts added." in rejected.out
    assert (await client.roadmap(roadmap_id)).contents == []
    approved = shell("review", row.task_id, "--approve", "--json", **QUICK)
    assert (approved.code, approved.json()["status"]) == (0, "completed"), approved.err
    assert approved.json()["execution_summary"]["completed"] == 3 * 10
    events = await counted_events(client, row.task_id)
    assert (events["review_requested"], events["review_decided"], events["framework_edited"]) == (2, 2, 1)
    log, diff, changes = shell.all(["log", row.task_id], ["diff", row.task_id], ["diff", row.task_id, "--json"])
    assert re.search(r"review_decided +rejected by ann: add a stage about endgames\n", log.out)
    assert re.search(r"review_decided +approved by local\n", log.out)
    assert "  add stage Endgames" in log.out
    assert "before: 3 stages, 8 concepts" in log.out
    assert "after:  4 stages, 10 concepts" in log.out
    assert "+ Stage  Endgames\n" in diff.out
    assert {change["kind"] for change in changes.json()["changes"]} == {"added"}
    await nothing_bought_twice(database, account)
    assert len(calls_begun(account)) == 3 + 3 + 30, "intent, framework, review; plan, parts, review; contents"


@pytest.mark.soak
async def test_of_ten_decisions_at_once_one_wins_and_nine_name_the_one_that_stands(
    shell: Command, database: Database, account: Path, client: Orchestrator
) -> None:
    """Two clicks were two resumes once."""
    task_id = (await parked(client)).task_id
    answers = [["--approve"], list(REJECT)] * 5
    commands = [["review", task_id, *answer, "--round", "1", "--user", f"u{n}"] for n, answer in enumerate(answers)]
    done = shell.all(*commands, **MORE)
    codes = [one.code for one in done]
    assert sorted(codes) == [0] + [4] * 9
    winner = codes.index(0)
    verdict = f"{'rejected' if winner % 2 else 'approved'} by u{winner}"
    for lost in (one for one in done if one.code == 4):
        assert (lost.out, verdict in lost.err, lost.err.count("\n")) == ("", True, 1)
    assert (await counted_events(client, task_id))["review_decided"] == 1
    await nothing_bought_twice(database, account)


@pytest.mark.soak
async def test_a_late_decision_is_refused_and_says_what_became_of_the_run(shell: Command, client: Orchestrator) -> None:
    cancelled = await parked(client)
    await client.cancel(cancelled.task_id)
    approved = await parked(client)
    await client.review(approved.task_id, Decision(approved=True, by="ann"))
    assert (await client.wait(approved.task_id)).roadmap_id is not None
    retry = await client.retry(approved.roadmap_id or "", "c-1-1-1", ContentType.QUIZ)
    await client.wait(retry.task_id)
    runs = [(cancelled, "cancelled."), (retry, "completed.")]
    runs.append((approved, "completed. Its last review was approved by ann."))
    before = await client.tasks.page()
    refused = shell.all(*[["review", run.task_id, "--approve"] for run, _ in runs], ["review", "nope", "--approve"])
    for late, (_, status) in zip(refused, runs, strict=False):
        assert (late.code, late.out, f"waits for no review; it is {status}\n" in late.err) == (4, "", True), late.err
    assert refused[-1].code == 3
    assert await client.tasks.page() == before


@pytest.mark.soak
async def test_a_decision_and_a_cancel_at_once_leave_one_story(
    shell: Command, database: Database, account: Path, client: Orchestrator
) -> None:
    task_id = (await parked(client)).task_id
    decisions = [["review", task_id, "--approve", "--json"], ["review", task_id, *REJECT, "--json"]]
    first, second, cancelled = shell.all(*decisions, ["cancel", task_id], OFFLINE_LATENCY="2", MAX_CONCEPTS="12")
    row = await client.task(task_id)
    assert (cancelled.code, row.status) == (0, TaskStatus.CANCELLED)
    assert sorted((first.code, second.code)) in ([1, 4], [4, 4])
    events = await counted_events(client, task_id)
    assert events["run_finished"] == 1
    assert events["review_decided"] == [first.code, second.code].count(1)
    await client.resume(task_id)
    row = await client.wait(task_id)
    if row.status is TaskStatus.HUMAN_REVIEW_PENDING:
        await client.review(task_id, Decision(approved=True))
        row = await client.wait(task_id)
    assert row.status is TaskStatus.COMPLETED
    await nothing_bought_twice(database, account)


async def test_a_review_that_nobody_answers_in_time_is_cancelled_by_a_worker(
    shell: Command, client: Orchestrator
) -> None:
    without_review = shell("create", "learn chess", "--review-timeout", "5")
    assert (without_review.code, "--review-timeout requires --review" in without_review.err) == (2, True)
    shell.start("worker").wait_for(lambda err: "Worker " in err)
    overdue = shell("create", "learn chess", "--review", "--review-timeout", "1.5", "--json", **QUICK).json()["task_id"]
    patient = await parked(client, timeout=600)
    ended = await until(client, overdue, lambda task: task.status is TaskStatus.CANCELLED)
    assert ended.error_message == "Its review was not answered in time."
    assert (await client.task(patient.task_id)).status is TaskStatus.HUMAN_REVIEW_PENDING
    await client.resume(overdue)
    assert (await client.wait(overdue)).status is TaskStatus.HUMAN_REVIEW_PENDING, "it has its time again"
    assert (await counted_events(client, overdue))["review_requested"] == 1


@pytest.mark.parametrize(
    ("moment", "successor"),
    [
        ("editing", "resume"),
        pytest.param("decided", "worker", marks=pytest.mark.soak),
        pytest.param("decided", "resume", marks=pytest.mark.soak),
        pytest.param("planning", "resume", marks=pytest.mark.soak),
        pytest.param("planning", "worker", marks=pytest.mark.soak),
        pytest.param("editing", "worker", marks=pytest.mark.soak),
    ],
)
async def test_a_decision_survives_the_death_of_who_made_it(
    shell: Command, database: Database, account: Path, client: Orchestrator, moment: str, successor: str
) -> None:
    """Once a restarted review asked again; a decision in the rows is never asked for twice, nor its edits bought."""
    task_id = (await parked(client)).task_id
    reviewing = shell.start("review", task_id, *REJECT, OFFLINE_LATENCY="1.5", MAX_CONCEPTS="12")
    if moment == "decided":
        await until(client, task_id, lambda task: task.status is TaskStatus.PROCESSING)
    else:
        word = {"planning": "Planning changes", "editing": "Changing the structure"}[moment]
        await asyncio.to_thread(reviewing.wait_for, lambda err: word in err)
    reviewing.kill()
    await until(client, task_id, lambda task: not task.live)
    if successor == "worker":
        shell.start("worker", OFFLINE_LATENCY="0", MAX_CONCEPTS="12").wait_for(lambda err: "Worker " in err)
        await until(client, task_id, lambda task: task.status is TaskStatus.HUMAN_REVIEW_PENDING)
    else:
        resumed = shell("resume", task_id, "--json", **MORE)
        assert (resumed.code, resumed.json()["status"]) == (0, "human_review_pending"), resumed.err
    events = await counted_events(client, task_id)
    assert (events["review_requested"], events["review_decided"], events["framework_edited"]) == (2, 1, 1)
    await client.review(task_id, Decision(approved=True))
    assert (await client.wait(task_id)).status is TaskStatus.COMPLETED
    assert (await counted_events(client, task_id))["review_requested"] == 2
    await nothing_bought_twice(database, account)
    roles = Counter(call.role for call in calls_begun(account))
    cut = {"planning": "edit_plan", "editing": "new_parts"}.get(moment)
    assert {role: times for role, times in roles.items() if role in ("edit_plan", "new_parts") and times > 1} in (
        [{}, {cut: 2}] if cut else [{}, {"edit_plan": 2}]
    ), "only the call in flight is made again"


@pytest.mark.soak
async def test_an_approval_survives_too_and_a_detached_one_waits_for_a_worker(
    shell: Command, database: Database, account: Path, client: Orchestrator
) -> None:
    first, second = (await parked(client)).task_id, (await parked(client, "learn to draw")).task_id
    approving = shell.start("review", first, "--approve", OFFLINE_LATENCY="30")
    await until(client, first, lambda task: task.status is TaskStatus.PROCESSING)
    approving.kill()
    detached = shell("review", second, "--approve", "--detach", "--json")
    assert (detached.code, detached.json()["status"]) == (0, "pending")
    late = shell("review", second, *REJECT)
    assert (late.code, "is decided already: approved by local" in late.err) == (4, True)
    shell.start("worker", OFFLINE_LATENCY="0").wait_for(lambda err: "Worker " in err)
    for task_id in (first, second):
        await until(client, task_id, lambda task: task.status is TaskStatus.COMPLETED)
        assert (await counted_events(client, task_id))["review_requested"] == 1
    await nothing_bought_twice(database, account)


@pytest.mark.soak
async def test_a_review_outlives_a_crash_of_the_database(home: Path, account: Path) -> None:
    shell = ForkedCommand(home, OFFLINE_LATENCY="0", MAX_CONCEPTS="8", OFFLINE_LOG=str(account))
    created = shell("create", "learn chess", "--review", "--review-timeout", "600", "--json")
    task = created.json()
    strike(home, signal.SIGKILL)
    shown = shell("show", task["roadmap_id"])
    assert (shown.code, "waiting for review" in shown.out) == (0, True), shown.err
    rejected: Done = shell("review", task["task_id"], *REJECT, "--json", **MORE)
    assert rejected.json()["status"] == "human_review_pending"
    strike(home, signal.SIGINT)
    approved = shell("review", task["task_id"], "--approve", "--json")
    assert (approved.code, approved.json()["status"]) == (0, "completed"), approved.err
    database = Database(EmbeddedServer(home).start())
    await nothing_bought_twice(database, account)
    await database.close()


def test_on_a_terminal_the_draft_the_changes_and_the_ways_to_answer_are_in_sight(shell: Command) -> None:
    created = shell.talk("create", "learn chess", "--review", COLUMNS="100", **QUICK)
    created.wait_for("Waiting for your approval")
    created.wait_for("--approve")
    assert created.end() == 0
    found = re.search(r"roadmap review (\S+) --approve", created.said)
    assert found
    rejected = shell.talk("review", found[1], *REJECT, COLUMNS="100", **MORE)
    rejected.wait_for("Planned")
    rejected.wait_for("Changed since the first draft:")
    rejected.wait_for("+ Stage  Endgames")
    assert rejected.end() == 0
    diff = shell.talk("diff", found[1], COLUMNS="100")
    diff.wait_for("8 -> 10 concepts, ")
    diff.wait_for("+ Stage  Endgames")
    assert diff.end() == 0
    assert max(map(len, diff.said.splitlines())) <= 100
    assert all(talk.is_as_it_was for talk in (created, rejected, diff))
