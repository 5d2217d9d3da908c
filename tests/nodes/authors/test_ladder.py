"""The chat author against servers that know less than OpenAI's: what each asks to be left out is found out once."""

import asyncio
from collections.abc import Iterator
from typing import Any, Final

import pytest

from domain.contents import Quiz
from nodes.authors.abilities.evidence import Abilities, endpoint
from nodes.authors.briefs import Brief
from nodes.authors.chat_models.chat import ChatAuthor
from nodes.authors.chat_models.models import Models, Names
from nodes.authors.port import CUT_OFF, AuthorAnswer, CallFailed, NoRoom
from nodes.authors.prices import Prices
from nodes.authors.prompting.content_rules import AS_MARKDOWN
from tests.conformance.test_authors import BRIEFS
from tests.nodes.authors.abilities.test_evidence import MemoryStore
from tests.support.environment import variables
from tests.support.faults import Asked, Fault, always
from tests.support.limits import HANG_SECONDS
from tests.support.provider import Provider
from tests.support.sensible import sensible_answer

QUIZ_BRIEF: Final = BRIEFS[-1]
Refusal = tuple[int, object]


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider().serving() as provider, variables(provider.environment()):
        yield provider


def author(
    store: MemoryStore | None = None, *, max_tokens: int = 1000, extra: dict[str, Any] | None = None
) -> ChatAuthor:
    abilities = Abilities({"openai:test": endpoint("openai:test", "http://host.example", extra or {})}, store)
    models = Models(temperature=None, timeout=30.0, extra=extra or {})
    return ChatAuthor(Names("openai:test"), models, Prices(), max_tokens=max_tokens, timeout=30.0, abilities=abilities)


async def ask(chat: ChatAuthor, brief: Brief[Any] = QUIZ_BRIEF, *objections: str) -> AuthorAnswer:
    """As the ledger does: again at once while another approach is due."""
    for _ in range(12):
        try:
            return await chat.write(brief, objections)
        except CallFailed as failure:
            if not failure.step_down:
                raise
    raise AssertionError("the ladder does not end")


def error(status: int, message: object, **more: object) -> Refusal:
    return status, {"error": {"message": message, **more}}


def no_schema_nor_tools(asked: Asked) -> Refusal | None:
    if "response_format" in asked.body:
        return error(400, "This response_format type is unavailable now")
    return error(404, "No endpoints found that support tool use.") if "tools" in asked.body else None


def no_grammar(asked: Asked) -> Refusal | None:
    known = {"response_format", "tools"} & asked.body.keys()
    return error(500, "failed to parse grammar", type="server_error") if known else None


def no_system_role(asked: Asked) -> Refusal | None:
    return (400, {"object": "error", "message": "System role not supported"}) if asked.system else None


def max_tokens_only(asked: Asked) -> Refusal | None:
    detail = [{"type": "extra_forbidden", "loc": ["body", "max_completion_tokens"], "msg": "Extra inputs"}]
    return (422, {"message": {"detail": detail}}) if "max_completion_tokens" in asked.body else None


def says_nothing_of_use(asked: Asked) -> Refusal | None:
    known = {"response_format", "tools", "max_completion_tokens"} & asked.body.keys()
    return (418, {"oops": True}) if known or asked.system else None


@pytest.mark.parametrize(
    ("refuse", "refusals"),
    [
        (no_schema_nor_tools, 2),
        (no_grammar, 3),
        (no_system_role, 1),
        (max_tokens_only, 1),
        (says_nothing_of_use, 5),
    ],
)
async def test_a_server_that_knows_less_is_asked_for_less_and_only_the_first_call_is_refused(
    provider: Provider, refuse: Any, refusals: int
) -> None:
    provider.refuse = refuse
    chat = author()
    for brief in BRIEFS:
        answer = await ask(chat, brief)
        assert answer.problem is None
        brief.shape.model_validate(answer.content)
    await chat.close()
    assert len(provider.log) == len(BRIEFS) + refusals
    assert all("Write the" in asked.user and "</data>" in asked.user for asked in provider.log)


async def test_what_one_process_found_out_costs_another_no_refusal(provider: Provider) -> None:
    provider.refuse = no_schema_nor_tools
    store = MemoryStore()
    first, second = author(store), author(store)
    await ask(first)
    assert len(provider.log) == 3
    await ask(second)
    assert len(provider.log) == 4
    await first.close()
    await second.close()


async def test_calls_that_begin_together_are_not_all_refused(provider: Provider) -> None:
    provider.refuse = no_schema_nor_tools
    chat = author()
    async with asyncio.timeout(HANG_SECONDS):
        await asyncio.gather(*(ask(chat) for _ in range(20)))
    await chat.close()
    assert len(provider.log) == 22


async def test_a_server_that_ignores_the_schema_costs_one_answer_for_a_model_not_one_for_each_request(
    provider: Provider,
) -> None:
    def ignoring(asked: Asked) -> dict[str, Any]:
        shown = "of this schema" in asked.user
        return dict(sensible_answer(asked.role, asked.data)) if shown else {"verdict": "as you like"}

    provider.reply = ignoring
    chat = author()
    await chat.write(QUIZ_BRIEF)
    for brief in BRIEFS:
        brief.shape.model_validate((await chat.write(brief)).content)
    await chat.close()
    assert len(provider.log) == 1 + len(BRIEFS)


async def test_a_refusal_after_a_success_concerns_that_one_call(provider: Provider) -> None:
    chat = author()
    await ask(chat, BRIEFS[0])
    provider.refuse = lambda asked: error(400, "invalid input") if asked.role == "quiz" else None
    with pytest.raises(CallFailed):
        await ask(chat)
    refused = len(provider.log)
    provider.refuse = lambda _: None
    await ask(chat, BRIEFS[0])
    await chat.close()
    assert refused <= 4
    assert "response_format" in provider.log[-1].body, "others are asked as before"


