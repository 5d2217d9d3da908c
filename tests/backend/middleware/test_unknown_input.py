"""What a route does not know, and what only a forger sends, is refused with its reason. HEAD is GET without a body."""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.app import create_app
from backend.errors import PROBLEM_JSON
from backend.paging import decode
from domain.errors import InvalidInput
from domain.vocabulary import Role
from orchestrator.settings import Settings
from repository.db.database import Database
from tests.backend.conftest import GOAL, Serve
from tests.backend.places import BODIES, fill, place
from tests.backend.test_streams import PATH, append
from tests.support.http_server import http_server
from tests.support.limits import HANG_SECONDS
from tests.support.nonsense import fuzzed, json_values
from tests.support.rows import started

GENERATE: Final = "/api/v1/roadmaps/generate"
Bearer = Callable[..., Awaitable[dict[str, str]]]


def forged(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


CURSORS: Final = [
    forged(value)
    for value in (
        ["0001-01-01T00:00:00+23:59", "x"],
        ["9999-12-31T23:59:59-23:59", "x"],
        ["2026-01-01T00:00:00", "x"],
        ["2026-01-01T00:00:00+00:00", "\x00"],
        ["2026-01-01T00:00:00+00:00", "\ud800"],
        ["2026-01-01T00:00:00+00:00", 7],
        ["2026-01-01T00:00:00+00:00", {"a": 1}],
        ["2026-01-01T00:00:00+00:00", "x" * 201],
        [float("inf"), "x"],
        [10**400, "x"],
        {"a": 1, "b": 2},
        "ab",
        None,
    )
] + ["=", "a", "%", "🦉", "[" * 600]
PAGES: Final = (
    "/api/v1/roadmaps?cursor=",
    "/api/v1/roadmaps/r-1/tasks?cursor=",
    "/api/v1/tasks?cursor=",
    "/api/v1/webhooks?cursor=",
    "/api/v1/webhooks/w-1/deliveries?cursor=",
    "/?before=",
    "/bin?before=",
    "/roadmaps/r-1/runs?before=",
    "/operations?before=",
)


@pytest.mark.slow
async def test_a_forged_cursor_is_no_bug_of_the_server(client: httpx.AsyncClient, database: Database) -> None:
    await fill(database)
    for path in PAGES:
        for cursor in CURSORS:
            answer = await client.get(path + httpx.QueryParams({"": cursor})[""])
            assert (path, cursor, answer.status_code) in {(path, cursor, 422), (path, cursor, 200)}
            if path.startswith("/api/"):
                assert answer.status_code == 422, (path, cursor)


@fuzzed
@given(json_values | st.tuples(st.datetimes(timezones=st.timezones()).map(str), st.text()))
def test_a_cursor_is_read_or_refused_whatever_it_says(value: Any) -> None:
    try:
        place = decode(forged(value))
    except InvalidInput:
        return
    assert place is not None


async def test_a_list_filtered_by_another_user_is_empty_and_not_ones_own(
    serve: Serve, bearer: Bearer, database: Database
) -> None:
    await fill(database)
    client = await serve(auth="token")
    ann = await bearer("ann")
    for name in ("roadmaps", "tasks", "webhooks"):
        shown = {
            user: (await client.get(f"/api/v1/{name}?user_id={user}", headers=ann)).json()[name]
            for user in ("ann", "bob")
        }
        assert (name, bool(shown["ann"]), shown["bob"]) == (name, True, [])
    everybodys = await client.get("/api/v1/tasks?user_id=ann", headers=await bearer("rita", Role.REVIEWER))
    assert everybodys.json()["tasks"]


def _routes() -> list[tuple[str, str]]:
    paths = create_app(Settings()).openapi()["paths"]
    return [(method.upper(), path) for path in paths if path.startswith("/api/v1") for method in paths[path]]


@pytest.mark.slow
async def test_a_parameter_that_no_route_has_is_named(
    client: httpx.AsyncClient, database: Database, subtests: pytest.Subtests
) -> None:
    await fill(database)
    for method, path in _routes():
        with subtests.test(method=method, path=path):
            path = path.removeprefix("/api/v1")
            answer = await client.request(method, place(path) + "?surprise=1", json=BODIES.get(path.rpartition("/")[2]))
            assert answer.status_code == 422, answer.text
            assert [error["location"] for error in answer.json()["errors"]] == ["query.surprise"]


async def test_the_parameter_that_was_meant_is_suggested(client: httpx.AsyncClient) -> None:
    for wrong, meant in (("userid=ann", "user_id"), ("Limit=5", "limit"), ("offset_cursor=x", "cursor")):
        answer = await client.get(f"/api/v1/tasks?{wrong}")
        assert f"did you mean `{meant}`?" in answer.json()["detail"], answer.text
    assert (await client.get("/?utm_source=x")).status_code == 200


@pytest.mark.parametrize("given_type", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_a_body_that_does_not_say_it_is_json_is_told_what_to_say(
    client: httpx.AsyncClient, given_type: str | None
) -> None:
    headers = {} if given_type is None else {"Content-Type": given_type}
    answer = await client.post(GENERATE, content=json.dumps(GOAL), headers=headers)
    said = answer.json()
    assert (answer.status_code, said["code"]) == (415, "unsupported_media_type")
    assert "Content-Type: application/json" in said["detail"]
    assert (given_type or "missing") in said["detail"]
    assert not (await client.get("/api/v1/tasks")).json()["tasks"]


async def test_a_key_that_would_promise_nothing_is_refused(client: httpx.AsyncClient, database: Database) -> None:
    await fill(database)
    for path in ("/tasks/t-queued/cancel", "/roadmaps/r-1/restore", "/webhooks/w-1/deliveries/m-1/resend"):
        answer = await client.post(f"/api/v1{path}", headers={"Idempotency-Key": "k"})
        assert (path, answer.status_code) == (path, 400)
        assert "Idempotency-Key" in answer.json()["detail"]


@pytest.mark.slow
async def test_head_is_answered_wherever_get_is(client: httpx.AsyncClient, database: Database) -> None:
    await fill(database)
    api = [place(path.removeprefix("/api/v1")) for method, path in _routes() if method == "GET"]
    pages = ["/", "/bin", "/operations", "/roadmaps/r-1", "/tasks/t-asked", "/static/app.css", "/login"]
    for path in [*api, *pages, "/openapi.json", "/healthz", "/readyz", "/metrics", "/nowhere"]:
        head, get = await client.head(path), await client.get(path)
        assert (path, head.status_code, head.content) == (path, get.status_code, b"")
        assert head.headers.get("content-type") == get.headers.get("content-type"), path


async def test_head_of_a_stream_that_goes_on_has_an_end(settings: Settings, database: Database) -> None:
    await started(database)
    await append(database, "one")
    async with http_server(settings) as client, asyncio.timeout(HANG_SECONDS):
        for _ in range(3):  # on one connection
            answer = await client.head(PATH)
            assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["content-type"].startswith("text/event-stream")


BROWSER: Final = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("GET", "/roadmaps/r-9/", 404), ("GET", "/logout", 405), ("PUT", "/bin", 405)],
)
async def test_a_wrong_address_is_a_page_in_a_browser_and_a_problem_for_programs(
    client: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    page = await client.request(method, path, headers=BROWSER)
    assert (page.status_code, page.headers["content-type"]) == (status, "text/html; charset=utf-8")
    program = await client.request(method, path)
    assert (program.status_code, program.headers["content-type"]) == (status, PROBLEM_JSON)
    assert page.headers.get("allow") == program.headers.get("allow")
    api = await client.request(method, f"/api/v1{path}", headers=BROWSER)
    assert api.headers["content-type"] == PROBLEM_JSON


async def test_headers_that_a_route_sets_are_not_overwritten(client: httpx.AsyncClient) -> None:
    """Pages send their own address to this site only: forms use it to find the way back."""
    for path, policy in (("/", "same-origin"), ("/api/v1/tasks", "no-referrer")):
        assert (await client.get(path)).headers.get_list("referrer-policy") == [policy]


async def test_the_name_of_a_test_client_is_no_loopback(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz", headers={"Host": "testserver"})).status_code == 421


async def test_a_page_of_an_allowed_origin_may_send_and_read_what_the_documents_say(serve: Serve) -> None:
    client = await serve(http_cors=("https://app.example",))
    asked = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}
    names = "authorization, content-type, idempotency-key, last-event-id, x-request-id, traceparent"
    preflight = await client.options(GENERATE, headers={**asked, "Access-Control-Request-Headers": names})
    assert preflight.status_code == 200, preflight.text
    made = await client.post(GENERATE, json=GOAL, headers=asked)
    assert made.status_code == 202
    exposed = made.headers["access-control-expose-headers"]
    assert {"Location", "Retry-After", "ETag", "X-Request-ID"} <= set(exposed.split(", "))
    refused = await client.post(GENERATE, json=GOAL, headers={"Origin": "https://evil.example"})
    assert refused.status_code == 403
