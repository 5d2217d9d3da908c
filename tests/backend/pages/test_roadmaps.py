"""Forms of a roadmap's pages: a run belongs to the owner of its roadmap, whoever asks for it."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from domain.vocabulary import Role
from repository.db.database import Database, execute
from tests.backend.conftest import Serve
from tests.backend.pages.conftest import Post
from tests.backend.places import fill

Bearer = Callable[..., Any]
FORMS = [
    ("/roadmaps/r-1/concepts/c-1-1-1/retry", {"content_type": "quiz"}),
    ("/roadmaps/r-1/retry-failed", {}),
    ("/roadmaps/r-1/modify", {"instructions": "shorter"}),
    ("/operations/roadmaps", {"roadmap": "r-1"}),
    ("/operations/tasks", {"task": "t-cancelled", "do": "resume"}),
    ("/tasks/t-cancelled/resume", {}),
]
"""Every form of another user's pages that starts a run."""


async def _newest(client: httpx.AsyncClient) -> dict[str, Any]:
    (task, *_) = (await client.get("/api/v1/tasks?status=pending&status=processing")).json()["tasks"]
    return dict(task)


@pytest.fixture
async def admin(serve: Serve, bearer: Bearer, database: Database) -> httpx.AsyncClient:
    """Signed in as another user, who may change everything; everything is ann's."""
    await fill(database)
    async with database.transaction() as session:
        await execute(session, text("DELETE FROM roadmap_tasks WHERE task_id IN ('t-queued', 't-asked')"), {})
    client: httpx.AsyncClient = await serve(auth="token", http_active_runs=1)
    client.headers.update(await bearer("boss", Role.ADMIN))
    return client


@pytest.mark.parametrize(("form", "fields"), FORMS, ids=[form for form, _ in FORMS])
async def test_a_run_that_an_admins_page_asks_for_is_not_the_admins(
    admin: httpx.AsyncClient, post: Post, bearer: Bearer, form: str, fields: dict[str, str]
) -> None:
    assert (await post(admin, "/", form, **fields)).status_code == 303
    task = await _newest(admin)
    assert task["user_id"] == "ann"
    asked = (await admin.get(f"/api/v1/tasks/{task['task_id']}/events")).json()["events"][0]
    assert asked["payload"]["by"] == "boss"
    own = (await admin.get("/api/v1/tasks", headers=await bearer("ann"))).json()["tasks"]
    assert task["task_id"] in {one["task_id"] for one in own}
    assert (await admin.post(f"/api/v1/tasks/{task['task_id']}/cancel")).status_code == 200
    deliveries = (await admin.get("/api/v1/webhooks/w-1/deliveries")).json()["deliveries"]
    assert task["task_id"] in {one["task_id"] for one in deliveries if one["status"] == "pending"}


@pytest.mark.parametrize(("form", "fields"), FORMS, ids=[form for form, _ in FORMS])
async def test_a_page_of_an_admin_does_not_start_more_runs_for_a_user_than_the_user_may_have(
    admin: httpx.AsyncClient, post: Post, bearer: Bearer, form: str, fields: dict[str, str]
) -> None:
    goal = {"preferences": {"learning_goal": "learn chess"}}
    started = await admin.post("/api/v1/roadmaps/generate", json=goal, headers=await bearer("ann"))
    assert started.status_code == 202
    answer = await post(admin, "/", form, **fields)
    refused = (200,) if form.startswith("/operations/") else (409, 429)  # a selection is answered by what was not done
    assert (answer.status_code in refused, "1 runs are active" in answer.text) == (True, True)
    assert (await _newest(admin))["task_id"] == started.json()["task_id"]


async def test_a_run_of_ones_own_does_not_say_twice_whose_it_is(
    admin: httpx.AsyncClient, post: Post, bearer: Bearer
) -> None:
    admin.headers.update(await bearer("ann"))
    await post(admin, "/", "/roadmaps/r-1/retry-failed")
    task = await _newest(admin)
    events = (await admin.get(f"/api/v1/tasks/{task['task_id']}/events")).json()["events"]
    assert (task["user_id"], "by" in events[0]["payload"]) == ("ann", False)


async def test_what_an_admin_has_learned_from_a_roadmap_is_not_its_owners(
    admin: httpx.AsyncClient, post: Post, bearer: Bearer
) -> None:
    await post(admin, "/", "/roadmaps/r-1/concepts/c-1-1-1/mark", mark="done")
    mine = (await admin.get("/api/v1/roadmaps/r-1/progress")).json()
    anns = (await admin.get("/api/v1/roadmaps/r-1/progress", headers=await bearer("ann"))).json()
    assert [
        [concept["concept_id"] for concept in progress["concepts"] if concept["done_at"]] for progress in (mine, anns)
    ] == [["c-1-1-1"], []]
