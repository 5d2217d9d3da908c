"""Each check is shown what it is there to find: one that cannot fail proves nothing."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import httpx
import psycopg
import pytest

from backend.middleware.request_metrics import RequestMetrics, exposition
from domain.vocabulary import TaskStatus
from orchestrator.commands.transitions import end
from orchestrator.queries.metrics import read_metrics
from repository.db.database import Database
from repository.db.fence import Fence
from repository.ledger.calls import record_call
from repository.ledger.totals import add_up
from repository.runs.events import append_transition
from tests.chaos_program.losses import fingerprint, lost_of, miscounted, rows_broken, unfinished
from tests.chaos_program.users import User
from tests.support.rows import BOUGHT, reserved, started

_FINAL: Final = "UPDATE roadmap_tasks SET status = 'completed', completed_at = now(), worker_id = NULL"
_VERSION: Final = """
    INSERT INTO content_versions (roadmap_id, concept_id, content_type, version, task_id, payload, author)
    VALUES ('{roadmap}', 'c-1', 'quiz', {version}, '{task}', '{{}}', 'someone')"""

_EVENT: Final = "INSERT INTO task_events (task_id, sequence, type, payload) VALUES ('t-1', {sequence}, 'step', '{{}}')"
_CONTENT: Final = """
    INSERT INTO concept_contents (roadmap_id, concept_id, content_type, status, version, task_id, attempt)
    VALUES ('r-1', 'c-1', 'quiz', '{status}', 1, 't-1', 1)"""


def _version(version: int = 1, roadmap: str = "r-1", task: str = "t-1") -> str:
    return _VERSION.format(version=version, roadmap=roadmap, task=task)


PLANTED: Final = {
    "a final task whose last event is not its status": [_FINAL],
    "no reason that a person is given": ["UPDATE roadmap_tasks SET error_message = 'KeyError'"],
    "a final run under a worker": ["UPDATE roadmap_tasks SET completed_at = now()"],
    "a version of a content from two attempts": [_version(1), _version(2)],
    "a content that a run of another user wrote": [_version(roadmap="r-2")],
    "a content of a run of another roadmap": [_version(roadmap="r-2")],
    "a version number that was left out": [_version(1), _version(3)],
    "a gap in the events": [_EVENT.format(sequence=3)],
    "an unfinished content of a final task": [_CONTENT.format(status="generating"), _FINAL],
    "a completed content without its version": [_CONTENT.format(status="completed")],
    "a content completed and not told": [_version(), _FINAL],
    "a summary that is no recount": [_FINAL, "UPDATE roadmap_tasks SET execution_summary = '{\"completed\": 1}'"],
    "a failed run that does not say why": ["UPDATE roadmap_tasks SET status = 'failed', error_message = NULL"],
    "a run whose events do not begin with its request": ["DELETE FROM task_events"],
    "a final run whose events do not end with its end": [_FINAL, _EVENT.format(sequence=2)],
    "a round of a review that was not asked for": ["UPDATE roadmap_tasks SET review = '{\"round\": 1}'"],
}
"""What is found -> the statements that bring it about in a database with one run of each of two users."""


async def _two_users(database: Database) -> None:
    for number, user in enumerate(("ann", "bob"), start=1):
        await reserved(database, f"r-{number}", user)
        await started(database, f"t-{number}", roadmap_id=f"r-{number}", user_id=user)
        async with database.transaction() as session:
            await append_transition(session, f"t-{number}", "run_requested", {})


def _plant(url: str, *statements: str) -> None:
    with psycopg.connect(url) as connection:
        for statement in statements:
            connection.execute(statement.encode())


async def test_intact_rows_are_not_reported_as_lost(database: Database, database_url: str) -> None:
    await _two_users(database)
    assert await rows_broken(database_url) == []


@pytest.mark.parametrize("what", PLANTED)
async def test_no_check_of_the_rows_is_blind(database: Database, database_url: str, what: str) -> None:
    await _two_users(database)
    _plant(database_url, *PLANTED[what])
    assert any(what in found for found in await rows_broken(database_url))


async def test_a_run_that_never_ends_is_seen(database: Database, database_url: str) -> None:
    await _two_users(database)
    assert [line.split()[0] for line in unfinished(database_url)] == ["t-1", "t-2"]


async def test_the_fingerprint_of_a_user_changes_with_the_rows_of_that_user_only(
    database: Database, database_url: str
) -> None:
    await _two_users(database)
    before = fingerprint(database_url, "ann")
    _plant(database_url, "UPDATE roadmap_metadata SET title = 'other' WHERE user_id = 'bob'")
    assert fingerprint(database_url, "ann") == before
    _plant(database_url, "UPDATE roadmap_metadata SET title = 'other' WHERE user_id = 'ann'")
    assert fingerprint(database_url, "ann") != before


async def test_rows_that_parallel_workers_bring_in_another_order_are_the_same_rows(
    database: Database, database_url: str
) -> None:
    """A server that has grown large answers so, and a bystander's rows seemed to have changed."""
    await _two_users(database)
    before = fingerprint(database_url, "ann")
    options = "options=-c%20parallel_setup_cost%3D0%20-c%20parallel_tuple_cost%3D0"
    assert fingerprint(f"{database_url}{'&' if '?' in database_url else '?'}{options}", "ann") == before


