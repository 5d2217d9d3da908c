"""Asking an author on behalf of one run: answered from the ledger where the answer is known, else bought once.

Every answer is committed before the next call is made, one that failed its check included. An answer that a process
had received but not committed when it died is asked again; a committed one never is. Every try is a row, one that
brought no answer too.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Final, Protocol

from domain.errors import AnswerRejected, BudgetSpent, ModelDenied, ModelUnavailable
from nodes.authors.bugs import blamed_on_author
from nodes.authors.port import Author, AuthorAnswer, CallFailed
from nodes.authors.strip_unstorable import storable_answer
from nodes.ledger.budget import Budget
from nodes.ledger.requests import (
    CallSpec,
    T,
    bought_call,
    call_key,
    checked,
    failed_call,
    known_call,
    reserved_call,
    shaped,
)
from nodes.ledger.retry_policy import RetryPolicy
from nodes.ledger.scheduler import Throttle
from nodes.tracing import span
from repository.db.database import Database, Session
from repository.db.fence import Fence, fenced_transaction
from repository.db.group_commit import Work
from repository.runs.calls import Call, KnownAnswer, record_call, reject_answer, release_call, reserve_call, try_key
from repository.runs.tasks import reset_crash_count

MAX_TRIES: Final = 3
"""Answers that one start buys for one question before it counts as failed."""
MAX_OBJECTIONS: Final = 3
"""An author is told what was wrong with its last answers, not with all of them."""


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
    patience: RetryPolicy = field(default_factory=RetryPolicy)
    budget: Budget = field(default_factory=Budget)
    stopped: ModelDenied | BudgetSpent | None = None
    """Why no call of this run may start any more."""
    _at_work: int = 0
    _quiet: asyncio.Event = field(default_factory=asyncio.Event)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _progressed: bool = False

    @property
    def most_at_once(self) -> int:
        """How many questions may wait for their turn or their commit, so that no turn is left free."""
        return 2 * self.throttle.limit

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Around all that is done for one content: what is paid for is committed before a stopped run ends."""
        self._at_work += 1
        try:
            yield
        finally:
            self._at_work -= 1
            self._quiet.set()

    async def quiet(self) -> None:
        """Returns when nobody is at work."""
        while self._at_work:
            self._quiet.clear()
            await self._quiet.wait()

    def _stop_for(self, reason: ModelDenied | BudgetSpent) -> ModelDenied | BudgetSpent:
        """No call starts from now on, and nobody waits for one."""
        self.stopped = self.stopped or reason
        self._stop.set()
        return reason

    async def _wait(self, delay: float) -> None:
        """Between two tries."""
        with suppress(TimeoutError):
            async with asyncio.timeout(delay):
                await self._stop.wait()

    async def ask(self, question: CallSpec[T]) -> T:
        """An answer that passes the check, committed: its ledger row, and with `keep` what the caller saves, at once.

        Answers that earlier attempts had rejected are walked through first; then at most MOST_TRIES are bought.
        Raises AnswerRejected after the last one, ModelUnavailable when no answer comes, ModelDenied and BudgetSpent
        for every question of the run from then on.
        """
        for round_ in range(self.round if question.stands else 0):
            value, _, _, _ = self._walk(question, round_)
            if value is not None:
                return value
        value, objections, ordinal, key = self._walk(question, self.round)
        if value is not None:
            return value
        for bought in range(1, MAX_TRIES + 1):
            value, problems = await self._buy(question, key, objections[-MAX_OBJECTIONS:])
            if value is not None:
                return value
            objections.append(" ".join(problems))
            key = call_key(question, self.round, ordinal + bought, objections[-MAX_OBJECTIONS:])
        raise AnswerRejected(f"The author's answers failed their check {MAX_TRIES} times: {objections[-1]}")

    def _walk(self, question: CallSpec[T], round_: int) -> tuple[T | None, list[str], int, str]:
        """Through the known answers of a round: the accepted one, what was said about the others, how many they are,
        and the key of the last that was looked for.

        What was said of an answer when it came holds, whatever the settings and the checks are by now.
        """
        objections: list[str] = []
        for ordinal in count():
            key = call_key(question, round_, ordinal, objections[-MAX_OBJECTIONS:])
            known = self.known.get(key)
            if known is None:
                return None, objections, ordinal, key
            value, problems = (None, [known.objection]) if known.objection else shaped(question, known.answer)
            if value is not None:
                if question.on_answer:
                    question.on_answer(known_call(question, key, known))
                return value, objections, ordinal, key
            objections.append(" ".join(problems))
        raise AssertionError("a walk ends at the first answer that is not known")

    async def _buy(self, question: CallSpec[T], key: str, told: list[str]) -> tuple[T | None, list[str]]:
        """One answer, committed, in as many tries as patience allows."""
        since: float | None = None
        for number in count(1):
            try:
                bought = await self._try(question, key, told, number)
            except CallFailed as failure:
                since = since or time.monotonic()
                if failure.denied:
                    raise self._stop_for(ModelDenied(str(failure))) from None
                delay = self.patience.delay(failure, number, since)
                if delay is None:
                    raise ModelUnavailable(f"{failure} ({number} tries)" if number > 1 else str(failure)) from None
                await self._wait(delay)
            except BudgetSpent as spent:
                self._stop_for(spent)
                raise
            else:
                self.patience.answered()
                return bought
        raise AssertionError("tries end by an answer or an error")

    async def _try(self, question: CallSpec[T], key: str, told: list[str], number: int) -> tuple[T | None, list[str]]:
        """One call, and what came of it committed."""
        with blamed_on_author():
            most = self.author.most(question.brief, told)
        async with AsyncExitStack() as until_committed:
            reservation = await until_committed.enter_async_context(self.budget.reserve(most))
            async with self.throttle.turn(
                self.fence.task_id, order=question.order, urgent=self.urgent, tokens=most.tokens
            ):
                await until_committed.enter_async_context(self.permit.call())
                if self.stopped is not None:
                    raise self.stopped
                held = try_key(key, number, self.fence)
                if self.budget.limit is not None:
                    open_call = reserved_call(held, question.step, self.author.name, most)
                    await self._commit(lambda session: reserve_call(session, self.fence, open_call))
                if question.on_call and number == 1:
                    question.on_call()
                began = time.monotonic()
                try:
                    answer = await self._write(question, told)
                except CallFailed as failure:
                    latency = time.monotonic() - began
                    reservation.used = failure.used
                    self.throttle.correct(expected=most.tokens, used=failure.used.tokens)
                    row = failed_call(held, question.step, failure, latency)
                    await self._commit(partial(self._record, row, held))
                    raise
                latency = time.monotonic() - began
                reservation.used = answer.usage
                self.throttle.correct(expected=most.tokens, used=reservation.used.tokens)
            value, problems = checked(question, answer)
            call = bought_call(question, key, answer, latency, problems)
            save = partial(self._save, question, call, value, held)
            await (question.commit or self._commit)(save)
            self._progressed = True
            if call.answer is not None:
                self.known[key] = KnownAnswer(call.answer, call.objection, call.model)
            if value is not None and question.on_answer:
                question.on_answer(call)
        return value, problems

    async def object(self, call: Call, problems: list[str]) -> None:
        """An answer that passed its check turned out wrong: its question is asked again with this objection."""
        objection = " ".join(problems)
        await fenced_transaction(
            self.database, self.fence, lambda session: reject_answer(session, self.fence, call.key, objection)
        )
        self.known[call.key] = KnownAnswer(call.answer or {}, objection, call.model)

    async def _write(self, question: CallSpec[T], told: list[str]) -> AuthorAnswer:
        with span("roadmap.call", role=question.brief.role, step=question.step) as told_span, blamed_on_author():
            answer = storable_answer(await self.author.write(question.brief, told))
            told_span.set_attributes({"model": answer.model, "tokens": answer.tokens_in + answer.tokens_out})
        return answer

    async def _commit(self, work: Work) -> None:
        await fenced_transaction(self.database, self.fence, work)

    async def _record(self, call: Call, held: str, session: Session) -> None:
        await record_call(session, self.fence, call)
        await self._release(session, held)

    async def _release(self, session: Session, held: str) -> None:
        """What was reserved under a budget gives way to what was used, in one transaction."""
        if self.budget.limit is not None:
            await release_call(session, self.fence, held)

    async def _save(self, question: CallSpec[T], call: Call, value: T | None, held: str, session: Session) -> None:
        if value is not None and question.keep is not None:
            await question.keep(session, value, call)
            await self._release(session, held)
        else:
            await self._record(call, held, session)
        if not self._progressed:
            await reset_crash_count(session, self.fence)
