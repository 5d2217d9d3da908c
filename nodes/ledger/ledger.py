"""Ask an author on behalf of one run. A known answer comes from the ledger, any other is bought once.

Every answer is committed before the next call is made, one that failed its check too. Only an answer that a process
had received but not committed when it died is asked for again. Every try is a row, with or without an answer.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Protocol

from domain.checks.findings import objections
from domain.errors import AnswerRejected, BudgetSpent, ModelDenied
from nodes.authors.bugs import blamed_on_author
from nodes.authors.port import CUT_OFF, Author, AuthorAnswer, CallFailed, NoRoom, RepairingAuthor
from nodes.authors.reading.answers import received
from nodes.ledger.budget import Budget
from nodes.ledger.holds import ModelHeld, tried
from nodes.ledger.looks import examined
from nodes.ledger.repairs import Former, ask_author, former_answer, most_of
from nodes.ledger.requests import (
    MAX_OBJECTIONS,
    Answered,
    AnswerStore,
    AuthorRequest,
    T,
    Verdict,
    bought_call,
    call_key,
    checked,
    failed_call,
    rejection,
    reserved_call,
    soundest,
    walk,
)
from nodes.ledger.retry_policy import RetryPolicy
from nodes.ledger.scheduler import Throttle
from nodes.ledger.tracing import span
from nodes.ledger.tries import MAX_TRIES, MAX_UNUSABLE, NOT_ASKED, failed, max_tries, unusable_answers
from nodes.ledger.waiting import ModelWaits, Slot, Tell, ignore
from repository.db.database import Database, Session
from repository.db.fence import Fence, fenced_transaction
from repository.db.group_commit import Work
from repository.ledger.calls import Call, KnownAnswer, record_call, reject_answer, release_call, reserve_call, try_key
from repository.runs.tasks import reset_crash_count

_MAX_INLINE_LENGTH: Final = 20_000
"""Characters of an answer that is checked on the event loop, in a few milliseconds. In a thread they make a run a
third longer, since the two wait for each other's turns."""


async def _checked(request: AuthorRequest[T], answer: AuthorAnswer) -> tuple[T | None, list[str]]:
    if len(repr(answer.content)) <= _MAX_INLINE_LENGTH:
        return checked(request, answer)
    return await asyncio.to_thread(checked, request, answer)


class Permit(Protocol):
    """Permission to call a model."""

    def call(self) -> AbstractAsyncContextManager[None]:
        """Hold from before a call until its answer is committed.

        Waits while no call may start. Raises Superseded when the run no longer belongs to this process.
        """
        ...


