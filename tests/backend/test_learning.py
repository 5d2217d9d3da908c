"""What learners do, over HTTP: the key stays on the server, double clicks count once, progress is one's own."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from domain.vocabulary import Role
from repository.db.database import Database
from tests.backend.conftest import Serve
from tests.backend.places import fill
from tests.support.authors import QUIZ

ROADMAP = "/api/v1/roadmaps/r-1"
CONCEPT = f"{ROADMAP}/concepts/c-1-1-1"
RIGHT = [question.correct_answer for question in QUIZ.questions]


def attempt(attempt_id: str = "a", **changes: Any) -> dict[str, Any]:
    return {"attempt_id": attempt_id, "version": 1, "answers": RIGHT} | changes


async def test_done_and_not_done_after_all(client: httpx.AsyncClient, database: Database) -> None:
    await fill(database)
    progress = (await client.put(f"{CONCEPT}/done")).json()
    assert (progress["done"], progress["user_id"]) == (1, "local")
    assert progress["concepts"][0]["done_at"]
    assert (await client.put(f"{CONCEPT}/done")).json() == progress == (await client.get(f"{ROADMAP}/progress")).json()
    assert (await client.delete(f"{CONCEPT}/done")).json()["done"] == 0
    assert (await client.put(f"{ROADMAP}/concepts/c-9-9-9/done")).status_code == 404


async def test_the_questions_do_not_carry_their_key(client: httpx.AsyncClient, database: Database) -> None:
    await fill(database)
    answer = await client.get(f"{CONCEPT}/quiz/questions")
    assert answer.json()["version"] == 1
    assert len(answer.json()["quiz"]["questions"]) == len(RIGHT)
    assert "correct_answer" not in answer.text
    assert "explanation" not in answer.text
    assert (await client.get(f"{CONCEPT}/quiz/questions?version=2")).status_code == 404


async def test_a_double_click_counts_once(client: httpx.AsyncClient, database: Database) -> None:
    await fill(database)
    answers = await asyncio.gather(*(client.post(f"{CONCEPT}/quiz/attempts", json=attempt()) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    graded = answers[0].json()
    assert (graded["score"], graded["attempts"], graded["best_score"]) == (1, 1, 1)
    assert graded["marks"][0]["explanation"] == QUIZ.questions[0].explanation
    other = await client.post(f"{CONCEPT}/quiz/attempts", json=attempt(answers=[[] for _ in RIGHT]))
    assert (other.status_code, other.json()["code"]) == (409, "conflict")
    listed = (await client.get(f"{CONCEPT}/quiz/attempts")).json()["attempts"]
    assert [one["attempt_id"] for one in listed] == ["a"]


async def test_what_is_no_attempt_is_refused(
    client: httpx.AsyncClient, database: Database, subtests: pytest.Subtests
) -> None:
    await fill(database)
    all_changes: list[dict[str, Any]] = [
        {"answers": []},
        {"answers": [[7]] * len(RIGHT)},
        {"answers": [[-1]] * len(RIGHT)},
        {"answers": "a"},
        {"attempt_id": ""},
        {"attempt_id": "a b"},
        {"attempt_id": "x" * 201},
        {"version": 0},
        {"version": 10**12},
        {"more": 1},
    ]
    for changes in all_changes:
        with subtests.test(changes=changes):
            answer = await client.post(f"{CONCEPT}/quiz/attempts", json=attempt(**changes))
            assert answer.status_code == 422


async def test_everybody_has_progress_of_his_own_and_only_a_service_speaks_for_others(
    serve: Serve, bearer: Callable[..., Any], database: Database
) -> None:
    client = await serve(auth="token")
    await fill(database)
    ann, service, admin = await bearer("ann"), await bearer("web", Role.SERVICE), await bearer("root", Role.ADMIN)
    await client.put(f"{CONCEPT}/done", headers=ann)
    assert (await client.get(f"{ROADMAP}/progress", headers=admin)).json()["done"] == 0
    said = await client.put(f"{CONCEPT}/done?user_id=eve", headers=service)
    assert (said.json()["user_id"], said.json()["done"]) == ("eve", 1)
    assert (await client.get(f"{ROADMAP}/progress?user_id=ann", headers=service)).json()["done"] == 1
    assert (await client.get(f"{ROADMAP}/progress?user_id=eve", headers=ann)).status_code == 403


async def test_a_roadmap_comes_as_one_file(client: httpx.AsyncClient, database: Database) -> None:
    await fill(database)
    text = await client.get(f"{ROADMAP}/export")
    assert text.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert text.headers["Content-Disposition"] == 'attachment; filename="r-1.md"'
    assert text.text.startswith("# ")
    page = await client.get(f"{ROADMAP}/export?format=html")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert page.text.startswith("<!doctype html>")
    assert (await client.get(f"{ROADMAP}/export?format=pdf")).status_code == 422
    assert (await client.get("/api/v1/roadmaps/r-9/export")).status_code == 404
