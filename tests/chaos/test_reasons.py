"""What a failure may say: every truth of ours passes, no word of a program does."""

from typing import Any, Final

import psycopg
import pytest

from nodes.authors.port import CallFailed
from orchestrator.commands.outcomes import outcome
from repository.contents.contents import ContentCounts
from repository.db.database import Database
from tests.chaos_program.reasons import is_truth, untrue_reasons
from tests.nodes.authors.chat_models.test_chat import QUIZ_BRIEF, author
from tests.support.environment import variables
from tests.support.faults import PASSING, Fault, always
from tests.support.provider import Provider
from tests.support.rows import reserved, started


@pytest.mark.parametrize("fault", PASSING)
async def test_what_is_said_of_each_fault_is_a_truth(fault: Fault) -> None:
    provider = Provider(always(fault))
    with provider.serving(), variables(provider.environment()):
        assert is_truth(await _said_of_a_call())


async def _said_of_a_call() -> str:
    chat = author(timeout=30)
    try:
        answer = await chat.write(QUIZ_BRIEF)
    except CallFailed as failure:
        return f"{failure} (4 tries)"
    finally:
        await chat.close()
    return f"The author's answers failed their check 4 times: {answer.problem or 'questions: Field required.'}"


@pytest.mark.parametrize("completed", [0, 1])
def test_what_a_run_came_to_is_a_truth(completed: int) -> None:
    _, reason = outcome(ContentCounts(total=3, completed=completed, failed=3 - completed, seconds=1.0, waited=0.0), [])
    assert is_truth(reason)


INTERNAL: Final = (
    None,
    "",
    " ",
    "'request'",
    "KeyError",
    "'NoneType' object has no attribute 'get'",
    "All 0 contents failed.",
    "openai:test could not be asked (ValueError): no",
    "openai:test sent no answer of its protocol: list.index(x): 'NoneType' object is not iterable",
    "openai:test answered 500: ",
    "The author's answers failed their check 3 times: Traceback (most recent call last)",
    'duplicate key value violates unique constraint "task_events_pkey"',
    "1 of 3 contents failed.\nTraceback",
)


@pytest.mark.parametrize("reason", INTERNAL)
def test_no_word_of_a_program_is_a_truth(reason: str | None) -> None:
    assert not is_truth(reason)


_EVENT: Final = "INSERT INTO task_events (task_id, sequence, type, payload) VALUES ('t-1', 1, '{type}', '{payload}')"
_CONTENT: Final = """
    INSERT INTO concept_contents (roadmap_id, concept_id, content_type, status, version, task_id, attempt, last_error)
    VALUES ('r-1', 'c-1', 'quiz', '{status}', {version}, 't-1', 1, {reason})"""
PLANTED: Final[dict[str, str]] = {
    "run creation t-1 says 'KeyError'": "UPDATE roadmap_tasks SET error_message = 'KeyError'",
    "summary of t-1, c-1 quiz says 'KeyError'": """UPDATE roadmap_tasks SET execution_summary =
        '{"failures": [{"concept_id": "c-1", "content_type": "quiz", "reason": "KeyError"}]}'""",
    "content r-1 c-1 quiz says 'KeyError'": _CONTENT.format(status="completed", version=1, reason="'KeyError'"),
    "content r-1 c-1 quiz says None": _CONTENT.format(status="failed", version=0, reason="NULL"),
    "event content_failed t-1 1 says 'KeyError'": _EVENT.format(
        type="content_failed", payload='{"reason": "KeyError"}'
    ),
    "event run_finished t-1 1 says None": _EVENT.format(type="run_finished", payload='{"status": "failed"}'),
}
"""What is found -> the statement that brings it about in a database with one run."""


async def _found(database: Database, url: str, *statements: str) -> list[str]:
    await reserved(database)
    await started(database)
    with psycopg.connect(url) as connection:
        for statement in statements:
            connection.execute(statement.encode())
    return untrue_reasons(url)


async def test_where_nothing_failed_nothing_is_found(database: Database, database_url: str) -> None:
    told: dict[str, Any] = {"type": "run_finished", "payload": '{"status": "completed", "error_message": null}'}
    assert await _found(database, database_url, _EVENT.format(**told)) == []


@pytest.mark.parametrize("what", PLANTED)
async def test_no_place_that_gives_a_reason_is_overlooked(database: Database, database_url: str, what: str) -> None:
    assert await _found(database, database_url, PLANTED[what]) == [f"no reason that a person is given: {what}"]
