"""The author that asks chat models. A call returns one answer or raises CallFailed; the ledger retries and budgets."""

import asyncio
import json
import time
from collections.abc import Sequence
from math import inf
from typing import Any, Final

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage
from pydantic import BaseModel

from domain.authors import AuthorKind
from nodes.authors.abilities.approach import Approach, Mode, Unusable, for_one_call
from nodes.authors.abilities.evidence import Abilities, Ability, AbilityStore
from nodes.authors.abilities.refusals import concerns_approach, is_due_in_words, is_server_error, is_unreadable
from nodes.authors.abilities.room import CONCEPT_TOKENS, MIN_WINDOW, SHRINK, answer_limit, context_window, is_about_room
from nodes.authors.abilities.sizing import SizedCall, sized_call
from nodes.authors.models import CallOptions, Models, Names
from nodes.authors.port import CUT_OFF, AuthorAnswer, AuthorRole, Brief, CallFailed, NoRoom, Usage
from nodes.authors.prices import Prices
from nodes.authors.prompts import leaks, without_bounds
from nodes.authors.provider_errors import call_failed, timed_out
from nodes.authors.reading import Reading, read_answer
from nodes.authors.reading.reader import EMPTY
from nodes.authors.reply import Reply, reply_of_completion, reply_of_message
from nodes.authors.usage import Tokens, estimated_tokens, plausible_tokens

MAX_CONCEPTS: Final = 20
"""Concepts of a framework that is asked for in one answer."""
MAX_ROOM_FACTOR: Final = 4
"""How many times its setting the token limit may reach, after answers that were cut off."""
FALLBACK_SECONDS: Final = 60.0
"""How long a model that failed is replaced by the fallback."""
MAX_REFUSED_CALLS: Final = 1000
"""Refused calls that are remembered until they are tried again."""
MAX_WORDS_LENGTH: Final = 4000
"""Characters of an error that are searched for what a server does not know."""
REFUSED: Final = "The model refused to answer"
LEAKED: Final = "It repeated its instructions. Write only what was asked for."

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
        models: Models,
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
        calls = [self._call(name, brief, objections) for name in self._names.of(brief.role)]
        return max(map(self._most_of, calls), key=lambda usage: inf if usage.cost is None else usage.cost)

    def _most_of(self, call: SizedCall) -> Usage:
        return self._prices.usage(call.model, Tokens(call.sent, call.room, estimated=True))

    async def write(self, brief: Brief[Any], objections: Sequence[str] = ()) -> AuthorAnswer:
        """Ask once. Raises CallFailed, with `step_down` where another approach or model is due next."""
        name = self._next_model(brief.role)
        async with self._abilities.turn(name):
            call = self._call(name, brief, objections)
            if call.lacks_room:
                raise self._no_room(name)
            key = _key(brief, objections)
            try:
                reply = await self._ask(call)
            except CallFailed as failure:
                if failure.billed:
                    failure.used = self._most_of(call)
                raise await self._handled(call, key, brief.role, failure) from None
            self._refused.pop(key, None)
            reading = read_answer(reply.texts, brief.shape)
            answer = self._answer(call, reply, reading)
            await self._learn(call, brief.shape, reply, answer)
            return answer

    async def close(self) -> None:
        await self._models.close()

    def _call(self, name: str, brief: Brief[Any], objections: Sequence[str]) -> SizedCall:
        """Return the next call for a brief; its room is doubled for each answer that was cut off."""
        ability = self._abilities.of(name)
        cut_off = list(objections).count(CUT_OFF)
        return sized_call(
            name,
            self._approach(ability, brief, objections),
            ability,
            brief,
            objections,
            room=self._max_tokens * min(MAX_ROOM_FACTOR, 1 << cut_off),
            cut_off=cut_off,
            most_concepts=self.most_concepts if ability.window else None,
        )

    def _approach(self, ability: Ability, brief: Brief[Any], objections: Sequence[str]) -> Approach:
        """Return the approach of a model, or less for a call that was refused or answered with nothing."""
        others = for_one_call(ability.approach)
        if ability.works and others and EMPTY in objections:
            return others[-1]
        refusals = self._refused.get(_key(brief, objections), 0) if self._refused else 0
        return others[min(refusals, len(others)) - 1] if refusals and others else ability.approach

    def _next_model(self, role: AuthorRole) -> str:
        names = self._names.of(role)
        now = time.monotonic()
        return next((name for name in names if self._rests.get(name, 0.0) <= now), names[0])

    async def _handled(self, call: SizedCall, key: int, role: AuthorRole, failure: CallFailed) -> CallFailed:
        """Return the failure, due again at once where another approach or model can be tried."""
        failure.never_worked = not self._abilities.of(call.model).has_worked
        if is_about_room(failure):
            return await self._with_less_room(call, failure)
        if await self._is_due_again(call, key, failure):
            return _due_again(failure)
        self._refused.pop(key, None)
        others = [other for other in self._names.of(role) if self._rests.get(other, 0.0) <= time.monotonic()]
        if len(others) > 1 and others[0] == call.model:
            self._rests[call.model] = time.monotonic() + FALLBACK_SECONDS
            return _due_again(failure)
        return failure

    async def _is_due_again(self, call: SizedCall, key: int, failure: CallFailed) -> bool:
        """Return whether the call is due at once in another approach, which is its own if the model answers others."""
        known = self._abilities.of(call.model)
        if known.works:
            return is_due_in_words(failure) and self._is_left(call, key, known)
        if is_unreadable(failure):
            return await self._abilities.unreadable(call.model, call.approach)
        if not concerns_approach(failure) or self._is_hiccup(call, known, failure):
            return False
        return await self._abilities.refused(call.model, call.approach, failure.said)

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

    def _is_hiccup(self, call: SizedCall, known: Ability, failure: CallFailed) -> bool:
        """Return whether a server error says nothing about the approach: the first one, or if all approaches fail."""
        if not is_server_error(failure):
            return False
        seen = (call.model, call.approach) in self._hiccups
        self._hiccups.add((call.model, call.approach))
        return not seen or known.exhausted

    async def _with_less_room(self, call: SizedCall, failure: CallFailed) -> CallFailed:
        """Return the failure of a call that was too long, due again with less room; limits that it names are kept."""
        total = call.sent + call.room
        limit, window = answer_limit(failure), context_window(failure)
        if limit is not None and limit < call.room:
            await self._abilities.has_room(call.model, answer_limit=limit)
            return _due_again(failure)
        if window is None or window >= total:
            window = int(total * SHRINK)
        if window < MIN_WINDOW:
            return self._no_room(call.model)
        await self._abilities.has_room(call.model, window=window)
        return _due_again(failure)

    def _no_room(self, name: str) -> NoRoom:
        window = self._abilities.of(name).window or MIN_WINDOW
        return NoRoom(
            _NO_ROOM.format(model=name, window=window), model=name, outcome="failed: no room", transient=False
        )

    async def _ask(self, call: SizedCall) -> Reply:
        approach, prompt = call.approach, call.prompt
        model = self._models.open(call.model, CallOptions(call.room, approach.limit, approach.stream, call.sent))
        messages: list[BaseMessage] = [SystemMessage(prompt.system), HumanMessage(prompt.user)]
        if not approach.system:
            messages = [HumanMessage(f"{prompt.system}\n\n{prompt.user}")]
        try:
            async with asyncio.timeout(self._timeout):
                if approach.mode is Mode.WORDS:
                    reply = reply_of_message(await model.ainvoke(messages))
                else:
                    schema = prompt.schema if approach.bounds else without_bounds(prompt.schema)
                    structured = model.with_structured_output(schema, method=approach.mode.value, include_raw=True)
                    answer = await structured.ainvoke(messages)
                    assert isinstance(answer, dict)
                    reply = reply_of_message(answer["raw"])
        except TimeoutError:
            raise timed_out(call.model, self._timeout) from None
        except Exception as error:
            completion = getattr(error, "completion", None)
            if completion is None:
                failure = call_failed(error, call.model)
                failure.said = _said(error)
                raise failure from None
            reply = reply_of_completion(completion)  # some integrations raise for a cut off or filtered answer
        if reply.failed:
            reason = f"{call.model} broke off with an error of the server behind it."
            raise CallFailed(reason, model=call.model, outcome="failed 502", billed=True)
        return reply

    def _answer(self, call: SizedCall, reply: Reply, reading: Reading) -> AuthorAnswer:
        written = estimated_tokens(reply.written)
        usage = self._prices.usage(
            call.model,
            plausible_tokens(reply.reports, sent=call.sent, written=written, room=max(call.room, written)),
        )
        problem = _problem(call, reply, reading)
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
        unusable = _unusable(call, shape, reply, answer)
        if unusable is not None:
            await self._abilities.unusable(call.model, call.approach, unusable)
        elif answer.problem is None:
            tokens = 0 if answer.estimated else answer.tokens_in + answer.tokens_out
            await self._abilities.succeeded(call.model, call.approach, tokens=tokens)


