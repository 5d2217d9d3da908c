"""Chat models by name: the model of each role, and how to open it. The only file that knows integrations."""

import asyncio
import importlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from langchain_core.language_models import BaseChatModel

from domain.errors import InvalidInput
from domain.vocabulary import ContentType
from nodes.authors.port import AuthorRole

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
    }
)
CONTENT: Final = frozenset(AuthorRole(content_type.value) for content_type in ContentType)

_PACKAGE: Final = re.compile(r"requires the (\S+) package")
"""The package of a provider in a message of LangChain; its name may differ from the provider's."""

_LIMIT_NAMES: Final = {"ollama": "num_predict"}
"""The option for the token limit of an answer, where it is not `max_tokens`."""

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

    def all(self) -> list[str]:
        return list(dict.fromkeys(name for role in AuthorRole for name in self.of(role)))


@dataclass(slots=True)
class Models:
    """Opens models when they are needed, and again for another event loop, since clients hang outside their own."""

    temperature: float | None
    timeout: float
    _loop: asyncio.AbstractEventLoop | None = None
    _opened: dict[tuple[str, int], BaseChatModel] = field(default_factory=dict)
    _clients: list[Any] = field(default_factory=list)

    def open(self, name: str, max_tokens: int) -> BaseChatModel:
        """Return a model for the running loop. Raises InvalidInput as `check` does."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop, self._opened, self._clients = loop, {}, []
        known = self._opened.get((name, max_tokens))
        if known is None:
            known = self._opened[name, max_tokens] = self._made(name, max_tokens)
        return known

    def _made(self, name: str, max_tokens: int) -> BaseChatModel:
        provider = name.partition(":")[0]
        options: dict[str, Any] = {_LIMIT_NAMES.get(provider, "max_tokens"): max_tokens}
        if provider != "ollama":
            options |= {"timeout": self.timeout, "max_retries": 0}
        if provider == "openai":
            options["http_async_client"] = self._openai_client()
        if self.temperature is not None:
            options["temperature"] = self.temperature
        return _initialised(name, options)

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


def check(name: str) -> str | None:
    """Return the address of a model's provider, None where its integration does not say.

    Raises InvalidInput for a model that cannot be opened: no provider, no integration, no key.
    """
    provider = name.partition(":")[0]
    options: Mapping[str, Any] = {} if provider == "ollama" else {"max_retries": 0}
    return endpoint_of(_initialised(name, options))


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
