"""The language of pages: chosen by the reader or asked for by the browser, kept by a cookie, complete."""

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any, Final

import httpx
import pytest

from domain.vocabulary import Role
from repository.db.database import Database
from repository.roadmaps.roadmaps import mark_binned, save_roadmap_metadata
from tests.backend.conftest import Serve
from tests.backend.pages.conftest import Post
from tests.backend.places import fill
from tests.support.rows import framework

Bearer = Callable[..., Any]
CHINESE: Final = {"accept-language": "zh-CN,zh;q=0.9,en;q=0.8"}
CONCEPT: Final = "/roadmaps/r-1/concepts/c-1-1-1"
PAGES: Final = [
    "/",
    "/bin",
    "/repeat",
    "/roadmaps/r-1",
    *(
        f"/roadmaps/r-1/{part}"
        for part in ("plan", "book", "changes", "cards", "title", "search?q=C1", "stage-tests/s-1")
    ),
    "/roadmaps/r-2",
    "/roadmaps/r-3",
    CONCEPT,
    "/tasks/t-asked/review",
    "/tasks/t-asked/book?part=c-1-1-1",
    "/tasks/t-queued/review",
    "/nowhere",
    "/roadmaps/none",
    "/roadmaps/r-1/runs",
    *(f"/tasks/t-{name}" for name in ("asked", "queued", "cancelled")),
    "/tasks/t-asked/calls?step=intent_analysis",
    "/operations",
    "/operations?status=stale&type=creation&age=day&user=ann",
    *(f"/operations/matching?do={action}&status=cancelled" for action in ("cancel", "resume", "retry")),
]


async def test_the_browser_asks_for_a_language_and_the_reader_chooses_one(
    client: httpx.AsyncClient, post: Post
) -> None:
    page = await client.get("/")
    assert ('<html lang="en">' in page.text, page.headers["content-language"]) == (True, "en")
    assert page.headers["vary"] == "Accept-Language, Cookie"
    page = await client.get("/", headers=CHINESE)
    assert ('<html lang="zh">' in page.text, page.headers["content-language"]) == (True, "zh")
    assert "你想学什么？" in page.text
    answer = await post(client, "/bin?before=", "/language", language="zh", to="/bin?before=")
    assert (answer.status_code, answer.headers["location"]) == (303, "/bin?before=")
    kept = next(cookie for cookie in client.cookies.jar if cookie.name == "roadmap_language")
    assert (kept.has_nonstandard_attr("HttpOnly"), kept.get_nonstandard_attr("SameSite")) == (True, "lax")
    assert "回收站" in (await client.get("/bin", headers={"accept-language": "en"})).text
    assert (
        (await client.get("/api/v1/roadmaps/none", headers=CHINESE)).json()["detail"].startswith("There is no roadmap")
    )


async def test_the_switch_leads_back_to_its_page_and_never_elsewhere(client: httpx.AsyncClient, post: Post) -> None:
    for to in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", "/a\nb", ""):
        answer = await post(client, "/", "/language", language="zh", to=to)
        assert (answer.status_code, answer.headers["location"]) == (303, "/"), to
    for code in ("", "xx", "en-XA", "zh\x00", "../zh", "\ud800".encode("utf-8", "surrogatepass").decode("latin1")):
        assert (await post(client, "/", "/language", language=code, to="/")).status_code == 422, code
    assert (await client.post("/language", data={"language": "zh", "to": "/"})).status_code == 403
    shown = (await client.get("/roadmaps/none?x=1&y=2")).text
    assert 'name="to" value="/roadmaps/none?x=1&amp;y=2"' in shown


async def test_the_login_has_the_switch_too(serve: Serve, post: Post) -> None:
    client = await serve(auth="token")
    answer = await post(client, "/login?next=%2Fbin", "/language", language="zh", to="/login?next=%2Fbin")
    assert answer.headers["location"] == "/login?next=%2Fbin"
    refused = await post(client, "/login", "/login", access_token="wrong")
    assert "该令牌无效。" in refused.text


async def test_an_etag_is_that_of_a_language(client: httpx.AsyncClient, database: Database) -> None:
    await fill(database, "local")
    for path in ("/", "/bin", "/roadmaps/r-1", CONCEPT, "/tasks/t-asked", "/tasks/t-asked/review", "/operations"):
        etags = set()
        for headers in ({}, CHINESE):
            page = (await client.get(path, headers=headers)).text
            found = re.search(r'data-etag-url="([^"]+)" data-etag="([^"]+)"', page)
            assert found is not None
            address = found[1].replace("&amp;", "&")
            assert (await client.get(address, headers=headers)).text == found[2], path
            etags.add(found[2])
        assert len(etags) == 2, path


