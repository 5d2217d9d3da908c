"""Whatever people and other versions bring is read, or refused in one line by the error that its reader declares.

Answers of models, providers and the web: test_outside_answers.py.

| who sends it | what | its reader |
| --- | --- | --- |
| whoever runs it | settings | `Settings` |
| | prices, budgets, allow-lists | `read_prices`, `Limit`, `AllowList` |
| | database URLs | `read_url`, `redact_url` |
| learners | requests, words, deadlines | `LearningRequest`, `usable_text`, `read_deadline` |
| | ids | `known_id`, `new_roadmap_id` |
| developers | state by hand | `read_value` |
| other versions | stored data | `read_stored` |

Hypothesis remembers what it found in .hypothesis; here stands what was found for good.
"""

import json
import math
from datetime import date
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from cli.inputs import validate_id
from domain.contents import Quiz, Tutorial
from domain.errors import InvalidInput, NotFound, UnknownFormat
from domain.framework import Framework
from domain.identity import new_roadmap_id
from domain.pace.deadlines import read_deadline
from domain.pace.goal_pace import deadline_in, hours_in
from domain.pace.pace import read_zone
from domain.request import LearningRequest, Preferences, usable_text
from domain.text.language import guess_language, is_written_in
from domain.text.parse_stored import read_stored
from domain.text.secrets import redact, redact_url
from nodes.authors.prices import Prices, read_prices
from nodes.authors.usage import TokenCounts
from nodes.ledger.budget import Limit
from nodes.net.addresses import AllowList
from nodes.state import SHAPES
from orchestrator.execution.stepper import read_value
from orchestrator.settings import Settings
from repository.db.urls import asyncpg_arguments, psycopg_arguments, read_url
from tests.support.nonsense import ANYTHING, DEEP, LONG_NUMBER, fuzzed, json_values, near, one_line, says_something

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
            assert math.isfinite(prices.usage(model, TokenCounts(0, 10**9)).cost or 0)


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
@example(url="postgresql://h/%80")
@given(URLS.map(lambda rest: f"postgresql://{rest}") | URLS)
@example("postgresql://\udcff@h/d")
def test_database_urls(url: str) -> None:
    assert redact_url(url) is not None
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
        validate_id(text, "roadmap").encode()
    except NotFound as error:
        one_line(error)
    assert guess_language(text)
    is_written_in(text, "zh")
    for today in (date(2026, 11, 30), date.max, date.min):
        assert isinstance(read_deadline(text, today), date | None)
        assert isinstance(deadline_in(text, today), str | None)
    assert 1 <= (hours_in(text) or 1) <= 168
    try:
        read_zone(text)
    except InvalidInput as error:
        one_line(error)
    assert new_roadmap_id(text).isascii()
    redact(text)


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
