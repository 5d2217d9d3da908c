"""Whatever comes from outside is read, or refused in one line by the error that its reader declares; nothing else.

| who sends it | what | its reader |
| --- | --- | --- |
| whoever runs it | settings | `Settings` |
| | prices, budgets, allow-lists | `read_prices`, `Limit`, `AllowList` |
| | database URLs | `read_url`, `masked` |
| learners | requests, words, deadlines | `LearningRequest`, `usable_text`, `weeks_until` |
| | ids | `known_id`, `new_roadmap_id` |
| models | answers | `object_in`, the shapes, their checks, `storable_answer` |
| providers | refusals, `Retry-After` | `call_failed` |
| the web | links, pages | `is_web_address`, `readable`, `titles_of` |
| | search results | `read_duckduckgo`, `read_tavily` |
| developers | state by hand | `read_value` |
| other versions | stored data | `read_stored` |

Hypothesis remembers what it found in .hypothesis; here stands what was found for good.
"""

import json
import math
from types import SimpleNamespace
from typing import Any, Final

import httpx
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from cli.inputs import known_id
from cli.operations import masked
from domain.checks import check_content
from domain.checks.resources import is_web_address
from domain.contents import FoundPage, Quiz, Resources, Tutorial
from domain.deadlines import weeks_until
from domain.errors import InvalidInput, NotFound, UnknownFormat
from domain.framework import Framework, FrameworkDraft
from domain.identity import new_roadmap_id
from domain.language import guess_language, is_written_in
from domain.request import LearningRequest, Preferences, usable_text
from domain.review import EditPlan
from domain.secrets import redact
from domain.stored import read_stored
from nodes.authors.budget import Limit
from nodes.authors.failures import call_failed
from nodes.authors.parsing import object_in
from nodes.authors.port import Answer
from nodes.authors.prices import Prices, read_prices
from nodes.authors.storable import storable_answer
from nodes.state import SHAPES
from nodes.web.addresses import AllowList
from nodes.web.fetch import FetchFailed, readable
from nodes.web.search import SearchFailed, read_duckduckgo, read_tavily
from nodes.web.titles import agree, titles_of
from orchestrator.settings import Settings
from orchestrator.stepper import read_value
from repository.urls import asyncpg_arguments, psycopg_arguments, read_url

fuzzed = hypothesis_settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)

ANYTHING: Final = st.text(st.characters(codec=None), max_size=60)  # NUL and lone surrogates too
DEEP: Final = "[" * 100_000
LONG_NUMBER: Final = "9" * 5000
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANYTHING,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANYTHING, inner, max_size=4),
    max_leaves=12,
)


def one_line(error: Exception) -> None:
    says_something(error)
    assert "\n" not in str(error)


def says_something(error: Exception) -> None:
    assert str(error).strip()


def near(*words: str) -> st.SearchStrategy[str]:
    """Text that looks like what its reader wants, in pieces."""
    return st.lists(st.sampled_from(words) | st.text(max_size=4), max_size=8).map("".join) | ANYTHING


# Whoever runs it


@fuzzed
@given(
    st.sampled_from(sorted(Settings.model_fields)),
    near("$", "1", ".5", "-", "e9", "nan", "inf", ":", "openai:x", "{}", ","),
)
@example("model_prices", DEEP)
@example("budget", LONG_NUMBER)
@example("keep_runs", "1e999")
def test_settings(name: str, value: str) -> None:
    try:
        read = Settings.model_validate({name: value})
    except ValidationError as error:
        says_something(error)
    else:
        shown = getattr(read, name)
        assert not isinstance(shown, float) or math.isfinite(shown)


@fuzzed
@given(near('{"', "openai:x", '": ', "[1, 2]", "[", "1e999", "NaN", "Infinity", "-1", "}", ","))
@example(DEEP)
@example('{"a:b": [Infinity, 1]}')
@example('{"a:b": [1e999, 1]}')
@example(f'{{"a:b": [{LONG_NUMBER}, 1]}}')
def test_prices(text: str) -> None:
    try:
        prices = Prices(read_prices(text))
    except ValueError as error:
        one_line(error)
    else:
        for model in read_prices(text):
            assert math.isfinite(prices.usage(model, 0, 10**9).cost)


