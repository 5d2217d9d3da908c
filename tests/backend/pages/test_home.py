"""The list of roadmaps, page by page."""

import re

import httpx

from backend.pages.home import PAGE
from repository.db.database import Database
from repository.roadmaps.roadmaps import mark_binned, reserve_roadmap
from tests.backend.pages.conftest import Post


async def _stock(database: Database, number: int, *, binned: bool = False) -> None:
    async with database.transaction() as session:
        for index in range(number):
            await reserve_roadmap(session, f"r-{index}", "local", f"goal {index}")
            if binned:
                await mark_binned(session, f"r-{index}", binned=True)


async def _walk(client: httpx.AsyncClient, path: str) -> list[list[str]]:
    """Titles of each page, from the newest on."""
    pages = []
    while path:
        text = (await client.get(path)).text
        pages.append(re.findall(r"goal \d+(?=</a>|</th>)", text))
        older = re.search(r'<a href="([^"]+)" rel="next">', text)
        path = older[1].replace("&amp;", "&") if older else ""
    return pages


async def test_a_full_list_is_shown_in_pages_without_gap_or_repetition(
    client: httpx.AsyncClient, database: Database
) -> None:
    await _stock(database, 2 * PAGE + 3)
    pages = await _walk(client, "/")
    assert [len(page) for page in pages] == [PAGE, PAGE, 3]
    assert len({title for page in pages for title in page}) == 2 * PAGE + 3
    assert (await client.get("/bin")).text.count("goal ") == 0


async def test_so_is_a_full_bin(client: httpx.AsyncClient, database: Database) -> None:
    await _stock(database, PAGE + 1, binned=True)
    pages = await _walk(client, "/bin")
    assert [len(page) for page in pages] == [PAGE, 1]
    assert "No roadmaps yet" in (await client.get("/")).text


async def test_the_etag_endpoint_of_the_list_returns_the_etag_of_its_page(
    client: httpx.AsyncClient, database: Database
) -> None:
    etag = re.search('data-etag="([0-9a-f]+ en)"', (await client.get("/")).text)
    assert etag is not None
    assert (await client.get("/pulse")).text == etag[1]
    await _stock(database, 1)
    assert (await client.get("/pulse")).text != etag[1]


async def test_the_form_tells_what_a_roadmap_takes_before_it_is_created(client: httpx.AsyncClient, post: Post) -> None:
    answer = await post(client, "/", "/", learning_goal="learn <chess>", estimate="yes", review="yes")
    assert answer.status_code == 200
    assert "short: 12 lessons" in answer.text
    assert "learn &lt;chess&gt;</textarea>" in answer.text, "what was typed stays"
    assert (await client.get("/api/v1/tasks")).json()["tasks"] == []
    late = await post(client, "/", "/", learning_goal="chess", target_deadline="2001-01-01", estimate="yes")
    assert late.status_code == 422


async def test_the_pages_of_a_search_lead_to_each_other(client: httpx.AsyncClient, database: Database) -> None:
    await _stock(database, PAGE + 1)
    first = (await client.get("/?q=goal+%26")).text
    assert 'rel="next"' not in first
    older = re.search('<a href="([^"]+)" rel="next">', (await client.get("/?q=goal")).text)
    assert older is not None
    last = (await client.get(older[1].replace("&amp;", "&"))).text
    newest = re.search('<a href="([^"]+)">Newest</a>', last)
    assert newest is not None
    assert newest[1] == "/?q=goal"
