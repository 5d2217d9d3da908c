"""Exceptions out of an author's own code: they fail the request and are named by their class."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from domain.errors import AuthorBroken, RoadmapError
from domain.logs import get_log
from domain.text.secrets import redact
from nodes.authors.reading.gate import storable_text

_log = get_log(__name__)

MAX_REASON: Final = 300
"""Characters of an exception's message."""


@contextmanager
def blamed_on_author() -> Iterator[None]:
    """Wrap a call of an author. Raises AuthorBroken for an exception of its own code, and logs it for debugging."""
    try:
        yield
    except RoadmapError:
        raise
    except Exception as error:
        _log.debug("the author raised an exception", kind=type(error).__name__, exc_info=error)
        raise AuthorBroken(_reason(error)) from error


def _reason(error: Exception) -> str:
    """`KeyError in the author: 'stages'`"""
    try:
        message = storable_text(" ".join(redact(str(error)).split()), MAX_REASON)
    except Exception:  # `__str__` itself is broken
        message = ""
    return f"{type(error).__name__} in the author{f': {message}' if message else ''}"
