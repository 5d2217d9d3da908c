"""The author that asks chat models. A call returns one answer or raises CallFailed; the ledger retries and budgets."""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from typing import Any, Final

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from domain.authors import AuthorKind
from nodes.authors.given_model import GivenModel
from nodes.authors.models import Models, Names
from nodes.authors.parsing import object_in
from nodes.authors.port import AuthorAnswer, AuthorRole, Brief, CallFailed, Usage
from nodes.authors.prices import Prices
from nodes.authors.prompts import Prompt, leaks, prompt_for
from nodes.authors.provider_errors import call_failed, stopped_early, timed_out
from nodes.authors.usage import Tokens, estimated_tokens, plausible_tokens, reports_in

MAX_ROOM_FACTOR: Final = 4
"""How many times its setting the token limit may reach, after answers that were cut off."""
FALLBACK_SECONDS: Final = 60.0
"""How long a model that failed is replaced by the fallback."""
CUT_OFF: Final = "It was cut off at its token limit. Write it again, complete and more briefly."
REFUSED: Final = "The model refused to answer"
EMPTY: Final = "The answer was empty."
NO_JSON: Final = "It was not one JSON object of the given schema. Answer with that object only."
LEAKED: Final = "It repeated its instructions. Write only what was asked for."
_LENGTH: Final = frozenset({"length", "max_tokens", "MAX_TOKENS", "model_length"})
_REFUSAL: Final = frozenset({"content_filter", "refusal", "SAFETY", "safety"})


class Mode(StrEnum):
    """Ways to hold a model to a shape, the best first."""

    JSON_SCHEMA = "json_schema"
    FUNCTION_CALLING = "function_calling"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class _Reply:
    """The response of a model, independent of its integration."""

    text: str
    written: str
    """All visible text of the model, its reasoning included."""
    reports: list[Mapping[str, Any]]
    """Possible reports of the tokens that it used."""
    finish_reason: str | None
    refusal: str | None


class ChatAuthor:
    """Asks the model of a brief's role, and the fallback while that model fails."""

    most_concepts: int | None = 20

    def __init__(
        self, names: Names, models: Models | GivenModel, prices: Prices, *, max_tokens: int, timeout: float
    ) -> None:
        self._names = names
        self._models = models
        self._prices = prices
        self._max_tokens = max_tokens
        self._timeout = timeout
        self._modes: dict[str, Mode] = {}
        self._rests: dict[str, float] = {}
        """Until when each model is replaced by the fallback (monotonic seconds)."""

    kind: AuthorKind = "model"

    @property
    def name(self) -> str:
        return self._names.usual

    def most(self, brief: Brief[Any], objections: Sequence[str] = ()) -> Usage:
        prompt = _prompt(brief, objections, with_schema=bool(objections))
        return max(
            (self._most_of(name, prompt, objections) for name in self._names.of(brief.role)),
            key=lambda usage: inf if usage.cost is None else usage.cost,
        )

    def _most_of(self, name: str, prompt: Prompt, objections: Sequence[str]) -> Usage:
        return self._prices.usage(name, Tokens(_sent(prompt), self._room(objections), estimated=True))

    async def write(self, brief: Brief[Any], objections: Sequence[str] = ()) -> AuthorAnswer:
        """Ask once. Raises CallFailed, also a transient one where another model or mode is due next."""
        name = self._next_model(brief.role)
        mode = self._modes.get(name, Mode.JSON_SCHEMA)
        prompt = _prompt(brief, objections, with_schema=bool(objections) or mode is Mode.WORDS)
        try:
            reply = await self._ask(name, mode, prompt, self._room(objections))
            if (broken := stopped_early(reply.finish_reason, name)) is not None:
                raise broken
        except CallFailed as failure:
            handled = self._other_way(brief.role, name, mode, failure)
            if failure.billed:
                handled.used = self._most_of(name, prompt, objections)
            raise handled from None
        return self._answer(name, prompt, reply, self._room(objections))

    async def close(self) -> None:
        await self._models.close()

    def way_of(self, name: str) -> str:
        """Return how a model is held to a shape at present."""
        return self._modes.get(name, Mode.JSON_SCHEMA)

    def _room(self, objections: Sequence[str]) -> int:
        """Return the token limit of an answer, doubled for each one that was cut off."""
        return self._max_tokens * min(MAX_ROOM_FACTOR, 1 << _cut_off(objections))

    def _next_model(self, role: AuthorRole) -> str:
        names = self._names.of(role)
        now = time.monotonic()
        return next((name for name in names if self._rests.get(name, 0.0) <= now), names[0])

    def _other_way(self, role: AuthorRole, name: str, mode: Mode, failure: CallFailed) -> CallFailed:
        """Return the failure, made transient where another mode or model can be tried."""
        following = list(Mode)[list(Mode).index(mode) + 1 :]
        if failure.outcome == NO_SUCH_MODE and following:
            self._modes[name] = following[0]
            return CallFailed(str(failure), model=name, outcome=f"failed: no {mode}", step_down=True)
        others = [other for other in self._names.of(role) if self._rests.get(other, 0.0) <= time.monotonic()]
        if len(others) > 1 and others[0] == name:
            self._rests[name] = time.monotonic() + FALLBACK_SECONDS
            return CallFailed(str(failure), model=name, outcome=failure.outcome, step_down=True)
        return failure

    async def _ask(self, name: str, mode: Mode, prompt: Prompt, room: int) -> _Reply:
        model = self._models.open(name, room)
        messages: list[BaseMessage] = [SystemMessage(prompt.system), HumanMessage(prompt.user)]
        try:
            async with asyncio.timeout(self._timeout):
                if mode is Mode.WORDS:
                    return _reply(await model.ainvoke(messages))
                structured = model.with_structured_output(prompt.schema, method=mode.value, include_raw=True)
                answer = await structured.ainvoke(messages)
                assert isinstance(answer, dict)
                return _reply(answer["raw"])
        except TimeoutError:
            raise timed_out(name, self._timeout) from None
        except Exception as error:
            completion = getattr(error, "completion", None)
            if completion is not None:  # some integrations raise for an answer that was cut off or filtered
                return _reply_of_completion(completion)
            raise _mode_failed(error, name) or call_failed(error, name) from None

    def _answer(self, name: str, prompt: Prompt, reply: _Reply, room: int) -> AuthorAnswer:
        written = estimated_tokens(reply.written)
        usage = self._prices.usage(
            name, plausible_tokens(reply.reports, sent=_sent(prompt), written=written, room=max(room, written))
        )
        content = object_in(reply.text)
        problem: str | None = None
        if reply.refusal is not None or reply.finish_reason in _REFUSAL:
            problem = f"{REFUSED}: {' '.join((reply.refusal or reply.text or 'it gave no reason').split())[:300]}"
        elif reply.finish_reason in _LENGTH:
            problem = CUT_OFF
        elif not reply.text.strip():
            problem = EMPTY
        elif content is None:
            problem = NO_JSON
        elif leaks(prompt.system, json.dumps(content, ensure_ascii=False)):
            problem = LEAKED
        return AuthorAnswer(
            content if content is not None and problem is None else {"text": reply.text[:4000]},
            model=name,
            tokens_in=usage.tokens_in,
            tokens_out=usage.tokens_out,
            cost=usage.cost,
            finish_reason=reply.finish_reason,
            problem=problem,
            estimated=usage.estimated,
        )


