import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import httpx
import pytest

from domain.vocabulary import TaskStatus
from orchestrator.commands.transitions import end, resume
from orchestrator.queries.events import MAX_BUFFERED_EVENTS, POLL_INTERVAL_SECONDS, Follower
from orchestrator.settings import Settings
from repository.db.database import Database, Session
from repository.runs.events import append_events, append_transition
from repository.runs.tasks import lock_task
from tests.backend.conftest import Serve
from tests.support.http_server import http_server, sse
from tests.support.limits import HANG_SECONDS
from tests.support.rows import fence_of, reserved, started

T = TypeVar("T")

PATH = "/api/v1/tasks/t-1/stream"


async def append(database: Database, *types: str) -> None:
    for event_type in types:
        async with database.transaction() as session:
            await lock_task(session, "t-1")
            await append_transition(session, "t-1", event_type, {"text": "学\n习"})


async def finish(database: Database) -> None:
    async with database.transaction() as session:
        await end(session, fence_of(await lock_task(session, "t-1")), TaskStatus.FAILED, "why")


async def ids(client: httpx.AsyncClient, last: str | None = None) -> list[int]:
    headers = {} if last is None else {"Last-Event-ID": last}
    async with client.stream("GET", PATH, headers=headers) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        return [event.id async for event in sse(response)]


@pytest.fixture
async def follower(database: Database) -> AsyncIterator[Follower]:
    follower = Follower(database)
    yield follower
    await follower.close()


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    async with http_server(settings) as client:
        yield client


async def test_a_stream_begins_with_the_first_event_or_after_the_last_seen(
    database: Database, client: httpx.AsyncClient
) -> None:
    await started(database)
    await append(database, "one", "two")
    await finish(database)
    assert await ids(client) == [1, 2, 3]
    assert await ids(client, last="1") == [2, 3]
    assert await ids(client, last="3") == []
    async with client.stream("GET", f"{PATH}?after=2") as response:
        (event,) = [event async for event in sse(response)]
    page = (await client.get("/api/v1/tasks/t-1/events?after=2")).json()
    assert json.loads(event.data)["payload"] == page["events"][0]["payload"]


async def test_events_are_streamed_while_they_happen(database: Database, client: httpx.AsyncClient) -> None:
    await reserved(database)
    await started(database)
    async with client.stream("GET", PATH) as response:
        story = sse(response)
        await append(database, "one")
        assert (await asyncio.wait_for(anext(story), HANG_SECONDS)).id == 1
        await finish(database)
        assert [event.id async for event in story] == [2]


async def test_a_run_that_is_resumed_before_its_follower_asks_for_more_streams_on(
    database: Database, follower: Follower
) -> None:
    """Over HTTP the server asks at once, so that a test could not resume in time."""
    await reserved(database)
    await started(database)
    story = follower.follow("t-1")
    await append(database, "one")
    assert (await anext(story)).sequence == 1
    await finish(database)
    async with database.transaction() as session:
        await resume(session, "t-1", "w-1")
    await append(database, "more")
    await finish(database)
    assert [event.sequence async for event in story] == [2, 3, 4, 5, 6]


async def test_a_place_that_is_none_is_a_problem_before_the_stream_begins(
    database: Database, client: httpx.AsyncClient, subtests: pytest.Subtests
) -> None:
    await started(database)
    await append(database, "one")
    for last in ["x", "-1", "1.5", "99999999999999", "7"]:
        with subtests.test(last=last):
            answer = await client.get(PATH, headers={"Last-Event-ID": last})
            assert answer.status_code == 422
            assert answer.headers["content-type"] == "application/problem+json"


