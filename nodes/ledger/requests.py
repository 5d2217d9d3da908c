"""Requests to an author: what is asked, the key that identifies an answer, and whether an answer counts."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import count, islice
from typing import Any, Final, Generic, Protocol, TypeVar, cast

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from domain.checks.code_runs import BlockRun
from domain.checks.findings import Finding, Kind, objections
from domain.vocabulary import Step
from nodes.authors.briefs import Brief
from nodes.authors.port import AuthorAnswer, CallFailed, Usage
from nodes.authors.reading import conform, storable_text
from nodes.authors.reading.values.answer_keys import doubts as unclear_keys
from nodes.ledger.questions import keyed_data, question_of
from repository.db.database import Session
from repository.db.group_commit import Work
from repository.ledger.calls import ACCEPTED, Call, CallReservation, KnownAnswer

T = TypeVar("T", bound=BaseModel)

MAX_OBJECTIONS: Final = 3
"""Problems of this many of its last answers are given to an author, not of all."""
MAX_PROBLEMS: Final = 5
"""Problems of one answer's shape that its author is told."""
MAX_PROBLEM_LENGTH: Final = 400


@dataclass(frozen=True, slots=True)
class Answered(Generic[T]):
    """An answer that counts, and the call that brought it.

    Where the answer was known already, the call holds only what its ledger row is identified by.
    """

    value: T
    call: Call
    doubts: Sequence[Finding] = ()
    """What the author did not mend; recorded with the answer."""
    code: Sequence[BlockRun] | None = None
    """What became of its code blocks; None where no code was run."""


@dataclass(frozen=True, slots=True)
class Verdict(Generic[T]):
    """The result of a closer look at an answer."""

    sound: T | None
    """The answer without its wrong parts; None where nothing worth keeping is left."""
    doubts: Sequence[Finding] = ()
    """Findings that the sound answer still has. They are recorded with it if its author does not mend them."""
    removed: Sequence[Finding] = ()
    """Findings about the parts that the sound answer is without."""
    noted: Sequence[Finding] = ()
    """Findings that are recorded with the sound answer although its author is not asked about them."""
    code: Sequence[BlockRun] | None = None
    """What became of its code blocks; None where no code was run."""

    @property
    def findings(self) -> list[Finding]:
        """All that the author is asked to mend."""
        return [finding for finding in (*self.doubts, *self.removed) if finding.kind is not Kind.HINT]

    def of(self, answered: Answered[T]) -> Answered[T] | None:
        """Return what is left of the answer that was looked at; None where nothing is."""
        if self.sound is None:
            return None
        doubts = [*answered.doubts, *self.doubts, *self.noted]
        return Answered(self.sound, answered.call, doubts, self.code)


Look = Callable[[T], Awaitable[Verdict[T]]]
"""Looks closely at an answer that passed its check; may use the network or ask the ledger."""


Reread = Callable[[Answered[T]], Awaitable[Answered[T]]]
"""Reads an answer that is settled a last time, and returns it with what that mended and doubts; may ask the ledger."""


class AnswerStore(Protocol[T]):
    """Stores accepted answers outside the ledger, each in the transaction of its ledger row."""

    def begin(self) -> None:
        """A call for the answer starts."""
        ...

    async def write(self, session: Session, answered: Answered[T]) -> None:
        """Write the answer and its ledger row; safe to repeat."""
        ...

    async def commit(self, work: Work) -> None:
        """Commit `work` under the fence, possibly in one transaction with the work of others."""
        ...


def accept_all(_: BaseModel) -> Sequence[Finding]:
    """The check of an answer that needs no check beyond its shape."""
    return ()


