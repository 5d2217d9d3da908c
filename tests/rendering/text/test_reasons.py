"""Reasons of failures in groups."""

from rendering.text.reasons import MAX_REASON_LENGTH, grouped


def test_reasons_that_differ_in_numbers_ids_and_quotes_are_one() -> None:
    reasons = [f"openai:x: rate limit (429), try again in {number} s" for number in range(15)]
    reasons += ["The quiz of c-1-2-3 has no “stack”.", "The quiz of c-4-5-6 has no “queue”.", "No money."]
    assert [(group.count, group.reason) for group in grouped(reasons, str)] == [
        (15, "openai:x: rate limit (429), try again in 0 s"),
        (2, "The quiz of c-1-2-3 has no “stack”."),
        (1, "No money."),
    ]


def test_any_text_has_a_group() -> None:
    hostile = ["", " \n", "x" * 1_000_000, '"' * 10_000, "\x00\u202e<b>", "9" * 100_000]
    groups = grouped(hostile, str)
    assert sum(group.count for group in groups) == len(hostile)
    assert all(0 < len(group.reason) <= MAX_REASON_LENGTH for group in groups)
    assert groups[0].members
    assert grouped([], str) == ()
