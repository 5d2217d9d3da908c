"""Whatever is sent, the answer is a problem document that says what is wrong and shows nothing of the inside."""

import json
import re
from typing import Any, Final

import httpx
import pytest

from backend.app import create_app
from backend.errors import PROBLEM_JSON, TITLES, problem_of
from backend.pages.support.page_route import pages
from domain.errors import (
    Conflict,
    DatabaseStopped,
    DatabaseUnavailable,
    InvalidInput,
    Misconfigured,
    ModelUnavailable,
    NotFound,
    RoadmapError,
    RunFailed,
    Superseded,
    Unavailable,
)
from orchestrator.queries.health import read_readiness
from orchestrator.settings import Settings
from repository.db.database import Database
from tests.backend.conftest import GOAL, Serve
from tests.backend.places import fill

GENERATE: Final = "/api/v1/roadmaps/generate"


def problem(answer: httpx.Response) -> dict[str, Any]:
    assert answer.headers["content-type"] == PROBLEM_JSON
    document: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail", "code", "errors"} <= set(document)
    assert document["status"] == answer.status_code
    assert document["title"] == TITLES[answer.status_code][1] != document["detail"]
    assert "Traceback" not in answer.text
    return document


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidInput("x"), 422),
        (NotFound("x"), 404),
        (Conflict("x"), 409),
        (Superseded("x"), 409),
        (ModelUnavailable("x"), 503),
        (RunFailed("x"), 500),
        (RoadmapError("x"), 500),
    ],
)
def test_every_error_of_the_tree_has_its_status(error: RoadmapError, status: int) -> None:
    assert problem_of(error).status_code == status


def test_advice_to_type_a_command_is_left_out() -> None:
    said = json.loads(bytes(problem_of(NotFound("There is no task t-1; `roadmap tasks` lists them.")).body))
    assert said["detail"] == "There is no task t-1."


BODIES: Final = [
    (b"", 422),
    (b"{", 400),
    (b"[]", 422),
    (b"null", 422),
    (b"\xff\xfe", 400),
    (b"[" * 100_000, 400),
    (b'{"preferences": {"learning_goal": ' + b"1" * 5000 + b"}}", 400),
    (b'{"preferences": {"learning_goal": "x"}, "surprise": 1}', 422),
    (b'{"preferences": {"learning_goal": "x", "surprise": 1}}', 422),
    (b'{"preferences": {"learning_goal": "a\\u0000b"}}', 422),
    (b'{"preferences": {"learning_goal": "\\ud800"}}', 422),
    (b'{"\\ud800": 1, "preferences": {"learning_goal": "x"}}', 422),
    (b'{"preferences": {"learning_goal": "   "}}', 422),
    (b'{"preferences": {"learning_goal": "x", "available_hours_per_week": NaN}}', 422),
    (b'{"preferences": {"learning_goal": "x"}, "review_timeout": Infinity}', 422),
    (b'{"preferences": {"learning_goal": "x"}, "user_id": "a\\u0000"}', 422),
    (b'{"preferences": {"learning_goal": "x"}, "user_id": " "}', 422),
]


async def test_a_body_that_cannot_be_used_leaves_no_row(client: httpx.AsyncClient, subtests: pytest.Subtests) -> None:
    for body, status in BODIES:
        with subtests.test(body=body, status=status):
            answer = await client.post(GENERATE, content=body, headers={"Content-Type": "application/json"})
            assert answer.status_code == status
            problem(answer)
            assert not (await client.get("/api/v1/roadmaps")).json()["roadmaps"]


async def test_each_field_that_is_wrong_is_named(client: httpx.AsyncClient) -> None:
    answer = await client.post(GENERATE, json={"preferences": {"learning_goal": "", "current_level": "guru"}})
    places = {error["location"] for error in problem(answer)["errors"]}
    assert places == {"body.preferences.learning_goal", "body.preferences.current_level"}


