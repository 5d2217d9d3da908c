"""Chat models by name: the model of each role, and how to open it. The only file that knows integrations."""

import asyncio
import importlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Any, Final

from langchain_core.language_models import BaseChatModel

from domain.errors import InvalidInput
from domain.vocabulary import ContentType
from nodes.authors.abilities.approach import LimitName
from nodes.authors.briefs import AuthorRole

EXTRAS: Final = ("openai", "anthropic", "ollama")
"""Providers whose integration is an extra of this project, of the same name."""

CURRICULUM: Final = frozenset(
    {
        AuthorRole.INTENT,
        AuthorRole.FRAMEWORK,
        AuthorRole.OUTLINE,
        AuthorRole.STAGE,
        AuthorRole.EDIT_PLAN,
        AuthorRole.NEW_PARTS,
        AuthorRole.COURSE_BOOK,
        AuthorRole.CONCEPT_PLANS,
    }
)
CONTENT: Final = frozenset({AuthorRole.LESSON, *(AuthorRole(content_type.value) for content_type in ContentType)})

_PACKAGE: Final = re.compile(r"requires the (\S+) package")
"""The package of a provider in a message of LangChain; its name may differ from the provider's."""

_LIMIT_NAMES: Final = {"ollama": "num_predict"}
"""The option for the token limit of an answer, where it is not `max_tokens`."""

_WITH_BODY: Final = frozenset({"openai", "azure_openai", "deepseek", "xai"})
"""Providers whose integration sends parameters that it does not know as `extra_body`; others take them as options."""

CONTEXT_STEP: Final = 4096
"""The context window that Ollama is asked for is a multiple of this: a change loads the model again."""

_CLIENT_OPTIONS: Final[dict[str, Callable[[float], dict[str, Any]]]] = {
    "ollama": lambda timeout: {"client_kwargs": {"timeout": timeout}},  # it never retries
    "google_genai": lambda timeout: {"timeout": timeout, "max_retries": 1},  # attempts; 0 means its default of 5
    "google_vertexai": lambda timeout: {"timeout": timeout, "max_retries": 1},
    "openrouter": lambda timeout: {"timeout": ceil(timeout * 1000), "max_retries": 0},  # in milliseconds
    "mistralai": lambda timeout: {"timeout": ceil(timeout), "max_retries": 0},
    "bedrock": lambda timeout: {"timeout": ceil(timeout), "max_retries": 0},
    "bedrock_converse": lambda timeout: {"timeout": ceil(timeout), "max_retries": 0},
}
"""How integrations are told to give up after `timeout` seconds and never to retry: the ledger retries, and counts."""

_ADDRESSES: Final = ("anthropic_api_url", "azure_endpoint", "groq_api_base", "endpoint_url", "endpoint", "api_base",
                     "base_url")  # fmt: skip
"""Attributes in which integrations keep the address of their provider."""


@dataclass(frozen=True, slots=True)
class Names:
    """Names of models as `provider:name`."""

    usual: str
    curriculum: str | None = None
    content: str | None = None
    review: str | None = None
    fallback: str | None = None

    def of(self, role: AuthorRole) -> list[str]:
        """Return the models for a role, in the order in which they are asked."""
        special = self.curriculum if role in CURRICULUM else self.content if role in CONTENT else self.review
        return list(dict.fromkeys(name for name in (special or self.usual, self.fallback) if name))

    def of_contents(self) -> list[str]:
        """Return the models that write contents."""
        return list(dict.fromkeys(name for role in CONTENT for name in self.of(role)))

    def all(self) -> list[str]:
        return list(dict.fromkeys(name for role in AuthorRole for name in self.of(role)))


@dataclass(frozen=True, slots=True)
class CallOptions:
    """Options of one call that its client is opened with."""

    max_tokens: int
    limit: LimitName = LimitName.USUAL
    stream: bool = False
    prompt_tokens: int = 0
    """Estimate, for servers that are told their context window."""


