"""The chat author against a provider that misbehaves: one call, one answer or one honest failure."""

import asyncio
from collections.abc import Iterator
from typing import Any, Final

import pytest

from domain.contents import Quiz
from nodes.authors.abilities.answers import LEAKED, REFUSED
from nodes.authors.briefs import AuthorRole, Brief
from nodes.authors.chat_models.chat import ChatAuthor
from nodes.authors.chat_models.models import CURRICULUM, Models, Names
from nodes.authors.port import CUT_OFF, AuthorAnswer, CallFailed, Usage
from nodes.authors.prices import Prices
from nodes.authors.reading.reader import EMPTY, NO_JSON
from tests.conformance.test_authors import BRIEFS
from tests.support.environment import variables
from tests.support.faults import Fault, Script, always
from tests.support.limits import HANG_SECONDS
from tests.support.provider import Provider

QUIZ_BRIEF = BRIEFS[-1]


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider().serving() as provider, variables(provider.environment()):
        yield provider


def author(*, timeout: float = 5.0, max_tokens: int = 1000, **names: str) -> ChatAuthor:
    models = Models(temperature=None, timeout=timeout)
    prices = Prices({"openai:test": (1.0, 2.0)})
    return ChatAuthor(Names("openai:test", **names), models, prices, max_tokens=max_tokens, timeout=timeout)


async def ask(chat: ChatAuthor, *objections: str, brief: Brief[Any] = QUIZ_BRIEF) -> AuthorAnswer:
    try:
        return await chat.write(brief, objections)
    finally:
        await chat.close()


async def failure(provider: Provider, script: Script, **options: Any) -> CallFailed:
    provider.script = script
    with pytest.raises(CallFailed) as failed:
        await ask(author(**options))
    return failed.value


async def test_an_answer_comes_with_its_tokens_price_and_finish_reason(provider: Provider) -> None:
    answer = await ask(author())
    Quiz.model_validate(answer.content)
    assert (answer.problem, answer.model, answer.finish_reason) == (None, "openai:test", "stop")
    assert answer.tokens_in > 100 < answer.tokens_out
    assert answer.cost == pytest.approx((answer.tokens_in + 2 * answer.tokens_out) / 1e6)
    (asked,) = provider.log
    assert (asked.role, asked.max_tokens) == ("quiz", 1000)


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Fault.BUSY, "failed 429"),
        (Fault.BROKEN, "failed 500"),
        (Fault.OVERLOADED, "failed 529"),
        (Fault.CONFLICT, "failed 409"),
        (Fault.HANG_UP, "failed connection"),
        (Fault.CUT_STREAM, "failed connection"),
        (Fault.ERROR_INSIDE, "failed 502"),
        (Fault.HTML, "failed protocol"),
        (Fault.NO_CHOICES, "failed protocol"),
    ],
)
async def test_what_may_pass_is_a_transient_failure(provider: Provider, fault: Fault, outcome: str) -> None:
    failed = await failure(provider, always(fault))
    assert (failed.transient, failed.denied, failed.outcome) == (True, False, outcome), str(failed)
    assert len(provider.log) == 1, "the integration must not retry out of sight"


@pytest.mark.parametrize("fault", [Fault.HANG, Fault.SLOW])
async def test_a_call_that_never_ends_is_cut_at_the_timeout(provider: Provider, fault: Fault) -> None:
    failed = await failure(provider, always(fault), timeout=0.5)
    assert (failed.transient, failed.outcome) == (True, "failed timeout")


async def test_a_provider_that_is_not_there_is_a_transient_failure() -> None:
    nowhere = Provider(url="http://127.0.0.1:9/v1")
    with variables(nowhere.environment()), pytest.raises(CallFailed) as failed:
        await ask(author())
    assert (failed.value.transient, failed.value.outcome) == (True, "failed connection")


async def test_the_wait_that_a_provider_asks_for_is_told(provider: Provider) -> None:
    provider.retry_after = "17"
    assert (await failure(provider, always(Fault.BUSY_FOR_A_WHILE))).wait == 17
    provider.retry_after = "Wed, 21 Oct 2015 07:28:00 GMT"
    assert (await failure(provider, always(*2 * [Fault.BUSY_FOR_A_WHILE]))).wait == 0


@pytest.mark.parametrize("fault", [Fault.WRONG_KEY, Fault.NO_QUOTA])
async def test_a_wrong_key_or_a_spent_quota_is_never_tried_again(provider: Provider, fault: Fault) -> None:
    failed = await failure(provider, always(fault))
    assert (failed.transient, failed.denied) == (False, True)
    assert "openai:test" in str(failed)
    assert "\n" not in str(failed)


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (Fault.TRUNCATED, CUT_OFF),
        (Fault.HALF_JSON, CUT_OFF),
        (Fault.PROSE, NO_JSON),
        (Fault.REFUSAL, f"{REFUSED}: I cannot help with that."),
        (Fault.FILTERED, f"{REFUSED}: it gave no reason"),
        (Fault.EMPTY, EMPTY),
        (Fault.ECHO, LEAKED),
    ],
)
async def test_an_answer_that_cannot_be_used_says_why_and_is_still_on_the_bill(
    provider: Provider, fault: Fault, problem: str
) -> None:
    provider.script = always(fault)
    answer = await ask(author())
    assert answer.problem == problem
    assert answer.tokens_in > 0


@pytest.mark.parametrize("fault", [Fault.FENCED, Fault.CHATTY])
async def test_words_around_an_answer_do_not_spoil_it(provider: Provider, fault: Fault) -> None:
    provider.script = always(fault)
    answer = await ask(author())
    assert answer.problem is None
    Quiz.model_validate(answer.content)


