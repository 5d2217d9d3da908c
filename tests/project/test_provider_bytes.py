"""Whatever bytes a provider sends, a run ends in one of its documented ways, and nobody is shown its insides."""

import asyncio
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from starlette.responses import Response

from domain.vocabulary import FINAL, TaskStatus
from nodes.authors.briefs import AuthorRole
from orchestrator.orchestrator import Orchestrator
from orchestrator.settings import Settings
from tests.support.environment import variables
from tests.support.faults import Asked
from tests.support.provider import Provider

INSIDES: Final = re.compile(
    r"Traceback|\bSELECT\b|\bINSERT INTO\b|\bUPDATE \w+ SET\b|psycopg|asyncpg|sqlalchemy|\[SQL|site-packages|\.py\b"
)
"""What only a programmer wants to see; the strategies below send none of it."""
ROLES: Final = [role for role in AuthorRole if role not in {AuthorRole.OUTLINE, AuthorRole.STAGE, AuthorRole.QUIZ_KEY}]
MESSAGES: Final = ["content", "refusal", "reasoning_content", "tool_calls", "function_call", "role"]

letters = st.text(st.sampled_from("ab1 \n\t\x00\x1b\x7f\u202e\ud83d\udc00é界{}[]\"'\\<>&;%`$"), max_size=20)
numbers = st.one_of(
    st.integers(), st.floats(), st.sampled_from([10**400, 1e308, float("nan"), float("inf"), -0.0, 2**63])
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, letters),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(letters, inner, max_size=3)),
    max_leaves=8,
)


@dataclass(frozen=True)
class Sent:
    """A response: its status, and its body or what is changed in a good one."""

    status: int = 200
    body: bytes | None = None
    content: Any = None
    message: tuple[tuple[str, Any], ...] = ()
    choice: tuple[tuple[str, Any], ...] = ()
    usage: Any = None
    fields: tuple[tuple[str, Any], ...] = ()
    """Fields of the answer itself, at any depth, by the name that they have there."""

    def response(self, good: dict[str, Any], answer: dict[str, Any]) -> Response:
        if self.body is not None:
            return Response(self.body, self.status, media_type="application/json")
        text = json.dumps(_changed(answer, dict(self.fields)))
        message = {"role": "assistant", "content": text if self.content is None else self.content, **dict(self.message)}
        choice = {"index": 0, "finish_reason": "stop", **dict(self.choice), "message": message}
        body = {**good, "choices": [choice], "usage": self.usage}
        return Response(json.dumps(body).encode(), self.status, media_type="application/json")


def _changed(value: Any, fields: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return {name: fields[name] if name in fields else _changed(one, fields) for name, one in value.items()}
    return [_changed(one, fields) for one in value] if isinstance(value, list) else value


def pairs(names: Sequence[str]) -> st.SearchStrategy[tuple[tuple[str, Any], ...]]:
    return st.lists(st.tuples(st.sampled_from(names), values), max_size=2).map(tuple)


FIELDS: Final = [
    *("title", "name", "description", "stages", "modules", "concepts", "prerequisites", "estimated_hours", "keywords"),
    *("questions", "options", "correct_answer", "question_id", "resources", "url", "relevance_score", "content"),
    *("estimated_completion_time", "language", "issues", "overall_score", "operations", "parsed_goal", "severity"),
]
errors = st.builds(
    lambda status, error: Sent(status=status, body=json.dumps({"error": error}).encode()),
    st.sampled_from([400, 403, 404, 408, 413, 422, 429, 500, 529]),
    st.one_of(values, st.fixed_dictionaries({"message": values, "code": values, "type": values})),
)
sent = st.one_of(
    st.builds(Sent, status=st.sampled_from([200, 201, 400, 500]), body=st.binary(max_size=60)),
    st.builds(Sent, body=values.map(lambda value: json.dumps(value).encode())),
    st.builds(Sent, content=st.one_of(letters, values.map(json.dumps))),
    st.builds(Sent, message=pairs(MESSAGES), choice=pairs(["finish_reason", "index", "logprobs"]), usage=values),
    st.builds(Sent, fields=pairs(FIELDS)),
    errors,
)


@dataclass
class Odd(Provider):
    """Answers well, apart from one role."""

    role: str = ""
    odd: Sent = Sent()

    async def _answer(self, asked: Asked) -> Response:
        response = await super()._answer(asked)
        if asked.role != self.role:
            return response
        return self.odd.response(json.loads(bytes(response.body)), dict(self.reply(asked)))


async def _run(settings: Settings) -> tuple[TaskStatus, str]:
    """Run a creation; return its status, and everything that a user can read about it."""
    async with Orchestrator.open(settings) as orchestrator:
        task = await orchestrator.wait((await orchestrator.create("chess")).task_id)
        assert task.roadmap_id is not None
        events = await orchestrator.events.page(task.task_id)
        roadmap = await orchestrator.roadmap(task.roadmap_id)
    assert "\n" not in (task.error_message or "")
    assert events[-1].type == "run_finished"
    shown = [task.error_message, task.execution_summary, *(event.payload for event in events)]
    shown += [content.last_error for content in roadmap.contents]
    return task.status, json.dumps(shown, default=str)


def check(settings: Settings, role: str, odd: Sent) -> None:
    values = {**settings.model_dump(), "model": "openai:test", "max_concepts": 1, "link_check": False,
              "model_patience": 1, "model_timeout": 20}  # fmt: skip
    with Odd(role=role, odd=odd).serving() as provider, variables(provider.environment()):
        status, shown = asyncio.run(_run(Settings.model_validate(values)))
    assert status in FINAL
    assert status is not TaskStatus.CANCELLED
    assert not (inside := INSIDES.search(shown)), shown[max(0, inside.start() - 200) : inside.end() + 200]


@pytest.mark.slow
@examples(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(role=st.sampled_from(ROLES), odd=sent)
@example(role="tutorial", odd=Sent(status=400, body=b'{"error": {"message": "a \\u0000 b \\ud83d"}}'))
@example(role="structure_review", odd=Sent(fields=(("overall_score", float("nan")),)))
@example(role="structure_review", odd=Sent(content="1e999"))
@example(role="quiz", odd=Sent(message=(("refusal", "no \x00 \ud83d"), ("content", None))))
@example(role="intent", odd=Sent(body=b"\xff\xfe"))
@example(role="resources", odd=Sent(choice=(("finish_reason", {"type": "\x00"}),), usage={"prompt_tokens": 1e400}))
def test_no_bytes_of_a_provider_end_a_run_otherwise_than_documented_or_show_its_insides(
    settings: Settings, role: str, odd: Sent
) -> None:
    check(settings, role, odd)


@pytest.mark.soak
@examples(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(role=st.sampled_from(ROLES), odd=sent)
def test_no_bytes_of_a_provider_do_so_in_four_hundred_runs(settings: Settings, role: str, odd: Sent) -> None:
    check(settings, role, odd)
