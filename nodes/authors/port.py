"""The Author port: nodes send a brief, authors return an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Protocol, runtime_checkable

from domain.authors import AuthorKind
from domain.checks.findings import Finding
from domain.errors import ModelUnavailable
from domain.request import Preferences
from nodes.authors.briefs import Brief
from nodes.authors.reading.gate import MAX_NAME_LENGTH, storable_text

CUT_OFF: Final = "It was cut off at its token limit. Write it again, complete and more briefly."
"""The problem of an answer that was longer than its room."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call, and their price in US dollars, None where it is unknown."""

    tokens_in: int = 0
    tokens_out: int = 0
    cost: float | None = 0.0
    estimated: bool = False
    """Whether the tokens are an estimate, for lack of a report."""

    @property
    def tokens(self) -> int:
        return self.tokens_in + self.tokens_out


@dataclass(frozen=True, slots=True)
class AuthorAnswer:
    """An answer of an author, not checked yet, with its tokens and its cost in US dollars."""

    content: dict[str, Any]
    model: str
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float | None = 0.0
    """None where the price is unknown."""
    finish_reason: str | None = None
    problem: str | None = None
    """Why there is nothing to check (cut off, refused, no JSON), worded for the author; `content` is what came."""
    estimated: bool = False
    """Whether the tokens are an estimate."""

    @property
    def usage(self) -> Usage:
        return Usage(self.tokens_in, self.tokens_out, self.cost, self.estimated)


class FailureKind(StrEnum):
    """Consequence of a failed call for other calls."""

    TRANSIENT = "transient"
    """The same call may succeed later."""
    THIS_CALL = "this_call"
    """The same call fails again; others may succeed."""
    FOR_ALL = "for_all"
    """No call of this model can succeed: wrong key, no money, no such model."""


class CallFailed(ModelUnavailable):
    """A call brought no answer.

    `transient`: the same call may succeed later, after `wait` seconds at the earliest. `denied`: no call can succeed.
    `unless_answered`: a denial that concerns this call alone if the model has answered others. `billed`: the call may
    cost money nevertheless, such as after a timeout. `step_down`: the author asks in another way or another model at
    the next try, which is made at once. `away`: the model refuses every call for now, such as by a rate limit, so that
    other calls wait as well. `never_worked`: whether the model has never answered at its address; None where the
    author does not know. A refusal may name limits: `context_window` (tokens of prompt and answer together) and
    `output_limit` (tokens of an answer). `answer`: text of an answer that the provider did not pass on.
    """

    def __init__(
        self,
        reason: str,
        *,
        model: str,
        outcome: str,
        transient: bool = True,
        denied: bool = False,
        wait: float | None = None,
        billed: bool = False,
        unless_answered: bool = False,
        step_down: bool = False,
        away: bool = False,
        never_worked: bool | None = None,
        status: int | None = None,
        context_window: int | None = None,
        output_limit: int | None = None,
        answer: str | None = None,
    ) -> None:
        super().__init__(storable_text(reason))
        self.model = storable_text(model, MAX_NAME_LENGTH)
        self.outcome = storable_text(outcome, MAX_NAME_LENGTH)
        """Short, for the ledger: `failed 429`, `failed timeout`, ..."""
        self.transient = transient and not denied
        self.denied = denied
        self.wait = wait
        self.billed = billed
        self.unless_answered = unless_answered
        self.step_down = step_down
        self.away = away
        self.never_worked = never_worked
        self.status = status
        """The HTTP status, also of an error inside an answer with status 200."""
        self.context_window = context_window
        self.output_limit = output_limit
        self.answer = answer
        self.used = Usage()
        """The most that it may have used, where it is `billed`."""

    @property
    def kind(self) -> FailureKind:
        if self.denied:
            return FailureKind.FOR_ALL
        return FailureKind.TRANSIENT if self.transient else FailureKind.THIS_CALL


class NoRoom(CallFailed):
    """The model has no room for the answer, however short the prompt: only a smaller part can be asked for."""


class Author(Protocol):
    """Writes what a brief asks for. The caller checks the shape of the answer.

    `write` raises CallFailed for a call without an answer. `objections` are the problems of earlier answers to the
    same brief, oldest first.
    """

    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> AuthorKind:
        """Its kind. Rules are asked for no opinion and for no change in words."""
        ...

    @property
    def most_concepts(self) -> int | None:
        """Concepts that fit into one answer; a larger framework is asked for in parts. None: any number."""
        ...

    def most(self, brief: Brief[Any], objections: Sequence[str] = ()) -> Usage:
        """Return the most that a call can use."""
        ...

    async def write(self, brief: Brief[Any], objections: Sequence[str] = ()) -> AuthorAnswer: ...


@runtime_checkable
class AuthorByGoal(Protocol):
    """An author that is another one for some goals. Others are the same for every run."""

    def for_goal(self, preferences: Preferences, max_concepts: int, weeks: float | None) -> Author:
        """Return the author of a run. `weeks`: until the deadline, None without one."""
        ...


@runtime_checkable
class RepairingAuthor(Protocol):
    """An author that can also repair parts of an answer. Others are asked to write it again."""

    async def repair(self, brief: Brief[Any], former: dict[str, Any], findings: Sequence[Finding]) -> AuthorAnswer:
        """Return a complete answer: `former`, with new parts for those that were found wanting. Raises as `write`."""
        ...