@pytest.mark.parametrize(("fault", "modes"), [(Fault.NO_SCHEMA, 2), (Fault.NO_TOOLS, 3)])
async def test_a_model_that_cannot_be_held_to_a_schema_is_asked_in_another_way(
    provider: Provider, fault: Fault, modes: int
) -> None:
    provider.script = lambda _, __: fault
    chat = author()
    for _ in range(modes - 1):
        with pytest.raises(CallFailed) as failed:
            await chat.write(QUIZ_BRIEF)
        assert (failed.value.transient, failed.value.step_down) == (True, True)
    answer = await ask(chat)
    assert answer.problem is None
    Quiz.model_validate(answer.content)
    assert len(provider.log) == modes


async def test_an_answer_that_was_cut_off_is_asked_for_with_more_room(provider: Provider) -> None:
    await ask(author(), CUT_OFF)
    await ask(author(), CUT_OFF, CUT_OFF, CUT_OFF)
    assert [asked.max_tokens for asked in provider.log] == [2000, 4000]


async def test_objections_are_told_as_data(provider: Provider) -> None:
    await ask(author(), "Question 1 has no explanation.")
    (asked,) = provider.log
    assert "Question 1 has no explanation." in asked.user
    assert "Question 1" not in asked.system


async def test_each_role_has_its_model(provider: Provider) -> None:
    chat = author(curriculum="openai:planner", content="openai:writer", review="openai:critic")
    for brief in BRIEFS:
        await chat.write(brief)
    await chat.close()
    by_role = {asked.role: asked.model for asked in provider.log}
    contents = {AuthorRole.TUTORIAL, AuthorRole.LESSON, AuthorRole.RESOURCES, AuthorRole.QUIZ}
    assert {role for role, model in by_role.items() if model == "writer"} == contents
    assert {role for role, model in by_role.items() if model == "critic"} == {
        AuthorRole.STRUCTURE_REVIEW,
        AuthorRole.QUIZ_KEY,
        AuthorRole.CRITIQUE,
    }
    assert {role for role, model in by_role.items() if model == "planner"} == CURRICULUM


async def test_the_fallback_is_asked_while_the_model_cannot(provider: Provider) -> None:
    provider.script = lambda asked, _: Fault.WRONG_KEY if asked.model == "test" else None
    chat = author(fallback="openai:spare")
    with pytest.raises(CallFailed) as failed:
        await chat.write(QUIZ_BRIEF)
    assert (failed.value.transient, failed.value.denied, failed.value.step_down) == (True, False, True)
    answer = await ask(chat)
    assert answer.model == "openai:spare"


async def test_what_is_reserved_covers_what_is_used(provider: Provider) -> None:
    chat = author()
    for brief in BRIEFS:
        most, answer = chat.most(brief), await chat.write(brief)
        assert most.tokens_in >= answer.tokens_in
        assert most.cost is not None
        assert answer.cost is not None
        assert most.cost >= answer.cost > 0
    await chat.close()


NONSENSE: Final[list[object]] = [
    None,
    {},
    {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
    {"prompt_tokens": -7, "completion_tokens": -7, "total_tokens": -14},
    {"prompt_tokens": 3e9, "completion_tokens": 5e9, "total_tokens": 8e9},
]


@pytest.mark.parametrize("usage", NONSENSE, ids=str)
async def test_a_provider_that_does_not_report_usage_is_not_free(provider: Provider, usage: object) -> None:
    true = await ask(author())
    provider.usage = lambda _, __: usage
    answer = await ask(author())
    assert (answer.problem, answer.estimated, true.estimated) == (None, True, False)
    assert true.tokens_in <= answer.tokens_in <= 5 * true.tokens_in
    assert true.tokens_out <= answer.tokens_out <= 5 * true.tokens_out
    assert answer.cost == pytest.approx((answer.tokens_in + 2 * answer.tokens_out) / 1e6)


async def test_cached_input_is_not_billed_in_full(provider: Provider) -> None:
    provider.usage = lambda tokens_in, tokens_out: {
        "prompt_tokens": tokens_in,
        "completion_tokens": tokens_out,
        "total_tokens": tokens_in + tokens_out,
        "prompt_tokens_details": {"cached_tokens": tokens_in},
    }
    chat = ChatAuthor(
        Names("openai:test"), Models(None, 5), Prices({"openai:test": (1.0, 2.0, 0.1)}), max_tokens=1000, timeout=5
    )
    answer = await ask(chat)
    assert answer.cost == pytest.approx((0.1 * answer.tokens_in + 2 * answer.tokens_out) / 1e6)


@pytest.mark.parametrize(
    ("fault", "billed"),
    [
        (Fault.HANG, True),
        (Fault.CUT_STREAM, True),
        (Fault.BUSY, False),
        (Fault.BROKEN, False),
        (Fault.WRONG_KEY, False),
    ],
)
async def test_a_call_that_was_sent_and_lost_may_have_been_billed_and_one_that_was_refused_was_not(
    provider: Provider, fault: Fault, billed: bool
) -> None:
    failed = await failure(provider, always(fault), timeout=0.5 if fault is Fault.HANG else 5.0)
    chat = author()
    most = chat.most(QUIZ_BRIEF)
    assert failed.used == (most if billed else Usage())
    assert most.estimated


async def test_a_call_that_never_reached_a_provider_was_not_billed() -> None:
    nowhere = Provider(url="http://127.0.0.1:9/v1")
    with variables(nowhere.environment()), pytest.raises(CallFailed) as failed:
        await ask(author())
    assert failed.value.used == Usage()


def test_an_author_carried_into_another_event_loop_does_not_hang(provider: Provider) -> None:
    chat = author()

    async def call() -> None:
        async with asyncio.timeout(HANG_SECONDS):
            await ask(chat)

    for _ in range(2):
        asyncio.run(call())
