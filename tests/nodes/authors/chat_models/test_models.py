"""How models are opened: the options of their clients, and parameters of a server's own."""

from typing import Any

import pytest

from nodes.authors.abilities.approach import LimitName
from nodes.authors.chat_models.models import CallOptions, Models
from tests.support.environment import variables


async def opened(options: CallOptions, **extra: Any) -> Any:
    models = Models(temperature=None, timeout=30.5, extra=extra)
    with variables({"OPENAI_API_KEY": "key-of-the-tests"}):
        try:
            return models.open("openai:test", options)
        finally:
            await models.close()


@pytest.mark.parametrize(
    ("limit", "body"), [(LimitName.USUAL, None), (LimitName.MAX_TOKENS, {"max_tokens": 100}), (LimitName.NONE, None)]
)
async def test_the_limit_of_an_answer_has_the_name_that_the_server_knows(limit: LimitName, body: Any) -> None:
    model = await opened(CallOptions(100, limit))
    assert (model.max_tokens, model.extra_body) == (100 if limit is LimitName.USUAL else None, body)


async def test_integrations_do_not_retry_out_of_sight() -> None:
    assert (await opened(CallOptions(100))).max_retries == 0


async def test_extra_parameters_win_over_ours_in_the_body() -> None:
    model = await opened(CallOptions(100, LimitName.MAX_TOKENS), max_tokens=50, enable_thinking=False)
    assert model.extra_body == {"max_tokens": 50, "enable_thinking": False}


async def test_a_stream_is_asked_for_where_the_server_wants_one() -> None:
    assert (await opened(CallOptions(100, stream=True))).streaming is True
