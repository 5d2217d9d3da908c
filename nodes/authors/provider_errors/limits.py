"""Read the limits of a model out of its refusals."""

import re
from typing import Final

from nodes.authors.provider_errors.error_facts import ErrorFacts

_N: Final = r"(\d{1,3}(?:[,_]\d{3})+|\d{1,9})"
MIN_TOKENS: Final = 128
MAX_TOKENS: Final = 100_000_000
"""Smaller and larger numbers are no limits of a model."""

_CONTEXT: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"with {_N} maximum context length",
        rf"exceed context limit: \d+ \+ \d+ > {_N}",
        rf"maximum (?:context|prompt|sequence|model|input) (?:length|size|window)[^\d\n]{{0,40}}?{_N}",
        rf"max(?:imum)?[ _](?:model|seq|sequence|context|input)[ _]?(?:len|length|size|window)[^\d\n]{{0,30}}?{_N}",
        rf"longer than the maximum[^\d\n]{{0,60}}{_N}",
        rf"context (?:length|size|window) (?:of|is|limit)[^\d\n]{{0,20}}{_N}",
        rf"context (?:size|length) ?\({_N}",
        rf"n_ctx: ?{_N}",
        rf"tokens in the prompt cannot exceed {_N}",
        rf"exceeds?(?: the)?(?: model'?s?)? ?(?:maximum |available )?context[^\d\n]{{0,60}}?[(>:] ?{_N}",
        rf"\d tokens? ?> ?{_N}(?: tokens?)? maximum",
        rf"max_(?:new_)?tokens`? must be ?(?:<=|≤|less than or equal to) {_N}",
        rf"inputs?`? must have less than {_N} tokens",
        rf"maximum number of (?:input )?tokens[^\d\n]{{0,30}}{_N}",
        rf"input length (?:should|must) be \[1, ?{_N}\]",
        rf"(?:exceeded|exceeds?|over)(?: the)? (?:model )?token limit[^\d\n]{{0,20}}{_N}",
        rf"(?:supports?|limited to|limit of) (?:at most |up to |only )?{_N} (?:input |context )?tokens",
        rf"(?:no|not) more than {_N} tokens",
        rf"\(tpm\): limit {_N}, requested",
    )
)
"""Tokens of prompt and answer together, or of the prompt alone, in the words of providers. Text is in lower case."""
_OUTPUT: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"max_(?:completion_|output_|new_)?tokens`?:? (?:is too large: )?\d+[^\d\n]{{0,60}}?(?:at most|>) {_N}",
        rf"supports at most {_N} (?:completion|output) tokens",
        rf"max_(?:completion_|output_|new_)?tokens`? must be (?:less than or equal to|<=|at most) `?{_N}",
        rf"maximum tokens you requested exceeds the model limit of {_N}",
        rf"(?:valid )?range of max_(?:completion_|output_)?tokens (?:is|should be) \[\d+, ?{_N}\]",
        rf"max(?:imum)?[ _]?output[ _]?tokens[^\d\n]{{0,60}}?(?:at most|less than|up to|limit of|to|is) {_N}",
        rf"maxoutputtokens[^\d\n]{{0,20}}\d+[^\d\n]{{0,60}}\d+ \(inclusive\) to {_N}",
    )
)
"""Tokens of an answer."""
_OVERFLOW: Final = re.compile(
    r"context[_ ](?:length|size|window)|prompt is too long|input is too long|input_too_long|too many tokens"
    r"|exceed_context_size|maximum (?:prompt|context|input) length|context overflow|request_too_large"
    r"|reduce the length of the (?:messages|input|prompt)|input token count|token limit"
    r"|tokens \+ `?max_new_tokens|prompt 超长|输入过长|tokens? > \d+ maximum"
)


def context_window(facts: ErrorFacts) -> int | None:
    """Return the most tokens of prompt and answer together that a refusal names."""
    named = facts.values.get("n_ctx")  # llama.cpp
    if isinstance(named, int) and MIN_TOKENS <= named <= MAX_TOKENS:
        return named
    if output_limit(facts) is not None:
        return None
    return _first(_CONTEXT, facts.text)


def output_limit(facts: ErrorFacts) -> int | None:
    """Return the most tokens of an answer that a refusal names."""
    if "+ `max_new_tokens" in facts.text or "tokens + max_new_tokens" in facts.text:
        return None  # the sum of prompt and answer
    return _first(_OUTPUT, facts.text)


def is_overflow(facts: ErrorFacts) -> bool:
    """Return whether a prompt, with the answer asked for, is too long for the model."""
    return _OVERFLOW.search(facts.text) is not None or any("context_length" in code for code in facts.codes)


def is_larger_than_rate(facts: ErrorFacts) -> bool:
    """Return whether one request is larger than what a rate limit allows in a minute: waiting does not help."""
    match = re.search(rf"limit:? {_N}[^\d\n]{{0,20}}requested:? {_N}", facts.text)
    return match is not None and _count(match[2]) > _count(match[1])


def _first(patterns: tuple[re.Pattern[str], ...], text: str) -> int | None:
    for pattern in patterns:
        if (match := pattern.search(text)) is not None and MIN_TOKENS <= _count(match[1]) <= MAX_TOKENS:
            return _count(match[1]) - text.startswith(" (exclusive)", match.end())
    return None


def _count(text: str) -> int:
    return int(text.replace(",", "").replace("_", ""))
