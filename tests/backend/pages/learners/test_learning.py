"""Marks of concepts, the next concept, search and titles of one's own, on the pages."""

import re

import httpx
import pytest
from sqlalchemy import update

from domain.learners.progress import ConceptMark
from domain.vocabulary import ContentType, Role
from repository.db.database import Database
from repository.roadmaps.learning import set_mark
from repository.roadmaps.roadmaps import mark_binned, reserve_roadmap, save_roadmap_metadata
from repository.tables.roadmaps import ContentRow
from tests.backend.conftest import Serve
from tests.backend.pages.conftest import Post
from tests.backend.places import content_row, fill, quiz_row
from tests.support.authors import TUTORIAL
from tests.support.stocked import structure

MAP = "/roadmaps/r-1"
FIRST, SECOND = f"{MAP}/concepts/c-1-1-1", f"{MAP}/concepts/c-1-1-2"


async def _stock(database: Database) -> None:
    async with database.transaction() as session:
        await save_roadmap_metadata(session, "r-1", "local", structure("r-1", "Go", (1, 1, 2), "Concept {}".format))
        session.add(quiz_row("r-1"))
        session.add(content_row(ContentType.TUTORIAL, TUTORIAL, "r-1"))


def _go_on(text: str) -> list[tuple[str, str]]:
    return re.findall(r'<a class="button primary" href="([^"]+)">(\w[\w ]*): <bdi dir="auto">', text)


async def test_home_and_map_lead_to_the_next_concept(client: httpx.AsyncClient, database: Database, post: Post) -> None:
    await _stock(database)
    for page in ("/", MAP):
        assert [link for link, _ in _go_on((await client.get(page)).text)] == [FIRST]
    led = await post(client, FIRST, f"{FIRST}/mark", mark="done", then="next")
    assert led.headers["location"] == f"{SECOND}?said=learned"
    for page in ("/", MAP):
        assert _go_on((await client.get(page)).text) == [(SECOND, "Go on")]
    last = await post(client, SECOND, f"{SECOND}/mark", mark="known", then="next")
    assert last.headers["location"] == f"{MAP}?said=all_learned"
    for page in ("/", MAP):
        assert _go_on((await client.get(page)).text) == []


async def test_the_quiz_ends_with_the_button_that_leads_on(
    client: httpx.AsyncClient, database: Database, post: Post
) -> None:
    await _stock(database)
    quiz = (await client.get(FIRST)).text.partition('<section id="quiz"')[2]
    assert "I have learned this" in quiz
    await post(client, FIRST, f"{FIRST}/mark", mark="done")
    quiz = (await client.get(FIRST)).text.partition('<section id="quiz"')[2]
    assert "I have learned this" not in quiz
    assert _go_on(quiz) == [(SECOND, "Go on")]
    assert re.search('Learned on <time [^>]+ data-form="day">', (await client.get(FIRST)).text), "in the reader's zone"


async def test_a_card_is_marked_on_the_map_and_shows_its_mark_and_its_score(
    client: httpx.AsyncClient, database: Database, post: Post
) -> None:
    await _stock(database)
    for mark, says in (("in_progress", "in progress"), ("known", "known already"), ("done", "learned")):
        answer = await post(client, MAP, f"{MAP}/marks", mark=mark, concept="c-1-1-1")
        assert answer.headers["location"] == f"{MAP}#card-c-1-1-1"
        card = (await client.get(MAP)).text.partition('id="card-c-1-1-1"')[2].partition("</article>")[0]
        assert re.search(rf"<b>.*{says}</b>", card)
        assert ("is-done" in (await client.get(MAP)).text) == (mark != "in_progress")
    await post(client, FIRST, f"{FIRST}/quiz", version="1", attempt="a", **{"q.0": "0", "q.1": "0", "q.2": "1"})
    assert re.search(r"<span title=.Best score[^>]+>\d+%</span>", (await client.get(MAP)).text)
    await post(client, MAP, f"{MAP}/marks", mark="none", concept="c-1-1-1")
    assert "learned</b>" not in (await client.get(MAP)).text
    both = await post(client, MAP, f"{MAP}/marks", mark="known", concept=["c-1-1-2", "c-1-1-1"])
    assert both.headers["location"] == f"{MAP}#card-c-1-1-2"
    assert (await client.get(MAP)).text.count("known already</b>") == 2
    for mark, concept, status in (("done", "c-9", 404), ("other", "c-1-1-1", 422), ("", "c-1-1-1", 422)):
        assert (await post(client, MAP, f"{MAP}/marks", mark=mark, concept=concept)).status_code == status
    nothing = await post(client, MAP, f"{MAP}/marks", mark="done")
    assert (nothing.status_code, 'id="error-concept"' in nothing.text) == (422, True)
    await post(client, MAP, f"{MAP}/marks", mark="done", concept=["c-1-1-1", "c-9"])
    assert (await client.get(MAP)).text.count("known already</b>") == 2, "all or none"