@dataclass(slots=True)
class Ledger:
    """The calls of one run to its author."""

    author: Author
    throttle: Throttle
    permit: Permit
    database: Database
    fence: Fence
    round: int
    urgent: bool
    known: dict[str, KnownAnswer]
    """Answers by key that no content row holds, of earlier attempts and of this one."""
    user_id: str = ""
    """Whose run it is: users get turns alike."""
    retry_policy: RetryPolicy = field(default_factory=RetryPolicy)
    budget: Budget = field(default_factory=Budget)
    tell: Tell = ignore
    """Appends an event to the run."""
    stopped: ModelDenied | BudgetSpent | None = None
    """Why no call of this run may start any more."""
    _at_work: int = 0
    _idle: asyncio.Event = field(default_factory=asyncio.Event)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _progressed: bool = False
    _waits: ModelWaits = field(init=False)

    def __post_init__(self) -> None:
        self._waits = ModelWaits(
            policy=self.retry_policy,
            holds=self.throttle.holds,
            usual=self.author.name,
            tell=self.tell,
            stop=self._stop,
            task_id=self.fence.task_id,
        )

    @property
    def max_pending_requests(self) -> int:
        """Requests that may wait for a turn or a commit at once, so that no turn is left unused."""
        return 2 * self.throttle.limit

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Wrap all work on one content: what is paid for is committed before a stopped run ends."""
        self._at_work += 1
        try:
            yield
        finally:
            self._at_work -= 1
            self._idle.set()

    async def wait_until_idle(self) -> None:
        """Return when no work on a content is left."""
        while self._at_work:
            self._idle.clear()
            await self._idle.wait()

    def _stop_for(self, reason: ModelDenied | BudgetSpent) -> ModelDenied | BudgetSpent:
        """Let no call start from now on, and end the waits between tries."""
        self.stopped = self.stopped or reason
        self._stop.set()
        self.throttle.holds.wake()
        return reason

    def knows(self, request: AuthorRequest[Any]) -> bool:
        """Return whether an answer that counts was bought already, by this process or by one before it."""
        rounds = range(self.round + 1) if request.reuses_rounds else [self.round]
        return any(walk(self.known, request, round_).answered is not None for round_ in rounds)

    def was_cut_off(self, request: AuthorRequest[Any]) -> bool:
        """Return whether as many answers as one start buys were bought in this round, and the last one was cut off."""
        known = walk(self.known, request, self.round)
        return known.ordinal >= MAX_TRIES and known.objections[-1] == CUT_OFF

    def given_up(self, request: AuthorRequest[Any]) -> AnswerRejected | None:
        """Return the error where as many answers as one start buys were bought in this round, for nothing."""
        known = walk(self.known, request, self.round)
        used_up = known.answered is None and known.ordinal >= max_tries(self.known, request)
        if not used_up or soundest(self.known, request, self.round) is not None:
            return None
        return failed(known.ordinal, known.objections[-1] if known.objections else NOT_ASKED)

    async def ask(self, request: AuthorRequest[T], *, save: AnswerStore[T] | None = None) -> Answered[T]:
        """Return an answer that passed its check, committed: its ledger row and, with `save`, what that writes.

        Without a closer look both are committed in one transaction. With one, or with a last reading, the ledger row is
        committed first, and what is left of the answer is saved after that.

        Raises AnswerRejected when no answer passed, ModelUnavailable when none came, and ModelDenied or BudgetSpent
        for every request of the run from then on.
        """
        if request.look is None:
            answered = await self.answer(request, save)
        else:
            answered = await examined(self, request, request.look, save)
        if request.reread is not None:
            answered = await request.reread(answered)
        if save is not None and answered.call.answer is not None:  # else it was saved with its ledger row
            await save.commit(partial(save.write, answered=answered))
        return answered

    async def reject(self, call: Call, verdict: Verdict[Any]) -> None:
        """Commit that an accepted answer does not count, so that its request is asked again with the problems."""
        objection = rejection(objections(verdict.findings))
        await self._commit(lambda session: reject_answer(session, self.fence, call.key, objection))
        self.known[call.key] = KnownAnswer(call.answer or {}, objection, call.model, tuple(verdict.findings), call.step)

    async def answer(self, request: AuthorRequest[T], save: AnswerStore[T] | None) -> Answered[T]:
        """Return the known answer, or buy at most MAX_TRIES new ones until one passes its check."""
        for round_ in range(self.round if request.reuses_rounds or request.is_read_again else 0):
            before = walk(self.known, request, round_)
            answered = before.answered
            if answered is None and before.ordinal >= MAX_TRIES:
                answered = soundest(self.known, request, round_)
            if answered is not None:
                return answered
        earlier = walk(self.known, request, self.round)
        if earlier.answered is not None:
            return earlier.answered
        told, key = earlier.objections, earlier.key
        if earlier.ordinal >= MAX_TRIES and (settled := soundest(self.known, request, self.round)) is not None:
            return settled  # the process before this one ended between the last repair and this line
        bought = 0
        while bought < max_tries(self.known, request):
            answered, problems = await self._buy(request, save, key, told[-MAX_OBJECTIONS:])
            if answered is not None:
                return answered
            bought += 1
            told.append(rejection(problems))
            key = call_key(request, self.round, earlier.ordinal + bought, told[-MAX_OBJECTIONS:])
            if not max_tries(self.known, request) and unusable_answers(self.known, request) == MAX_UNUSABLE:
                self.tell("step_given_up", {"step": request.step, "answers": MAX_UNUSABLE, "reason": told[-1]})
        if (settled := soundest(self.known, request, self.round)) is not None:
            return settled
        raise failed(bought, told[-1] if told else NOT_ASKED)

    async def _buy(
        self, request: AuthorRequest[T], save: AnswerStore[T] | None, key: str, objections: list[str]
    ) -> tuple[Answered[T] | None, list[str]]:
        """Buy one answer and commit it, with as many tries as the retry policy allows."""
        since: float | None = None
        number = 1
        place = self.throttle.holds.place(request.order, urgent=self.urgent)
        while True:
            try:
                async with self._waits.slot(request.brief.role, place) as slot:
                    return await self._try(request, save, key, objections, number, slot)
            except ModelHeld:
                continue
            except NoRoom:
                raise
            except CallFailed as failure:
                since = since or self.retry_policy.clock.monotonic()
                try:
                    await self._waits.after(failure, number, since)
                except ModelDenied as denied:
                    raise self._stop_for(denied) from None
                number += 1
                place = tried(place)
            except BudgetSpent as spent:
                self._stop_for(spent)
                raise

    async def _try(
        self,
        request: AuthorRequest[T],
        save: AnswerStore[T] | None,
        key: str,
        objections: list[str],
        number: int,
        slot: Slot,
    ) -> tuple[Answered[T] | None, list[str]]:
        """Make one call and commit its outcome. Raises ModelHeld if a hold of the model began before the turn."""
        former = await self._former(request) if objections else None
        with blamed_on_author():
            most = most_of(self.author, request, objections, former)
        async with AsyncExitStack() as until_committed:
            reservation = await until_committed.enter_async_context(self.budget.reserve(most))
            task, user = self.fence.task_id, self.user_id
            async with self.throttle.turn(task, user=user, order=request.order, urgent=self.urgent, tokens=most.tokens):
                await until_committed.enter_async_context(self.permit.call())
                if self.stopped is not None:
                    raise self.stopped
                if not max_tries(self.known, request):  # others found that out while this one waited
                    raise failed(0, NOT_ASKED)
                slot.check()
                reserved = try_key(key, number, self.fence)
                if self.budget.limit is not None:
                    open_call = reserved_call(reserved, request.step, self.author.name, most)
                    await self._commit(lambda session: reserve_call(session, self.fence, open_call))
                if save is not None and number == 1:
                    save.begin()
                began = time.monotonic()
                try:
                    answer = await self._write(request, objections, former)
                except CallFailed as failure:
                    slot.failed(failure)
                    latency = time.monotonic() - began
                    reservation.used = failure.used
                    self.throttle.correct(expected=most.tokens, used=failure.used.tokens)
                    row = failed_call(request, reserved, failure, latency, told=objections)
                    await self._commit(partial(self._record, row, reserved))
                    raise
                latency = time.monotonic() - began
                slot.answered(answer.model)
                reservation.used = answer.usage
                self.throttle.correct(expected=most.tokens, used=reservation.used.tokens)
            value, problems = await _checked(request, answer)
            store = save if value is not None and not request.is_read_again else None
            call = bought_call(request, key, answer, latency, problems, told=objections, stored=store is not None)
            answered = None if value is None else Answered(value, call)
            work = partial(self._save, call, answered, store, reserved)
            await (self._commit if save is None else save.commit)(work)
            self._progressed = True
            if call.answer is not None:
                self.known[key] = KnownAnswer(call.answer, call.objection, call.model, step=request.step)
        return answered, problems

    async def _former(self, request: AuthorRequest[Any]) -> Former | None:
        """Return the answer that the author is to repair; None where it has to write a whole one."""
        if not isinstance(self.author, RepairingAuthor):
            return None
        return await asyncio.to_thread(former_answer, self.known, request, self.round)

    async def _write(self, request: AuthorRequest[T], objections: list[str], former: Former | None) -> AuthorAnswer:
        with span("roadmap.call", role=request.brief.role, step=request.step) as current, blamed_on_author():
            answer = received(await ask_author(self.author, request, objections, former), request.brief.shape)
            current.set_attributes({"model": answer.model, "tokens": answer.tokens_in + answer.tokens_out})
        return answer

    async def _commit(self, work: Work) -> None:
        await fenced_transaction(self.database, self.fence, work)

    async def _record(self, call: Call, reserved: str, session: Session) -> None:
        await record_call(session, self.fence, call)
        await self._release(session, reserved)

    async def _release(self, session: Session, reserved: str) -> None:
        """Replace what was reserved under a budget by what was used, in one transaction."""
        if self.budget.limit is not None:
            await release_call(session, self.fence, reserved)

    async def _save(
        self, call: Call, answered: Answered[T] | None, store: AnswerStore[T] | None, reserved: str, session: Session
    ) -> None:
        if answered is not None and store is not None:
            await store.write(session, answered)
            await self._release(session, reserved)
        else:
            await self._record(call, reserved, session)
        if not self._progressed:
            await reset_crash_count(session, self.fence)
