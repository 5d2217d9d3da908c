"""Whatever a caller hands to a public method, he gets an answer or an error of ours, and no row is written."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from domain.course.book import CourseBook
from domain.editing.review import Decision
from domain.errors import InvalidInput, NotFound, RoadmapError
from domain.learners.progress import ConceptMark
from domain.request import LearningRequest, Preferences
from domain.vocabulary import ContentType
from domain.webhooks import WebhookEvent
from orchestrator import Orchestrator, Settings
from orchestrator.commands.request_context import Once, Terms
from orchestrator.commands.run_request import RetryRequest, ReviewRequest
from tests.support.authors import ScriptedAuthor
from tests.support.limits import HANG_SECONDS

GOOD: Final[dict[str, Any]] = {
    "request": RetryRequest(),
    "roadmap_id": "no-such-roadmap",
    "task_id": "no-such-task",
    "concept_id": "c-1-1-1",
    "webhook_id": "whk_none",
    "user_id": "ann",
    "content_type": ContentType.QUIZ,
    "instructions": "shorter",
    "decision": Decision(approved=True),
    "book": CourseBook(),
    "after": 0,
    "limit": 5,
    "roadmap_ids": ["a"],
    "concept_ids": ["a"],
    "task_ids": ["a"],
    "done": True,
    "attempt_id": "1",
    "version": 1,
    "title": "My title",
    "mark": ConceptMark.KNOWN,
    "answers": [[0]],
    "url": "https://example.com/hook",
    "events": [WebhookEvent.RUN_FINISHED],
    "owner": None,
    "delivery_id": "none",
}
BAD: Final[tuple[Any, ...]] = (
    None,
    "",
    " ",
    "a\x00b",
    "\ud800",
    "x" * 100_000,
    -1,
    10**30,
    float("nan"),
    float("-inf"),
    b"bytes",
    object(),
    [None],
    ["\x00"],
    {"\x00": 1},
    datetime(1, 1, 1),  # noqa: DTZ001
    (datetime(2026, 1, 1), "x"),  # noqa: DTZ001
    (datetime.max.replace(tzinfo=UTC), "\x00"),
    Terms(owner=3),  # type: ignore[arg-type]
    Terms(owner="\x00", once=Once("\x00", "k", "h")),
    RetryRequest(user_id=" ", preferences={"primary_language": "xx"}),
    RetryRequest(preferences=[1], instructions=3),  # type: ignore[arg-type]
    ReviewRequest(timeout=float("nan")),
    ReviewRequest(timeout="soon"),  # type: ignore[arg-type]
)


@pytest.fixture
async def orchestrator(settings: Settings) -> AsyncIterator[Orchestrator]:
    async with Orchestrator.open(settings, author=ScriptedAuthor()) as orchestrator:
        yield orchestrator


def methods(holder: Any) -> Iterator[tuple[str, Callable[..., Any]]]:
    for name, method in inspect.getmembers(holder, inspect.ismethod):
        if not name.startswith("_") and name not in {"open", "stop_following"}:
            yield name, method


async def outcome(called: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    """What a call gives, followed to its first value."""
    result = called(**arguments)
    if isinstance(result, AbstractAsyncContextManager):
        async with result as entered:
            return entered
    if inspect.isasyncgen(result):
        return await anext(result, None)
    return await result if inspect.isawaitable(result) else result


async def test_no_argument_of_a_public_method_brings_out_an_error_of_a_library(
    orchestrator: Orchestrator,
) -> None:
    """`create("")` raised the ValidationError of Pydantic, a NUL the error of the driver."""
    called, lines = 0, set[str]()
    for holder in (orchestrator, orchestrator.learning, orchestrator.webhooks):
        for name, method in methods(holder):
            parameters = inspect.signature(method).parameters
            needed = {n: GOOD[n] for n, p in parameters.items() if p.default is p.empty and n in GOOD}
            if name == "create":
                needed = {"request": "learn chess", "detach": True}
            for parameter in parameters:
                for bad in BAD:
                    if (name, parameter) == ("prune", "dry_run") or (name == "wait" and parameter != "task_id"):
                        continue
                    try:
                        async with asyncio.timeout(HANG_SECONDS):
                            await outcome(method, {**needed, parameter: bad})
                    except RoadmapError as error:
                        lines.add(str(error))
                    except Exception as error:
                        raise AssertionError(f"{name}({parameter}={bad!a}) raised {type(error).__name__}") from error
                    called += 1
    assert called > 1000
    assert all(line and "\n" not in line and len(line) < 20_000 for line in lines)
    titles = {row.title for row in await orchestrator.roadmaps.page(limit=1000)}
    assert titles <= {"learn chess", "bytes"}, "only what is text was taken for a goal"


async def test_a_goal_that_is_none_is_invalid_input_and_leaves_no_row(
    orchestrator: Orchestrator, subtests: pytest.Subtests
) -> None:
    goals: list[Any] = ["", " ", "a\x00b", "\ud800", "x" * 2001, None, 3, object(), [], {}]
    for goal in goals:
        with subtests.test(goal=goal):
            with pytest.raises(InvalidInput):
                await orchestrator.create(goal)
            assert await orchestrator.roadmaps.page() == []


async def test_a_language_that_does_not_exist_is_refused_where_it_is_asked_for(orchestrator: Orchestrator) -> None:
    wanted = LearningRequest(preferences=Preferences(learning_goal="learn chess", primary_language="xx"))
    with pytest.raises(InvalidInput, match=r"preferences\.primary_language: unknown language 'xx'"):
        await orchestrator.create(wanted)
    assert await orchestrator.roadmaps.page() == []
    task = await orchestrator.wait((await orchestrator.create("learn chess")).task_id)
    retry = RetryRequest(preferences={"secondary_language": "zz"})
    with pytest.raises(InvalidInput, match=r"preferences\.secondary_language"):
        await orchestrator.retry(str(task.roadmap_id), "c-1-1-1", ContentType.QUIZ, retry)
    assert len(await orchestrator.tasks.page()) == 1


async def test_an_id_that_nothing_can_have_is_not_found(orchestrator: Orchestrator) -> None:
    for unknown in ("a\x00b", "\ud800", "", "x" * 10_000):
        with pytest.raises(NotFound):
            await orchestrator.task(unknown)
        with pytest.raises(NotFound):
            await orchestrator.retry(unknown, "c", ContentType.QUIZ)


class Plain:
    name = "plain"
    most_concepts = None

    def most(self, brief: Any, objections: Any = ()) -> None: ...

    def write(self, brief: Any, objections: Any = ()) -> None: ...


class Narrow(ScriptedAuthor):
    async def write(self, brief: Any) -> Any:  # type: ignore[override]
        ...


class Wrong(ScriptedAuthor):
    async def most(self, brief: Any, objections: Any = ()) -> Any:  # type: ignore[override]
        ...


@pytest.mark.parametrize(
    ("author", "says"),
    [
        (ScriptedAuthor, "the class ScriptedAuthor is a class where an instance is needed"),
        (object(), "an instance of object has no name, most_concepts, most, write"),
        ("openai:gpt-4.1-mini", "an instance of str has no name, most_concepts, most, write"),
        (Plain(), "an instance of Plain has a `write` that is not async"),
        (Wrong(), "an instance of Wrong has a `most` that is async"),
        (Narrow(), "an instance of Narrow has a `write` that does not take (brief, objections)"),
        (ScriptedAuthor(name=" "), "has a `name` that is not printable text"),
        (ScriptedAuthor(most_concepts=0), "has a `most_concepts` that is neither None nor a positive number"),
    ],
)
async def test_an_author_that_cannot_be_asked_is_refused_before_anything_is_opened(
    settings: Settings, author: Any, says: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        async with Orchestrator.open(settings, author=author):
            raise AssertionError("it opened")
    assert says in str(refused.value)


async def test_settings_and_kinds_that_there_are_not_are_refused(settings: Settings) -> None:
    wrong: list[tuple[str, Any]] = [("settings", {}), ("settings", Settings), ("kind", "boss"), ("kind", None)]
    for name, value in wrong:
        arguments: dict[str, Any] = {"settings": settings, name: value}
        with pytest.raises(InvalidInput):
            async with Orchestrator.open(**arguments):
                raise AssertionError("it opened")
