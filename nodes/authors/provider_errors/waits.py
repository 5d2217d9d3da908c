"""Read how long a provider asks to wait: from headers, the body, or its words."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Final

from nodes.authors.provider_errors.error_facts import ErrorFacts

_DURATION: Final = (
    r"(?:(?P<d>\d{1,3})\s?d(?:ays?)?\s?)?(?:(?P<h>\d{1,4})\s?h(?:ours?|rs?)?\s?)?"
    r"(?:(?P<m>\d{1,6})\s?m(?:in(?:ute)?s?)?(?!s)\s?)?(?:(?P<s>\d{1,9}(?:\.\d{1,9})?)\s?s(?:ec(?:ond)?s?)?)?"
    r"(?:(?P<ms>\d{1,9}(?:\.\d{1,9})?)\s?(?:ms|milliseconds?))?"
)
_TEXT: Final = re.compile(_DURATION, re.IGNORECASE)
_WORDS: Final = re.compile(
    rf"(?:(?:try|retry)(?: your request)?(?: again)?|wait|available again)(?: (?:in|after|for))? (?:about |at least )?"
    rf"(?=\d){_DURATION}",
    re.IGNORECASE,
)
_UNITS: Final = {"d": 86_400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_NUMBER: Final = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?")
_MAX_RELATIVE_SECONDS: Final = 1e8
"""A larger number of a reset header is a moment: seconds or milliseconds since 1970."""


def wait_asked(facts: ErrorFacts, now: datetime) -> float | None:
    """Return the seconds until the moment that the provider asks to wait for, 0 if it is past, None without any."""
    for seconds in (_of_headers(facts, now), _of_values(facts, now), _of_words(facts), _of_reset(facts, now)):
        if seconds is not None and isfinite(seconds):
            return max(0.0, seconds)
    return None


def _of_headers(facts: ErrorFacts, now: datetime) -> float | None:
    if (milliseconds := _number(facts.headers.get("retry-after-ms"))) is not None:
        return milliseconds / 1000
    value = (facts.headers.get("retry-after") or "").strip()
    return _moment(value, now)


def _of_values(facts: ErrorFacts, now: datetime) -> float | None:
    """Read Google's `retryDelay`, and `retry_after` in a body."""
    for name in ("retrydelay", "retry_delay", "retry_after", "retry-after", "retryafter", "retry_after_seconds"):
        if (seconds := _moment(str(facts.values.get(name, "")).strip(), now)) is not None:
            return seconds
    return None


def _of_words(facts: ErrorFacts) -> float | None:
    match = _WORDS.search(facts.text)
    return None if match is None else _seconds(match.groupdict())


def _of_reset(facts: ErrorFacts, now: datetime) -> float | None:
    """Read the moment of a new quota, which OpenRouter quotes in the body."""
    return _moment(str(facts.values.get("x-ratelimit-reset", "")).strip(), now)


def _moment(value: str, now: datetime) -> float | None:
    """Return the seconds of `17`, `3.5s`, `1m26s`, an HTTP or ISO date, or seconds or milliseconds since 1970."""
    if not value or len(value) > 100:
        return None
    if (number := _number(value)) is not None:
        if number < _MAX_RELATIVE_SECONDS:
            return number
        return number / (1000 if number > 1e11 else 1) - now.timestamp()
    if (match := _TEXT.fullmatch(value)) is not None:
        return _seconds(match.groupdict())
    for parse in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = parse(value)
            return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds()
        except (TypeError, ValueError, OverflowError, LookupError):
            continue
    return None


def _seconds(parts: Mapping[str, str | None]) -> float | None:
    known = [float(amount) * _UNITS[unit] for unit, amount in parts.items() if amount]
    return sum(known) if known else None


def _number(value: str | None) -> float | None:
    text = (value or "").strip()
    return float(text) if _NUMBER.fullmatch(text) else None
