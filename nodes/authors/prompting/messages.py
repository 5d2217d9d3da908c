"""Prompts as messages of LangChain, with a mark behind the shared part for models that are cached only where told."""

from typing import Any, Final

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from nodes.authors.prompting.prompts import Prompt

CACHE_MARKED: Final = ("anthropic:", "openrouter:anthropic/")
"""Models of which what stands before a mark is cached, and nothing without one. Others cache prefixes unasked."""


def messages_of(prompt: Prompt, model: str, *, system: bool) -> list[BaseMessage]:
    """Return the messages of a call. `model` as `provider:name`; `system`: whether it takes a system message."""
    if not system:
        return [HumanMessage(f"{prompt.system}\n\n{prompt.user}")]
    if not marks_cache(prompt, model):
        return [SystemMessage(prompt.system), HumanMessage(prompt.user)]
    shared: dict[str, Any] = {"type": "text", "text": prompt.course, "cache_control": {"type": "ephemeral"}}
    rest: dict[str, Any] = {"type": "text", "text": prompt.user[len(prompt.course) :]}
    return [SystemMessage(prompt.system), HumanMessage([shared, rest])]


def marks_cache(prompt: Prompt, model: str) -> bool:
    return bool(prompt.course) and model.startswith(CACHE_MARKED)
