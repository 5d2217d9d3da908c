"""Whatever refuses a form, the words in it are still there, and can be sent again."""

import html
from collections.abc import Callable
from typing import Any, Final

import httpx
import pytest
from sqlalchemy import text

from backend.pages.support.page_route import in_words
from backend.pages.support.sent_again import sent_again
from domain.vocabulary import Role
from repository.db.database import Database, execute
from tests.backend.conftest import Serve
from tests.backend.pages.conftest import Post
from tests.backend.places import fill
from tests.support.page_forms import controls

Bearer = Callable[..., Any]
WORDS: Final = "Shorter, and with <more> examples\nof my own “trade”."
DONE, MARKED = 303, 422
"""What becomes of a form that is sent again: a deadline that cannot be read is marked in its form."""
SENT: Final[dict[str, tuple[dict[str, str], int]]] = {
    "/": ({"learning_goal": WORDS, "available_hours_per_week": "3", "career_background": WORDS}, DONE),
    "/roadmaps/r-1/modify": ({"instructions": WORDS, "review": "yes"}, DONE),
    "/roadmaps/r-1/pace": ({"available_hours_per_week": "3", "target_deadline": "in 3 months or so"}, MARKED),
    "/roadmaps/r-1/concepts/c-1-1-1/retry": ({"content_type": "tutorial", "instructions": WORDS}, DONE),
    "/tasks/t-asked/review": ({"decision": "reject", "round": "1", "feedback": WORDS}, DONE),
    "/tasks/t-asked/book": (
        {"part": "shared", "round": "1", "project_title": "A tool", "project_description": WORDS},
        DONE,
    ),
}
"""Every form with words, filled in, and what becomes of it."""
FORMS: Final = {path: fields for path, (fields, _) in SENT.items()}


def _has(page: httpx.Response, fields: dict[str, str]) -> bool:
    """Whether a form of the page has these fields with the same values."""
    return any(fields.items() <= dict(one.fields).items() for one in controls(page.text, {}))


@pytest.fixture
async def ann(serve: Serve, bearer: Bearer, database: Database) -> httpx.AsyncClient:
    await fill(database)
    client: httpx.AsyncClient = await serve(auth="token", http_active_runs=5)
    client.headers.update(await bearer("ann"))
    return client


@pytest.mark.parametrize(("path", "fields", "becomes"), [(path, *sent) for path, sent in SENT.items()], ids=list(SENT))
async def test_a_form_whose_page_is_too_old_can_be_sent_again(
    ann: httpx.AsyncClient, database: Database, path: str, fields: dict[str, str], becomes: int
) -> None:
    async with database.transaction() as session:
        await execute(session, text("DELETE FROM roadmap_tasks WHERE task_id = 't-queued'"), {})
    await ann.get("/")
    refused = await ann.post(path, data={"csrf": "old", **fields})
    assert (refused.status_code, _has(refused, fields)) == (403, True)
    (again,) = [one for one in controls(refused.text, {}) if one.label == "Send again"]
    sent = await ann.post(again.action, data=dict(again.fields))
    assert (sent.status_code, becomes == DONE or _has(sent, fields)) == (becomes, True)


@pytest.mark.parametrize("path", FORMS)
async def test_a_form_of_a_session_that_has_ended_is_kept(ann: httpx.AsyncClient, path: str) -> None:
    await ann.get("/")
    del ann.headers["authorization"]
    refused = await ann.post(path, data={"csrf": "old", **FORMS[path]})
    assert (refused.status_code, _has(refused, FORMS[path])) == (401, True)


@pytest.mark.parametrize("path", [path for path in FORMS if path != "/"])
async def test_a_form_about_what_is_gone_is_kept(
    ann: httpx.AsyncClient, post: Post, database: Database, path: str
) -> None:
    async with database.transaction() as session:
        await execute(session, text("UPDATE roadmap_tasks SET user_id = 'bob'"), {})
        await execute(session, text("UPDATE roadmap_metadata SET user_id = 'bob'"), {})
    refused = await post(ann, "/", path, **FORMS[path])
    assert (refused.status_code, _has(refused, FORMS[path])) == (404, True)


@pytest.mark.parametrize("path", ["/", "/roadmaps/r-1/modify", "/roadmaps/r-1/concepts/c-1-1-1/retry"])
async def test_a_form_beyond_a_limit_is_kept(ann: httpx.AsyncClient, post: Post, database: Database, path: str) -> None:
    async with database.transaction() as session:
        for number in range(5):
            await execute(
                session,
                text(
                    "INSERT INTO roadmap_tasks (task_id, user_id, task_type, status)"
                    f" VALUES ('t-{number}', 'ann', 'creation', 'pending')"
                ),
                {},
            )
    refused = await post(ann, "/", path, **FORMS[path])
    assert (refused.status_code, _has(refused, FORMS[path])) == (429, True)


@pytest.mark.parametrize("path", ["/roadmaps/r-1/modify", "/roadmaps/r-1/concepts/c-1-1-1/retry"])
async def test_a_conflict_keeps_the_words_and_links_to_the_run_in_the_way(
    ann: httpx.AsyncClient, post: Post, database: Database, path: str
) -> None:
    async with database.transaction() as session:
        await execute(
            session,
            text(
                "INSERT INTO roadmap_tasks (task_id, user_id, roadmap_id, task_type, status)"
                " VALUES ('t-rival', 'ann', 'r-1', 'modification', 'pending')"
            ),
            {},
        )
        await execute(session, text("UPDATE concept_contents SET status = 'pending', task_id = 't-rival'"), {})
    refused = await post(ann, "/", path, **FORMS[path])
    assert (refused.status_code, _has(refused, FORMS[path])) == (409, True)
    assert 'href="/tasks/t-rival">View the run' in refused.text
    assert "Another run is in the way: Change, waiting for a worker; none is running." in refused.text


