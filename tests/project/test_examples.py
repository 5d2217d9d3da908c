"""Examples run as they stand."""

import json
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from fastapi import Request

from domain import errors
from domain.errors import LimitReached, RoadmapError
from examples.fastapi_backend import STATUSES, app, error_response
from repository.db.database import Database
from tests.support.environment import variables

ANN = {"Authorization": "Bearer token-of-ann"}
BOB = {"Authorization": "Bearer token-of-bob"}


@pytest.fixture
async def client(database: Database, database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    tokens = json.dumps({"token-of-ann": "ann", "token-of-bob": "bob"})
    with variables({"ROADMAP_DATABASE_URL": database_url, "COURSE_TOKENS": tokens}):
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client,
        ):
            yield client


async def test_the_package_works_inside_an_app_of_ones_own(client: httpx.AsyncClient) -> None:
    made = await client.post("/courses", json={"learning_goal": "learn chess"}, headers=ANN)
    assert (made.status_code, made.json()["status"], made.json()["user_id"]) == (202, "pending", "ann")
    course = f"/courses/{made.json()['roadmap_id']}"
    assert (await client.get(course, headers=ANN)).json()["has_active_task"]
    again = await client.post(f"{course}/c-1-1-1/quiz", headers=ANN)
    assert (again.status_code, made.json()["task_id"] in again.json()["error"]) == (409, True)


async def test_a_request_cannot_name_another_user(client: httpx.AsyncClient) -> None:
    """The user came out of the body and the query once."""
    made = await client.post("/courses?user_id=ann", json={"learning_goal": "learn chess"}, headers=BOB)
    assert made.json()["user_id"] == "bob"
    course = f"/courses/{made.json()['roadmap_id']}"
    for answer in (await client.get(course, headers=ANN), await client.get(f"{course}?user_id=bob", headers=ANN)):
        assert answer.status_code == 404
    assert (await client.post(f"{course}/c-1-1-1/quiz?user_id=bob", headers=ANN)).status_code == 404
    in_body = {"preferences": {"learning_goal": "x"}, "user_id": "ann"}
    assert (await client.post("/courses", json=in_body, headers=BOB)).status_code == 422
    for headers in ({}, {"Authorization": "Bearer none"}, {"Authorization": "Basic YW5uOg=="}):
        assert (await client.get(course, headers=headers)).status_code == 401


async def test_bad_input_is_reported_to_the_caller(client: httpx.AsyncClient) -> None:
    for wrong in ({"learning_goal": " "}, {"learning_goal": "x", "primary_language": "xx"}, {}):
        assert (await client.post("/courses", json=wrong, headers=ANN)).status_code == 422
    assert (await client.get("/courses/none", headers=ANN)).status_code == 404
    assert (await client.get("/courses/a%00b", headers=ANN)).status_code == 404


def tree(root: type[RoadmapError]) -> Iterator[type[RoadmapError]]:
    for kind in root.__subclasses__():
        yield kind
        yield from tree(kind)


async def test_every_error_of_the_package_has_a_status() -> None:
    """Two of seven had one; the others were bugs of the app."""
    ours = {kind for kind in tree(RoadmapError) if kind.__module__ == errors.__name__}
    assert {kind for kind in ours if RoadmapError in kind.__bases__} <= set(STATUSES)
    for kind in ours:
        answer = await error_response(Request({"type": "http"}), kind("postgresql://secret"))
        assert answer.status_code in set(STATUSES.values())
        assert (b"secret" in bytes(answer.body)) == (answer.status_code < 500), kind
        assert ("retry-after" in answer.headers) == issubclass(kind, LimitReached)