async def test_a_schema_that_one_role_cannot_have_does_not_fail_that_role(provider: Provider) -> None:
    chat = author()
    await ask(chat, BRIEFS[0])
    provider.refuse = lambda asked: error(400, "schema too complex") if "response_format" in asked.body else None
    Quiz.model_validate((await ask(chat)).content)
    await chat.close()


@pytest.mark.parametrize(
    "refusal",
    [error(401, "Incorrect API key"), error(404, "The model `test` does not exist", code="model_not_found"),
     error(403, "Your key has no access to this model"), error(402, "Insufficient credits")],
)  # fmt: skip
async def test_a_refusal_of_the_model_or_the_key_is_not_tried_in_other_ways(
    provider: Provider, refusal: Refusal
) -> None:
    provider.refuse = lambda _: refusal
    chat = author()
    with pytest.raises(CallFailed) as failed:
        await ask(chat)
    await chat.close()
    assert (len(provider.log), failed.value.denied, failed.value.never_worked) == (1, True, True)


def window_of(tokens: int) -> Any:
    def refuse(asked: Asked) -> Refusal | None:
        sent = len(asked.system + asked.user) // 4
        wanted = sent + (asked.max_tokens or 0)
        if wanted <= tokens:
            return None
        return error(400, f"This model's maximum context length is {tokens} tokens. You requested {wanted} tokens.")

    return refuse


@pytest.mark.parametrize("window", [4096, 8192])
async def test_a_context_window_is_read_out_of_one_refusal_and_stayed_below(provider: Provider, window: int) -> None:
    provider.refuse = window_of(window)
    chat = author(max_tokens=8192)
    for brief in BRIEFS:
        assert (await ask(chat, brief)).problem is None
    most = chat.most_concepts
    await chat.close()
    assert len(provider.log) == len(BRIEFS) + 1
    assert most is not None
    assert most * 100 < window / 2, "what fits into one answer becomes less"


async def test_a_limit_of_answers_is_kept_also_after_answers_that_were_cut_off(provider: Provider) -> None:
    provider.refuse = lambda asked: (
        error(400, f"max_tokens is too large: {asked.max_tokens}. This model supports at most 2048 completion tokens")
        if (asked.max_tokens or 0) > 2048
        else None
    )
    chat = author(max_tokens=8192)
    await ask(chat)
    await ask(chat, QUIZ_BRIEF, CUT_OFF)
    await chat.close()
    assert [asked.max_tokens for asked in provider.log] == [8192, 2048, 2048]


async def test_a_refusal_of_length_without_a_number_is_stayed_below_too(provider: Provider) -> None:
    provider.refuse = lambda asked: (
        error(400, "Please reduce the length of the messages or completion.", code="context_length_exceeded")
        if len(asked.user) // 4 + (asked.max_tokens or 0) > 5000
        else None
    )
    chat = author(max_tokens=8192)
    assert (await ask(chat)).problem is None
    await chat.close()
    assert len(provider.log) <= 5


async def test_a_window_in_which_nothing_fits_fails_with_one_line(provider: Provider) -> None:
    provider.refuse = window_of(300)
    chat = author()
    with pytest.raises(NoRoom) as failed:
        await ask(chat)
    await chat.close()
    assert "context window" in str(failed.value)
    assert "\n" not in str(failed.value)


async def test_extra_parameters_are_sent_in_the_body_and_have_evidence_of_their_own(provider: Provider) -> None:
    store = MemoryStore()
    extra = {"enable_thinking": False, "top_k": 20}
    chat = author(store, extra=extra)
    await ask(chat)
    await chat.close()
    (asked,) = provider.log
    assert {name: asked.body[name] for name in extra} == extra
    ((_, _, parameters),) = store.rows
    assert parameters
    assert "thinking" not in str(store.rows)


@pytest.mark.slow
async def test_a_server_for_streams_only_is_asked_for_one_and_no_other_way_is_tried(provider: Provider) -> None:
    provider.refuse = lambda asked: (
        error(400, "parameter.enable_thinking must be set to false for non-streaming calls")
        if not asked.body.get("stream")
        else error(429, "slow down")
    )
    chat = author()
    with pytest.raises(CallFailed) as failed:
        await ask(chat)
    await chat.close()
    assert [bool(asked.body.get("stream")) for asked in provider.log] == [False, True]
    assert failed.value.outcome == "failed 429"


async def test_a_response_outside_of_the_protocol_leaves_the_best_approach_for_the_next_try(
    provider: Provider,
) -> None:
    provider.script = always(Fault.NO_CHOICES)
    chat = author()
    with pytest.raises(CallFailed) as failed:
        await ask(chat)
    assert (failed.value.transient, failed.value.outcome) == (True, "failed protocol")
    assert (await ask(chat)).problem is None
    await chat.close()
    assert [bool(asked.body.get("stream")) for asked in provider.log] == [False, True, False]
    assert "response_format" in provider.log[-1].body


async def test_a_model_that_is_asked_in_words_may_write_a_lesson_as_markdown(provider: Provider) -> None:
    [brief] = [brief for brief in BRIEFS if brief.role == "tutorial"]
    provider.refuse = no_schema_nor_tools
    chat = author()
    answer = await ask(chat, brief)
    await chat.close()
    assert AS_MARKDOWN in provider.log[-1].user
    assert AS_MARKDOWN not in provider.log[0].user, "where a schema holds the model, it is asked for JSON"
    brief.shape.model_validate(answer.content)  # it came as JSON nevertheless