@fuzzed
@given(near("$", "1", "_", ".", "0", "٣", "e", "-", " "))
@example(LONG_NUMBER)
@example(f"${LONG_NUMBER}")
def test_budgets(text: str) -> None:
    try:
        limit = Limit.read(text)
    except ValueError as error:
        one_line(error)
    else:
        assert 0 < limit.amount < math.inf


@fuzzed
@given(st.lists(near("10.0.0.0", "/", "8", "::1", "[", "]", "%", "example", ".", "com", "*"), max_size=3))
def test_allow_lists(entries: list[str]) -> None:
    try:
        AllowList.read(entries)
    except ValueError as error:
        says_something(error)


URLS = near(
    "postgresql://", "ann", ":", "pass", "@", "/", "?", "host=", "port=", "sslmode=", "&", "%", "%41", "[", "]", "#"
)


@fuzzed
@given(URLS.map(lambda rest: f"postgresql://{rest}") | URLS)
@example("postgresql://\udcff@h/d")
def test_database_urls(url: str) -> None:
    assert masked(url) is not None
    try:
        read_url(url)
        psycopg_arguments(url, application_name="a", settings={})
        asyncpg_arguments(url, application_name="a", settings={})
    except InvalidInput as error:
        says_something(error)


# Learners


@fuzzed
@given(st.dictionaries(st.sampled_from([*Preferences.model_fields, "x"]), json_values, max_size=6), json_values)
def test_requests(preferences: dict[str, Any], other: Any) -> None:
    for document in ({"preferences": preferences}, {"preferences": other}, other):
        try:
            request = LearningRequest.model_validate(document)
        except ValidationError:
            continue
        json.dumps(request.model_dump(mode="json"), allow_nan=False).encode()


@fuzzed
@given(ANYTHING)
@example("9" * 200 + " weeks")
def test_words_of_learners(text: str) -> None:
    try:
        assert usable_text("instructions", text).encode()
    except InvalidInput as error:
        one_line(error)
    try:
        known_id(text, "roadmap").encode()
    except NotFound as error:
        one_line(error)
    assert guess_language(text)
    is_written_in(text, "zh")
    weeks = weeks_until(text)
    assert weeks is None or 0 < weeks < math.inf
    assert new_roadmap_id(text).isascii()
    redact(text)


# Models and their providers

SHAPES_OF_ANSWERS: Final[list[type[BaseModel]]] = [FrameworkDraft, EditPlan, Tutorial, Resources, Quiz]


@fuzzed
@given(near("```json\n", "\n```", "{", '"a": ', "1", "[", "]", "}", "\\u0000", "\\ud800", '"', ",", "NaN"))
@example(DEEP)
@example('{"a":' * 50_000)
@example(f'{{"a": {LONG_NUMBER}}}')
def test_answers(text: str) -> None:
    found = object_in(text)
    if found is not None:
        stored = storable_answer(Answer(found, "m", 1, 1, 0.0, finish_reason="stop")).content
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
        assert all(isinstance(problem, str) for problem in check_content(read))


@fuzzed
@given(ANYTHING | near("# ", "```", "python\n", "json\n", "def f(", "{", "\n", "a " * 50, "TODO", "~~~"))
def test_contents(text: str) -> None:
    tutorial = Tutorial(title="T", summary="S", content=f".{text}", estimated_completion_time=30, language="en")
    assert all(isinstance(problem, str) for problem in check_content(tutorial))


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


# Developers and other versions


@fuzzed
@given(st.sampled_from([*SHAPES, "nothing"]), ANYTHING | json_values.map(json.dumps))
@example("framework", DEEP)
@example("edit_rounds", LONG_NUMBER)
def test_state_by_hand(key: str, value: str) -> None:
    try:
        read_value(key, value)
    except InvalidInput as error:
        one_line(error)


@fuzzed
@given(json_values)
def test_stored_data(stored: Any) -> None:
    for shape in (Framework, Tutorial, Quiz):
        try:
            read_stored(shape, stored, "this")
        except UnknownFormat as error:
            one_line(error)