Answers = dict[str, Any]
"""Path behind /api/v1 -> the body of the answer; what is not here is a 404."""


def _ann(answers: Answers) -> User:
    def answer(request: httpx.Request) -> httpx.Response:
        body = answers.get(request.url.path.removeprefix("/api/v1"))
        return httpx.Response(404, json={}) if body is None else httpx.Response(200, json=body)

    ann = User("ann", "http://nowhere", 1, httpx.MockTransport(answer))
    ann.told["t-1"], ann.roadmaps["r-1"] = "creation", 0
    return ann


def _bob() -> User:
    bob = User("bob", "http://nowhere", 1)
    bob.roadmaps["r-2"] = 0
    return bob


def _sound() -> Answers:
    """What ann is answered where nothing is lost."""
    waiting = {"task_id": "t-1", "status": "human_review_pending"}
    return {
        "/tasks": {"tasks": [{"task_id": "t-1"}], "next": None},
        "/roadmaps": {"roadmaps": [{"roadmap_id": "r-1"}], "next": None},
        "/roadmaps/r-1/status-check": {"active_tasks": [waiting], "stale_concepts": []},
    }


_RUNNING: Final = {"task_id": "t-1", "status": "processing"}
LIES: Final[dict[str, Callable[[User, Answers], object]]] = {
    "ann was told of t-9, and it is lost": lambda ann, _: ann.told.update({"t-9": "creation"}),
    "ann has t-1 and was never told of it": lambda ann, _: ann.told.clear(),
    "the list of ann differs in t-1": lambda _, answers: answers["/tasks"]["tasks"].clear(),
    "the list of ann differs in t-2": lambda _, answers: answers["/tasks"]["tasks"].append({"task_id": "t-2"}),
    "the roadmaps of ann differ in r-1": lambda _, answers: answers["/roadmaps"]["roadmaps"].clear(),
    "the roadmaps of ann differ in r-2": lambda _, answers: answers["/roadmaps"]["roadmaps"].append(
        {"roadmap_id": "r-2"}
    ),
    "ann sees r-2 of bob: 200": lambda _, answers: answers.update({"/roadmaps/r-2": {}}),
    "when all is quiet, r-1 has [] and is stale in ['c-1']": lambda _, answers: answers.update(
        {"/roadmaps/r-1/status-check": {"active_tasks": [], "stale_concepts": ["c-1"]}}
    ),
    f"when all is quiet, r-1 has [{_RUNNING}] and is stale in []": lambda _, answers: answers.update(
        {"/roadmaps/r-1/status-check": {"active_tasks": [_RUNNING], "stale_concepts": []}}
    ),
}
"""What is found -> what ann was told or is answered instead; the rows are those of two users."""


async def test_a_user_with_everything_that_was_confirmed_lost_nothing(database: Database, database_url: str) -> None:
    await _two_users(database)
    ann = _ann(_sound())
    assert await lost_of(ann, [ann, _bob()], database_url) == []


@pytest.mark.parametrize("what", LIES)
async def test_confirmed_answers_are_compared_with_the_rows(database: Database, database_url: str, what: str) -> None:
    await _two_users(database)
    ann = _ann(answers := _sound())
    LIES[what](ann, answers)
    assert await lost_of(ann, [ann, _bob()], database_url) == [what]


MISCOUNTED: Final = {
    "roadmap_runs_finished_total": "DELETE FROM task_events WHERE type = 'run_finished'",
    "roadmap_model_calls_total": "DELETE FROM model_calls WHERE key = 'k'",
    "roadmap_model_tokens_total": "UPDATE model_calls SET tokens_out = tokens_out + 1",
    "roadmap_tasks_active": "UPDATE roadmap_tasks SET status = 'pending' WHERE task_id = 't-1'",
}
"""Counter -> how the rows would have to be otherwise than it shows."""


async def _shown(database: Database) -> str:
    """What `/metrics` shows of a run that goes on, one that ended, and two calls, one of them added up."""
    await _two_users(database)
    for key in ("k", "k/1.1"):
        async with database.transaction() as session:
            await add_up(session, settled_after=0)
        async with database.transaction() as session:
            await record_call(session, Fence("t-1", 1), replace(BOUGHT, key=key))
    async with database.transaction() as session:
        await end(session, Fence("t-2", 1), TaskStatus.FAILED, "no reason")
        return exposition(RequestMetrics(), await read_metrics(session)).decode()


async def test_counters_that_are_a_recount_of_the_rows_are_no_loss(database: Database, database_url: str) -> None:
    assert miscounted(database_url, await _shown(database)) == []


@pytest.mark.parametrize("counter", MISCOUNTED)
async def test_each_counter_is_held_to_its_rows(database: Database, database_url: str, counter: str) -> None:
    shown = await _shown(database)
    _plant(database_url, MISCOUNTED[counter])
    assert any(f"('{counter}', " in found for found in miscounted(database_url, shown))
