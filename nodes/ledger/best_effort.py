"""Ask for an answer without which a run can go on: an opinion, a plan of repairs, parts of an edit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from pydantic import BaseModel

from domain.checks.findings import Finding
from domain.errors import AnswerRejected, ModelDenied, ModelUnavailable
from nodes.authors.reading.gate import storable_text
from nodes.ledger.ledger import Ledger
from nodes.ledger.requests import AuthorRequest

T = TypeVar("T", bound=BaseModel)

_MAX_REASON_LENGTH = 300
"""Characters of a reason that is quoted."""


def reason_of(error: object) -> str:
    """Return why there is no answer, in one line that can be stored."""
    return storable_text(" ".join(str(error).split()), _MAX_REASON_LENGTH)


@dataclass(frozen=True, slots=True)
class BestEffort(Generic[T]):
    """What came of a request. One of `accepted` and `error` is set."""

    accepted: T | None = None
    last: T | None = None
    """The last new answer of the right shape, whether or not it was accepted."""
    error: AnswerRejected | ModelUnavailable | None = None

    @property
    def reason(self) -> str:
        """Why there is no accepted answer, in one line."""
        return reason_of(self.error)


async def ask_if_possible(ledger: Ledger, request: AuthorRequest[T]) -> BestEffort[T]:
    """Ask as `Ledger.ask` does; report an unusable or missing answer instead of raising for it.

    Raises ModelDenied and BudgetSpent: after these no other request of the run is answered either.
    """
    last: list[T] = []

    def remember(answer: T) -> Sequence[Finding]:
        last[:] = [answer]
        return request.check(answer)

    try:
        return BestEffort(accepted=(await ledger.ask(replace(request, check=remember))).value)
    except ModelDenied:
        raise
    except (AnswerRejected, ModelUnavailable) as error:
        return BestEffort(last=last[0] if last else None, error=error)


async def ask_at_most_once(ledger: Ledger, request: AuthorRequest[T]) -> BestEffort[T]:
    """Ask as `ask_if_possible` does, unless a process before this one has given the request up in this round.

    The run ends no earlier for such an answer, so buying it again would bring nothing but costs.
    """
    if error := ledger.given_up(request):
        return BestEffort(error=error)
    return await ask_if_possible(ledger, request)
