"""Read in a failed call whether the approach, this call or the room was refused."""

import re
from typing import Final

from nodes.authors.abilities.approach import MODE_WORDS
from nodes.authors.port import CallFailed
from nodes.authors.provider_errors import meanings
from nodes.authors.provider_errors.error_facts import ErrorFacts
from nodes.authors.provider_errors.limits import is_larger_than_rate, is_overflow

_NEVER: Final = frozenset({401, 402, 408, 409, 425, 429})
"""Refusals of a key or an account, and those that pass."""
_OUTAGES: Final = frozenset({502, 503, 504, 520, 521, 522, 523, 524, 529})
_TOO_LARGE: Final = 413
_OF_ONE_CALL: Final = frozenset({400, 404, 405, 422, 501})
"""Statuses of a refusal after which a call is tried again in another way, although the approach works for others."""
_UNREADABLE: Final = "failed protocol"
_DENIED: Final = re.compile(
    r"\bkey\b|permission|forbidden|access|denied|unauthori[sz]ed|authori[sz]ation|country|region|billing|quota"
)


class AskFailed(Exception):
    """A call failed: as the ledger reads it, and with what was said."""

    def __init__(self, failure: CallFailed, facts: ErrorFacts) -> None:
        super().__init__(str(failure))
        self.failure = failure
        self.facts = facts

    @property
    def concerns_approach(self) -> bool:
        """Whether a model that has not answered yet may have refused the way in which it was asked."""
        match self.failure.status:
            case None:
                return self.failure.outcome == "failed"  # the integration itself cannot ask in this way
            case status if status in _NEVER or self._is_denial:
                return False
            case status if status in _OUTAGES:
                return bool(MODE_WORDS.search(self.facts.text))
            case 403:
                return not _DENIED.search(self.facts.text)
            case _:
                return True

    @property
    def is_of_one_call(self) -> bool:
        """Whether one call of a model that answers others may succeed when it is asked for less."""
        return self.failure.status in _OF_ONE_CALL and not self.failure.transient and not self._is_denial

    @property
    def is_unreadable(self) -> bool:
        """Whether the response was outside of the protocol."""
        return self.failure.outcome == _UNREADABLE

    @property
    def is_server_error(self) -> bool:
        """Whether a server failed without a word about the way in which it was asked."""
        status = self.failure.status
        return status is not None and status >= 500 and not MODE_WORDS.search(self.facts.text)

    @property
    def is_about_room(self) -> bool:
        """Whether prompt and answer may be too long."""
        if self.failure.status in _NEVER:
            return False
        limits = (self.failure.context_window, self.failure.output_limit)
        too_large = self.failure.status == _TOO_LARGE or is_overflow(self.facts) or is_larger_than_rate(self.facts)
        return any(limits) or (too_large and self.failure.status is not None)

    @property
    def _is_denial(self) -> bool:
        """Whether the model, the key or the content was refused, not the way of asking."""
        facts = self.facts
        signs = (meanings.is_wrong_key, meanings.is_missing_model, meanings.is_moderation, meanings.is_wrong_address)
        return any(sign(facts) for sign in signs) or meanings.is_out_of_money(facts, None)


def unreadable(model: str) -> CallFailed:
    """Return the failure of a call whose response is outside of the protocol."""
    return CallFailed(f"{model} sent no answer of its protocol.", model=model, outcome=_UNREADABLE)


def due_again(failure: CallFailed) -> CallFailed:
    """Return the failure of a call that is made again at once, in another way or to another model."""
    again = CallFailed(
        str(failure),
        model=failure.model,
        outcome=failure.outcome,
        billed=failure.billed,
        step_down=True,
        never_worked=failure.never_worked,
        status=failure.status,
        context_window=failure.context_window,
        output_limit=failure.output_limit,
    )
    again.used = failure.used
    return again
