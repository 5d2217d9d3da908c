"""A chat model that a program hands over as an object, in place of one that is opened by its name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from langchain_core.language_models import BaseChatModel

from nodes.authors.chat_models.models import CallOptions, Models

_PROVIDERS: Final[Mapping[str, str]] = {
    "amazon_bedrock": "bedrock",
    "amazon_bedrock_converse": "bedrock_converse",
    "google_generative_ai": "google_genai",
    "mistral": "mistralai",
}
"""Providers whose `_llm_type` differs from their name in ROADMAP_MODEL."""
_MODEL_ATTRIBUTES: Final = ("model_name", "model", "model_id", "deployment_name")
_LIMIT_ATTRIBUTES: Final = ("max_tokens", "num_predict", "max_output_tokens")
_MAX_NAME_LENGTH: Final = 200


def name_of(model: BaseChatModel) -> str:
    """Return the name under which a model is recorded and priced: `provider:model`, as in ROADMAP_MODEL."""
    kind = re.sub(r"[^a-z0-9]+", "_", str(model._llm_type).lower()).strip("_")
    kind = kind.removesuffix("_chat").removeprefix("chat_") or "custom"
    names = (getattr(model, attribute, None) for attribute in _MODEL_ATTRIBUTES)
    own = next((name for name in names if isinstance(name, str) and name.strip()), type(model).__name__)
    visible = "".join(char if char.isprintable() else "_" for char in own.strip())
    return f"{_PROVIDERS.get(kind, kind)}:{'_'.join(visible.split())}"[:_MAX_NAME_LENGTH]


@dataclass(slots=True)
class GivenModel:
    """Hands out one model object under its name, and opens any other model, such as a fallback, by name.

    The object belongs to its caller, as do its clients: it is used in the event loop of the orchestrator only, and is
    not closed.
    """

    name: str
    model: BaseChatModel
    others: Models
    _limited: dict[int, BaseChatModel] = field(default_factory=dict)

    def open(self, name: str, options: CallOptions) -> BaseChatModel:
        """Return the model with a token limit; a limit that its caller has set stays."""
        if name != self.name:
            return self.others.open(name, options)
        limit = options.max_tokens
        if limit not in self._limited:
            self._limited[limit] = _with_limit(self.model, limit)
        return self._limited[limit]

    async def close(self) -> None:
        await self.others.close()


def _with_limit(model: BaseChatModel, max_tokens: int) -> BaseChatModel:
    attribute = next((name for name in _LIMIT_ATTRIBUTES if name in type(model).model_fields), None)
    if attribute is None or getattr(model, attribute) is not None:
        return model
    return model.model_copy(update={attribute: max_tokens})
