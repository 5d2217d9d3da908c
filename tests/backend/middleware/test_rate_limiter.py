"""Nobody can have more than is good for the others."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from backend.middleware.rate_limiter import MAX_USERS, RateLimiter
from domain.errors import LimitReached
from repository.db.database import Database
from tests.backend.conftest import GOAL, Serve
from tests.backend.places import BODIES, fill

GENERATE = "/api/v1/roadmaps/generate"


def test_a_minutes_requests_fill_up_evenly() -> None:
    now = 0.0
    rates = RateLimiter(60, clock=lambda: now)
    for _ in range(60):
        rates.count("ann")
    rates.count("bob")
    with pytest.raises(LimitReached) as refused:
        rates.count("ann")
    assert refused.value.retry_after >= 1
    now = 1.1
    rates.count("ann")
    with pytest.raises(LimitReached):
        rates.count("ann")


@pytest.mark.parametrize(
    "path", ["/roadmaps/generate", "/roadmaps/r-1/concepts/c-1-1-1/quiz/attempts", "/tasks/t-asked/review"]
)
async def test_a_repeated_key_does_not_switch_the_limit_off(
    serve: Serve, bearer: Callable[..., Any], database: Database, path: str
) -> None:
    await fill(database)
    client = await serve(auth="token", http_requests_per_minute=5)
    headers = {**await bearer("ann"), "Idempotency-Key": "k"}
    body = BODIES[path.rpartition("/")[2]]
    answers = [await client.post(f"/api/v1{path}", json=body, headers=headers) for _ in range(8)]
    assert [answer.status_code for answer in answers][5:] == [429] * 3


def test_buckets_of_many_users_do_not_pile_up() -> None:
    rates = RateLimiter(600)
    for number in range(MAX_USERS + 100):
        rates.count(f"user {number}")
    assert len(rates._buckets) == MAX_USERS


async def test_too_many_requests_get_retry_after(serve: Serve, bearer: Callable[..., Any]) -> None:
    client = await serve(auth="token", http_requests_per_minute=3)
    ann, bob = await bearer("ann"), await bearer("bob")
    answers = [await client.get("/api/v1/tasks", headers=ann) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert (answers[3].json()["code"], int(answers[3].headers["Retry-After"]) > 0) == ("limit_reached", True)
    assert (await client.get("/api/v1/tasks", headers=bob)).status_code == 200
    page = await client.get("/", headers=ann)
    assert (page.status_code, page.headers["content-type"]) == (429, "text/html; charset=utf-8")
    assert int(page.headers["Retry-After"]) > 15


async def test_requests_at_once_cannot_start_more_runs_than_a_user_may_have(
    serve: Serve, bearer: Callable[..., Any]
) -> None:
    """Counted before the transaction, all of them would find room."""
    client = await serve(auth="token", http_active_runs=3)
    ann = await bearer("ann")
    answers: list[httpx.Response] = await asyncio.gather(
        *(client.post(GENERATE, json=GOAL, headers=ann) for _ in range(12))
    )
    assert Counter(answer.status_code for answer in answers) == {202: 3, 429: 9}
    assert (await client.post(GENERATE, json=GOAL, headers=await bearer("bob"))).status_code == 202
    one = (await client.get("/api/v1/tasks?limit=1", headers=ann)).json()["tasks"][0]["task_id"]
    await client.post(f"/api/v1/tasks/{one}/cancel", headers=ann)
    assert (await client.post(f"/api/v1/tasks/{one}/resume", headers=ann)).status_code == 202
    again = await client.post(GENERATE, json=GOAL, headers=ann)
    assert (again.status_code, again.headers["Retry-After"]) == (429, "30")
