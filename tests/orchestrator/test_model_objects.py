"""Chat models and callbacks that a program hands to `Orchestrator.open`."""

from collections.abc import Sequence
from typing import Any

import pytest
from langchain_core.callbacks import AsyncCallbackHandler, BaseCallbackHandler
from langchain_core.language_models import BaseChatModel

from domain.errors import InvalidInput
from domain.vocabulary import Step, TaskStatus
from nodes.authors.chat_models.given_model import name_of
from orchestrator.orchestrator import Orchestrator
from orchestrator.queries.status import TaskView
from orchestrator.settings import Settings
from tests.support.authors import ScriptedAuthor
from tests.support.chat_models import SensibleChatModel


class Listener(AsyncCallbackHandler):
    """Counts the calls of models and remembers the nodes."""

    def __init__(self) -> None:
        self.calls = 0
        self.nodes: set[str] = set()
        self.runs: set[str] = set()

    async def on_chat_model_start(self, *_: Any, **__: Any) -> None:
        self.calls += 1

    async def on_chain_start(self, *_: Any, **details: Any) -> None:
        self.nodes.add(str((details.get("metadata") or {}).get("langgraph_node")))
        self.runs.add(str(details.get("name")))


class Faulty(BaseCallbackHandler):
    def on_chain_start(self, *_: Any, **__: Any) -> None:
        raise RuntimeError("a tracer that is broken")

    on_chat_model_start = on_chain_start


async def create(settings: Settings, model: BaseChatModel, callbacks: Sequence[BaseCallbackHandler] = ()) -> TaskView:
    small = settings.model_copy(update={"max_concepts": 2, "link_check": False})
    async with Orchestrator.open(small, model=model, callbacks=callbacks) as orchestrator:
        return await orchestrator.wait((await orchestrator.create("chess")).task_id)


async def test_a_model_object_writes_a_whole_roadmap_under_its_own_name(settings: Settings) -> None:
    model = SensibleChatModel()
    async with Orchestrator.open(settings.model_copy(update={"max_concepts": 2}), model=model) as orchestrator:
        task = await orchestrator.wait((await orchestrator.create("chess")).task_id)
        assert task.roadmap_id is not None
        contents = await orchestrator.contents.newest(task.roadmap_id)
    assert (task.status, task.error_message) == (TaskStatus.COMPLETED, None)
    assert {content.author for content in contents} == {"test:sensible_1"}
    assert set(model.limits) == {settings.model_max_tokens}, "the model itself was not changed"
    assert model.max_tokens is None


async def test_a_token_limit_that_the_program_has_set_stays(settings: Settings) -> None:
    model = SensibleChatModel(max_tokens=77)
    assert (await create(settings, model)).status == TaskStatus.COMPLETED
    assert set(model.limits) == {77}


async def test_callbacks_see_every_node_and_every_call(settings: Settings) -> None:
    listener, model = Listener(), SensibleChatModel()
    task = await create(settings, model, [listener])
    assert task.status == TaskStatus.COMPLETED
    assert listener.calls == len(model.limits)
    assert {Step.INTENT_ANALYSIS, Step.STRUCTURE_VALIDATION, Step.QUIZ_GENERATION} <= listener.nodes
    assert "roadmap creation" in listener.runs


async def test_a_broken_callback_harms_no_run(settings: Settings) -> None:
    assert (await create(settings, SensibleChatModel(), [Faulty()])).status == TaskStatus.COMPLETED


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"model": "openai:gpt"}, "model: give an instance of BaseChatModel of langchain-core, not an instance of str"),
        ({"model": SensibleChatModel}, "not the class SensibleChatModel"),
        ({"model": SensibleChatModel(), "author": ScriptedAuthor()}, "either a model or an author"),
        ({"callbacks": Listener()}, "callbacks: give a list"),
        ({"callbacks": [print]}, "is no BaseCallbackHandler"),
    ],
)
async def test_what_is_no_model_or_callback_is_refused_before_anything_is_opened(
    settings: Settings, arguments: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        async with Orchestrator.open(settings, **arguments):
            pass


def test_a_model_is_named_as_in_the_settings() -> None:
    from langchain_openai import ChatOpenAI

    assert name_of(ChatOpenAI(model="gpt-4.1-mini", api_key=lambda: "k")) == "openai:gpt-4.1-mini"
    assert name_of(SensibleChatModel(model="")) == "test:SensibleChatModel"
    assert name_of(SensibleChatModel(model=" a\x00b\n c ")) == "test:a_b__c"
