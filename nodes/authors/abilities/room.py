"""The tokens that a model has room for: read out of refusals, and divided between the prompt and the answer."""

import re
from typing import Final

from nodes.authors.port import CallFailed

MIN_ROOM: Final = 256
"""Tokens below which no answer is asked for."""
MIN_WINDOW: Final = 1024
"""Tokens of prompt and answer below which a model cannot be used."""
MARGIN: Final = 64
"""Tokens that templates of servers add to a prompt."""
CONCEPT_TOKENS: Final = 120
"""Tokens that a concept takes in a framework, on the high side."""
SHRINK: Final = 0.75
"""What is left of the room after a refusal that names no lower limit."""

_ABOUT_ROOM: Final = re.compile(
    r"context.{0,20}(?:length|window|size|limit)|context_length_exceeded|too many (?:input |prompt )?tokens|too long"
    r"|maximum number of tokens|reduce the length|max_model_len|n_ctx|range of max_tokens|max_tokens.{0,40}too large"
    r"|exceeds?.{0,40}(?:context|tokens)|input token count",
    re.IGNORECASE | re.DOTALL,
)
_NUMBER: Final = r"[^\d]{0,40}?(\d[\d,]{2,9})\b"
_WINDOW: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"maximum context length{_NUMBER}",
        rf"context (?:length|window|size|limit){_NUMBER}",
        rf"(?:max_model_len|n_ctx){_NUMBER}",
        rf"maximum number of tokens{_NUMBER}",
        r"max_new_tokens`? must be <= (\d[\d,]{2,9})\b",
        r"> (\d[\d,]{2,9}) maximum",
    )
)
_ANSWER: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"at most (\d[\d,]{2,9}) (?:completion|output) tokens",
        r"range of max_(?:completion_)?tokens (?:is|should be) \[\d+, ?(\d[\d,]{2,9})\]",
        r"max_(?:completion_|output_)?tokens\W{1,4}\d+ > (\d[\d,]{2,9})",
        r"max_(?:completion_|output_)?tokens`? must be (?:less than or equal to|at most|<=) `?(\d[\d,]{2,9})\b",
    )
)


def context_window(failure: CallFailed) -> int | None:
    """Return the tokens of prompt and answer together that a refusal names."""
    return failure.context_window or _named(_WINDOW, failure.said)


def answer_limit(failure: CallFailed) -> int | None:
    """Return the tokens of an answer that a refusal names as the limit of a model."""
    return _named(_ANSWER, failure.said)


def is_about_room(failure: CallFailed) -> bool:
    """Return whether a call was refused since prompt and answer may be too long."""
    return bool(_ABOUT_ROOM.search(failure.said) or context_window(failure) or answer_limit(failure))


def _named(patterns: tuple[re.Pattern[str], ...], text: str) -> int | None:
    numbers = [int(match[1].replace(",", "")) for pattern in patterns if (match := pattern.search(text))]
    return next((number for number in numbers if number >= MIN_ROOM), None)