async def test_a_body_that_is_too_large_is_refused_while_it_comes(serve: Serve) -> None:
    client = await serve(http_max_body=2000)
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        for _ in range(1000):
            sent += 1000
            yield b" " * 1000

    answer = await client.post(GENERATE, content=endless(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    problem(answer)
    assert sent <= 4000
    answer = await client.post(GENERATE, content=b" " * 3000, headers={"Content-Type": "application/json"})
    assert problem(answer)["code"] == "too_large"


ODD_IDS: Final = ["%00", "a%00b", "%ff", "%ED%A0%80", "..%2f..", "'; DROP TABLE x", "x" * 3000, "{}", "%25", "🦉"]


async def test_an_id_that_cannot_exist_is_not_found_like_any_other(
    client: httpx.AsyncClient, subtests: pytest.Subtests
) -> None:
    for odd in ODD_IDS:
        with subtests.test(odd=odd):
            for method, path in [
                ("GET", f"/roadmaps/{odd}"),
                ("GET", f"/roadmaps/{odd}/active-task"),
                ("GET", f"/roadmaps/{odd}/tasks"),
                ("GET", f"/roadmaps/{odd}/concepts/{odd}/quiz"),
                ("POST", f"/roadmaps/{odd}/concepts/{odd}/quiz/retry"),
                ("DELETE", f"/roadmaps/{odd}"),
                ("POST", f"/tasks/{odd}/cancel"),
                ("GET", f"/tasks/{odd}/events"),
            ]:
                answer = await client.request(method, f"/api/v1{path}")
                assert (path, answer.status_code) == (path, 404)
                problem(answer)


QUERIES: Final = [
    "/tasks?limit=0",
    "/tasks?limit=201",
    "/tasks?limit=x",
    "/tasks?cursor=x",
    "/tasks?cursor=%00",
    "/tasks?cursor=WzEsMl0",
    "/tasks?status=sleeping",
    "/tasks?task_type=x",
    "/tasks?user_id=%00",
    "/tasks?roadmap_id=%00",
    "/roadmaps?binned=perhaps",
    "/roadmaps?cursor=WyIyMDI2LTExLTI1IiwiYSJd",
    "/roadmaps/r-1/diff?before=0",
    "/roadmaps/r-1/diff?before=99999999999999999999",
    "/tasks/t-queued/events?after=-1",
]


async def test_a_query_that_cannot_be_used_is_refused(
    client: httpx.AsyncClient, database: Database, subtests: pytest.Subtests
) -> None:
    await fill(database)
    for query in QUERIES:
        with subtests.test(query=query):
            answer = await client.get(f"/api/v1{query}")
            assert answer.status_code == 422
            problem(answer)


async def test_all_that_works_on_a_path_is_said_where_a_method_does_not(
    client: httpx.AsyncClient, subtests: pytest.Subtests
) -> None:
    for path, allowed in [
        ("roadmaps", "GET, HEAD"),
        ("roadmaps/generate", "POST"),
        ("roadmaps/r-1", "GET, HEAD, DELETE"),
        ("roadmaps/r-1/concepts/c-1-1-1/quiz", "GET, HEAD"),
        ("roadmaps/r-1/concepts/c-1-1-1/quiz/retry", "POST"),
        ("roadmaps/r-1/concepts/c-1-1-1/quiz/attempts", "GET, HEAD, POST"),
        ("roadmaps/r-1/concepts/c-1-1-1/done", "PUT, DELETE"),
        ("roadmaps/r-1/concepts/a/b/done", "PUT, DELETE"),
        ("webhooks", "GET, HEAD, POST"),
        ("webhooks/w-1", "PATCH, DELETE"),
        ("webhooks/w-1/test", "POST"),
        ("tasks/t-1/cancel", "POST"),
    ]:
        with subtests.test(path=path, allowed=allowed):
            for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"} - set(allowed.split(", ")):
                answer = await client.request(method, f"/api/v1/{path}")
                assert (answer.status_code, answer.headers["allow"]) == (405, allowed), method


async def test_what_is_not_there_and_what_does_not_work_there(client: httpx.AsyncClient) -> None:
    assert problem(await client.get("/api/v1/nothing"))["title"] == "Not Found"
    answer = await client.put("/api/v1/roadmaps")
    assert problem(answer)["status"] == 405
    answer = await client.post(GENERATE, content=json.dumps(GOAL), headers={"Content-Type": "text/plain"})
    assert problem(answer)["status"] == 415


async def test_a_row_that_cannot_be_read_is_named_and_is_no_traceback(
    client: httpx.AsyncClient, database: Database
) -> None:
    from sqlalchemy import text

    from repository.db.database import execute

    await fill(database)
    async with database.transaction() as session:
        broken = "UPDATE roadmap_metadata SET framework_data = '{\"stages\": 7}' WHERE roadmap_id = 'r-1'"
        await execute(session, text(broken), {})
    answer = await client.get("/api/v1/roadmaps/r-1")
    said = problem(answer)
    assert (said["status"], said["code"]) == (500, "unknown_format")
    assert "the structure of roadmap r-1 is stored in a format that this version cannot read" in said["detail"]
    assert answer.headers["X-Request-ID"]


async def test_a_bug_answers_without_its_trace(settings: Settings) -> None:
    async def broken() -> None:
        raise KeyError("a secret of the stack")

    app = create_app(settings)
    app.add_api_route("/broken", broken)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://localhost") as client,
    ):
        answer = await client.get("/broken")
    said = problem(answer)
    assert (said["status"], said["detail"]) == (500, "Internal error; the server's log has the details.")
    assert answer.headers["X-Request-ID"]


SENTENCES: Final = [
    DatabaseUnavailable("cannot connect to planted.internal:5432: correct the host in ROADMAP_DATABASE_URL"),
    DatabaseStopped("The database in /home/planted was stopped; `roadmap db start` starts it."),
    DatabaseUnavailable('The database needs an upgrade (relation "planted" does not exist); run `roadmap db upgrade`.'),
    Unavailable("no server runs in /home/planted"),
    ModelUnavailable("openai:planted cannot be reached"),
    Misconfigured("name PostgreSQL itself in ROADMAP_DATABASE_URL"),
]


def logged_fields(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [record.fields for record in caplog.records if hasattr(record, "fields")]


@pytest.mark.parametrize("error", SENTENCES, ids=range(len(SENTENCES)))
async def test_a_message_for_operators_goes_to_the_log_and_not_to_callers(
    settings: Settings, error: RoadmapError, caplog: pytest.LogCaptureFixture
) -> None:
    """Callers would learn hosts, folders and settings without a token."""

    async def broken() -> None:
        raise error

    app = create_app(settings)
    app.add_api_route("/broken", broken)
    router = pages()
    router.add_api_route("/page", broken)
    app.include_router(router)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://localhost") as client,
    ):
        answers = [await client.get("/broken"), await client.get("/page")]
    for answer in answers:
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert not re.search("planted|ROADMAP_|internal|/home|roadmap db|upgrade", answer.text)
        assert "navailable" in answer.text or "not configured" in answer.text
    assert [fields["reason"] for fields in logged_fields(caplog) if "reason" in fields] == [str(error)] * 2


async def test_readiness_shows_no_internals_to_callers(caplog: pytest.LogCaptureFixture) -> None:
    database = Database("postgresql://ann:planted@127.0.0.1:1/planted", pool_size=1, application_name="test")
    said = await read_readiness(database)
    await database.close()
    assert said == (False, False, "The database is unavailable.")
    entries = logged_fields(caplog)
    assert any("127.0.0.1" in str(fields.get("reason")) for fields in entries)
    assert "ann:planted" not in str(entries)


def test_a_detail_that_quotes_a_caller_is_of_a_length_that_one_can_read() -> None:
    said = json.loads(bytes(problem_of(NotFound("There is no task " + "-eyJaaaaaaaa" * 6000)).body))
    assert len(said["detail"]) <= 2000


async def test_every_answer_has_the_headers_of_safety(client: httpx.AsyncClient) -> None:
    for path in ("/healthz", "/api/v1/tasks", "/api/v1/nothing"):
        headers = (await client.get(path, headers={"X-Request-ID": "mine-1"})).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Request-ID"] == "mine-1"
        assert "access-control-allow-origin" not in headers


async def test_titles_exist_for_all_that_routes_document(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    for path, operations in document["paths"].items():
        if not path.startswith("/api/"):
            continue
        for operation in operations.values():
            documented = {int(status) for status in operation["responses"] if int(status) >= 400}
            assert documented >= {401, 403, 429, 500, 503}
            assert documented <= set(TITLES)
            assert all(PROBLEM_JSON in operation["responses"][str(status)]["content"] for status in documented)
