"""Asking an author on behalf of one run: answered from the ledger where the answer is known, else bought once.

Every answer is committed before the next call is made, one that failed its check included. An answer that a process
had received but not committed when it died is asked again; a committed one never is.
"""

import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, TypeVar, cast

from pydantic import BaseModel, ValidationError

from domain.errors import AnswerRejected
from domain.vocabulary import Step
from nodes.authors.port import Answer, Author, Brief
from nodes.authors.throttle import Throttle
from repository.calls import ACCEPTED, Call, KnownAnswer, record_call
from repository.database import Database, Session
from repository.tasks import Fence, hold_task, made_progress

MOST_REPAIRS: Final = 2
"""How often a failed check is told to the author before the answer counts as failed."""

T = TypeVar("T", bound=BaseModel)
Check = Callable[[T], list[str]]
"""What is wrong with an answer, in words for its author."""
Keep = Callable[[Session, T, Answer], Awaitable[None]]
"""Saves an answer in the transaction of its ledger row."""


def _accept(_: BaseModel) -> list[str]:
    return []


@dataclass(slots=True)
class Ledger:
    """One run's way to its author."""

    author: Author
    throttle: Throttle
    database: Database
    fence: Fence
    round: int
    urgent: bool
    known: Mapping[str, KnownAnswer]
    """Answers of earlier attempts that no content row holds, by key."""
    _progressed: bool = False

    async def ask(
        self,
        step: Step,
        brief: Brief[T],
        check: Check[T] = _accept,
        *,
        subject: tuple[str, str] | None = None,
        order: int = 0,
        keep: Keep[T] | None = None,
        on_call: Callable[[], None] | None = None,
    ) -> T:
        """An answer that passes `check`, committed: its ledger row, and with `keep` what the caller saves, at once.

        `subject` (concept id, content type) and `order` (its place in learning order) belong to contents; `on_call`
        is told when a call begins. Raises AnswerRejected after the last repair, and what the author raises.
        """
        objections: list[str] = []
        for ordinal in range(MOST_REPAIRS + 1):
            key = call_key(brief, step, self.round, subject, ordinal, objections)
            known = self.known.get(key)
            if known is None:
                async with self.throttle.turn(self.fence.task_id, order=order, urgent=self.urgent):
                    if on_call:
                        on_call()
                    began = time.monotonic()
                    answer = storable_answer(await self.author.write(brief, objections))
                    latency = time.monotonic() - began
                value, problems = _checked(brief, answer.content, check)
                await self._commit(
                    _call(key, step, answer, latency, problems, kept=keep is not None), value, answer, keep
                )
            else:
                value, problems = _checked(brief, known.answer, check)
            if value is not None:
                return value
            objections.append(" ".join(problems))
        raise AnswerRejected(f"The author's answers failed their check {ordinal + 1} times: {objections[-1]}")

    async def _commit(self, call: Call, value: T | None, answer: Answer, keep: Keep[T] | None) -> None:
        async with self.database.transaction() as session:
            await hold_task(session, self.fence)
            if value is not None and keep is not None:
                await keep(session, value, answer)
            await record_call(session, self.fence, call)
            if not self._progressed:
                await made_progress(session, self.fence)
        self._progressed = True


def call_key(
    brief: Brief[Any], step: Step, round_: int, subject: tuple[str, str] | None, ordinal: int, objections: list[str]
) -> str:
    """Same key, same question: no clock, no model and no setting in it."""
    question = [brief.role, step, round_, subject, ordinal, objections, brief.model_dump(mode="json")]
    return sha256(json.dumps(question, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _checked(brief: Brief[T], content: Mapping[str, Any], check: Check[T]) -> tuple[T | None, list[str]]:
    try:
        value = cast(T, brief.shape.model_validate(content))
    except ValidationError as error:
        return None, [f"{'.'.join(map(str, item['loc']))}: {item['msg']}." for item in error.errors()[:5]]
    problems = check(value)
    return (None, problems) if problems else (value, [])


def _call(key: str, step: Step, answer: Answer, latency: float, problems: list[str], *, kept: bool) -> Call:
    return Call(
        key=key,
        step=step,
        model=answer.model,
        tokens_in=answer.tokens_in,
        tokens_out=answer.tokens_out,
        cost=answer.cost,
        latency=latency,
        finish_reason=answer.finish_reason,
        outcome=" ".join(problems) or ACCEPTED,
        answer=None if kept and not problems else answer.content,
    )


def storable_answer(answer: Answer) -> Answer:
    """The same answer without what PostgreSQL cannot store: NUL characters and lone surrogates."""
    return Answer(
        _storable(answer.content), answer.model, answer.tokens_in, answer.tokens_out, answer.cost, answer.finish_reason
    )


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
