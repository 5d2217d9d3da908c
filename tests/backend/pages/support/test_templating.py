"""Links, files and headers of the pages."""

import json
import re

import httpx
import pytest

from domain.framework import Framework
from repository.db.database import Database
from repository.roadmaps.roadmaps import save_roadmap_metadata
from tests.backend.conftest import Serve
from tests.backend.places import fill
from tests.support.rows import framework


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


async def test_files_are_sent_compressed_to_browsers_that_read_it_and_pages_never(client: httpx.AsyncClient) -> None:
    for name in ("app.css", "app.js", "icon.svg", "texts.css"):
        plain = await client.get(f"/static/{name}", headers={"accept-encoding": "identity"})
        short = await client.get(f"/static/{name}", headers={"accept-encoding": "gzip, br"})
        assert (plain.content, "content-encoding" in plain.headers) == (short.content, False)
        assert short.headers["content-encoding"] == "gzip"
        assert plain.headers["etag"] != short.headers["etag"]
        assert plain.headers["vary"] == short.headers["vary"] == "Accept-Encoding"
    for path in ("/", "/static/STIXMath-Regular-1.1.1.woff2"):
        assert "content-encoding" not in (await client.get(path, headers={"accept-encoding": "gzip"})).headers


async def test_nothing_is_asked_from_elsewhere(client: httpx.AsyncClient) -> None:
    for path in ("/", "/static/app.css", "/static/app.js", "/bin"):
        text = (await client.get(path)).text
        assert not re.search(r"(?:src|href|url\(|import|fetch\()[\s=\"'(]*(?:https?:)?//", text), path


async def test_every_link_has_the_prefix_of_a_proxy(serve: Serve, database: Database) -> None:
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
        links = re.findall(r'(?:href|action|src|data-etag-url|data-streams)="([^"#][^"]*)"', page)
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
        "/roadmaps/none/concepts/c-1?quiz=x": "is not valid",
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
    assert 'href="/bin"' in page.text, "with the navigation of its reader"
    for path, headers in (("/nowhere", {}), ("/api/v1/nowhere", browser), ("/api/v1/roadmaps/none", browser)):
        answer = await client.get(path, headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
        assert answer.json()["code"] == "not_found"


@pytest.mark.slow
async def test_the_pages_are_no_part_of_the_description_of_the_api(client: httpx.AsyncClient) -> None:
    paths = (await client.get("/openapi.json")).json()["paths"]
    assert not [path for path in paths if path.startswith(("/roadmaps", "/tasks", "/login", "/static", "/operations"))]


TURNED = "\x1b[31mred\x9b \u202eturned\u2066 \u2028over"


async def test_nothing_that_a_terminal_or_a_browser_obeys_is_shown_of_what_people_and_models_write(
    client: httpx.AsyncClient, database: Database
) -> None:
    """A title with an override turns round what stands beside it, and ESC acts wherever a page is printed."""
    await fill(database, "local")
    whole = framework("r-8").model_dump_json()
    names = Framework.model_validate_json(
        re.sub(r'("(?:title|name|description)":")[^"]*', rf"\1{escaped(TURNED)}", whole)
    )
    async with database.transaction() as session:
        await save_roadmap_metadata(session, "r-8", "local", names)
    answer = await client.post("/", data=await with_token(client, learning_goal=f"learn {TURNED}"))
    asked = answer.headers["location"]
    for path in ("/", "/roadmaps/r-8", "/roadmaps/r-8/plan", "/roadmaps/r-8/changes", "/roadmaps/r-8/runs", asked):
        answer = await client.get(path)
        assert answer.status_code == 200, path
        assert not set("\x1b\x9b\u202e\u2066\u2028") & set(answer.text), path
        assert "turned" in answer.text, path
    concept = await client.get("/roadmaps/r-8/concepts/c-1-1-1")
    assert "turned" in concept.text
    assert not set("\x1b\x9b\u202e\u2066\u2028") & set(concept.text)
    for kind in ("html", "markdown"):
        export = (await client.get(f"/api/v1/roadmaps/r-8/export?format={kind}")).text
        assert "turned" in export
        assert not set("\x1b\x9b\u202e\u2066\u2028") & set(export)


async def test_a_form_with_words_of_which_nothing_can_be_seen_asks_for_words(client: httpx.AsyncClient) -> None:
    answer = await client.post("/", data=await with_token(client, learning_goal="\u200b\u3164\u2060"))
    assert answer.status_code == 422
    assert "what you want to learn" in answer.text
    answer = await client.post("/api/v1/roadmaps/generate", json={"preferences": {"learning_goal": "\u200b\ufeff"}})
    assert answer.status_code == 422
    assert answer.json()["detail"] == "learning_goal: must not be blank."
    assert (await client.get("/api/v1/roadmaps")).json()["roadmaps"] == []


async def with_token(client: httpx.AsyncClient, **fields: str) -> dict[str, str]:
    """A form as the home page sends it."""
    await client.get("/")
    return {"csrf": client.cookies["roadmap_form"], **fields}


def escaped(text: str) -> str:
    """For a replacement in JSON."""
    return json.dumps(text)[1:-1].replace("\\", "\\\\")
