"""How long a provider asks to wait."""

from datetime import UTC, datetime
from typing import Any, Final

import pytest

from nodes.authors.provider_errors.error_facts import facts_of
from nodes.authors.provider_errors.waits import wait_asked
from tests.support.provider_exceptions import google_error, openai_error

NOW: Final = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)

HEADERS: Final[list[tuple[dict[str, str], float | None]]] = [
    ({"retry-after": "17"}, 17),
    ({"retry-after": "0"}, 0),
    ({"retry-after": "-5"}, 0),
    ({"retry-after": "Wed, 01 Jul 2026 12:01:00 GMT"}, 60),
    ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
    ({"retry-after-ms": "1500", "retry-after": "2"}, 1.5),
    ({"retry-after": "soon"}, None),
    ({}, None),
]
BODIES: Final[list[tuple[Any, float | None]]] = [
    ({"message": "Please try again in 6.2s. Visit the page."}, 6.2),
    ({"message": "Please try again in 1m26.4s."}, 86.4),
    ({"message": "Please try again in 345ms."}, 0.345),
    ({"message": "Please retry after 26 seconds."}, 26),
    ({"message": "Please retry in 3.5s."}, 3.5),
    ({"message": "Please wait 2 minutes"}, 120),
    ({"message": "try again in 7h12m3s"}, 25923),
    ({"message": "busy", "retry_after": 12}, 12),
    ({"message": "busy", "metadata": {"headers": {"X-RateLimit-Reset": "1782907230000"}}}, 30),
    ({"message": "Please try again later."}, None),
    ({"message": "Try again."}, None),
]


def test_a_wait_is_read_from_headers_bodies_and_words(subtests: pytest.Subtests) -> None:
    for headers, wait in HEADERS:
        with subtests.test(str(headers)):
            assert wait_asked(facts_of(openai_error(429, "busy", headers)), NOW) == wait
    for body, wait in BODIES:
        with subtests.test(str(body)):
            assert wait_asked(facts_of(openai_error(429, body)), NOW) == pytest.approx(wait)


def test_the_delay_of_google_is_read_from_the_details() -> None:
    details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "3s"}]
    error = google_error(429, "Quota exceeded.", "RESOURCE_EXHAUSTED", details)
    assert wait_asked(facts_of(error), NOW) == 3