def _said(error: Exception) -> str:
    """Return the words of a provider. Clients put them into their message, the parsed body, or neither."""
    response = getattr(error, "response", None)
    said = (str(error), str(getattr(error, "body", None) or ""), str(getattr(response, "text", "")))
    return " ".join(said)[:MAX_WORDS_LENGTH]


def _due_again(failure: CallFailed) -> CallFailed:
    again = CallFailed(
        str(failure),
        model=failure.model,
        outcome=failure.outcome,
        billed=failure.billed,
        step_down=True,
        never_worked=failure.never_worked,
        status=failure.status,
        context_window=failure.context_window,
    )
    again.used, again.said = failure.used, failure.said
    return again


def _key(brief: Brief[Any], objections: Sequence[str]) -> int:
    """Return what identifies a call in this process."""
    return hash((brief.role, brief.model_dump_json(), *objections))


def _problem(call: SizedCall, reply: Reply, reading: Reading) -> str | None:
    """Return why an answer cannot be checked, worded for the author."""
    refusal = reply.reason_of_refusal
    if refusal is not None:
        return f"{REFUSED}: {' '.join((refusal or 'it gave no reason').split())[:300]}"
    if reply.cut_off or reading.cut_off:
        return CUT_OFF
    if not reply.texts or reading.content == {}:
        return EMPTY
    if reading.content is None:
        return reading.problem
    return LEAKED if leaks(call.prompt.system, json.dumps(reading.content, ensure_ascii=False)) else None


def _unusable(call: SizedCall, shape: type[BaseModel], reply: Reply, answer: AuthorAnswer) -> Unusable | None:
    """Return why an answer shows that the approach fails; None also for one that is wrong in other ways."""
    if answer.problem in (LEAKED, None):
        required = {name for name, field in shape.model_fields.items() if field.is_required()}
        ignored = 2 * len(required & answer.content.keys()) < len(required)
        return Unusable.UNFIT if ignored and answer.problem is None else None
    if answer.problem == EMPTY:
        return Unusable.EMPTY
    if answer.problem == CUT_OFF:
        written = max(answer.tokens_out, estimated_tokens(reply.written))
        return Unusable.CUT_SHORT if reply.cut_off and 2 * written < call.room else None
    return None if reply.reason_of_refusal is not None else Unusable.UNFIT