async def test_words_of_authors_keep_their_language(client: httpx.AsyncClient, database: Database) -> None:
    await fill(database, "local")
    english, chinese = (await client.get(CONCEPT)).text, (await client.get(CONCEPT, headers=CHINESE)).text
    assert '<h1 dir="auto">C1' in english
    assert '<h1 dir="auto" lang="en">C1' in chinese
    async with database.transaction() as session:
        named = framework("r-8").model_copy(update={"title": "学习国际象棋"})
        await save_roadmap_metadata(session, "r-8", "local", named)
    assert '<h1 dir="auto" lang="zh">学习国际象棋' in (await client.get("/roadmaps/r-8")).text
    assert '<h1 dir="auto">学习国际象棋' in (await client.get("/roadmaps/r-8", headers=CHINESE)).text


async def test_common_refusals_are_in_the_language_of_the_reader(
    client: httpx.AsyncClient, database: Database, post: Post, subtests: pytest.Subtests
) -> None:
    await fill(database, "local")
    client.headers["accept-language"] = "zh"
    for path, said in {
        "/nowhere": "这个地址没有页面。",
        "/roadmaps/none": "没有路线图 none",
        "/tasks/none": "没有运行 none",
        "/roadmaps/r-1/concepts/c-9": "这份路线图没有概念 c-9。",
        f"{CONCEPT}?quiz=99": "这项内容没有版本 99。",
        f"{CONCEPT}?quiz=x": "本页地址无效。",
    }.items():
        with subtests.test(path=path):
            assert said in (await client.get(path, headers={"accept": "text/html"})).text
    for target, fields, said in (
        ("/", {"learning_goal": ""}, "请用最多 2000 个字符描述你想学什么。"),
        ("/", {"learning_goal": "x", "target_deadline": "2001-01-01"}, "已经过去；请给出更晚的期限。"),
        ("/roadmaps/r-1/modify", {"instructions": ""}, "请用最多 20000 个字符描述要更改什么。"),
        ("/roadmaps/r-1/title", {"title": "x" * 300}, "最多 200 个字符。"),
        ("/roadmaps/r-1/title", {"title": ""}, "不能为空。"),
        ("/roadmaps/r-1/marks", {"mark": "done"}, "请用卡片上的方框选择概念。"),
        (f"{CONCEPT}/note", {"note": "x", "version": "7"}, "笔记在此期间已被更改"),
        (f"{CONCEPT}/quiz", {"version": "x"}, "表单无效：请重新加载页面后再试。"),
        ("/tasks/t-cancelled/cancel", {}, "该运行的状态已是“已取消”，没有可取消的。"),
    ):
        with subtests.test(target=target, said=said):
            answer = await post(client, "/", target, **fields)
            assert answer.status_code >= 400
            assert said in answer.text


async def test_every_page_has_only_texts_of_catalogues(
    serve: Serve, database: Database, subtests: pytest.Subtests
) -> None:
    """In a language that puts every message between brackets, no other words are seen but those of people."""
    await fill(database, "local")
    async with database.transaction() as session:
        await save_roadmap_metadata(session, "r-7", "local", framework("r-7"))
        await mark_binned(session, "r-7", binned=True)
    client: httpx.AsyncClient = await serve()
    client.headers["cookie"] = "roadmap_language=en-XA"
    client.headers["accept"] = "text/html"
    for path in [*PAGES, "/roadmaps/r-7"]:
        with subtests.test(path=path):
            page = (await client.get(path)).text
            assert '<html lang="en-XA">' in page
            assert list(_foreign(page)) == []


def _foreign(page: str) -> Iterator[str]:
    reader = _Words()
    reader.feed(page)
    reader.close()
    depth = 0
    for text in reader.texts:
        outside = ""
        for char in text:
            depth += (char == "⟦") - (char == "⟧")
            outside += char if depth == 0 and char != "⟧" else " "
        if re.search(r"[^\W\d_]{2,}", outside):
            yield outside.strip()


class _Words(HTMLParser):
    """Texts and shown attributes outside of elements with words of people, codes, times and names of languages."""

    VOID: Final = frozenset({"input", "meta", "link", "br", "use", "path"})
    QUIET: Final = frozenset({"script", "style", "title", "code", "time", "textarea", "bdi", "option"})
    SHOWN: Final = frozenset({"aria-label", "title", "placeholder", "data-say"})

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._quiet: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        is_quiet = tag in self.QUIET or named.get("dir") == "auto" or ("lang" in named and tag != "html")
        if not is_quiet and named.get("name") != "concept":
            self.texts += [value for name, value in attrs if name in self.SHOWN and value]
        if tag not in self.VOID:
            self._quiet.append(is_quiet)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID and self._quiet:
            self._quiet.pop()

    def handle_data(self, data: str) -> None:
        if not any(self._quiet):
            self.texts.append(data)


async def test_a_reviewer_gets_the_pages_in_a_language_too(serve: Serve, bearer: Bearer, database: Database) -> None:
    client: httpx.AsyncClient = await serve(auth="token")
    client.headers.update(await bearer("rita", Role.REVIEWER))
    client.headers.update(CHINESE)
    await fill(database, "ann")
    assert "其他用户等待审阅的计划" in (await client.get("/")).text
