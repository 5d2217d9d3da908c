"""What calls used, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from rendering.languages.translation import _
from rendering.text.text import counted, dollars, tokens
from repository.ledger.call_details import CallUsage


@dataclass(frozen=True, slots=True)
class UsageLine:
    """The attempts at one thing. Texts are empty where there is nothing to say."""

    calls: int = 0
    attempts: str = ""
    """`2 attempts, 1 rejected`"""
    tokens: str = ""
    cost: str = ""
    models: str = ""

    def words(self, *more: str) -> str:
        return " · ".join(filter(None, [self.attempts, self.tokens, self.cost, *more]))


NO_USAGE = UsageLine()


def usage_line(usages: Sequence[CallUsage]) -> UsageLine:
    """Return the sum of some usages; authors without a model use no tokens and cost nothing."""
    calls = sum(one.calls for one in usages)
    if not calls:
        return NO_USAGE
    rejected, failed = sum(one.rejected for one in usages), sum(one.failed for one in usages)
    used, estimated = sum(one.tokens for one in usages), sum(one.estimated_calls for one in usages)
    cost, unpriced = sum(one.cost for one in usages), sum(one.unpriced_calls for one in usages)
    parts = [counted(calls, "attempt")]
    parts += [_("{number} rejected", number=rejected)] if rejected else []
    parts += [_("{number} without an answer", number=failed)] if failed else []
    return UsageLine(
        calls,
        _(", ").join(parts),
        _("{number} tokens", number=tokens(used, estimated)) if used else "",
        dollars(cost, unpriced) if cost or unpriced else "",
        _(", ").join(dict.fromkeys(model for one in usages for model in one.models)),
    )