async def test_the_header_shows_progress_of_the_reader_and_what_is_written_only_until_all_is(
    client: httpx.AsyncClient, database: Database, post: Post
) -> None:
    await _stock(database)
    await post(client, FIRST, f"{FIRST}/mark", mark="done")
    shown = (await client.get(MAP)).text
    assert '<span class="grow">Learned</span><span class="number">1 of 2</span>' in shown
    assert ">Written<" in shown
    async with database.transaction() as session:
        await session.exec(update(ContentRow).values(status="completed", version=1))
    assert ">Written<" not in (await client.get(MAP)).text


async def test_the_shelf_is_searched_and_ordered(client: httpx.AsyncClient, database: Database) -> None:
    async with database.transaction() as session:
        for number, title in enumerate(("beta 50% <b>", "Alpha", "gamma_x")):
            await reserve_roadmap(session, f"r-{number}", "local", title)
        await set_mark(session, "local", "r-1", "c-1-1-1", ConceptMark.DONE)
    listed = re.compile(r'<h3 dir="auto"><a href="/roadmaps/(r-\d)">')

    async def shown(**query: str) -> list[str]:
        answer = await client.get("/", params=query)
        assert answer.status_code == 200
        return listed.findall(answer.text)

    assert await shown() == ["r-2", "r-1", "r-0"]
    assert await shown(order="title") == ["r-1", "r-0", "r-2"]
    assert await shown(order="used") == ["r-1", "r-2", "r-0"]
    assert await shown(order="<script>") == ["r-2", "r-1", "r-0"]
    assert await shown(q="ALPHA") == ["r-1"]
    assert await shown(q="%") == ["r-0"]
    assert await shown(q="_") == ["r-2"]
    assert await shown(q="<b>") == ["r-0"]
    assert await shown(q="alpha\x00") == ["r-1"]
    assert await shown(q="\\") == []
    assert await shown(q="x" * 10_000) == []
    assert "No roadmap has these words" in (await client.get("/?q=zzz")).text


async def test_a_roadmap_is_searched(client: httpx.AsyncClient, database: Database) -> None:
    await _stock(database)
    word = TUTORIAL.content.split()[-1]
    found = (await client.get(f"{MAP}/search", params={"q": word.upper()})).text
    assert f'href="{FIRST}">' in found
    assert "<mark>" in found
    assert "0 concepts found" in (await client.get(f"{MAP}/search", params={"q": "<b>nothing"})).text
    assert "<b>nothing" not in (await client.get(f"{MAP}/search", params={"q": "<b>nothing"})).text
    for words, status in (("", 200), ("x" * 60_000, 422), ("a\x00", 422), ("نص", 200), ("%", 200)):
        assert (await client.get(f"{MAP}/search", params={"q": words})).status_code == status
    hits = (await client.get(f"/api/v1{MAP}/search", params={"q": "concept 1"})).json()["hits"]
    assert [(hit["concept_id"], hit["found_in"], hit["found"]) for hit in hits] == [("c-1-1-2", "name", "Concept 1")]