@pytest.mark.parametrize("path", [path for path in FORMS if path.startswith("/tasks")])
async def test_a_review_that_another_has_answered_keeps_the_words(
    ann: httpx.AsyncClient, post: Post, path: str
) -> None:
    await post(ann, "/", "/tasks/t-asked/review", decision="approve", round="1")
    refused = await post(ann, "/", path, **FORMS[path])
    assert (refused.status_code, _has(refused, FORMS[path])) == (409, True)
    assert "t-asked" not in refused.text[refused.text.index('class="lede"') :].partition("</p>")[0]


async def test_what_another_site_sends_is_not_shown(ann: httpx.AsyncClient) -> None:
    await ann.get("/")
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        refused = await ann.post("/roadmaps/r-1/modify", data=FORMS["/roadmaps/r-1/modify"], headers=headers)
        assert (refused.status_code, WORDS in html.unescape(refused.text)) == (403, False)


async def test_a_token_is_never_shown(serve: Serve) -> None:
    client = await serve(auth="token")
    refused = await client.post("/login", data={"csrf": "old", "access_token": "rmo_a secret"})
    assert (refused.status_code, "rmo_a secret" in refused.text) == (403, False)


async def test_an_approval_with_words_for_a_change_asks_whether_it_goes_back(
    ann: httpx.AsyncClient, post: Post, subtests: pytest.Subtests
) -> None:
    path = "/tasks/t-asked/review"
    asked = await post(ann, "/", path, decision="approve", round="1", feedback=WORDS)
    assert (asked.status_code, WORDS in html.unescape(asked.text)) == (200, True)
    labels = [one.label for one in controls(asked.text, {"feedback": WORDS}) if one.label != "Sign out"]
    assert labels == ["Send it back", "Approve it as it is"]
    approved = await post(ann, "/", path, decision="approve_anyway", round="1", feedback=WORDS)
    assert approved.headers["location"] == "/tasks/t-asked?said=approved"


async def test_an_empty_quiz_asks_before_it_counts(ann: httpx.AsyncClient, post: Post) -> None:
    page = "/roadmaps/r-1/concepts/c-1-1-1"
    asked = await post(ann, page, f"{page}/quiz", version="1", attempt="a-1")
    assert asked.headers["location"] == f"{page}?ask=empty&quiz=1"
    shown = (await ann.get(asked.headers["location"])).text
    assert (await ann.get(f"/api/v1{page}/quiz/attempts")).json()["attempts"] == []
    (count_it,) = [one for one in controls(shown, {}) if one.label == "Count it"]
    assert (await ann.post(count_it.action, data=dict(count_it.fields))).status_code == 303
    assert len((await ann.get(f"/api/v1{page}/quiz/attempts")).json()["attempts"]) == 1


async def test_a_reviewer_keeps_his_words_too(serve: Serve, bearer: Bearer, database: Database, post: Post) -> None:
    await fill(database)
    client = await serve(auth="token")
    client.headers.update(await bearer("rev", Role.REVIEWER))
    refused = await post(client, "/", "/roadmaps/r-1/modify", instructions=WORDS)
    assert (refused.status_code, WORDS in html.unescape(refused.text)) == (404, True)


def test_choices_are_not_shown_as_words() -> None:
    fields = [("csrf", "x"), ("round", "1"), ("decision", "approve"), ("learning_goal", "Chess"), ("meaning", "a b")]
    assert [(field.name, field.visible) for field in sent_again(fields)] == [
        ("round", False),
        ("decision", False),
        ("learning_goal", True),
        ("meaning", True),
    ]


def test_conflicts_are_told_without_ids() -> None:
    said = "Task 01a2-b is already completed; roadmap learn-chess-1c53b125 is in the bin."
    assert in_words(said) == "The run is already completed; this roadmap is in the bin."


def test_one_word_of_a_person_is_shown() -> None:
    fields = [("note", "笔记"), ("words", "间违い"), ("title", "Chess"), ("part", "Question 1: What is one?")]
    assert [(field.label, field.visible) for field in sent_again(fields)] == [
        ("My note", True),
        ("What is wrong?", True),
        ("Title", True),
        ("Part", False),
    ]


async def test_a_form_that_is_too_large_is_said_on_a_page_and_its_words_are_kept(
    client: httpx.AsyncClient, post: Post, database: Database
) -> None:
    await fill(database, "local")
    note = "/roadmaps/r-1/concepts/c-1-1-1/note"
    for size, status, said in (
        (70_000, 422, "At most 20000 characters"),
        (258_000, 422, "The form is too large"),
        (300_000, 413, "Go back in the browser, which keeps what you typed"),
        (2_000_000, 413, "Go back in the browser, which keeps what you typed"),
    ):
        answer = await post(client, "/", note, note="w" * size, version="0")
        assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8"), size
        assert said in answer.text, size
        assert ("w" * size in answer.text) == (status == 422), size
    large = await client.post("/api/v1/roadmaps/generate", json={"preferences": {"learning_goal": "w" * 300_000}})
    assert (large.status_code, large.json()["code"]) == (413, "too_large")
