"""The response of a chat model, independent of its integration."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from langchain_core.messages import AIMessage
from pydantic import ValidationError

from nodes.authors.usage import reports_in

_CUT_OFF: Final = frozenset({"length", "max_tokens", "MAX_TOKENS", "model_length"})
_REFUSED: Final = frozenset({"content_filter", "refusal", "SAFETY", "safety"})
_REASONING: Final = ("reasoning_content", "reasoning")


@dataclass(frozen=True, slots=True)
class Reply:
    """One response."""

    texts: list[str]
    """Every text that may hold the answer, the likeliest first."""
    written: str
    """All visible text of the model, its reasoning included."""
    reports: list[Mapping[str, Any]]
    """Possible reports of the tokens that it used."""
    finish_reason: str | None
    refusal: str | None

    @property
    def cut_off(self) -> bool:
        return self.finish_reason in _CUT_OFF

    @property
    def reason_of_refusal(self) -> str | None:
        """Why the model refused to answer, empty where it gave no reason; None if it answered."""
        refusal = (self.refusal or "").strip()
        if refusal:
            return refusal
        return (self.texts[0] if self.texts else "") if self.finish_reason in _REFUSED else None


def reply_of_message(message: Any) -> Reply:
    """Return the reply in a message of LangChain."""
    assert isinstance(message, AIMessage)
    details = message.response_metadata
    arguments = [_as_text(call["args"]) for call in (*message.tool_calls, *message.invalid_tool_calls)]
    legacy = message.additional_kwargs.get("function_call")
    if isinstance(legacy, Mapping):
        arguments.append(_as_text(legacy.get("arguments")))
    text = str(message.text)
    reasoning = [part for name in _REASONING if isinstance(part := message.additional_kwargs.get(name), str)]
    refusal = message.additional_kwargs.get("refusal")
    refusal = refusal if isinstance(refusal, str) else None
    content = message.content
    visible = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, default=str)
    return Reply(
        [part for part in (*arguments, text, *reasoning) if part.strip()],
        "".join((visible, *arguments, *reasoning, refusal or "")),
        list(reports_in(message.usage_metadata, details)),
        _finish_reason(details),
        refusal,
    )


def reply_in_error(error: Exception) -> Reply | None:
    """Return the reply that an integration raised an error about although the model has answered; None without any."""
    completion = getattr(error, "completion", None)
    if completion is not None:  # OpenAI's client raises where an answer was cut off or filtered
        return _reply_of_completion(completion)
    if isinstance(error, ValidationError):
        places = error.errors(include_url=False)
        texts = [_as_text(place["input"]) for place in places if place["loc"][:1] == ("tool_calls",)]
        return Reply(texts, "".join(texts), [], None, None) if texts else None
    return None


def _reply_of_completion(completion: Any) -> Reply:
    choice = completion.choices[0]
    text, refusal = choice.message.content or "", getattr(choice.message, "refusal", None)
    calls = getattr(choice.message, "tool_calls", None) or []
    texts = [*(str(call.function.arguments) for call in calls), text]
    reports: list[Mapping[str, Any]] = [completion.usage.model_dump()] if completion.usage else []
    texts = [part for part in texts if part.strip()]
    return Reply(texts, "".join((*texts, refusal or "")), reports, choice.finish_reason, refusal)


def _as_text(arguments: object) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments, default=str)


def _finish_reason(details: Mapping[str, Any]) -> str | None:
    names: Iterator[object] = (details.get(name) for name in ("finish_reason", "stop_reason", "done_reason"))
    reason = next((name for name in names if name), None)
    if isinstance(reason, Mapping):
        reason = reason.get("type")
    return reason if isinstance(reason, str) else None
