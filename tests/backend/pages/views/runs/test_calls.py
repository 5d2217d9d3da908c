"""Questions and answers of the ledger as text."""

from typing import Any

import pytest

from backend.pages.views.runs.calls import MAX_LENGTH, call_lines, readable
from repository.ledger.call_details import StoredCall
from tests.cli.roadmaps import NOON


def call(**changes: Any) -> StoredCall:
    values: dict[str, Any] = {
        "call_id": 1,
        "created_at": NOON,
        "step": "quiz_generation",
        "model": "m",
        "tokens_in": 10,
        "tokens_out": 5,
        "cost": 0.5,
        "latency": 2.0,
        "finish_reason": "stop",
        "outcome": "accepted",
        "answered": True,
        "concept_id": "c-1",
        "content_type": "quiz",
        "question": {"role": "quiz_key", "objections": ["Too short."], "brief": {"concept": {"name": "Types"}}},
        "answer": {"title": "A"},
        "version": 2,
    }
    return StoredCall(**{**values, **changes})


def test_a_call_says_what_it_was_about_and_what_it_used() -> None:
    (line,) = call_lines([call()])
    assert (line.step, line.role, line.outcome, line.version) == ("Writing a quiz", "quiz key", "accepted", 2)
    assert line.used == "2.0 s · 10 tokens in, 5 out · $0.50 · stop"
    assert line.objections == ("Too short.",)
    assert line.question == "concept:\n  name: Types"
    assert line.answer == "title: A"


def test_rejected_answers_and_tries_without_one_say_why() -> None:
    rejected = call(outcome="It has no question.", version=None)
    failed = call(call_id=2, outcome="failed 429", answered=False, answer=None, version=None)
    lines = call_lines([rejected, failed])
    assert [(line.outcome, line.objection) for line in lines] == [
        ("rejected", "It has no question."),
        ("no answer", "failed 429"),
    ]
    assert [line.same_question for line in lines] == [False, True]


@pytest.mark.parametrize("question", [None, {}, {"role": 1, "objections": "x", "brief": []}, {"brief": None}])
def test_what_an_older_or_other_program_stored_is_left_out(question: Any) -> None:
    (line,) = call_lines([call(question=question, answer=None)])
    assert (line.question, line.answer, line.objections) == ("", "", ())


def test_long_texts_keep_their_lines_and_deep_or_huge_ones_are_cut() -> None:
    assert readable({"a": "one\ntwo", "b": [], "c": [1, "x", {"d": None}]}) == (
        "a:\n  one\n  two\nb: –\nc:\n  - 1\n  - x\n  -\n    d: –"
    )
    nested: Any = "end"
    for _ in range(500):
        nested = {"in": nested}
    assert len(readable(nested)) < 2 * MAX_LENGTH
    assert len(readable({"text": "x" * 10_000_000})) < 2 * MAX_LENGTH
    assert len(readable({"text": "x\n" * 1_000_000})) < 2 * MAX_LENGTH
    assert readable([0] * 100_000).endswith("lines.")
