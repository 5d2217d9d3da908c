"""Whatever models, providers and the web answer is read, or refused in one line by the error that its reader declares.

| who sends it | what | its reader |
| --- | --- | --- |
| models | answers | `read_answer`, the shapes, their checks, `storable_answer` |
| providers | refusals, `Retry-After` | `call_failed` |
| the web | links, pages | `is_web_address`, `readable`, `titles_of` |
| | search results | `read_duckduckgo`, `read_tavily` |

Hypothesis remembers what it found in .hypothesis; here stands what was found for good.
"""

import json
import math
from types import SimpleNamespace
from typing import Any, Final

import httpx
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from domain.checks.resources import is_web_address
from domain.content_types import objections_to
from domain.contents import FoundPage, Quiz, Resources, Tutorial
from domain.editing.review import EditPlan
from domain.framework import FrameworkDraft
from nodes.authors.port import AuthorAnswer
from nodes.authors.provider_errors import call_failed
from nodes.authors.reading import read_answer
from nodes.authors.reading.answers import storable_answer
from nodes.net.connect import FetchFailed, readable
from nodes.verification.search import SearchFailed, read_duckduckgo, read_tavily
from nodes.verification.titles import agree, titles_of
from tests.support.nonsense import ANYTHING, DEEP, LONG_NUMBER, fuzzed, json_values, near, one_line

# Models and their providers

SHAPES_OF_ANSWERS: Final[list[type[BaseModel]]] = [FrameworkDraft, EditPlan, Tutorial, Resources, Quiz]


@fuzzed
@given(near("```json\n", "\n```", "{", '"a": ', "1", "[", "]", "}", "\\u0000", "\\ud800", '"', ",", "NaN"))
@example(DEEP)
@example('{"a":' * 50_000)
@example('{"a":' + "[" * 900 + "]" * 900 + "}")
@example(f'{{"a": {LONG_NUMBER}}}')
def test_answers(text: str) -> None:
    found = read_answer([text], Tutorial).content
    if found is not None:
        stored = storable_answer(AuthorAnswer(found, "m", 1, 1, 0.0, finish_reason="stop")).content
        assert "\\u0000" not in json.dumps(stored)
        json.dumps(stored, ensure_ascii=False).encode()


@st.composite
def misshapen(draw: st.DrawFn) -> tuple[type[BaseModel], Any]:
    """A shape and something that has its names."""
    shape = draw(st.sampled_from(SHAPES_OF_ANSWERS))
    names = [*shape.model_fields, *(name for part in SHAPES_OF_ANSWERS for name in part.model_fields)]
    inner = st.dictionaries(st.sampled_from(names), json_values, max_size=5)
    return shape, draw(inner | st.dictionaries(st.sampled_from(names), st.lists(inner, max_size=3), max_size=5))


@fuzzed
@given(misshapen())
def test_shapes_of_answers(case: tuple[type[BaseModel], Any]) -> None:
    shape, content = case
    try:
        read = shape.model_validate(content)
    except ValidationError:
        return
    if isinstance(read, Tutorial | Resources | Quiz):
        assert all(isinstance(problem, str) for problem in objections_to(read))


@fuzzed
@given(ANYTHING | near("# ", "```", "python\n", "json\n", "def f(", "{", "\n", "a " * 50, "TODO", "~~~"))
def test_contents(text: str) -> None:
    tutorial = Tutorial(title="T", summary="S", content=f".{text}", estimated_completion_time=30, language="en")
    assert all(isinstance(problem, str) for problem in objections_to(tutorial))


HEADERS = near(
    "0", "12", ".5", "-", "nan", "inf", "1e9", "Wed, ", "21 Oct ", "2015 ", "07:28:00 ", "GMT", "-0000", "+9999"
)


@fuzzed
@given(HEADERS, st.sampled_from(["retry-after", "retry-after-ms"]), json_values, st.sampled_from([200, 429, 503]))
@example("Wed, 21 Oct 99999999999999999999 07:28:00 GMT", "retry-after", None, 429)
@example("Wed, 21 Oct 2015 07:28:00 +99999999999", "retry-after", None, 429)
@example("inf", "retry-after-ms", None, 429)
@example(LONG_NUMBER, "retry-after", {"error": {"code": LONG_NUMBER}}, 200)
def test_refusals_of_providers(value: str, header: str, body: Any, status: int) -> None:
    text = json.dumps(body)
    response = SimpleNamespace(status_code=status, text=text, headers={header: value})
    error = type("ProviderError", (Exception,), {})(str(value))
    error.response, error.body = response, body
    failure = call_failed(error, "openai:x")
    one_line(failure)
    assert failure.wait is None or 0 <= failure.wait < math.inf


def test_a_refusal_that_is_nested_without_end_is_one() -> None:
    error = type("ProviderError", (Exception,), {})("bad")
    error.response = SimpleNamespace(status_code=200, text=DEEP, headers={})
    one_line(call_failed(error, "openai:x"))


# The web

LINKS = near(
    "https://", "http:", "//", "[", "]", "::1", "@", ":", "99999", "/", "?", "#", "%", "xn--", "..", "例え", "\\"
)


@fuzzed
@given(LINKS.map(lambda rest: f"https://{rest}") | LINKS)
@example("https://xn--/")
@example("https://[::1/")
def test_links(url: str) -> None:
    is_web_address(url)
    try:
        assert isinstance(readable(url), httpx.URL)
    except FetchFailed as error:
        one_line(error)


@fuzzed
@given(near("<title>", "</title>", "<meta ", "charset=", "utf-16", "x", '"', ">", "<h1>", "&#0;", "&#xD800;"), ANYTHING)
def test_pages(body: str, header: str) -> None:
    titles = titles_of(body.encode("utf-8", "replace"), header)
    agree(header, titles, "example.com")


RESULT = '<a class="result__a" href="{}">{}</a><a class="result__snippet" href="x">{}</a>'


@fuzzed
@given(LINKS, ANYTHING)
@example("//[", "a title")
@example("//duckduckgo.com/l/?uddg=https%3A%2F%2F[", "a title")
def test_search_results(link: str, title: str) -> None:
    pages = read_duckduckgo(RESULT.format(link, title, title) + title)
    assert all(isinstance(page, FoundPage) and is_web_address(page.url) for page in pages)
    for said in (title, json.dumps({"results": [{"url": link, "title": title}]}), json.dumps({"results": title})):
        try:
            read_tavily(said)
        except SearchFailed as error:
            one_line(error)
