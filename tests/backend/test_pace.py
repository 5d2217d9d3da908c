"""The pace of a roadmap by HTTP: said back, changed, refused."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from backend.app import create_app
from domain.vocabulary import Role
from orchestrator.settings import Settings
from repository.db.database import Database
from tests.backend.pages.conftest import sent
from tests.backend.places import fill
from tests.support.deadlines import NOW


@pytest.fixture
async def client(settings: Settings) -> Any:
    app = create_app(settings, clock=lambda: NOW)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://localhost") as c,
    ):
        yield c


async def generated(client: httpx.AsyncClient, deadline: str, **more: Any) -> httpx.Response:
    wanted = {"preferences": {"learning_goal": "learn chess", "target_deadline": deadline}, **more}
    return await client.post("/api/v1/roadmaps/generate", json=wanted)


async def test_the_answer_to_a_request_says_how_its_deadline_was_understood(client: httpx.AsyncClient) -> None:
    answer = (await generated(client, "十二周", time_zone="Asia/Shanghai")).json()
    assert answer["pace"]["deadline"] == "2027-02-22"
    assert answer["warnings"] == []
    roadmap = (await client.get(f"/api/v1/roadmaps/{answer['roadmap_id']}")).json()
    assert roadmap["pace"] == answer["pace"]
    doubtful = (await generated(client, "03/04/2027")).json()
    assert doubtful["pace"]["deadline"] is None
    assert "not understood" in doubtful["warnings"][0]


@pytest.mark.parametrize(("deadline", "zone"), [("2020-01-01", None), ("9999-12-31", None), ("3 months", "Mars")])
async def test_an_impossible_deadline_is_422_with_one_line(
    client: httpx.AsyncClient, deadline: str, zone: str | None
) -> None:
    refused = await generated(client, deadline, **({"time_zone": zone} if zone else {}))
    assert refused.status_code == 422
    assert "\n" not in refused.json()["detail"]
    assert (await client.get("/api/v1/tasks")).json()["tasks"] == []


async def test_pace_is_changed_without_a_run(client: httpx.AsyncClient) -> None:
    made = (await generated(client, "in 3 months")).json()
    path = f"/api/v1/roadmaps/{made['roadmap_id']}/pace"
    assert (await client.get(path)).json()["weeks_left"] == 12.9
    changed = await client.patch(path, json={"available_hours_per_week": 2, "target_deadline": "end of June"})
    assert (changed.status_code, changed.json()["deadline"], changed.json()["hours_per_week"]) == (200, "2027-06-30", 2)
    for body in (
        {"target_deadline": "soon"},
        {"available_hours_per_week": 0},
        {"deadline": "2027-06-30"},
        {"time_zone": "x"},
    ):
        assert (await client.patch(path, json=body)).status_code == 422, body
    assert (await client.get(path)).json() == changed.json()
    assert len((await client.get("/api/v1/tasks")).json()["tasks"]) == 1


async def test_the_pace_of_others_is_not_found(
    serve: Callable[..., Any], bearer: Callable[..., Any], database: Database
) -> None:
    await fill(database, "ann")
    client = await serve(auth="token")
    bob = await bearer("bob", Role.LEARNER)
    assert (await client.get("/api/v1/roadmaps/r-1/pace", headers=bob)).status_code == 404
    body = {"available_hours_per_week": 2}
    assert (await client.patch("/api/v1/roadmaps/r-1/pace", json=body, headers=bob)).status_code == 404


async def test_the_form_says_a_deadline_back_and_the_plan_changes_it(client: httpx.AsyncClient) -> None:
    asked = {"learning_goal": "learn chess", "current_level": "beginner", "target_deadline": "in 3 months"}
    made = await sent(client, "/", "/", **asked, time_zone="Europe/Berlin")
    at = made.headers["location"]
    assert "by 2027-02-28, 13 weeks" in (await client.get(at)).text
    moved = await sent(client, at + "/plan", at + "/pace", available_hours_per_week="3", target_deadline="end of June")
    assert moved.status_code == 303
    plan = (await client.get(at + "/plan")).text
    assert "Understood as 2027-06-30" in plan
    wrong = await sent(client, at + "/plan", at + "/pace", available_hours_per_week="3", target_deadline="<b>soon</b>")
    assert wrong.status_code == 422
    assert "was not understood" in wrong.text
    assert "<b>soon" not in wrong.text
    assert (await client.post(at + "/pace", data={"available_hours_per_week": "9"})).status_code == 403


async def test_a_form_with_a_past_deadline_is_marked_and_one_that_is_not_understood_is_noted(
    client: httpx.AsyncClient,
) -> None:
    asked = {"learning_goal": "learn chess", "current_level": "beginner"}
    refused = await sent(client, "/", "/", **asked, target_deadline="2020-01-01")
    assert refused.status_code == 422
    assert 'id="error-target_deadline"' in refused.text
    made = await sent(client, "/", "/", **asked, target_deadline="when I am old", time_zone="nowhere")
    assert "Deadline not understood" in (await client.get(made.headers["location"])).text


async def test_pages_and_documents_count_weeks_at_the_changed_pace(
    client: httpx.AsyncClient, database: Database
) -> None:
    await fill(database, "local")
    at = "/api/v1/roadmaps/r-1"
    for weekly in (1, 168):
        pace = (await client.patch(at + "/pace", json={"available_hours_per_week": weekly})).json()
        weeks = "1 week" if pace["weeks_needed"] == 1 else f"{pace['weeks_needed']} weeks"
        page = re.sub("<[^>]+>", "", (await client.get("/roadmaps/r-1")).text)
        assert f"about {weeks} left" in page
        assert f"a week this takes {weeks}." in (await client.get("/roadmaps/r-1/plan")).text
        document = (await client.get(at + "/export", params={"format": "markdown"})).text
        assert f"With {weekly} h a week: {weeks}" in document
        told = {*re.findall(r"\d+ weeks?\b", document)}
        assert told == {weeks}
