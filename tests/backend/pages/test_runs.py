"""The page of a run."""

import asyncio
import re

import httpx

from domain.editing.review import Decision, EditPlan, Operation
from domain.vocabulary import TaskStatus
from nodes.authors.briefs import AuthorRole
from orchestrator import Orchestrator, Settings
from orchestrator.commands.run_request import ReviewRequest
from rendering.text.event_text import line_of
from tests.backend.pages.conftest import Post
from tests.support.authors import TUTORIAL, Failing, ScriptedAuthor
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


async def test_the_review_of_a_change_shows_what_is_written_put_back_and_paid_and_a_button_puts_a_version_back(
    settings: Settings, client: httpx.AsyncClient, post: Post
) -> None:
    rewrite = Operation(
        action="rewrite",
        target_type="concept",
        concept_ids=["c-1-1-1"],
        content_types=["tutorial"],
        wish="<b>with a picture</b>",
    )
    plan = EditPlan(feedback_summary="", operations=[rewrite])
    numbers = iter(range(100))
    author = ScriptedAuthor(
        {
            AuthorRole.EDIT_PLAN: lambda _, __: plan,
            AuthorRole.TUTORIAL: lambda _, __: TUTORIAL.model_copy(update={"summary": f"Number {next(numbers)}."}),
        }
    )
    async with Orchestrator.open(settings, author=author) as orchestrator:
        made = await orchestrator.wait((await orchestrator.create("learn chess")).task_id)
        roadmap_id = made.roadmap_id or ""
        asked = await orchestrator.modify(roadmap_id, "pictures\n<i>please</i>", review=ReviewRequest())
        await orchestrator.wait(asked.task_id)
        shown = (await client.get(f"/tasks/{asked.task_id}/review")).text
        assert "&lt;b&gt;with a picture&lt;/b&gt;" in shown
        assert "<b>with" not in shown
        assert "<i>please" not in shown
        assert "Written again:" in shown
        assert re.search(r"About \d+ call", shown)
        told = (await client.get(f"/api/v1/tasks/{asked.task_id}/proposal")).json()
        assert [(one["concept_id"], one["wish"]) for one in told["rewritten"]] == [("c-1-1-1", "<b>with a picture</b>")]
        await orchestrator.review(asked.task_id, Decision(approved=True))
        await orchestrator.wait(asked.task_id)
    page = f"/roadmaps/{roadmap_id}/concepts/c-1-1-1"
    assert "Put version" not in (await client.get(page)).text
    assert "Put version 1 back" in (await client.get(f"{page}?tutorial=1")).text
    sent = await post(client, page, f"{page}/revert", content_type="tutorial", version="1")
    assert sent.headers["location"] == f"{page}?said=reverted#tutorial"
    api = f"/api/v1{page}/tutorial"
    first, last = [(await client.get(api, params={"version": number})).json() for number in (1, 3)]
    assert first["content"] == last["content"]
    for fields in [{"version": "99"}, {"version": "x"}, {"version": ""}, {"content_type": "poem"}]:
        refused = await post(client, page, f"{page}/revert", **{"content_type": "tutorial", "version": "1"} | fields)
        assert refused.status_code in {404, 422}, fields
    answers = [await client.post(f"{api}/revert", json=body) for body in ({"version": 2}, {"version": 9}, {}, {"x": 1})]
    assert [answer.status_code for answer in answers] == [200, 404, 422, 422]
    assert answers[0].json()["version"] == 4
