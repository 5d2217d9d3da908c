"""Asking an author on behalf of one run: answered from the ledger where the answer is known, else bought once.

Every answer is committed before the next call is made, one that failed its check included. An answer that a process
had received but not committed when it died is asked again; a committed one never is.
"""

import json
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from itertools import count
from typing import Any, Final, Generic, Protocol, TypeVar, cast

from pydantic import BaseModel, ValidationError

from domain.errors import AnswerRejected
from domain.vocabulary import Step
from nodes.authors.port import Answer, Author, Brief
from nodes.authors.throttle import Throttle
from repository.calls import ACCEPTED, Call, KnownAnswer, record_call
from repository.database import Database, Session
from repository.tasks import Fence, hold_task, made_progress

MOST_TRIES: Final = 3
"""Answers that one start buys for one question before it counts as failed."""
MOST_OBJECTIONS: Final = 3
"""An author is told what was wrong with its last answers, not with all of them."""

T = TypeVar("T", bound=BaseModel)
Keep = Callable[[Session, T, Call], Awaitable[None]]
"""Saves an answer together with its ledger row; safe to repeat."""


def accept_all(_: BaseModel) -> list[str]:
    """The check of an answer whose shape says it all."""
    return []


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """What is asked: a brief, the step that asks, and what makes an answer count."""

    step: Step
    brief: Brief[T]
    check: Callable[[T], list[str]] = accept_all
    """What is wrong with an answer, in words for its author."""
    subject: tuple[str, str] | None = None
    """(concept id, content type) of a content."""
    order: int = 0
    """Its place in learning order."""
    keep: Keep[T] | None = None
    """For a content: saves it, so that the ledger need not hold the answer too."""
    on_call: Callable[[], None] | None = None
    """Told when a call begins."""


class Permit(Protocol):
    """Leave to call a model."""

    def call(self) -> AbstractAsyncContextManager[None]:
        """Held from before a call until its answer is committed.

        Waits while no call may start; raises Superseded when the run is no longer this process's.
        """
        ...


@dataclass(slots=True)
class Ledger:
    """One run's way to its author."""

    author: Author
    throttle: Throttle
    permit: Permit
    database: Database
    fence: Fence
    round: int
    urgent: bool
    known: dict[str, KnownAnswer]
    """Answers that no content row holds, by key: of earlier attempts, and this one's."""
    _progressed: bool = False

    @property
    def most_at_once(self) -> int:
        """How many questions may wait for their turn or their commit, so that no turn is left free."""
        return 2 * self.throttle.limit

    async def ask(self, question: Question[T]) -> T:
        """An answer that passes the check, committed: its ledger row, and with `keep` what the caller saves, at once.

        Answers that earlier attempts had rejected are walked through first; then at most MOST_TRIES are bought.
        Raises AnswerRejected after the last one, and what the author raises.
        """
        objections: list[str] = []
        bought = 0
        for ordinal in count():
            told = objections[-MOST_OBJECTIONS:]
            key = call_key(question, self.round, ordinal, told)
            known = self.known.get(key)
            if known is not None:
                value, problems = _checked(question, known.answer)
            elif bought < MOST_TRIES:
                value, problems = await self._buy(question, key, told)
                bought += 1
            else:
                break
            if value is not None:
                return value
            objections.append(" ".join(problems))
        raise AnswerRejected(f"The author's answers failed their check {bought} times: {objections[-1]}")

    async def _buy(self, question: Question[T], key: str, objections: list[str]) -> tuple[T | None, list[str]]:
        """One call, and its answer committed."""
        async with AsyncExitStack() as until_committed:
            async with self.throttle.turn(self.fence.task_id, order=question.order, urgent=self.urgent):
                await until_committed.enter_async_context(self.permit.call())
                if question.on_call:
                    question.on_call()
                began = time.monotonic()
                answer = storable_answer(await self.author.write(question.brief, objections))
                latency = time.monotonic() - began
            value, problems = _checked(question, answer.content)
            call = _call(question, key, answer, latency, problems)
            await self.database.persist(partial(self._commit, question, call, value))
            self._progressed = True
            if call.answer is not None:
                self.known[key] = KnownAnswer(call.answer)
        return value, problems

    async def _commit(self, question: Question[T], call: Call, value: T | None, session: Session) -> None:
        await hold_task(session, self.fence)
        if value is not None and question.keep is not None:
            await question.keep(session, value, call)
        else:
            await record_call(session, self.fence, call)
        if not self._progressed:
            await made_progress(session, self.fence)


def call_key(question: Question[Any], round_: int, ordinal: int, objections: list[str]) -> str:
    """Same key, same question: no clock, no model and no setting in it."""
    brief = question.brief.model_dump(mode="json")
    parts = [question.brief.role, question.step, round_, question.subject, ordinal, objections, brief]
    return sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _checked(question: Question[T], content: Mapping[str, Any]) -> tuple[T | None, list[str]]:
    """The answer where it counts, else what is wrong with it."""
    try:
        value = cast(T, question.brief.shape.model_validate(content))
    except ValidationError as error:
        return None, [f"{'.'.join(map(str, item['loc']))}: {item['msg']}." for item in error.errors()[:5]]
    problems = question.check(value)
    return (None, problems) if problems else (value, [])


def _call(question: Question[Any], key: str, answer: Answer, latency: float, problems: list[str]) -> Call:
    return Call(
        key=key,
        step=question.step,
        model=answer.model,
        tokens_in=answer.tokens_in,
        tokens_out=answer.tokens_out,
        cost=answer.cost,
        latency=latency,
        finish_reason=answer.finish_reason,
        outcome=" ".join(problems) or ACCEPTED,
        answer=None if question.keep and not problems else answer.content,
    )


def storable_answer(answer: Answer) -> Answer:
    """The same answer without what PostgreSQL cannot store: NUL characters and lone surrogates."""
    written = json.dumps(answer.content)  # both stand there as escapes, which is quicker to see than to walk through it
    if "\\u0000" not in written and "\\ud" not in written:
        return answer
    return replace(answer, content=_storable(answer.content))


def _storable(value: Any) -> Any:
    match value:
        case str():
            if "\x00" in value or not value.isascii():
                return value.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")
            return value
        case dict():
            return {_storable(key): _storable(item) for key, item in value.items()}
        case list():
            return [_storable(item) for item in value]
        case _:
            return value
