"""Closer looks at answers that passed their check: what a look objects to is asked for again."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from domain.checks.findings import objections
from domain.errors import AnswerRejected, BudgetSpent, ModelDenied, ModelUnavailable
from nodes.ledger.requests import Answered, AnswerStore, AuthorRequest, Look, T, Verdict, looked_at, walk
from repository.ledger.calls import Call, KnownAnswer

MAX_LOOKS: Final = 3
"""Answers to one request that are looked at closely."""


class Buyer(Protocol):
    """The part of a ledger that looks need."""

    @property
    def known(self) -> Mapping[str, KnownAnswer]: ...

    @property
    def round(self) -> int: ...

    async def answer(self, request: AuthorRequest[T], save: AnswerStore[T] | None) -> Answered[T]: ...

    async def reject(self, call: Call, verdict: Verdict[Any]) -> None: ...


async def examined(buyer: Buyer, request: AuthorRequest[T], look: Look[T], save: AnswerStore[T] | None) -> Answered[T]:
    """Return an answer without problems, or the sound part of the last one that had any.

    Its author is asked again after each look that found problems, at most MAX_LOOKS times in all. A process that
    ended between the last look and the save leaves rejected answers only: they are looked at again, not bought.
    """
    if (left := await _sound_part(look, _left_by_earlier_rounds(buyer, request))) is not None:
        return left
    looked = looked_at(buyer.known, request, buyer.round)
    problems = walk(buyer.known, request, buyer.round).objections[-1:] if looked else []
    sound: Answered[T] | None = None
    for _ in range(len(looked), MAX_LOOKS):
        try:
            answered = await buyer.answer(request, save)
        except (AnswerRejected, ModelUnavailable, ModelDenied, BudgetSpent):
            if (left := sound or await _sound_part(look, looked)) is None:
                raise
            return left
        verdict = await look(answered.value)
        problems = objections(verdict.findings)
        sound = verdict.of(answered) or sound
        if sound is not None and not problems:
            return sound
        await buyer.reject(answered.call, verdict)
    if (left := sound or await _sound_part(look, looked)) is None:
        raise AnswerRejected(f"The author's answers were found wanting {MAX_LOOKS} times: {' '.join(problems)}")
    return left


def _left_by_earlier_rounds(buyer: Buyer, request: AuthorRequest[T]) -> list[Answered[T]]:
    """Return what looks rejected in earlier rounds, if none of these ended with an answer that counts."""
    rounds = range(buyer.round)
    if any(walk(buyer.known, request, round_).answered is not None for round_ in rounds):
        return []
    return [answered for round_ in rounds for answered in looked_at(buyer.known, request, round_)]


async def _sound_part(look: Look[T], looked: Sequence[Answered[T]]) -> Answered[T] | None:
    """Return the sound part of the newest of some answers that has one."""
    for answered in reversed(looked):
        if (sound := (await look(answered.value)).of(answered)) is not None:
            return sound
    return None
