"""Links, files and headers of the pages."""

import re

import httpx

from repository.database import Database
from tests.backend.conftest import Serve
from tests.backend.places import fill


async def test_files_are_kept_by_browsers_until_they_change(client: httpx.AsyncClient) -> None:
    page = (await client.get("/")).text
    for name in ("app.css", "app.js", "icon.svg"):
        found = re.search(rf'"(/static/{re.escape(name)}\?v=[0-9a-f]+)"', page)
        assert found is not None
        answer = await client.get(found[1])
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    assert (await client.get("/static/none.js")).status_code == 404
    assert (await client.get("/static/..%2Fsite.py")).status_code == 404


async def test_nothing_is_asked_from_elsewhere(client: httpx.AsyncClient) -> None:
    for path in ("/", "/static/app.css", "/static/app.js", "/bin"):
        text = (await client.get(path)).text
        assert not re.search(r"(?:src|href|url\(|import|fetch\()[\s=\"'(]*(?:https?:)?//", text), path


async def test_every_link_stands_below_the_prefix_of_a_proxy(serve: Serve, database: Database) -> None:
    await fill(database, "local")
    client = await serve(http_root_path="/learning")
    for path in (
        "/",
        "/bin",
        "/operations",
        "/roadmaps/r-1",
        "/roadmaps/r-1/plan",
        "/roadmaps/r-1/changes",
        "/roadmaps/r-1/runs",
        "/roadmaps/r-1/concepts/c-1-1-1",
        "/tasks/t-asked",
        "/tasks/t-asked/review",
    ):
        page = (await client.get(path)).text
        links = re.findall(r'(?:href|action|src|data-pulse|data-streams)="([^"#][^"]*)"', page)
        assert links
        assert not [link for link in links if not link.startswith(("/learning/", "http"))], path
    answer = await client.post("/", data={})
    assert 'href="/learning/"' in answer.text


async def test_an_error_is_a_page_with_one_line_and_a_way_back(client: httpx.AsyncClient) -> None:
    for path, said in {
        "/roadmaps/none": "There is no roadmap none",
        "/tasks/none": "There is no task none",
        "/roadmaps/none/concepts/c-1": "There is no roadmap none",
        "/?before=zzz": "cursor",
        "/roadmaps/none/concepts/c-1?quiz=x": "cannot be used",
    }.items():
        answer = await client.get(path)
        assert answer.status_code in (404, 422), path
        assert answer.headers["content-type"].startswith("text/html")
        assert said in answer.text, path
        assert "`roadmap " not in answer.text, "what to type at a terminal is of no use here"


async def test_an_address_that_does_not_exist_is_a_page_for_browsers_and_a_document_for_programs(
    client: httpx.AsyncClient,
) -> None:
    browser = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    page = await client.get("/nowhere", headers=browser)
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    for path, headers in (("/nowhere", {}), ("/api/v1/nowhere", browser), ("/api/v1/roadmaps/none", browser)):
        answer = await client.get(path, headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
        assert answer.json()["code"] == "not_found"


async def test_the_pages_are_no_part_of_the_description_of_the_api(client: httpx.AsyncClient) -> None:
    paths = (await client.get("/openapi.json")).json()["paths"]
    assert not [path for path in paths if path.startswith(("/roadmaps", "/tasks", "/login", "/static", "/operations"))]
