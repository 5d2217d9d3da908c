"""The author that asks chat models. A call returns one answer or raises CallFailed; the ledger retries and budgets."""

import asyncio
import time
from collections.abc import Sequence
from math import inf
from typing import Any, Final

from pydantic import BaseModel

from domain.authors import AuthorKind
from domain.checks.findings import Finding, objections
from nodes.authors.abilities.answers import problem_of, unusable_for
from nodes.authors.abilities.approach import Approach, Mode, for_one_call
from nodes.authors.abilities.evidence import MIN_WINDOW, Abilities, Ability, AbilityStore
from nodes.authors.abilities.refusals import AskFailed, due_again, unreadable
from nodes.authors.abilities.reply import Reply, reply_in_error, reply_of_message
from nodes.authors.abilities.sizing import CONCEPT_TOKENS, SHRINK, SizedCall, sized_call
from nodes.authors.briefs import AuthorRole, Brief
from nodes.authors.chat_models.given_model import GivenModel
from nodes.authors.chat_models.models import CallOptions, Models, Names
from nodes.authors.port import CUT_OFF, AuthorAnswer, CallFailed, NoRoom, Usage
from nodes.authors.prices import Prices
from nodes.authors.prompting.messages import messages_of
from nodes.authors.provider_errors import call_failed, stopped_early, timed_out
from nodes.authors.provider_errors.error_facts import facts_of
from nodes.authors.reading import ReadAnswer
from nodes.authors.reading.reader import EMPTY
from nodes.authors.repairs import Inquiry, Repair
from nodes.authors.schemas import strict, without_bounds
from nodes.authors.usage import TokenCounts, estimated_tokens, plausible_tokens

MAX_CONCEPTS: Final = 20
"""Concepts of a framework that is asked for in one answer."""
MAX_ROOM_FACTOR: Final = 4
"""How many times its setting the token limit may reach, after answers that were cut off."""
FALLBACK_SECONDS: Final = 60.0
"""How long a model that failed is replaced by the fallback."""
MAX_REFUSED_CALLS: Final = 1000
"""Refused calls that are remembered until they are tried again."""

_NO_ROOM: Final = (
    "{model} has no room for this answer: its context window takes {window} tokens at most. Take a model or a server "
    "setting with a larger one."
)


