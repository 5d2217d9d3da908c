"""Who may do what: the table of docs/http.md, every route as everybody."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from backend.app import create_app
from domain.vocabulary import Role
from orchestrator.settings import Settings
from repository.db.database import Database
from tests.backend.conftest import Serve
from tests.backend.places import BODIES, fill, place

TABLE: Final = (Path(__file__).parents[2] / "docs" / "http.md").read_text()
ROLES: Final = [Role.LEARNER, Role.REVIEWER, Role.SERVICE, Role.ADMIN]
ROW: Final = re.compile(r"^\| `(GET|POST|PUT|PATCH|DELETE) (/[^`]*)`[^|]*\| (.+) \|$", re.MULTILINE)
ROWS: Final = [
    (method, path, dict(zip(ROLES, cells.split(" | "), strict=True))) for method, path, cells in ROW.findall(TABLE)
]


def _call(client: httpx.AsyncClient, method: str, path: str, headers: dict[str, str]) -> Any:
    body = BODIES.get(path.rpartition("/")[2])
    return client.request(method, place(path), json=body, headers=headers)


def _routes() -> set[tuple[str, str]]:
    document = create_app(Settings()).openapi()
    return {
        (method.upper(), path.removeprefix("/api/v1"))
        for path, operations in document["paths"].items()
        for method in operations
        if path.startswith("/api/v1")
    }


def test_no_route_is_missing_in_the_table_of_permissions() -> None:
    assert {(method, path) for method, path, _ in ROWS} == _routes()


@pytest.mark.slow
async def test_every_route_has_the_permissions_of_the_table(
    serve: Serve, bearer: Callable[..., Any], database: Database, subtests: pytest.Subtests
) -> None:
    client = await serve(auth="token", http_requests_per_minute=100_000)
    strangers = {role: await bearer("bob", role) for role in ROLES}
    owner = await bearer("ann")
    await fill(database)
    for method, path, may in ROWS:
        with subtests.test(f"{method} {path}"):
            anonymous = await _call(client, method, path, {})
            assert (anonymous.status_code, anonymous.json()["code"]) == (401, "unauthorized")
            assert anonymous.headers["WWW-Authenticate"] == "Bearer"
            for role, cell in may.items():
                answer = await _call(client, method, path, strangers[role])
                if cell.isdigit():
                    assert (role, answer.status_code) == (role, int(cell))
                    continue
                assert answer.status_code in {200, 201, 202, 204}, (role, answer.text)
                if cell in {"own", "all"}:
                    (shown,) = (value for key, value in answer.json().items() if key != "next")
                    assert bool(shown) == (cell == "all"), role
                if method != "GET":
                    await _as_before(database)
            own = await _call(client, method, path, owner)
            assert own.status_code in {200, 201, 202, 204}, own.text
        if method != "GET":
            await _as_before(database)


async def _as_before(database: Database) -> None:
    """What a role was allowed to do is undone for the next one."""
    from sqlalchemy import text

    from repository.db.database import execute

    async with database.transaction() as session:
        await execute(
            session,
            text(
                "TRUNCATE roadmap_tasks, roadmap_metadata, concept_contents, content_versions, task_events, webhooks"
                " CASCADE"
            ),
            {},
        )
    await fill(database)


async def test_foreign_and_unknown_ids_look_alike(serve: Serve, bearer: Callable[..., Any], database: Database) -> None:
    client = await serve(auth="token")
    await fill(database)
    bob = await bearer("bob")
    for path in ("/roadmaps/{}", "/roadmaps/{}/status-check", "/roadmaps/{}/versions"):
        foreign = await client.get("/api/v1" + path.format("r-1"), headers=bob)
        unknown = await client.get("/api/v1" + path.format("r-9"), headers=bob)
        assert foreign.status_code == unknown.status_code == 404
        assert foreign.text.replace("r-1", "r-9") == unknown.text


async def test_the_user_in_a_body_counts_only_without_authentication(client: httpx.AsyncClient) -> None:
    made = await client.post("/api/v1/roadmaps/generate", json=BODIES["generate"])
    task = await client.get(made.headers["Location"])
    assert task.json()["user_id"] == "ann"
    made = await client.post("/api/v1/roadmaps/generate", json={"preferences": {"learning_goal": "x"}})
    assert (await client.get(made.headers["Location"])).json()["user_id"] == "local"


async def test_what_is_no_token_opens_nothing(serve: Serve, subtests: pytest.Subtests) -> None:
    client = await serve(auth="token")
    for header in [
        "",
        "Bearer",
        "Bearer x",
        "Basic cm1vXzp4",
        "Bearer rmo_" + "x" * 43,
        "bearer \x7f",
        "Bearer " + "x" * 9000,
    ]:
        with subtests.test(header=header):
            answer = await client.get("/api/v1/tasks", headers={"Authorization": header})
            assert answer.status_code == 401


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}, {"Origin": "http://["}],
)
async def test_a_page_of_another_site_cannot_start_runs_from_the_users_browser(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await client.post("/api/v1/roadmaps/generate", json=BODIES["generate"], headers=headers)
    assert answer.status_code == 403
    assert not (await client.get("/api/v1/tasks")).json()["tasks"]


async def test_a_name_that_was_rebound_to_loopback_gets_nothing(client: httpx.AsyncClient) -> None:
    for name in ("evil.example:8000", "[", "localhost]"):
        assert (await client.get("/api/v1/tasks", headers={"Host": name})).status_code == 421
    assert (await client.get("/api/v1/tasks", headers={"Host": "[::1]:8000"})).status_code == 200