@dataclass(frozen=True, slots=True)
class AuthorRequest(Generic[T]):
    """A brief, the step that asks, and the conditions under which an answer counts."""

    step: Step
    brief: Brief[T]
    check: Callable[[T], Sequence[Finding]] = accept_all
    """Runs before an answer is committed. An answer without findings but hints counts; after MAX_TRIES answers with
    findings, the soundest one without anything broken."""
    look: Look[T] | None = None
    """Runs after the answer is committed; its problems reject the answer, and the author is asked again."""
    reread: Reread[T] | None = None
    """Runs once, on the answer that is left after checks and looks, before that is saved."""
    subject: tuple[str, str] | None = None
    """(concept id, content type) of a content."""
    order: int = 0
    """Position in learning order."""
    reuses_rounds: bool = False
    """Answers that earlier rounds of the run accepted count too: only what failed is asked again."""
    is_optional: bool = False
    """The run goes on without an answer, so it asks less often where its step brings none that can be used."""

    @property
    def is_read_again(self) -> bool:
        """Whether more happens to an accepted answer, so that its ledger row is committed before it is saved."""
        return self.look is not None or self.reread is not None


def call_key(request: AuthorRequest[Any], round_: int, ordinal: int, told: list[str]) -> str:
    """Return the key of an answer. The same request has the same key: it holds no clock, model or setting."""
    parts = [request.brief.role, request.step, round_, request.subject, ordinal, told, keyed_data(request.brief)]
    return sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def known_call(request: AuthorRequest[Any], key: str, known: KnownAnswer) -> Call:
    """Return the call of a known answer. Its ledger row exists, so tokens and cost are not read again."""
    return Call(key, request.step, known.model, 0, 0, 0.0, 0.0, None, ACCEPTED, known.answer)


@dataclass(frozen=True, slots=True)
class Walk(Generic[T]):
    """The known answers to a request in one round, up to the first that counts or is unknown."""

    answered: Answered[T] | None
    objections: list[str]
    """Problems of the rejected answers, oldest first."""
    ordinal: int
    """Number of rejected answers."""
    key: str
    """The key of the last answer that was looked up."""
    rejected: list[tuple[str, KnownAnswer]]
    """The rejected answers by key, oldest first."""


def walk(known: Mapping[str, KnownAnswer], request: AuthorRequest[T], round_: int) -> Walk[T]:
    """Look up the answers of a round in the order in which they were bought.

    An objection of that time holds, even where settings or checks have changed since.
    """
    told: list[str] = []
    rejected: list[tuple[str, KnownAnswer]] = []
    for ordinal in count():
        key = call_key(request, round_, ordinal, told[-MAX_OBJECTIONS:])
        answer = known.get(key)
        if answer is None:
            return Walk(None, told, ordinal, key, rejected)
        value, problems = (None, [answer.objection]) if answer.objection else shaped(request, answer.answer)
        if value is not None:
            return Walk(Answered(value, known_call(request, key, answer)), told, ordinal, key, rejected)
        told.append(rejection(problems))
        rejected.append((key, answer))
    raise AssertionError("a walk ends at the first answer that is not known")


def soundest(known: Mapping[str, KnownAnswer], request: AuthorRequest[T], round_: int) -> Answered[T] | None:
    """Return the rejected answer of a round that is only in doubt, with the fewest doubts; the newest of equals.

    Answers that a closer look rejected, or checks that have changed since, are left out: their objection is another.
    """
    best: Answered[T] | None = None
    for key, answer in walk(known, request, round_).rejected:
        value, _ = shaped(request, answer.answer)
        found = [] if value is None else request.check(value)
        doubts = [finding for finding in found if finding.kind is Kind.DOUBT]
        only_in_doubt = doubts and all(finding.kind is not Kind.BROKEN for finding in found)
        if value is None or not only_in_doubt or answer.objection != rejection(objections(found)):
            continue
        if best is None or len(doubts) <= len(best.doubts):
            best = Answered(value, known_call(request, key, answer), doubts)
    return best