class ChatAuthor:
    """Asks the model of a brief's role, and the fallback while that model fails."""

    kind: AuthorKind = "model"

    def __init__(
        self,
        names: Names,
        models: Models | GivenModel,
        prices: Prices,
        *,
        max_tokens: int,
        timeout: float,
        abilities: Abilities | None = None,
    ) -> None:
        self._names = names
        self._models = models
        self._prices = prices
        self._max_tokens = max_tokens
        self._timeout = timeout
        self._abilities = abilities or Abilities()
        self._rests: dict[str, float] = {}
        """Until when each model is replaced by the fallback (monotonic seconds)."""
        self._refused: dict[int, int] = {}
        """How often calls were refused of models that answer others."""
        self._hiccups: set[tuple[str, Approach]] = set()
        """Approaches that met a server error before any answer, which may be one of the server alone."""

    @property
    def name(self) -> str:
        return self._names.usual

    @property
    def most_concepts(self) -> int | None:
        ability = self._abilities.of(self._next_model(AuthorRole.FRAMEWORK))
        halves = [ability.window // 2] if ability.window else []
        room = min([*halves, *([ability.answer_limit] if ability.answer_limit else [])], default=inf)
        return int(max(1, min(MAX_CONCEPTS, room // CONCEPT_TOKENS)))

    async def remember_in(self, store: AbilityStore) -> None:
        """Share what is found out about models with other processes, and begin with what they know."""
        self._abilities.store = store
        for name in self._names.all():
            await self._abilities.recall(name)

    def most(self, brief: Brief[Any], objections: Sequence[str] = ()) -> Usage:
        return self._most(Inquiry(brief, objections))

    def most_for_repair(self, brief: Brief[Any], former: dict[str, Any], findings: Sequence[Finding]) -> Usage:
        return self._most(_repair_of(brief, former, findings))

    def _most(self, inquiry: Inquiry) -> Usage:
        calls = [self._call(name, inquiry) for name in self._names.of(inquiry.brief.role)]
        return max(map(self._most_of, calls), key=lambda usage: inf if usage.cost is None else usage.cost)

    def _most_of(self, call: SizedCall) -> Usage:
        """Return the most that a call can use: all of its prompt may be written to a cache, which may cost more."""
        return self._prices.usage(call.model, TokenCounts(call.sent, call.room, cache_write=call.sent, estimated=True))

    async def write(self, brief: Brief[Any], objections: Sequence[str] = ()) -> AuthorAnswer:
        """Ask once. Raises CallFailed, with `step_down` where another approach or model is due next."""
        return await self._answered(Inquiry(brief, objections))

    async def repair(self, brief: Brief[Any], former: dict[str, Any], findings: Sequence[Finding]) -> AuthorAnswer:
        """Ask once for the parts that have to change. Raises as `write` does."""
        return await self._answered(_repair_of(brief, former, findings))

    async def _answered(self, inquiry: Inquiry) -> AuthorAnswer:
        role = inquiry.brief.role
        name = self._next_model(role)
        async with self._abilities.turn(name):
            call = self._call(name, inquiry)
            if call.lacks_room:
                raise self._no_room(name)
            key = inquiry.key
            try:
                reply = await self._ask(call)
            except AskFailed as failed:
                if failed.failure.billed:
                    failed.failure.used = self._most_of(call)
                raise await self._handled(call, key, role, failed) from None
            self._refused.pop(key, None)
            reading = call.inquiry.read(reply.texts)
            answer = self._answer(call, reply, reading)
            await self._learn(call, inquiry.brief.shape, reply, answer)
            return answer

    async def close(self) -> None:
        await self._models.close()

    def way_of(self, name: str) -> str:
        """Return how a model is held to a shape at present."""
        return self._abilities.of(name).approach.mode

    def _call(self, name: str, inquiry: Inquiry) -> SizedCall:
        """Return the next call for a brief; its room is doubled for each answer that was cut off."""
        ability = self._abilities.of(name)
        cut_off = list(inquiry.objections).count(CUT_OFF)
        return sized_call(
            name,
            self._approach(ability, inquiry),
            ability,
            inquiry,
            room=self._max_tokens * min(MAX_ROOM_FACTOR, 1 << cut_off),
            cut_off=cut_off,
            most_concepts=self.most_concepts if ability.window else None,
            # a critic may be another model, whose window cuts its own prompts alone
            course_window=self._abilities.smallest_window([*self._names.of_contents(), name]),
        )

    def _approach(self, ability: Ability, inquiry: Inquiry) -> Approach:
        """Return the approach of a model, or less for a call that was refused or answered with nothing."""
        others = for_one_call(ability.approach)
        if ability.works and others and EMPTY in inquiry.objections:
            return others[-1]
        refusals = self._refused.get(inquiry.key, 0) if self._refused else 0
        return others[min(refusals, len(others)) - 1] if refusals and others else ability.approach

    def _next_model(self, role: AuthorRole) -> str:
        names = self._names.of(role)
        now = time.monotonic()
        return next((name for name in names if self._rests.get(name, 0.0) <= now), names[0])

    async def _handled(self, call: SizedCall, key: int, role: AuthorRole, failed: AskFailed) -> CallFailed:
        """Return the failure, due again at once where another approach or model can be tried."""
        failure = failed.failure
        failure.never_worked = not self._abilities.of(call.model).has_worked
        if failed.is_about_room:
            return await self._with_less_room(call, failure)
        if await self._is_due_again(call, key, failed):
            return due_again(failure)
        self._refused.pop(key, None)
        others = [other for other in self._names.of(role) if self._rests.get(other, 0.0) <= time.monotonic()]
        if len(others) > 1 and others[0] == call.model:
            self._rests[call.model] = time.monotonic() + FALLBACK_SECONDS
            return due_again(failure)
        return failure

    async def _is_due_again(self, call: SizedCall, key: int, failed: AskFailed) -> bool:
        """Return whether the call is due at once in another approach, which is its own if the model answers others."""
        known = self._abilities.of(call.model)
        if known.works:
            return failed.is_of_one_call and self._is_left(call, key, known)
        if failed.is_unreadable:
            return await self._abilities.unreadable(call.model, call.approach)
        if not failed.concerns_approach or self._is_hiccup(call, known, failed):
            return False
        return await self._abilities.refused(call.model, call.approach, failed.facts.text)

    def _is_left(self, call: SizedCall, key: int, known: Ability) -> bool:
        """Return whether another approach is left for a call that was refused by a model which answers others."""
        refusals = self._refused.get(key, 0)
        if not refusals and call.approach != known.approach:
            return True  # the call began before the approach was found
        if refusals >= len(for_one_call(known.approach)):
            return False
        if len(self._refused) >= MAX_REFUSED_CALLS:
            self._refused.clear()
        self._refused[key] = refusals + 1
        return True

    def _is_hiccup(self, call: SizedCall, known: Ability, failed: AskFailed) -> bool:
        """Return whether a server error says nothing about the approach: the first one, or if all approaches fail."""
        if not failed.is_server_error:
            return False
        seen = (call.model, call.approach) in self._hiccups
        self._hiccups.add((call.model, call.approach))
        return not seen or known.exhausted

    async def _with_less_room(self, call: SizedCall, failure: CallFailed) -> CallFailed:
        """Return the failure of a call that was too long, due again with less room; limits that it names are kept."""
        total = call.sent + call.room
        limit, window = failure.output_limit, failure.context_window
        if limit is not None and limit < call.room:
            await self._abilities.has_room(call.model, answer_limit=limit)
            return due_again(failure)
        if window is None or window >= total:
            window = int(total * SHRINK)
        if window < MIN_WINDOW:
            return self._no_room(call.model)
        await self._abilities.has_room(call.model, window=window)
        return due_again(failure)

    def _no_room(self, name: str) -> NoRoom:
        window = self._abilities.of(name).window or MIN_WINDOW
        return NoRoom(
            _NO_ROOM.format(model=name, window=window), model=name, outcome="failed: no room", transient=False
        )

    async def _ask(self, call: SizedCall) -> Reply:
        approach, prompt = call.approach, call.prompt
        model = self._models.open(call.model, CallOptions(call.room, approach.limit, approach.stream, call.sent))
        messages = messages_of(prompt, call.model, system=approach.system)
        try:
            async with asyncio.timeout(self._timeout):
                if approach.mode is Mode.WORDS:
                    reply = reply_of_message(await model.ainvoke(messages))
                else:
                    schema = strict(prompt.schema) if approach.strict else prompt.schema
                    schema = schema if approach.bounds else without_bounds(schema)
                    options = {"strict": True} if approach.strict else {}
                    structured = model.with_structured_output(
                        schema, method=approach.mode.value, include_raw=True, **options
                    )
                    answer = await structured.ainvoke(messages)
                    assert isinstance(answer, dict)
                    reply = reply_of_message(answer["raw"])
        except TimeoutError as error:
            raise AskFailed(timed_out(call.model, self._timeout), facts_of(error)) from None
        except Exception as error:
            said = reply_in_error(error)
            if said is None:
                failure, facts = call_failed(error, call.model), facts_of(error)
                if approach.stream and failure.status is None and not failure.transient:
                    failure = unreadable(call.model)  # the integration found no stream in the response
                raise AskFailed(failure, facts) from None
            reply = said
        broken = stopped_early(reply.finish_reason, call.model)
        if broken is not None:
            raise AskFailed(broken, facts_of(broken))
        return reply

    def _answer(self, call: SizedCall, reply: Reply, reading: ReadAnswer) -> AuthorAnswer:
        written = estimated_tokens(reply.written)
        usage = self._prices.usage(
            call.model,
            plausible_tokens(reply.reports, sent=call.sent, written=written, room=max(call.room, written)),
        )
        problem = problem_of(call.prompt, reply, reading)
        text = reply.texts[0] if reply.texts else ""
        return AuthorAnswer(
            reading.content if reading.content is not None and problem is None else {"text": text[:4000]},
            model=call.model,
            tokens_in=usage.tokens_in,
            tokens_out=usage.tokens_out,
            cost=usage.cost,
            finish_reason=reply.finish_reason,
            problem=problem,
            estimated=usage.estimated,
        )

    async def _learn(self, call: SizedCall, shape: type[BaseModel], reply: Reply, answer: AuthorAnswer) -> None:
        """Record what an answer shows about the model's abilities."""
        unusable = unusable_for(shape, reply, answer, room=call.room)
        if unusable is not None:
            await self._abilities.unusable(call.model, call.approach, unusable)
        elif answer.problem is None:
            tokens = 0 if answer.estimated else answer.tokens_in + answer.tokens_out
            await self._abilities.succeeded(call.model, call.approach, tokens=tokens)


def _repair_of(brief: Brief[Any], former: dict[str, Any], findings: Sequence[Finding]) -> Inquiry:
    """Return the inquiry for parts of a former answer, or for all of it where its parts cannot be told apart."""
    return Inquiry(brief, objections(findings), Repair.of(brief, former, findings))
