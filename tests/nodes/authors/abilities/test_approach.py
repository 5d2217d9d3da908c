"""The ladder of ways to ask a model: it ends, and the words of a refusal choose its first step."""

from dataclasses import replace
from itertools import count

import pytest

from nodes.authors.abilities.approach import (
    Approach,
    LimitName,
    Mode,
    Unusable,
    after_refusal,
    after_unusable,
    for_one_call,
)


def test_a_server_that_refuses_everything_is_asked_in_a_few_ways_and_never_twice_in_one() -> None:
    seen = [Approach()]
    while (following := after_refusal(seen[-1], "Bad Request")) is not None:
        seen.append(following)
    assert len(seen) == len(set(seen)) <= 9
    assert {approach.mode for approach in seen} == set(Mode)
    assert seen[-1] == Approach(Mode.WORDS, bounds=False, system=False, limit=LimitName.NONE, stream=True)


@pytest.mark.parametrize(
    ("words", "following"),
    [
        ("System role not supported", Approach(system=False)),
        ("Developer instruction is not enabled for models/gemma", Approach(system=False)),
        ("'loc': ['body', 'max_completion_tokens'], 'msg': 'Extra inputs'", Approach(limit=LimitName.MAX_TOKENS)),
        ("This response_format type is unavailable now", Approach(Mode.FUNCTION_CALLING)),
        ("No endpoints found that support tool use", Approach(Mode.FUNCTION_CALLING)),
        ("failed to parse grammar", Approach(bounds=False)),
        ("Invalid schema: 'maxItems' is not permitted", Approach(bounds=False)),
        ("parameter.enable_thinking must be set to false for non-streaming calls", Approach(stream=True)),
        ("不支持", Approach(bounds=False)),
        ("", Approach(bounds=False)),
    ],
)
def test_a_refusal_that_names_its_reason_costs_no_other_refusals(words: str, following: Approach) -> None:
    assert after_refusal(Approach(), words) == following


def test_a_reason_that_does_not_go_away_does_not_hold_up_the_ladder() -> None:
    approach: Approach | None = Approach()
    for steps in count():  # noqa: B007
        if approach is None:
            break
        approach = after_refusal(approach, "System role not supported, max_tokens, grammar, tools")
    assert steps <= 9


def test_an_answer_that_ignores_the_schema_shows_the_schema_first_and_an_empty_one_changes_the_mode() -> None:
    assert after_unusable(Approach(), Unusable.UNFIT) == Approach(shown=True)
    assert after_unusable(Approach(shown=True), Unusable.UNFIT) == Approach(Mode.FUNCTION_CALLING, shown=True)
    assert after_unusable(Approach(), Unusable.EMPTY) == Approach(Mode.FUNCTION_CALLING)
    assert after_unusable(Approach(), Unusable.CUT_SHORT) == Approach(limit=LimitName.MAX_TOKENS)
    assert after_unusable(Approach(limit=LimitName.MAX_TOKENS), Unusable.CUT_SHORT) is None, "never without a limit"
    assert after_unusable(Approach(Mode.WORDS), Unusable.UNFIT) is None


def test_one_refused_call_of_a_model_that_works_has_two_more_ways_at_most() -> None:
    assert for_one_call(Approach()) == [Approach(bounds=False), Approach(Mode.WORDS)]
    assert for_one_call(Approach(Mode.WORDS)) == []


def test_stored_approaches_of_other_versions_are_not_guessed_at() -> None:
    stored = replace(Approach(), shown=True).as_json()
    assert Approach.read(stored) == Approach(shown=True)
    changed = [{**stored, "mode": "telepathy"}, {**stored, "bounds": 1}, {**stored, "x": 1}]
    others: list[object] = [None, [], "schema", {}, *changed]
    for other in others:
        assert Approach.read(other) is None


def test_a_provider_that_refuses_a_strict_schema_gets_a_plain_one() -> None:
    begun = Approach(strict=True)
    words = "Invalid schema for response_format 'quiz': In context=(), 'additionalProperties' is required to be false"
    assert after_refusal(begun, words) == after_refusal(begun, "") == Approach()
    assert for_one_call(begun) == [Approach(bounds=False), Approach(Mode.WORDS)]


def test_an_approach_that_was_stored_before_there_were_strict_schemas_is_read() -> None:
    stored = {name: value for name, value in Approach(Mode.WORDS).as_json().items() if name != "strict"}
    assert Approach.read(stored) == Approach(Mode.WORDS)
