"""Repetition on the pages: one question at a time, graded at once, without JavaScript."""

import re
from typing import Any

import httpx
import pytest

from domain.contents import Quiz
from domain.vocabulary import Role
from repository.db.database import Database
from repository.roadmaps.roadmaps import mark_binned, save_roadmap_metadata
from tests.backend.conftest import Serve
from tests.backend.pages.conftest import Post
from tests.backend.places import quiz_row
from tests.support.authors import QUIZ
from tests.support.page_forms import controls
from tests.support.rows import framework

HOSTILE = "<script>alert(1)</script> " + "w" * 80 + " سؤال"
QUESTIONS = [
    one.model_copy(update={"question_id": f"q{n}", "question": HOSTILE}) for n, one in enumerate(QUIZ.questions)
]


async def _begin(client: httpx.AsyncClient, database: Database, user_id: str = "local") -> None:
    async with database.transaction() as session:
        await save_roadmap_metadata(session, "r-1", user_id, framework("r-1"))
        session.add(quiz_row("r-1", quiz=Quiz(questions=QUESTIONS)))
    await client.put("/api/v1/roadmaps/r-1/concepts/c-1-1-1/done")


async def _fields(client: httpx.AsyncClient) -> dict[str, Any]:
    """Of the form of the question that is due, without an answer."""
    (check,) = [one for one in controls((await client.get("/repeat")).text, {}) if one.label == "Check"]
    return {name: value for name, value in check.fields if name not in {"csrf", "q"}}


async def test_a_sitting_from_the_first_question_to_the_last(
    client: httpx.AsyncClient, database: Database, post: Post
) -> None:
    assert "Nothing is due" in (await client.get("/repeat")).text
    assert "for today" not in (await client.get("/")).text
    await _begin(client, database)
    assert 'href="/repeat">3 for today</a>' in (await client.get("/")).text
    for left in (2, 1):
        fields = await _fields(client)
        key = next(one.correct_answer for one in QUESTIONS if one.question_id == fields["question"])
        answer = await post(client, "/repeat", "/repeat", **fields | {"q": str(key[0])})
        assert answer.headers["location"].startswith("/repeat?answered=")
        shown = (await client.get(answer.headers["location"])).text
        assert "Correct" in shown
        assert "Next question" in shown
        assert f"{left} question" in shown
        assert "<script>alert" not in shown
    fields = await _fields(client)
    wrong = await post(client, "/repeat", "/repeat", **fields | {"skip": "yes"})
    shown = (await client.get(wrong.headers["location"])).text
    assert "Not correct" in shown
    assert "comes again in a few minutes" in shown
    assert "1 question for today" in shown
    again = await _fields(client)
    assert (again["question"], again["answers"]) == (fields["question"], "1")
    key = next(one.correct_answer for one in QUESTIONS if one.question_id == again["question"])
    last = await post(client, "/repeat", "/repeat", **again | {"q": str(key[0])})
    assert "Done for today" in (await client.get(last.headers["location"])).text
    assert re.search('due on <time [^>]+ data-form="minute">', (await client.get("/repeat")).text)
    assert re.search('again on <time [^>]+ data-form="day">', (await client.get(last.headers["location"])).text)
    assert "for today" not in (await client.get("/")).text


async def test_nothing_chosen_is_said_beside_the_field(
    client: httpx.AsyncClient, database: Database, post: Post
) -> None:
    await _begin(client, database)
    answer = await post(client, "/repeat", "/repeat", **await _fields(client))
    assert answer.status_code == 422
    assert 'id="error-q"' in answer.text
    assert 'aria-invalid="true"' in answer.text


async def test_what_two_windows_and_the_bin_do(client: httpx.AsyncClient, database: Database, post: Post) -> None:
    await _begin(client, database)
    fields = await _fields(client)
    first = await post(client, "/repeat", "/repeat", **fields | {"q": "0"})
    twice = await post(client, "/repeat", "/repeat", **fields | {"q": "0"})
    assert first.headers["location"] == twice.headers["location"], "a double click counts once"
    other = await post(client, "/repeat", "/repeat", **fields | {"q": "0", "attempt": "other"})
    assert other.headers["location"] == "/repeat?said=passed_over"
    fields = await _fields(client)
    async with database.transaction() as session:
        await mark_binned(session, "r-1", binned=True)
    binned = await post(client, "/", "/repeat", **fields | {"q": "0"})
    assert binned.headers["location"] == "/repeat?said=passed_over"


@pytest.mark.parametrize(
    "changes",
    [
        {"version": "x"},
        {"answers": "-1"},
        {"q": "99"},
        {"q": "<b>"},
        {"roadmap": "a\x00"},
        {"question": "q" * 300},
        {"attempt": "\u200b x"},
        {"attempt": "x" * 300},
    ],
)
async def test_a_form_that_is_not_ours_is_refused(
    client: httpx.AsyncClient, database: Database, post: Post, changes: dict[str, str]
) -> None:
    await _begin(client, database)
    answer = await post(client, "/repeat", "/repeat", **await _fields(client) | {"q": "0"} | changes)
    assert answer.status_code == 422


async def test_answers_belong_to_their_learner(serve: Serve, database: Database, bearer: Serve) -> None:
    client = await serve(auth="token")
    ann, bob = await bearer("ann", Role.LEARNER), await bearer("bob", Role.LEARNER)
    async with database.transaction() as session:
        await save_roadmap_metadata(session, "r-1", "ann", framework("r-1"))
        session.add(quiz_row("r-1", quiz=Quiz(questions=QUESTIONS)))
    await client.put("/api/v1/roadmaps/r-1/concepts/c-1-1-1/done", headers=ann)
    due = (await client.get("/api/v1/repetition", headers=ann)).json()
    assert (due["total"], "correct_answer" in str(due)) == (3, False)
    assert (await client.get("/api/v1/repetition", headers=bob)).json()["total"] == 0
    assert (await client.get("/api/v1/repetition?user_id=ann", headers=bob)).status_code == 403
    names = ("roadmap_id", "concept_id", "question_id", "version", "answers")
    body = {name: due["questions"][0][name] for name in names} | {"answer_id": "a", "chosen": [0]}
    assert (await client.post("/api/v1/repetition/answers", json=body, headers=bob)).status_code == 404
    given = (await client.post("/api/v1/repetition/answers", json=body, headers=ann)).json()
    assert given["mark"]["right"]
    assert (await client.post("/api/v1/repetition/answers", json=body, headers=ann)).json() == given
    assert (await client.get("/repeat?answered=a", headers=bob)).status_code == 404
    assert (await client.post("/api/v1/repetition/answers", json=body | {"more": 1}, headers=ann)).status_code == 422
