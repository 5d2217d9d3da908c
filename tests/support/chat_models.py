"""A chat model without a network, as a program hands one to `Orchestrator.open`."""

import json
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import PrivateAttr

from tests.support.sensible import sensible_answer


class SensibleChatModel(BaseChatModel):
    """Answers every prompt with a small sensible answer; has neither schemas nor tools."""

    model: str = "sensible 1"
    max_tokens: int | None = None
    _limits: list[int | None] = PrivateAttr(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "test-chat"

    @property
    def limits(self) -> list[int | None]:
        """The token limits of all calls, those of copies of this model included."""
        return self._limits

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,  # noqa: ARG002
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> ChatResult:
        self._limits.append(self.max_tokens)
        user = str(messages[-1].content)
        role = user.partition("Write the ")[2].partition(" for this data")[0].replace(" ", "_")
        data = json.loads(user.partition("<data>\n")[2].partition("\n</data>")[0])
        text = json.dumps(sensible_answer(role, data))
        return ChatResult(generations=[ChatGeneration(message=AIMessage(text))])

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **kwargs: Any,
    ) -> ChatResult:
        return self._generate(messages, stop, None, **kwargs)
