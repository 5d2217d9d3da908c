"""Signing in and out, and what others may see."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from domain.vocabulary import Role
from repository.db.database import Database
from tests.backend.conftest import Serve
from tests.backend.pages.conftest import Post
from tests.backend.places import fill

Bearer = Callable[..., Any]


async def _signed_in(serve: Serve, bearer: Bearer, post: Post, user_id: str, role: Role = Role.LEARNER) -> Any:
    client = await serve(auth="token")
    token = (await bearer(user_id, role))["Authorization"].removeprefix("Bearer ")
    answer = await post(client, "/login", "/login", access_token=token, next="/bin")
    assert (answer.status_code, answer.headers["location"]) == (303, "/bin")
    return client


async def test_a_visitor_without_a_session_is_sent_to_the_login_and_back(serve: Serve) -> None:
    client = await serve(auth="token")
    for path in ("/", "/roadmaps/r-1", "/tasks/t-1?before=3", "/operations"):
        answer = await client.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/login?next=%2F")
    assert (await client.get("/login")).status_code == 200


async def test_a_token_becomes_a_cookie_that_scripts_cannot_read(
    serve: Serve, bearer: Bearer, post: Post, database: Database
) -> None:
    await fill(database)
    client = await _signed_in(serve, bearer, post, "ann")
    kept = next(cookie for cookie in client.cookies.jar if cookie.name == "roadmap_token")
    assert kept.has_nonstandard_attr("HttpOnly")
    page = await client.get("/")
    assert page.status_code == 200
    assert "Signed in as" in page.text
    assert str(kept.value) not in page.text
    assert (await post(client, "/", "/logout")).headers["location"] == "/login"
    assert (await client.get("/")).status_code == 303


async def test_a_wrong_token_is_said_in_one_line_and_kept_nowhere(serve: Serve, post: Post) -> None:
    client = await serve(auth="token")
    for token in ("", "rmo_wrong", "é"):
        answer = await post(client, "/login", "/login", access_token=token)
        assert answer.status_code == 401
        assert 'id="error-access_token"' in answer.text
    assert "roadmap_token" not in client.cookies


async def test_signing_in_never_redirects_to_another_site(
    serve: Serve, bearer: Bearer, post: Post, subtests: pytest.Subtests
) -> None:
    client = await serve(auth="token")
    token = (await bearer("ann"))["Authorization"].removeprefix("Bearer ")
    for wanted in ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", "/a\nb"]:
        with subtests.test(wanted=wanted):
            answer = await post(client, "/login", "/login", access_token=token, next=wanted)
            assert answer.headers["location"] == "/"


PATHS = ("/roadmaps/r-1", "/roadmaps/r-1/plan", "/roadmaps/r-1/changes", "/roadmaps/r-1/runs", "/roadmaps/r-1/pulse")
MORE = ("/roadmaps/r-1/concepts/c-1-1-1", "/tasks/t-asked", "/tasks/t-asked/pulse", "/tasks/t-asked/review")


async def test_a_reviewer_finds_the_plans_that_wait(
    serve: Serve, bearer: Bearer, post: Post, database: Database
) -> None:
    await fill(database, "ann")
    rita = await _signed_in(serve, bearer, post, "rita", Role.REVIEWER)
    assert "/tasks/t-asked/review" in (await rita.get("/")).text
    for user_id, role in (("bob", Role.LEARNER), ("ann", Role.LEARNER)):
        client = await _signed_in(serve, bearer, post, user_id, role)
        assert "/tasks/t-asked/review" not in (await client.get("/")).text


async def test_without_authentication_there_is_no_login(client: httpx.AsyncClient) -> None:
    assert (await client.get("/login")).headers["location"] == "/"


async def test_what_belongs_to_others_looks_as_if_it_were_not_there(
    serve: Serve, bearer: Bearer, post: Post, database: Database
) -> None:
    await fill(database, "ann")
    bob = await _signed_in(serve, bearer, post, "bob")
    for path in (*PATHS, *MORE):
        assert (await bob.get(path)).status_code == 404, path
    assert "r-1" not in (await bob.get("/")).text
    assert (await bob.get("/operations")).status_code == 403
    for target, fields in {
        "/roadmaps/r-1/retry-failed": {},
        "/roadmaps/r-1/modify": {"instructions": "shorter"},
        "/roadmaps/r-1/bin": {},
        "/roadmaps/r-1/restore": {},
        "/roadmaps/r-1/concepts/c-1-1-1/retry": {"content_type": "quiz"},
        "/roadmaps/r-1/concepts/c-1-1-1/wishes": {"content_type": "quiz", "task_id": "t-queued"},
        "/roadmaps/r-1/concepts/c-1-1-1/revert": {"content_type": "quiz", "version": "1"},
        "/roadmaps/r-1/concepts/c-1-1-1/mark": {"mark": "done"},
        "/roadmaps/r-1/concepts/c-1-1-1/quiz": {"version": "1"},
        "/tasks/t-queued/cancel": {},
        "/tasks/t-cancelled/resume": {},
        "/tasks/t-asked/review": {"decision": "approve", "round": "1"},
    }.items():
        answer = await post(bob, "/", target, **fields)
        assert answer.status_code == 404, target
    assert (await post(bob, "/", "/operations/tasks", task="t-queued", do="cancel")).status_code == 403
    ann = await _signed_in(serve, bearer, post, "ann")
    for path in (*PATHS, *MORE):
        assert (await ann.get(path)).status_code == 200, path


async def test_a_reviewer_reads_the_wishes_of_others_and_takes_none_back(
    serve: Serve, bearer: Bearer, post: Post, database: Database
) -> None:
    await fill(database, "ann")
    page = "/roadmaps/r-1/concepts/c-1-1-1"
    eve = await _signed_in(serve, bearer, post, "eve", Role.REVIEWER)
    shown = (await eve.get(page)).text
    assert "shorter" in shown
    assert "Take back" not in shown
    assert (await post(eve, page, f"{page}/wishes", content_type="quiz", task_id="t-queued")).status_code == 404
    ann = await _signed_in(serve, bearer, post, "ann")
    assert (await ann.get(page)).text.count(">Take back<") == 3


async def test_the_token_of_forms_is_another_one_after_signing_in_and_out(
    serve: Serve, bearer: Bearer, post: Post
) -> None:
    """Who planted or saw the one from before could send forms in the name of who signs in."""
    client = await serve(auth="token")
    await client.get("/login")
    before = client.cookies["roadmap_form"]
    token = (await bearer("ann"))["Authorization"].removeprefix("Bearer ")
    await client.post("/login", data={"csrf": before, "access_token": token})
    signed_in = client.cookies["roadmap_form"]
    assert signed_in != before
    assert (await client.post("/logout", data={"csrf": before})).status_code == 403
    await client.post("/logout", data={"csrf": signed_in})
    assert client.cookies["roadmap_form"] not in {before, signed_in}


async def test_under_https_cookies_are_of_this_host_alone_and_old_ones_are_dropped(
    serve: Serve, bearer: Bearer
) -> None:
    client = await serve(auth="token", http_root_path="/learning")
    client.base_url = httpx.URL("https://localhost")
    token = (await bearer("ann"))["Authorization"].removeprefix("Bearer ")
    old = {"Cookie": f"roadmap_token={token}"}
    assert (await client.get("/", headers=old)).status_code == 303, "another host of the domain can plant it"
    shown = await client.get("/login", headers=old)
    dropped = [line for line in shown.headers.get_list("set-cookie") if line.startswith("roadmap_token=")]
    assert len(dropped) == 1
    assert "Max-Age=0" in dropped[0]
    assert "Path=/learning/" in dropped[0]
    form = client.cookies["__Host-roadmap_form"]
    answer = await client.post("/login", data={"csrf": form, "access_token": token})
    made = [line for line in answer.headers.get_list("set-cookie") if line.startswith("__Host-")]
    assert len(made) == 2
    for line in made:
        assert {"Secure", "Path=/", "HttpOnly", "SameSite=strict"} <= set(line.split("; ")), line
        assert "Domain" not in line
    assert "Signed in as" in (await client.get("/")).text
