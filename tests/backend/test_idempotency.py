"""A request that arrives several times is carried out once."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
from sqlalchemy import text

from orchestrator.workers.sweep import sweep
from repository.db.database import Database, execute
from tests.backend.conftest import GOAL, Serve

GENERATE = "/api/v1/roadmaps/generate"


async def test_a_hundred_at_once_with_one_key_are_one_run_and_get_one_answer(client: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "once"}
    answers = await asyncio.gather(*(client.post(GENERATE, json=GOAL, headers=headers) for _ in range(100)))
    assert Counter((answer.status_code, answer.text) for answer in answers).most_common() == [
        ((202, answers[0].text), 100)
    ]
    assert len((await client.get("/api/v1/tasks")).json()["tasks"]) == 1


async def test_another_body_under_the_same_key_is_a_conflict_that_names_the_run(client: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "k"}
    first = await client.post(GENERATE, json=GOAL, headers=headers)
    other = await client.post(GENERATE, json={"preferences": {"learning_goal": "learn go"}}, headers=headers)
    assert (other.status_code, other.json()["task_id"]) == (409, first.json()["task_id"])
    assert len((await client.get("/api/v1/roadmaps")).json()["roadmaps"]) == 1


async def test_a_key_is_its_users_own(serve: Serve, bearer: Callable[..., Any]) -> None:
    client = await serve(auth="token")
    made = [
        (await client.post(GENERATE, json=GOAL, headers={**await bearer(user), "Idempotency-Key": "k"})).json()
        for user in ("ann", "bob")
    ]
    assert made[0]["task_id"] != made[1]["task_id"]


async def test_a_request_that_was_refused_may_be_made_again_under_its_key(
    serve: Serve, bearer: Callable[..., Any]
) -> None:
    client = await serve(auth="token", http_active_runs=1)
    headers = {**await bearer("ann"), "Idempotency-Key": "k"}
    first = await client.post(GENERATE, json=GOAL, headers={**headers, "Idempotency-Key": "first"})
    refused = await client.post(GENERATE, json=GOAL, headers=headers)
    assert refused.status_code == 429
    await client.post(
        f"/api/v1/tasks/{first.json()['task_id']}/cancel", headers={"Authorization": headers["Authorization"]}
    )
    assert (await client.post(GENERATE, json=GOAL, headers=headers)).status_code == 202


async def test_old_keys_are_swept_and_young_ones_stay(client: httpx.AsyncClient, database: Database) -> None:
    for key in ("old", "young"):
        await client.post(GENERATE, json=GOAL, headers={"Idempotency-Key": key})
    async with database.transaction() as session:
        age = "UPDATE idempotency_keys SET created_at = now() - interval '25 hours' WHERE key = 'old'"
        await execute(session, text(age), {})
    async with database.transaction() as session:
        await sweep(session)
    async with database.transaction() as session:
        assert (await execute(session, text("SELECT key FROM idempotency_keys"), {})).scalars().all() == ["young"]