async def test_a_roadmap_gets_a_title_of_ones_own_that_its_structures_keep(
    client: httpx.AsyncClient, database: Database, post: Post
) -> None:
    await _stock(database)
    title = "<b>Mine</b> " + "w" * 80 + " عنوان"
    answer = await post(client, f"{MAP}/title", f"{MAP}/title", title=f"  {title} ")
    assert answer.headers["location"] == f"{MAP}?said=renamed"
    for page in ("/", MAP, FIRST, f"{MAP}/plan"):
        assert "&lt;b&gt;Mine&lt;/b&gt; www" in (await client.get(page)).text
    async with database.transaction() as session:
        await save_roadmap_metadata(session, "r-1", "local", structure("r-1", "New", (1, 1, 3), "Concept {}".format))
    roadmap = (await client.get("/api/v1/roadmaps/r-1")).json()
    assert (roadmap["title"], roadmap["framework"]["title"], roadmap["framework_version"]) == (title, title, 2)
    async with database.transaction() as session:
        await save_roadmap_metadata(session, "r-1", "local", structure("r-1", "New", (1, 1, 3), "Concept {}".format))
    assert (await client.get("/api/v1/roadmaps/r-1")).json()["framework_version"] == 2, "nothing but the title differs"


@pytest.mark.parametrize("title", ["", "  ", "\u200b", "x" * 201, "a\x00b"])
async def test_a_title_that_cannot_be_used_is_refused_beside_its_field(
    client: httpx.AsyncClient, database: Database, post: Post, title: str
) -> None:
    await _stock(database)
    answer = await post(client, f"{MAP}/title", f"{MAP}/title", title=title)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert 'id="error-title"' in answer.text
    assert ">Go</h1>" in answer.text


async def test_titles_belong_to_the_owner_and_a_bin_is_closed(serve: Serve, database: Database, bearer: Serve) -> None:
    await fill(database, "ann")
    client = await serve(auth="token")
    bob = await bearer("bob", Role.LEARNER)
    target = "/api/v1/roadmaps/r-1/title"
    assert (await client.put(target, json={"title": "x"}, headers=bob)).status_code == 404
    assert (await client.get("/api/v1/roadmaps/r-1/search?q=x", headers=bob)).status_code == 404
    ann = await bearer("ann", Role.LEARNER)
    assert (await client.put(target, json={"title": "x"}, headers=ann)).json()["title"] == "x"
    async with database.transaction() as session:
        await mark_binned(session, "r-1", binned=True)
    assert (await client.put(target, json={"title": "y"}, headers=ann)).status_code == 409


async def test_a_mark_over_http(client: httpx.AsyncClient, database: Database) -> None:
    await fill(database, "local")
    target = "/api/v1/roadmaps/r-1/concepts/c-1-1-1/mark"
    begun = (await client.put(target, json={"mark": "in_progress"})).json()
    assert (begun["done"], begun["concepts"][0]["mark"], begun["concepts"][0]["done_at"]) == (0, "in_progress", None)
    known = (await client.put(target, json={"mark": "known"})).json()
    assert (known["done"], known["concepts"][0]["mark"]) == (1, "known")
    assert (await client.put(target, json={"mark": "known"})).json() == known
    assert (await client.put(target, json={"mark": None})).json()["concepts"][0]["mark"] is None
    assert (await client.put(target, json={"mark": "other"})).status_code == 422


async def test_a_page_that_answers_a_form_is_reloaded_from_the_page_or_not_at_all(
    client: httpx.AsyncClient, database: Database, post: Post
) -> None:
    """The address of the form answers GET with an error, which replaced the page and all that was typed."""
    await _stock(database)
    followed = re.compile('<main [^>]*data-url="([^"]+)"')
    assert followed.findall((await post(client, MAP, f"{MAP}/marks", mark="done")).text) == [MAP]
    for path, fields in (
        (f"{MAP}/title", {"title": ""}),
        (f"{FIRST}/note", {"version": "0", "note": "x" * 20_001}),
        (f"{FIRST}/report", {"content_type": "quiz", "version": "1", "words": ""}),
    ):
        refused = await post(client, FIRST, path, **fields)
        assert (refused.status_code, followed.findall(refused.text)) == (422, []), path
