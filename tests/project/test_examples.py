"""Examples run as they stand."""

import httpx

from examples.fastapi_backend import app
from repository.database import Database
from tests.support.environment import variables


async def test_the_package_works_inside_an_app_of_ones_own(database: Database, database_url: str) -> None:
    with variables({"ROADMAP_DATABASE_URL": database_url}):
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client,
        ):
            wanted = {"user_id": "ann", "preferences": {"learning_goal": "learn chess"}}
            made = await client.post("/courses", json=wanted)
            assert (made.status_code, made.json()["status"]) == (202, "pending")
            course = f"/courses/{made.json()['roadmap_id']}"
            assert (await client.get(course, params={"user_id": "ann"})).json()["has_active_task"]
            assert (await client.get(course, params={"user_id": "bob"})).status_code == 404
            again = await client.post(f"{course}/c-1-1-1/quiz", params={"user_id": "ann"})
            assert (again.status_code, made.json()["task_id"] in again.json()["error"]) == (409, True)
