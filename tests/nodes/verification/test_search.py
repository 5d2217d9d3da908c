import asyncio
import gzip
import json
import time
import tracemalloc

import pytest
from pydantic import SecretStr

from domain.contents import FoundPage
from nodes.verification.search import (
    MAX_PAGES,
    DuckDuckGoSearch,
    Finder,
    Search,
    SearchFailed,
    TavilySearch,
    read_duckduckgo,
)
from tests.support.limits import HANG_SECONDS
from tests.support.web_server import WebServer, dripping, page, web_server

KEY = SecretStr("tvly-planted-secret")
RESULTS = {
    "results": [
        {"title": "The Go tour", "url": "https://go.dev/tour/", "content": "An introduction.", "score": 0.9},
        {"title": "Script", "url": "javascript:alert(1)", "content": "x"},
        {"title": "Again", "url": "https://go.dev/tour/", "content": "x"},
        {"title": "Long", "url": "https://go.dev/long", "content": "y" * 10_000},
    ]
}
HTML = """
<a class="result__a" href="//duckduckgo.com/l/?uddg=https%3A%2F%2Fgo.dev%2Ftour%2F&amp;rut=1">The <b>Go</b> tour</a>
<a class="result__snippet" href="x">An &amp; introduction.</a>
<a class="result__a" href="https://go.dev/long">Long</a>
<a class="result__snippet" href="x">{}</a>
""".format("y" * 1500)


def engine(kind: str, server: WebServer) -> Search:
    return TavilySearch(KEY, server.url("/")) if kind == "tavily" else DuckDuckGoSearch(server.url("/"))


each_engine = pytest.mark.parametrize("kind", ["tavily", "duckduckgo"])


@each_engine
async def test_pages_are_found_and_what_is_no_page_is_left_out(kind: str) -> None:
    said = page(json.dumps(RESULTS)) if kind == "tavily" else page(HTML)
    async with web_server({"/": said}) as server:
        found = await engine(kind, server).find("go " * 500)
        request = server.requests[0]
    assert [one.url for one in found] == ["https://go.dev/tour/", "https://go.dev/long"]
    assert found[0].title == "The Go tour"
    assert "introduction" in found[0].snippet
    assert len(found[1].snippet) <= 400
    assert len(request) < 1500


async def test_the_key_goes_where_it_belongs_and_into_no_message() -> None:
    async with web_server({"/": page("no", status="401 Unauthorized")}) as server:
        search = TavilySearch(KEY, server.url("/"))
        with pytest.raises(SearchFailed) as caught:
            await search.find("go")
        assert f"Authorization: Bearer {KEY.get_secret_value()}".lower() in server.requests[0].lower()
    assert KEY.get_secret_value() not in f"{caught.value!r} {caught.value.__context__!r} {search!r}"


@each_engine
@pytest.mark.parametrize("answer", ["not json", '{"results": 3}', "", "x" * 1_100_000])
async def test_an_answer_that_cannot_be_read_finds_nothing(kind: str, answer: str) -> None:
    async with web_server({"/": page(answer)}) as server:
        assert await Finder(engine(kind, server)).find("go") == []


@each_engine
@pytest.mark.parametrize("status", ["429 Too Many Requests", "500 Oops", "302 Found"])
async def test_a_search_that_fails_leaves_the_author_without_pages(kind: str, status: str) -> None:
    async with web_server({"/": page("x", status=status, headers={"Location": "http://10.0.0.1/"})}) as server:
        assert await Finder(engine(kind, server)).find("go") == []
    assert await Finder(engine(kind, server)).find("go") == [], "nobody listens any more"


@pytest.mark.parametrize("kind", [TavilySearch, DuckDuckGoSearch])
async def test_an_engine_that_says_little_and_never_stops_is_given_up(kind: type[Search]) -> None:
    async with web_server({"/": dripping()}) as server:
        where = server.url("/")
        search = TavilySearch(KEY, where, seconds=0.2) if kind is TavilySearch else DuckDuckGoSearch(where, seconds=0.2)
        with pytest.raises(SearchFailed, match="in time"):
            await asyncio.wait_for(search.find("go"), HANG_SECONDS)


@each_engine
async def test_what_is_packed_unasked_is_not_unpacked(kind: str) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    async with web_server({"/": page(bomb, headers={"Content-Encoding": "gzip"})}) as server:
        tracemalloc.start()
        try:
            assert await Finder(engine(kind, server)).find("go") == []
            assert tracemalloc.get_traced_memory()[1] < 10_000_000
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize(
    "piece",
    ["<a ", '<a class="result__a" href="x" href="', 'class="result__snippet">', '<a class="result__a" href="x"><'],
)
def test_a_page_made_to_be_slow_holds_nobody_up(piece: str) -> None:
    began = time.process_time()
    read_duckduckgo(piece * (300_000 // len(piece)))
    assert time.process_time() - began < 2


class Counting:
    name = "counting"

    def __init__(self) -> None:
        self.now = self.most = 0

    async def find(self, query: str) -> list[FoundPage]:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.01)
        self.now -= 1
        return [FoundPage(title=query, url="https://e.org")] * MAX_PAGES


async def test_an_engine_is_not_flooded() -> None:
    search = Counting()
    finder = Finder(search)
    await asyncio.gather(*(finder.find(str(number)) for number in range(40)))
    assert 1 < search.most <= 4