def _sent(prompt: Prompt) -> int:
    """Estimate the tokens of a prompt, its schema included."""
    return estimated_tokens(prompt.system + prompt.user) + estimated_tokens(json.dumps(prompt.schema))


def _cut_off(objections: Sequence[str]) -> int:
    """Return how many answers were cut off."""
    return list(objections).count(CUT_OFF)


def _prompt(brief: Brief[Any], objections: Sequence[str], *, with_schema: bool) -> Prompt:
    return prompt_for(brief, objections, with_schema=with_schema, cut_off=_cut_off(objections))


NO_SUCH_MODE: Final = "no such mode"
_MODE_WORDS: Final = ("response_format", "json_schema", "structured output", "tool", "function", "schema", "grammar")


def _mode_failed(error: Exception, name: str) -> CallFailed | None:
    """Return the failure of a model that lacks the mode, which it or its integration reports by a 4xx."""
    status = getattr(error, "status_code", None)
    message = str(error).lower()
    cannot = isinstance(error, NotImplementedError) or (
        status in {400, 422, 501} and any(word in message for word in _MODE_WORDS)
    )
    if not cannot:
        return None
    failure = call_failed(error, name)
    return CallFailed(str(failure), model=name, outcome=NO_SUCH_MODE, transient=False)


def _reply(message: Any) -> _Reply:
    assert isinstance(message, AIMessage)
    details = message.response_metadata
    text = str(message.text)
    if message.tool_calls:
        text = json.dumps(message.tool_calls[0]["args"])
    elif message.invalid_tool_calls and not text:
        text = message.invalid_tool_calls[0]["args"] or ""
    return _Reply(
        text,
        _written(message, text),
        list(reports_in(message.usage_metadata, details)),
        details.get("finish_reason") or details.get("stop_reason") or details.get("done_reason"),
        message.additional_kwargs.get("refusal"),
    )


def _written(message: AIMessage, text: str) -> str:
    """Return the content in all its blocks, and what some integrations store beside it."""
    content = message.content
    blocks = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, default=str)
    beside = [message.additional_kwargs.get(name) for name in ("reasoning_content", "refusal")]
    calls = [str(call["args"]) for call in (*message.tool_calls, *message.invalid_tool_calls)]
    return "".join([blocks or (text if not calls else ""), *calls, *(text for text in beside if isinstance(text, str))])


def _reply_of_completion(completion: Any) -> _Reply:
    choice = completion.choices[0]
    text, refusal = choice.message.content or "", getattr(choice.message, "refusal", None)
    reports: list[Mapping[str, Any]] = [dict(completion.usage)] if completion.usage else []
    return _Reply(text, f"{text}{refusal or ''}", reports, choice.finish_reason, refusal)
