"""Bugs of authors: an exception out of an Author's own code fails what was asked for, and is named by its class."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from domain.errors import AuthorBroken, RoadmapError
from domain.logs import get_log
from domain.text.secrets import redact

_log = get_log(__name__)

MAX_REASON: Final = 300
"""Characters of what the exception says."""


@contextmanager
def blamed_on_author() -> Iterator[None]:
    """Around a call of an author. Raises AuthorBroken for an exception of its own code, whose traceback goes to the
    debug log."""
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
        said = " ".join(redact(str(error)).split())
    except Exception:  # its own `__str__` is a part of the bug
        said = ""
    if len(said) > MAX_REASON:
        said = f"{said[:MAX_REASON]}…"
    return f"{type(error).__name__} in the author{f': {said}' if said else ''}"
