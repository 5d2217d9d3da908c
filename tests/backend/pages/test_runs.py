"""The page of a run."""

import asyncio
import re

import httpx

from domain.vocabulary import TaskStatus
from nodes.authors.port import AuthorRole
from orchestrator import Orchestrator, Settings
from rendering.text.event_text import line_of
from tests.support.authors import Failing, ScriptedAuthor
from tests.support.limits import HANG_SECONDS


async def test_log_page_and_api_give_an_attempt_the_same_number(settings: Settings, client: httpx.AsyncClient) -> None:
    """The page counted starts and said 2 where log and API said 4."""
    async with Orchestrator.open(settings, author=Failing(AuthorRole.INTENT)) as orchestrator:
        task = await orchestrator.wait((await orchestrator.create("learn chess")).task_id)
        assert task.status is TaskStatus.FAILED
    writing = ScriptedAuthor(latencies={AuthorRole.QUIZ: 3600})
    async with Orchestrator.open(settings, author=writing) as orchestrator:
        await orchestrator.resume(task.task_id)
        async with asyncio.timeout(HANG_SECONDS):
            while not any(role is AuthorRole.QUIZ for role, _ in writing.asked):
                await asyncio.sleep(0.02)
        events = await orchestrator.events.page(task.task_id)
        logged = [int(found[1]) for event in events if (found := re.search(r"attempt (\d+) by", line_of(event)))]
        told = (await client.get(f"/api/v1/tasks/{task.task_id}")).json()
        page = (await client.get(f"/tasks/{task.task_id}")).text
        assert len(logged) == 2
        assert told["attempt"] == logged[-1] == (await orchestrator.task(task.task_id)).attempt
        assert f'<dd class="number">{logged[0]}, {logged[1]}</dd>' in page
        assert set(re.findall(r"attempt (\d+)</span>", page)) == {str(logged[-1])}