async def test_an_unknown_task_and_a_foreign_one_look_alike(
    database: Database, serve: Serve, bearer: Callable[..., Awaitable[dict[str, str]]]
) -> None:
    await started(database, user_id="bob")
    client = await serve(auth="token")
    headers = await bearer("ann")
    for task_id in ("t-1", "unknown"):
        answer = await client.get(f"/api/v1/tasks/{task_id}/stream", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@asynccontextmanager
async def following(client: httpx.AsyncClient, number: int) -> AsyncIterator[list[httpx.Response]]:
    opened: list[httpx.Response] = []
    try:
        for _ in range(number):
            request = client.build_request("GET", PATH)
            opened.append(await client.send(request, stream=True))
        yield opened
    finally:
        for response in opened:
            await response.aclose()


async def test_a_user_has_no_more_streams_than_he_may_and_a_closed_one_counts_no_more(
    database: Database, settings: Settings, bearer: Callable[..., Awaitable[dict[str, str]]]
) -> None:
    await started(database)
    limited = settings.model_copy(update={"http_streams": 3, "auth": "token"})
    async with http_server(limited) as client:
        client.headers.update(await bearer("ann"))
        async with following(client, 4) as opened:
            assert [response.status_code for response in opened] == [200, 200, 200, 429]
            assert "retry-after" in opened[3].headers
        async with asyncio.timeout(HANG_SECONDS):
            while True:
                async with following(client, 3) as opened:
                    if [response.status_code for response in opened] == [200] * 3:
                        break
                await asyncio.sleep(0.05)


async def test_streams_end_when_the_server_stops(database: Database, settings: Settings) -> None:
    await started(database)
    async with http_server(settings) as client, following(client, 20) as opened:
        await client.stop()
        for response in opened:  # one that is cut off raises
            assert [event async for event in sse(response)] == []


class Counting(Database):
    """Counts what it is asked."""

    asked = 0

    async def persist(self, work: Callable[[Session], Awaitable[T]], *, retry_seconds: float | None = None) -> T:
        self.asked += 1
        return await super().persist(work, retry_seconds=retry_seconds)


@pytest.mark.slow
async def test_a_thousand_followers_of_one_run_cost_one_poller(database: Database, database_url: str) -> None:
    await started(database)
    counting = Counting(database_url)
    follower = Follower(counting)
    story = [asyncio.create_task(_collect(follower)) for _ in range(1000)]
    async with asyncio.timeout(HANG_SECONDS):
        while follower.followers < 1000:
            await asyncio.sleep(0.1)
        joined, since = counting.asked, time.monotonic()
        await asyncio.sleep(1.0)
        rounds = (time.monotonic() - since) / POLL_INTERVAL_SECONDS
        assert counting.asked - joined <= rounds + 1, "one statement in each round, for all of them"
        await append(database, *(f"e{number}" for number in range(20)))
        await finish(database)
        told = await asyncio.gather(*story)
        rounds = (time.monotonic() - since) / POLL_INTERVAL_SECONDS
    assert told == [list(range(1, 22))] * 1000
    assert counting.asked - joined <= rounds + 1, "what was read is shared"
    await follower.close()
    await counting.close()


async def _collect(follower: Follower) -> list[int]:
    return [event.sequence async for event in follower.follow("t-1")]


async def test_a_client_that_does_not_read_costs_no_memory_and_misses_nothing(
    database: Database, follower: Follower
) -> None:
    """It is behind by more than is kept: the rest comes from the rows."""
    await started(database)
    await append(database, "first")
    slow = follower.follow("t-1")
    assert (await anext(slow)).sequence == 1
    quick = asyncio.create_task(_collect(follower))
    async with database.transaction() as session:
        await lock_task(session, "t-1")
        await append_events(session, "t-1", [("e", {})] * (2 * MAX_BUFFERED_EVENTS), last=1)
    await finish(database)
    assert len(await quick) == 2 * MAX_BUFFERED_EVENTS + 2
    assert [event.sequence async for event in slow] == list(range(2, 2 * MAX_BUFFERED_EVENTS + 3))


@pytest.mark.soak
async def test_a_quiet_stream_is_no_silent_one(database: Database, client: httpx.AsyncClient) -> None:
    """Proxies close connections on which nothing comes for half a minute."""
    await started(database)
    async with client.stream("GET", PATH, timeout=25) as response:
        assert await anext(response.aiter_lines()) == ": ping"