def looked_at(known: Mapping[str, KnownAnswer], request: AuthorRequest[T], round_: int) -> list[Answered[T]]:
    """Return the answers of a round that a closer look rejected, oldest first: their objection is not the check's."""
    looked: list[Answered[T]] = []
    for key, answer in walk(known, request, round_).rejected:
        value, _ = shaped(request, answer.answer)
        found = [] if value is None else request.check(value)
        is_broken = value is None or any(finding.kind is Kind.BROKEN for finding in found)
        if value is not None and not is_broken and answer.objection != rejection(objections(found)):
            doubts = [finding for finding in found if finding.kind is Kind.DOUBT]
            looked.append(Answered(value, known_call(request, key, answer), doubts))
    return looked


def rejection(problems: Sequence[str]) -> str:
    """Return the problems of an answer as its objection is stored."""
    return storable_text(" ".join(problems))


def checked(request: AuthorRequest[T], answer: AuthorAnswer) -> tuple[T | None, list[str]]:
    """Return a received answer if it counts, else None and the problems."""
    if answer.problem is not None:
        return None, [answer.problem]
    value, problems = _validated(request, answer.content)
    problems = problems if value is None else objections(request.check(value))
    return (None, problems) if problems else (value, [])


def shaped(request: AuthorRequest[T], content: Mapping[str, Any]) -> tuple[T | None, list[str]]:
    """Return the answer in the shape of the brief, else None and at most MAX_PROBLEMS problems."""
    return _validated(request, conform(content, request.brief.shape))


def _validated(request: AuthorRequest[T], conformed: dict[str, Any]) -> tuple[T | None, list[str]]:
    if unclear := list(islice(unclear_keys(conformed), MAX_PROBLEMS)):
        return None, unclear
    try:
        return cast(T, request.brief.shape.model_validate(conformed)), []
    except ValidationError as error:
        return None, [_objection(item) for item in error.errors(include_url=False)[:MAX_PROBLEMS]]


def _objection(error: ErrorDetails) -> str:
    """Return what the shape objects to, behind its place."""
    place = ".".join(map(str, error["loc"]))
    return storable_text(f"{place}: {error['msg']}." if place else f"{error['msg']}.", MAX_PROBLEM_LENGTH)


def bought_call(
    request: AuthorRequest[Any],
    key: str,
    answer: AuthorAnswer,
    latency: float,
    problems: list[str],
    *,
    told: Sequence[str],
    stored: bool,
) -> Call:
    """Return the call of a new answer. `stored`: an AnswerStore holds it, so the ledger row need not."""
    return Call(
        key=key,
        step=request.step,
        model=answer.model,
        tokens_in=answer.tokens_in,
        tokens_out=answer.tokens_out,
        cost=answer.cost,
        latency=latency,
        finish_reason=answer.finish_reason,
        outcome=rejection(problems) or ACCEPTED,
        answer=None if stored else answer.content,
        estimated=answer.estimated,
        **_about(request, told),
    )


def failed_call(
    request: AuthorRequest[Any], key: str, failure: CallFailed, latency: float, *, told: Sequence[str]
) -> Call:
    """Return the call of a try without an answer: it is on the account, and answers nothing."""
    used, outcome = failure.used, failure.outcome
    return Call(
        key,
        request.step,
        failure.model,
        used.tokens_in,
        used.tokens_out,
        used.cost,
        latency,
        None,
        outcome,
        None,
        used.estimated,
        **_about(request, told),
    )


def _about(request: AuthorRequest[Any], told: Sequence[str]) -> dict[str, Any]:
    """Return what a call is about and what is asked, as fields of its ledger row."""
    concept_id, content_type = request.subject or (None, None)
    return {"concept_id": concept_id, "content_type": content_type, "question": question_of(request.brief, told)}


def reserved_call(key: str, step: Step, model: str, most: Usage) -> CallReservation:
    """Return what a call may use at most, as it is recorded before the call."""
    return CallReservation(key, step, model, most.tokens_in, most.tokens_out, most.cost)
