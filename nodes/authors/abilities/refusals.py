"""What a failed call says about the way in which a model was asked."""

import re
from typing import Final

from nodes.authors.abilities.approach import MODE_WORDS
from nodes.authors.port import CallFailed

_NEVER: Final = frozenset({401, 402, 408, 409, 425, 429})
"""Refusals of a key or an account, and those that pass."""
_OUTAGES: Final = frozenset({502, 503, 504, 520, 521, 522, 523, 524, 529})
_OF_ONE_CALL: Final = frozenset({400, 404, 405, 422, 501})
"""Statuses of a refusal after which a call is tried again in another way, although the approach works for others."""
_UNREADABLE: Final = "failed protocol"

_NO_SUCH_MODEL: Final = re.compile(
    r"model.{0,200}(?:does not exist|not exist|not found|is not available|unknown|not supported for)"
    r"|(?:no such|unknown|invalid|unsupported) model|model_not_found|not a valid model|pull(?:ing)? (?:it|the model)",
    re.IGNORECASE | re.DOTALL,
)
_DENIED: Final = re.compile(
    r"\bkey\b|permission|forbidden|access|denied|unauthori[sz]ed|authori[sz]ation|country|region|billing|quota",
    re.IGNORECASE,
)
_OF_CONTENT: Final = re.compile(
    r"content[_ -]?(?:filter|management|policy)|moderation|flagged|safety|prohibited", re.IGNORECASE
)
"""Refusals of what was said, not of how."""


def concerns_approach(failure: CallFailed) -> bool:
    """Return whether a call of a model that has not answered yet may have failed for the way in which it was asked."""
    words = failure.said
    match status_of(failure):
        case None:
            return failure.outcome == "failed"  # the integration itself cannot ask in this way
        case status if status in _NEVER or _OF_CONTENT.search(words):
            return False
        case status if status in _OUTAGES:
            return bool(MODE_WORDS.search(words.lower()))
        case 403:
            return not _DENIED.search(words)
        case 404:
            return not _NO_SUCH_MODEL.search(words)
        case _:
            return True


def is_due_in_words(failure: CallFailed) -> bool:
    """Return whether one call of a model that answers others may succeed when it is asked for less."""
    return status_of(failure) in _OF_ONE_CALL and not _OF_CONTENT.search(failure.said)


def is_unreadable(failure: CallFailed) -> bool:
    """Return whether the response was outside of the protocol."""
    return failure.outcome == _UNREADABLE


def is_server_error(failure: CallFailed) -> bool:
    """Return whether a server failed without a word about the way in which it was asked."""
    status = status_of(failure)
    return status is not None and status >= 500 and not MODE_WORDS.search(failure.said.lower())


def status_of(failure: CallFailed) -> int | None:
    """Return the HTTP status of a failure."""
    if failure.status is not None:
        return failure.status
    digits = failure.outcome.rpartition(" ")[2]
    return int(digits) if digits.isdecimal() else None