@dataclass(slots=True)
class Models:
    """Opens models when they are needed, and again for another event loop, since clients hang outside their own."""

    temperature: float | None
    timeout: float
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Parameters of a server's own (ROADMAP_MODEL_EXTRA)."""
    _loop: asyncio.AbstractEventLoop | None = None
    _opened: dict[tuple[str, CallOptions], BaseChatModel] = field(default_factory=dict)
    _clients: list[Any] = field(default_factory=list)
    _contexts: dict[str, int] = field(default_factory=dict)

    def open(self, name: str, options: CallOptions) -> BaseChatModel:
        """Return a model for the running loop. Raises InvalidInput as `check` does."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop, self._opened, self._clients = loop, {}, []
        options = self._rounded(name, options)
        known = self._opened.get((name, options))
        if known is None:
            known = self._opened[name, options] = self._made(name, options)
        return known

    def _rounded(self, name: str, options: CallOptions) -> CallOptions:
        """Return the options with the largest prompt so far, rounded up; 0 for servers that are not told."""
        if not name.startswith("ollama:"):
            return replace(options, prompt_tokens=0)
        context = ceil((options.prompt_tokens + options.max_tokens) / CONTEXT_STEP) * CONTEXT_STEP
        context = self._contexts[name] = max(context, self._contexts.get(name, 0))
        return replace(options, prompt_tokens=context - options.max_tokens)

    def _made(self, name: str, options: CallOptions) -> BaseChatModel:
        provider = name.partition(":")[0]
        made = _client_options(provider, self.timeout)
        body: dict[str, Any] = {}
        if options.limit is LimitName.USUAL or (options.limit is not LimitName.NONE and provider not in _WITH_BODY):
            made[_LIMIT_NAMES.get(provider, "max_tokens")] = options.max_tokens
        elif options.limit is LimitName.MAX_TOKENS:
            body["max_tokens"] = options.max_tokens
        if provider == "ollama":
            made["num_ctx"] = options.prompt_tokens + options.max_tokens
        if provider == "openai":
            made["http_async_client"] = self._openai_client()
        if options.stream and provider in _WITH_BODY:
            made["streaming"] = True
        if self.temperature is not None:
            made["temperature"] = self.temperature
        return _initialised(name, _with_extra(provider, made, body, self.extra))

    def _openai_client(self) -> Any:
        """Return a client of this loop, since the integration would share one among all loops of a process."""
        if not self._clients:
            self._clients.append(importlib.import_module("openai").DefaultAsyncHttpxClient(timeout=self.timeout))
        return self._clients[0]

    async def close(self) -> None:
        """Close the clients, in the loop that used them."""
        clients, self._clients, self._opened, self._loop = self._clients, [], {}, None
        for client in clients:
            await client.aclose()


def check(name: str, extra: Mapping[str, Any] | None = None) -> str | None:
    """Return the address of a model's provider, None where its integration does not say.

    Raises InvalidInput for a model that cannot be opened: no provider, no integration, no key.
    """
    provider = name.partition(":")[0]
    return endpoint_of(_initialised(name, _with_extra(provider, _client_options(provider, 60.0), {}, extra or {})))


def _client_options(provider: str, timeout: float) -> dict[str, Any]:
    known = _CLIENT_OPTIONS.get(provider)
    return {"timeout": timeout, "max_retries": 0} if known is None else known(timeout)


def _with_extra(
    provider: str, options: dict[str, Any], body: dict[str, Any], extra: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the options with the parameters of a server's own, which win over ours."""
    if provider not in _WITH_BODY:
        return {**options, **extra}
    body = {**body, **extra}
    return {**options, "extra_body": body} if body else options


def endpoint_of(model: BaseChatModel) -> str | None:
    """Return the address that the client uses, else the configured one."""
    holders = [getattr(model, name, None) for name in ("root_async_client", "root_client")]
    addresses = [getattr(holder, "base_url", None) for holder in holders]
    addresses += [getattr(model, name, None) for name in _ADDRESSES]
    texts = [str(address) for address in addresses if address is not None]
    return next((text for text in texts if text.startswith(("http://", "https://"))), None)


def _initialised(name: str, options: Mapping[str, Any]) -> BaseChatModel:
    from langchain.chat_models import init_chat_model

    provider, _, model = name.partition(":")
    if not provider or not model:
        raise InvalidInput(f"{name!r} is no model: name it as provider:name, for instance openai:gpt-4.1-mini.")
    try:
        made = init_chat_model(model, model_provider=provider, **options)
    except ImportError as error:
        match = _PACKAGE.search(str(error))
        package = match[1] if match else f"langchain-{provider.replace('_', '-')}"
        checkout = f"; in a checkout: `make setup EXTRAS={provider}`" if provider in EXTRAS else ""
        raise InvalidInput(
            f"The integration for {name} is not installed: `pip install {package}` installs it{checkout}."
        ) from None
    except Exception as error:  # each integration words a missing key differently
        from domain.text.secrets import redact

        reason = " ".join(redact(str(error)).split())[:300]
        raise InvalidInput(f"The model {name} cannot be opened: {reason}") from None
    assert isinstance(made, BaseChatModel)
    return made
