"""Open pages ask for an ETag and load themselves again when it changes: it must change whenever a page would."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, Final

import httpx
import pytest
from sqlalchemy import text

from repository.db.database import Database, execute
from tests.backend.pages.conftest import Post
from tests.backend.places import fill

CONCEPT = "/roadmaps/r-1/concepts/c-1-1-1"
PAGES = [
    "/",
    "/bin",
    "/roadmaps/r-1",
    "/roadmaps/r-1/plan",
    "/roadmaps/r-1/changes",
    "/roadmaps/r-1/runs",
    "/roadmaps/r-1/book",
    "/roadmaps/r-1/cards",
    CONCEPT,
    "/tasks/t-queued",
    "/tasks/t-asked",
    "/tasks/t-asked/review",
    "/tasks/t-queued/calls?step=intent_analysis",
    "/operations",
    "/operations?status=cancelled",
]
Change = Callable[[httpx.AsyncClient, Post, Database], Awaitable[Any]]


def _form(path: str, **fields: str) -> Change:
    async def send(client: httpx.AsyncClient, post: Post, _: Database) -> None:
        answer = await post(client, "/", path, **fields)
        assert answer.status_code == 303, answer.text

    return send


def _sql(*statements: str) -> Change:
    async def change(_: httpx.AsyncClient, __: Post, database: Database) -> None:
        async with database.transaction() as session:
            for statement in statements:
                await execute(session, text(statement), {})

    return change


CHANGES: dict[str, Change] = {
    "a roadmap is asked for": _form("/", learning_goal="learn chess"),
    "a concept is learned": _form(f"{CONCEPT}/mark", mark="done"),
    "a quiz is answered": _form(f"{CONCEPT}/quiz", version="1", empty="yes", attempt="a-1"),
    "a wish is taken back": _form(f"{CONCEPT}/wishes", content_type="quiz", task_id="t-queued"),
    "a content is asked for again": _form(f"{CONCEPT}/retry", content_type="quiz"),
    "all that failed is asked for": _form("/roadmaps/r-1/retry-failed"),
    "the pace changes": _form("/roadmaps/r-1/pace", available_hours_per_week="2"),
    "it goes to the bin": _form("/roadmaps/r-1/bin"),
    "a run is cancelled": _form("/tasks/t-queued/cancel"),
    "a plan is approved": _form("/tasks/t-asked/review", decision="approve", round="1"),
    "a plan is sent back": _form("/tasks/t-asked/review", decision="reject", round="1", feedback="shorter"),
    "a call is paid": _sql(
        "INSERT INTO model_calls (task_id, key, step, model, tokens_in, tokens_out, cost, outcome)"
        " VALUES ('t-queued', 'k', 'intent_analysis', 'm', 1000, 1000, 1, 'accepted')"
    ),
    "a run tells something": _sql(
        "INSERT INTO task_events (task_id, sequence, type, payload)"
        " VALUES ('t-queued', 1000, 'step_started', '{\"step\": \"init\"}')"
    ),
    "a run begins and ends between two looks": _sql(
        "INSERT INTO roadmap_tasks (task_id, user_id, roadmap_id, task_type, status, completed_at)"
        " VALUES ('t-short', 'local', 'r-1', 'retry_batch', 'cancelled', now())"
    ),
    "a worker has died": _sql(
        "INSERT INTO workers (worker_id, kind, host, pid, timeout, alive_until)"
        " VALUES ('w', 'worker', 'h', 1, 5, now() - interval '1 day')"
    ),
    "a title is found": _sql("UPDATE roadmap_metadata SET title = 'Chess', updated_at = clock_timestamp()"),
    "a version is written": _sql(
        "UPDATE concept_contents SET status = 'completed', version = 1, updated_at = clock_timestamp()"
    ),
}


QUICK: Final = {"a run tells something", "a version is written", "a concept is learned"}


async def _seen(client: httpx.AsyncClient) -> dict[str, tuple[str, str]]:
    """What each page shows, and the ETag that an open page gets at its next look."""
    seen = {}
    for path in PAGES:
        shown = await client.get(path)
        assert shown.status_code == 200, path
        main = shown.text[shown.text.index("<main") :]
        etag_url = re.search('data-etag-url="([^"]+)"', main)
        own = re.search('data-url="([^"]+)"', main)
        assert etag_url is not None, path
        assert own is not None, path
        assert own[1].replace("&amp;", "&") == path
        etag = await client.get(etag_url[1].replace("&amp;", "&"))
        assert etag.status_code == 200
        same = re.sub(r'name="attempt" value="[^"]*"|data-etag="[^"]*"|[\d.]+ (ms|s|min)\b', "", main)
        seen[path] = (same, etag.text)
    return seen


@pytest.mark.parametrize(
    "change",
    [pytest.param(one, id=name, marks=() if name in QUICK else pytest.mark.slow) for name, one in CHANGES.items()],
)
async def test_whatever_changes_a_page_changes_its_etag(
    client: httpx.AsyncClient, database: Database, post: Post, change: Change
) -> None:
    await fill(database, "local")
    before = await _seen(client)
    await change(client, post, database)
    after = await _seen(client)
    changed = {path for path in PAGES if before[path][0] != after[path][0]}
    assert changed, "else it proves nothing"
    assert not {path for path in changed if before[path][1] == after[path][1]}


async def test_what_does_not_change_keeps_its_etag(client: httpx.AsyncClient, database: Database) -> None:
    await fill(database, "local")
    first, second = await _seen(client), await _seen(client)
    assert not {path for path in PAGES if first[path][1] != second[path][1]}


async def test_a_page_that_was_just_loaded_is_not_loaded_again(client: httpx.AsyncClient, database: Database) -> None:
    await fill(database, "local")
    for path in PAGES:
        shown = await client.get(path)
        known, asked = (re.search(f'data-{name}="([^"]+)"', shown.text) for name in ("etag", "etag-url"))
        assert known is not None, path
        assert asked is not None, path
        assert (await client.get(asked[1].replace("&amp;", "&"))).text == known[1], path


async def test_a_page_that_answers_a_refused_form_knows_where_to_look(
    client: httpx.AsyncClient, database: Database, post: Post
) -> None:
    await fill(database, "local")
    for form, fields, page in [
        ("/roadmaps/r-1/pace", {"available_hours_per_week": "many"}, "/roadmaps/r-1/plan"),
        ("/roadmaps/r-1/modify", {"instructions": ""}, "/roadmaps/r-1/changes"),
        ("/", {"learning_goal": ""}, "/"),
        ("/tasks/t-asked/review", {"decision": "reject", "round": "1"}, "/tasks/t-asked/review"),
    ]:
        answer = await post(client, "/", form, **fields)
        assert answer.status_code == 422
        assert f'data-url="{page}"' in answer.text
        assert "data-keep" in answer.text, "its form is not the one of a fresh page"
