"""Contents as a provider gets them: the shared part is the same in every approach, and marked where caches need it."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from typing import Any

import pytest

from domain.vocabulary import ContentType
from nodes.authors.abilities.approach import Approach, Mode
from nodes.authors.abilities.evidence import Abilities
from nodes.authors.briefs import ContentBrief
from nodes.authors.chat_models.chat import ChatAuthor
from nodes.authors.chat_models.models import Models, Names
from nodes.authors.port import CallFailed
from nodes.authors.prices import Prices
from nodes.authors.prompting.messages import messages_of
from nodes.authors.prompting.prompts import prompt_for
from nodes.authors.usage import TokenCounts
from tests.support.books import all_briefs, brief_of, course_in
from tests.support.environment import variables
from tests.support.faults import Asked
from tests.support.integrations import Integrations
from tests.support.provider import Provider

MODEL = "openai:test"


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider().serving() as provider, variables(provider.environment()):
        yield provider


def author(names: Names, abilities: Abilities, max_tokens: int = 1000) -> ChatAuthor:
    return ChatAuthor(names, Models(None, 30.0), Prices(), max_tokens=max_tokens, timeout=30.0, abilities=abilities)


async def ask_all(chat: ChatAuthor, briefs: list[ContentBrief[Any]]) -> None:
    await asyncio.gather(*(chat.write(brief) for brief in briefs))
    await chat.close()


@pytest.mark.parametrize(
    "approach",
    [
        Approach(),
        Approach(strict=True),
        Approach(mode=Mode.FUNCTION_CALLING),
        Approach(mode=Mode.WORDS),
        Approach(system=False),
    ],
    ids=["schema", "strict", "tools", "words", "no system message"],
)
async def test_all_contents_begin_with_the_same_bytes_in_every_approach(provider: Provider, approach: Approach) -> None:
    abilities = Abilities()
    abilities.of(MODEL).approach, abilities.of(MODEL).works = approach, True
    await ask_all(author(Names(MODEL), abilities), all_briefs())
    beginnings = {f"{asked.system}\n\n{asked.user}".partition("\n</course>")[0] for asked in provider.log}
    assert len(beginnings) == 1
    assert {asked.role for asked in provider.log} == set(ContentType)
    assert all(asked.data["concept"]["outcomes"] for asked in provider.log), "the first <data> is that of the role"


@pytest.mark.parametrize("window", [4096, 6000, 8192, 16_384])
async def test_the_smallest_window_of_all_models_that_write_contents_cuts_the_book(
    provider: Provider, window: int
) -> None:
    names = Names(MODEL, content="openai:small", fallback="openai:large")
    abilities = Abilities()
    await abilities.has_room("openai:small", window=window)
    await abilities.has_room(MODEL, window=2000)
    chat = author(names, abilities, max_tokens=8192)
    for brief in all_briefs():
        assert (await chat.write(brief)).problem is None
    await chat.close()
    assert len({asked.user.partition("\n</course>")[0] for asked in provider.log}) == 1
    assert len({asked.system for asked in provider.log}) == 1
    for asked in provider.log:
        assert len(asked.system + asked.user) // 4 + (asked.max_tokens or 0) < window
        assert (asked.max_tokens or 0) >= window // 4, "the book leaves room for the answer"


async def test_a_window_that_a_refusal_names_cuts_the_book_for_all_that_follow(provider: Provider) -> None:
    def refuse(asked: Asked) -> tuple[int, object] | None:
        total = len(asked.system + asked.user) // 4 + (asked.max_tokens or 0)
        words = f"This model's maximum context length is 8192 tokens. However, you requested {total} tokens."
        return (400, {"error": {"message": words}}) if total > 8192 else None

    provider.refuse = refuse
    chat = author(Names(MODEL), Abilities(), max_tokens=8192)
    for brief in all_briefs():
        with suppress(CallFailed):
            await chat.write(brief)
            continue
        await chat.write(brief)
    await chat.close()
    refused, *others = provider.log
    assert len(course_in(refused.user)) == len(course_in(others[0].user)) == 6
    assert refused.system != others[0].system, "the long rules are left out"
    assert len({(asked.system, asked.user.partition("\n</course>")[0]) for asked in others}) == 1


@pytest.mark.parametrize("model", ["anthropic:claude", "openrouter:anthropic/claude"])
def test_a_provider_that_caches_where_told_is_told_behind_the_book(model: str) -> None:
    prompt = prompt_for(brief_of("c-1-1-2"))
    [_, message] = messages_of(prompt, model, system=True)
    assert isinstance(message.content, list)
    shared, rest = message.content
    assert isinstance(shared, dict)
    assert isinstance(rest, dict)
    assert shared["cache_control"] == {"type": "ephemeral"}
    assert shared["text"] == prompt.course
    assert shared["text"] + rest["text"] == prompt.user
    for other in ("openai:gpt", "openrouter:openai/gpt", "anthropic_bedrock:claude"):
        assert messages_of(prompt, other, system=True)[1].content == prompt.user
    [alone] = messages_of(prompt, model, system=False)
    assert alone.content == f"{prompt.system}\n\n{prompt.user}"
    without_book = prompt_for(brief_of("c-1-1-2", book=None))
    assert messages_of(without_book, model, system=True)[1].content == without_book.user


@pytest.mark.skipif(find_spec("langchain_anthropic") is None, reason="langchain-anthropic is not installed")
@pytest.mark.filterwarnings("default")
async def test_the_mark_behind_the_book_reaches_anthropic() -> None:
    with Integrations().serving() as provider, variables(provider.environment()):
        bodies = []
        provider.script = lambda asked, _: bodies.append(asked.body)
        await ask_all(author(Names("anthropic:claude-sonnet-4-5"), Abilities()), all_briefs()[:3])
    marked = [body["messages"][0]["content"][0] for body in bodies]
    assert all(block["cache_control"] == {"type": "ephemeral"} for block in marked)
    assert len({block["text"] for block in marked}) == 1
    assert len({json.dumps(body["system"]) for body in bodies}) == 1


def test_a_reservation_covers_input_that_is_written_to_a_cache() -> None:
    model = "anthropic:claude-sonnet-4-5"
    most = author(Names(model), Abilities()).most(brief_of("c-1-1-2"))
    written = Prices().usage(model, TokenCounts(most.tokens_in, most.tokens_out, cache_write=most.tokens_in))
    assert most.cost is not None
    assert written.cost is not None
    assert most.cost >= written.cost
