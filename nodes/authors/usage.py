"""Tokens of a call: as its provider reports them, or estimated where no report is plausible.

Integrations put usage in different places. Estimates are on the high side, so that no budget is exceeded unnoticed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import ceil, isfinite
from typing import Any, Final

ASCII_CHARACTERS_PER_TOKEN: Final = 2.5
"""A low figure: English prose has about four, JSON about three."""
UTF8_BYTES_PER_TOKEN: Final = 2
"""Of other scripts: one token for a Cyrillic letter, one and a half for a Han character, two for an emoji."""
MAX_PLAUSIBLE_FACTOR: Final = 10
"""A report of more than this many times the sent or allowed tokens is implausible."""
MIN_IMPLAUSIBLE_TOKENS: Final = 100_000
"""Fewer are always plausible: providers add instructions of their own, and models reason at length."""

_IN: Final = ("input_tokens", "prompt_tokens", "inputTokens", "inputTokenCount", "prompt_token_count",
              "promptTokenCount", "prompt_eval_count")  # fmt: skip
_OUT: Final = ("output_tokens", "completion_tokens", "outputTokens", "outputTokenCount", "candidates_token_count",
               "candidatesTokenCount", "eval_count")  # fmt: skip
_THOUGHT: Final = ("thoughts_token_count", "thoughtsTokenCount")
"""Reasoning that Gemini does not count as output."""
_HOLDERS: Final = ("token_usage", "usage", "usage_metadata", "usageMetadata", "tokens", "billed_units", "token_count",
                   "meta", "amazon-bedrock-invocationMetrics")  # fmt: skip
"""Keys of `response_metadata` that may hold usage, beside its top level."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of one call. Cached ones are part of `tokens_in`, reasoning is part of `tokens_out`."""

    tokens_in: int
    tokens_out: int
    cache_read: int = 0
    cache_write: int = 0
    service_tier: str | None = None
    estimated: bool = False
    """Whether a number is an estimate, for lack of a plausible report."""


def plausible_tokens(reports: Iterable[Mapping[str, Any]], *, sent: int, written: int, room: int) -> Tokens:
    """Return the first report with two plausible numbers, else estimates for the numbers that are missing.

    `sent` and `written` are estimates of the prompt and of the answer, `room` is the token limit of the answer.
    """
    partly: Tokens | None = None
    for report in reports:
        tokens_in = _number(report, _IN, _most(sent)) or None
        tokens_out = _number(report, _OUT, _most(room))
        if tokens_out is not None:
            tokens_out += _number(report, _THOUGHT, _most(room)) or 0
        if tokens_out == 0 and written:
            tokens_out = None
        if tokens_in is not None and tokens_out is not None:
            return _with_cache(Tokens(tokens_in, tokens_out), report)
        if partly is None and (tokens_in is not None or tokens_out is not None):
            partly = Tokens(
                sent if tokens_in is None else tokens_in, written if tokens_out is None else tokens_out, estimated=True
            )
    return partly or Tokens(sent, written, estimated=True)


def reports_in(usage_metadata: object, response_metadata: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield everything in an answer that may be a report of usage, the most reliable first."""
    if isinstance(usage_metadata, Mapping):
        yield usage_metadata
    yield response_metadata
    for holder in _held_by(response_metadata):
        yield holder
        yield from _held_by(holder)


def _held_by(holder: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [inner for name in _HOLDERS if isinstance(inner := holder.get(name), Mapping)]


def estimated_tokens(text: str) -> int:
    """Estimate the tokens of a text, on the high side."""
    if text.isascii():
        return ceil(len(text) / ASCII_CHARACTERS_PER_TOKEN)
    ascii_characters = len(text.encode("ascii", "ignore"))
    other_bytes = len(text.encode("utf-8", "surrogatepass")) - ascii_characters
    return ceil(ascii_characters / ASCII_CHARACTERS_PER_TOKEN + other_bytes / UTF8_BYTES_PER_TOKEN)


def _most(expected: int) -> int:
    return max(MAX_PLAUSIBLE_FACTOR * expected, MIN_IMPLAUSIBLE_TOKENS)


def _number(report: Mapping[str, Any], names: tuple[str, ...], most: int) -> int | None:
    """Return the first value that is a count from 0 to `most`, also as a text of digits; None without one."""
    for name in names:
        value = report.get(name)
        if isinstance(value, str) and re.fullmatch(r"[0-9]{1,12}", value):
            value = int(value)
        if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and 0 <= value <= most:
            return ceil(value)
    return None


def _with_cache(tokens: Tokens, report: Mapping[str, Any]) -> Tokens:
    """Return the tokens with the cached input and the billed service tier of a report."""
    details = report.get("input_token_details") or report.get("prompt_tokens_details")
    if not isinstance(details, Mapping):
        return tokens
    tier = next((tier for tier in ("priority", "flex") if tier in details), None)
    prefix = f"{tier}_" if tier else ""
    limit = tokens.tokens_in
    read = _number(details, (f"{prefix}cache_read", "cached_tokens"), limit) or 0
    lasting = ("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens")
    written = _number(details, (f"{prefix}cache_creation", "cache_write_tokens"), limit) or sum(
        _number(details, (name,), limit) or 0 for name in lasting
    )
    if read + written > limit:
        return replace(tokens, service_tier=tier)
    return replace(tokens, cache_read=read, cache_write=written, service_tier=tier)
