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
_DETAILS: Final = ("input_token_details", "prompt_tokens_details", "input_tokens_details")
_READ: Final = ("cache_read", "cached_tokens")
_WRITTEN: Final = ("cache_creation", "cache_write_tokens", "cache_creation_input_tokens", "cache_creation_tokens")
"""Cached input in the details of a report, which is part of its input."""
_LASTING: Final = ("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens")
"""Written input by the time that it is kept for."""
_READ_WITHIN: Final = ("prompt_cache_hit_tokens", "cached_content_token_count", "cachedContentTokenCount",
                       "cached_prompt_text_tokens", "cached_tokens")  # fmt: skip
"""Cached input beside the input of which it is part: DeepSeek, Gemini, xAI, Moonshot."""
_READ_BESIDE: Final = ("cache_read_input_tokens", "cacheReadInputTokens", "cacheReadInputTokenCount")
_WRITTEN_BESIDE: Final = ("cache_creation_input_tokens", "cacheWriteInputTokens", "cacheWriteInputTokenCount")
"""Cached input that is not part of the input beside it: Anthropic and Bedrock."""
_HOLDERS: Final = ("token_usage", "usage", "usage_metadata", "usageMetadata", "tokens", "billed_units", "token_count",
                   "meta", "amazon-bedrock-invocationMetrics")  # fmt: skip
"""Keys of `response_metadata` that may hold usage, beside its top level."""


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """Tokens of one call. Cached ones are part of `tokens_in`, reasoning is part of `tokens_out`."""

    tokens_in: int
    tokens_out: int
    cache_read: int = 0
    cache_write: int = 0
    cache_write_1h: int = 0
    """The part of `cache_write` that is kept for an hour, which costs more."""
    service_tier: str | None = None
    estimated: bool = False
    """Whether a number is an estimate, for lack of a plausible report."""


def plausible_tokens(reports: Iterable[Mapping[str, Any]], *, sent: int, written: int, room: int) -> TokenCounts:
    """Return the first report with two plausible numbers, else estimates for the numbers that are missing.

    `sent` and `written` are estimates of the prompt and of the answer, `room` is the token limit of the answer.
    """
    found: TokenCounts | None = None
    partly: TokenCounts | None = None
    for report in reports:
        tokens_in = _number(report, _IN, _most(sent)) or None
        tokens_out = _number(report, _OUT, _most(room))
        if tokens_out is not None:
            tokens_out += _number(report, _THOUGHT, _most(room)) or 0
        if tokens_out == 0 and written:
            tokens_out = None
        if tokens_in is not None and tokens_out is not None:
            tokens = _with_cache(TokenCounts(tokens_in, tokens_out), report, _most(sent))
            found = tokens if found is None else _with_cache_of(found, tokens, tokens_in)
        elif partly is None and (tokens_in is not None or tokens_out is not None):
            partly = TokenCounts(
                sent if tokens_in is None else tokens_in, written if tokens_out is None else tokens_out, estimated=True
            )
    return found or partly or TokenCounts(sent, written, estimated=True)


def _with_cache_of(found: TokenCounts, other: TokenCounts, reported_in: int) -> TokenCounts:
    """Return the tokens with the cached input of another report of the same call.

    Some integrations keep the numbers of input and output, and drop those of the cache. `reported_in` is the input of
    the other report without cached input beside it.
    """
    has_cache = found.cache_read or found.cache_write
    if (
        has_cache
        or not (other.cache_read or other.cache_write)
        or found.tokens_in not in (other.tokens_in, reported_in)
    ):
        return found
    return replace(other, tokens_out=found.tokens_out, service_tier=found.service_tier)


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


def _with_cache(tokens: TokenCounts, report: Mapping[str, Any], most: int) -> TokenCounts:
    """Return the tokens with the cached input and the billed service tier of a report; `most` is plausible."""
    details = next((inner for name in _DETAILS if isinstance(inner := report.get(name), Mapping)), {})
    tier = next((tier for tier in ("priority", "flex") if tier in details), None)
    prefix = f"{tier}_" if tier else ""
    tokens = replace(tokens, service_tier=tier)
    limit = tokens.tokens_in
    read = _number(details, (f"{prefix}cache_read", *_READ), limit) or _number(report, _READ_WITHIN, limit) or 0
    written = _number(details, (f"{prefix}cache_creation", *_WRITTEN), limit) or sum(
        _number(details, (name,), limit) or 0 for name in _LASTING
    )
    beside = _number(report, _READ_BESIDE, most) or 0, _number(report, _WRITTEN_BESIDE, most) or 0
    if not read and not written and any(beside):
        read, written = beside
        tokens = replace(tokens, tokens_in=limit + (0 if _is_within(report, limit, read + written) else read + written))
    if read + written > tokens.tokens_in:
        return tokens
    lasting = min(written, _kept_for_an_hour(report, details, most))
    return replace(tokens, cache_read=read, cache_write=written, cache_write_1h=lasting)


def _is_within(report: Mapping[str, Any], tokens_in: int, cached: int) -> bool:
    """Return whether cached input beside the input is part of it: so for gateways with the names of both protocols."""
    return "prompt_tokens" in report and cached <= tokens_in


def _kept_for_an_hour(report: Mapping[str, Any], details: Mapping[str, Any], most: int) -> int:
    creation = report.get("cache_creation")
    held = [details, *([creation] if isinstance(creation, Mapping) else [])]
    by_ttl = report.get("cacheDetails")
    entries = [entry for entry in by_ttl if isinstance(entry, Mapping)] if isinstance(by_ttl, list) else []
    held += [{_LASTING[1]: entry.get("inputTokens")} for entry in entries if entry.get("ttl") == "1h"]
    return max(_number(holder, _LASTING[1:], most) or 0 for holder in held)
