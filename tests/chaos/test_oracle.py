"""The oracle is shown what was bought twice, what never was, and what a process that was stopped may ask late."""

import math
from collections.abc import Sequence
from typing import Any, Final

import psycopg
import pytest

from repository.db.database import Database
from tests.chaos_program.fleet import Stop
from tests.chaos_program.oracle import IN_FLIGHT, bought_again
from tests.support.faults import Asked
from tests.support.rows import reserved

COMMITTED: Final = 1000.0
"""When each of the two answers in the rows was."""
INTENT: Final = "ann's 1", "intent", ""
QUIZ: Final = "ann's 1", "quiz", "Idea"

_ROWS: Final = f"""
    UPDATE roadmap_metadata SET framework_data =
        '{{"stages": [{{"modules": [{{"concepts": [{{"concept_id": "c-1", "name": "Idea"}}]}}]}}]}}';
    INSERT INTO roadmap_tasks (task_id, user_id, roadmap_id, status, user_request)
        VALUES ('t-1', 'ann', 'r-1', 'processing', '{{"preferences": {{"motivation": "ann''s 1"}}}}');
    INSERT INTO model_calls (task_id, key, step, model, outcome, answer, created_at)
        VALUES ('t-1', 'k', 'intent_analysis', 'm', 'accepted', '{{}}', to_timestamp({COMMITTED}));
    INSERT INTO content_versions (roadmap_id, concept_id, content_type, version, task_id, payload, author, created_at)
        VALUES ('r-1', 'c-1', 'quiz', 1, 't-1', '{{}}', 'm', to_timestamp({COMMITTED}))"""


@pytest.fixture
async def url(database: Database, database_url: str) -> str:
    """Rows with an answer to INTENT and one to QUIZ."""
    await reserved(database)
    with psycopg.connect(database_url) as connection:
        connection.execute(_ROWS)
    return database_url


def _asked(question: tuple[str, str, str], after: float, key: str = "worker-1.1") -> Asked:
    """A call so many seconds after the commit of its answer."""
    motivation, role, concept = question
    data: dict[str, Any] = {"learner": {"motivation": motivation}}
    data |= {"concept": {"name": concept}} if concept else {}
    return Asked(COMMITTED + after, "m", role, "", "", data, None, f"Bearer {key}", {}, None)


BEFORE: Final = [_asked(INTENT, -0.5), _asked(QUIZ, -0.5)]


async def test_what_was_asked_before_its_commit_however_often_is_no_loss(url: str) -> None:
    never_committed = _asked(("ann's 2", "quiz", "Idea"), 5)
    assert bought_again(url, [*BEFORE, *BEFORE, never_committed], {}) == []


@pytest.mark.parametrize("question", [INTENT, QUIZ])
async def test_a_call_after_its_commit_is_a_loss(url: str, question: tuple[str, str, str]) -> None:
    [found] = bought_again(url, [*BEFORE, _asked(question, 0.25)], {})
    assert found == f"0.250 s after its commit {question} was bought by Bearer worker-1.1"


@pytest.mark.parametrize("number", [0, 1])
async def test_an_answer_without_a_question_is_a_fault(url: str, number: int) -> None:
    [found] = bought_again(url, [BEFORE[number]], {})
    assert found.endswith("was committed and never asked")


WOKEN: Final = 4.0
STOP: Final = Stop(COMMITTED - 1, COMMITTED + WOKEN)
"""Of the process that asks late: across the commit."""


async def test_what_a_process_had_under_way_when_it_was_stopped_is_excused_once(url: str) -> None:
    late = [_asked(INTENT, WOKEN + 0.1), _asked(QUIZ, WOKEN + 0.2)]
    assert bought_again(url, [*BEFORE, *late], {"worker-1.1": [STOP]}) == []
    assert len(bought_again(url, [*BEFORE, *late, _asked(QUIZ, WOKEN + 0.3)], {"worker-1.1": [STOP]})) == 1


@pytest.mark.parametrize(
    ("late", "stops"),
    [
        pytest.param(WOKEN + IN_FLIGHT + 0.1, [STOP], id="long after it was woken"),
        pytest.param(WOKEN - 0.1, [STOP], id="while it was stopped, so by another"),
        pytest.param(WOKEN + 0.1, [Stop(COMMITTED + 1, STOP.woken)], id="stopped after the commit"),
        pytest.param(WOKEN + 0.1, [Stop(STOP.began, math.inf)], id="never woken"),
        pytest.param(WOKEN + 0.1, [], id="never stopped"),
    ],
)
async def test_a_stop_excuses_nothing_else(url: str, late: float, stops: Sequence[Stop]) -> None:
    assert len(bought_again(url, [*BEFORE, _asked(QUIZ, late)], {"worker-1.1": stops})) == 1


async def test_the_stop_of_one_process_excuses_no_other(url: str) -> None:
    late = _asked(QUIZ, WOKEN + 0.1, key="worker-1.2")
    assert len(bought_again(url, [*BEFORE, late], {"worker-1.1": [STOP]})) == 1
