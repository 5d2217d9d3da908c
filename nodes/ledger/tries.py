"""How many answers one start buys for one request."""

from collections.abc import Mapping
from itertools import islice
from typing import Any, Final

from domain.errors import AnswerRejected
from nodes.ledger.requests import AuthorRequest, shaped
from repository.ledger.calls import KnownAnswer

MAX_TRIES: Final = 3
"""Answers that one start buys for one request before the request fails."""
MAX_UNUSABLE: Final = 2 * MAX_TRIES
"""Unusable answers to optional requests of one step in a run, after which no more are asked for. From MAX_TRIES on,
each request buys one."""


NOT_ASKED: Final = f"it was not asked, since {MAX_UNUSABLE} answers of this kind in this run could not be used"


def failed(tries: int, problem: str) -> AnswerRejected:
    """Return the error of a request after this many answers; `problem`: of the last one."""
    if not tries:
        return AnswerRejected(problem)
    times = "once" if tries == 1 else f"{tries} times"
    return AnswerRejected(f"The author's answers failed their check {times}: {problem}")


def max_tries(known: Mapping[str, KnownAnswer], request: AuthorRequest[Any]) -> int:
    """Return how many answers one start may buy for a request; fewer for an optional one, 0 to 3.

    An optional request is asked less often where its step has brought unusable answers, and none that has its shape.
    That is read from the ledger, so it holds after a restart too.
    """
    if not request.is_optional:
        return MAX_TRIES
    unusable = unusable_answers(known, request)
    if unusable < MAX_TRIES or _has_answered(known, request):
        return MAX_TRIES
    return 1 if unusable < MAX_UNUSABLE else 0


def unusable_answers(known: Mapping[str, KnownAnswer], request: AuthorRequest[Any]) -> int:
    """Return the number of rejected answers of the step of a request, MAX_UNUSABLE + 1 at most."""
    rejected = (one for one in known.values() if one.step == request.step and one.objection is not None)
    return sum(1 for _ in islice(rejected, MAX_UNUSABLE + 1))


def _has_answered(known: Mapping[str, KnownAnswer], request: AuthorRequest[Any]) -> bool:
    """Return whether the step of a request has an accepted answer of its shape."""
    accepted = (one for one in known.values() if one.step == request.step and one.objection is None)
    return any(shaped(request, one.answer)[0] is not None for one in accepted)
