"""Ask a second reader. Without an answer a content is saved nevertheless, with the doubt that it was not read again."""

from dataclasses import replace
from typing import TypeVar

from pydantic import BaseModel

from domain.checks.findings import Finding, doubt
from domain.errors import BudgetSpent, RunFailed
from nodes.ledger.best_effort import ask_at_most_once, reason_of
from nodes.ledger.ledger import Ledger
from nodes.ledger.requests import AuthorRequest

T = TypeVar("T", bound=BaseModel)

UNREAD = "look.unread"


async def ask_second_reader(ledger: Ledger, request: AuthorRequest[T]) -> T | Finding:
    """Return the answer of a second reader, or the doubt that there is none that can be used.

    Raises ModelDenied and BudgetSpent, which end the run: a resumed one asks again.
    """
    try:
        read = await ask_at_most_once(ledger, replace(request, is_optional=True))
    except BudgetSpent:
        raise
    except RunFailed as error:  # an author of another program may know no such briefs
        reason = reason_of(error)
    else:
        if read.accepted is not None:
            return read.accepted
        reason = read.reason
    return doubt(UNREAD, f"No second reader has looked at this: {reason}")
