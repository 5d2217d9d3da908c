"""The page of a run."""

import asyncio
import re
from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from domain.editing.review import Decision, EditPlan, Operation
from domain.vocabulary import Role, TaskStatus
from nodes.authors.briefs import AuthorRole, Brief
from nodes.authors.port import CallFailed
from orchestrator import Orchestrator, Settings
from orchestrator.commands.run_request import ReviewRequest
from rendering.text.event_text import line_of
from repository.db.database import Database, execute
from repository.roadmaps.roadmaps import save_roadmap_metadata
from tests.backend.conftest import Serve
from tests.backend.pages.conftest import Post
from tests.backend.pages.test_every_button import Bearer
from tests.backend.places import fill
from tests.support.authors import TUTORIAL, Failing, ScriptedAuthor
from tests.support.limits import HANG_SECONDS
from tests.support.stocked import structure, tell, waiting_task


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


async def test_a_run_shows_its_calls_its_failures_by_reason_and_a_retry_on_each_line(
    settings: Settings, client: httpx.AsyncClient, post: Post
) -> None:
    """A hostile answer is rejected before the good one, and one type of content fails."""
    hostile = {"title": "<script>alert(1)</script>\u202e", "content": "<img src=x onerror=alert(1)>" * 3000}

    def tutorial(brief: Brief[Any], objections: Sequence[str]) -> Any:
        return TUTORIAL if objections else hostile

    def resources(brief: Brief[Any], objections: Sequence[str]) -> Any:
        raise CallFailed("rate limit <b>429</b>", model="m", outcome="failed 429", transient=False)

    author = ScriptedAuthor({AuthorRole.TUTORIAL: tutorial, AuthorRole.RESOURCES: resources})
    async with Orchestrator.open(settings, author=author) as orchestrator:
        task = await orchestrator.wait((await orchestrator.create("learn chess")).task_id)
    page = (await client.get(f"/tasks/{task.task_id}")).text
    assert "2 attempts, 1 rejected" in page
    assert re.findall(r"(\d+) ×", page) == ["2"]
    assert "rate limit &lt;b&gt;429" in page
    buttons = re.findall('formaction="([^"]+)" name="content_type" value="([^"]+)"', page)
    at = f"/roadmaps/{task.roadmap_id}/concepts"
    assert buttons == [(f"{at}/c-1-1-1/retry", "resources"), (f"{at}/c-1-1-2/retry", "resources")]

    links = [link.replace("&amp;", "&") for link in re.findall(f'href="(/tasks/{task.task_id}/calls[^"]+)"', page)]
    assert f"/tasks/{task.task_id}/calls?step=intent_analysis" in links
    for link in links:
        answer = await client.get(link)
        assert (answer.status_code, 'class="panel call"' in answer.text) == (200, True), link
    calls = (await client.get(f"/tasks/{task.task_id}/calls?concept=c-1-1-1&type=tutorial")).text
    assert calls.count('class="panel call"') == 2
    assert "&lt;script&gt;alert(1)" in calls
    assert "<script>alert" not in calls
    assert "<img" not in calls
    assert "\u202e" not in calls
    assert len(calls) < 200_000
    assert "saved as version 1" in calls

    retried = await post(client, f"/tasks/{task.task_id}", buttons[0][0], content_type="resources", to="run")
    assert re.fullmatch(r"/tasks/[\w-]+\?said=asked", retried.headers["location"])
    page = (await client.get(f"/tasks/{task.task_id}")).text
    assert page.count("formaction=") == 1, "what another run holds is offered no more"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 200),
        ("?step=nothing", 200),
        ("?concept=c-9&type=quiz", 200),
        ("?concept=c-1-1-1&type=poem", 200),
        ("?concept=<script>&type=<script>", 200),
        ("?step=%00", 422),
        ("?concept=" + "x" * 500, 422),
        ("?after=-1", 422),
        ("?after=" + "9" * 50, 422),
        ("?after=x", 422),
    ],
)
async def test_calls_of_nothing_are_none(
    client: httpx.AsyncClient, database: Database, query: str, status: int
) -> None:
    await fill(database, "local")
    answer = await client.get(f"/tasks/t-queued/calls{query}")
    assert answer.status_code == status
    assert "<script>" not in answer.text.replace("<script type", "")


async def test_calls_and_questions_are_shown_to_those_who_see_the_run(
    serve: Serve, bearer: Bearer, database: Database
) -> None:
    await fill(database, "ann")
    client = await serve(auth="token")
    for user, role, status in [("ann", Role.LEARNER, 200), ("bob", Role.LEARNER, 404), ("boss", Role.ADMIN, 200)]:
        client.headers.update(await bearer(user, role))
        for path in ("/tasks/t-queued", "/tasks/t-queued/calls?step=intent_analysis"):
            assert (await client.get(path)).status_code == status, (user, path)


async def test_the_page_of_sixty_concepts_stays_below_a_hundred_kilobytes(
    client: httpx.AsyncClient, database: Database, database_url: str
) -> None:
    framework = structure("sixty", "Learn it", (5, 4, 3), lambda number: f"A concept with a name of words {number}")
    async with database.transaction() as session:
        await save_roadmap_metadata(session, "sixty", "local", framework)
    await asyncio.to_thread(waiting_task, database_url, "t-1", "sixty", status="partial_failure")
    told: list[tuple[str, dict[str, Any]]] = [("run_started", {"attempt": 1, "worker_id": "w"})]
    contents = [(one.concept_id, kind) for one in framework.concepts() for kind in ("tutorial", "resources", "quiz")]
    for number, (concept_id, kind) in enumerate(contents):
        of = {"concept_id": concept_id, "content_type": kind}
        told += [("content_started", of), ("content_started", of)]
        told += [("content_completed", of)] if number % 9 else [("content_failed", {**of, "reason": f"No {kind}."})]
    await asyncio.to_thread(tell, database_url, "t-1", told)
    async with database.transaction() as session:
        insert = """
            INSERT INTO model_calls (task_id, key, step, model, tokens_in, tokens_out, cost, latency, outcome,
                concept_id, content_type, question)
            SELECT 't-1', concept_id || content_type, 'x', 'openai:gpt-4.1-mini', 2400, 1800, 0.0041, 4.2, 'accepted',
                concept_id, content_type, '{"role": "quiz"}'
            FROM concept_contents"""
        await execute(session, text(insert), {})
    answer = await client.get("/tasks/t-1")
    assert answer.text.count('<details class="is-') == 60
    assert answer.text.count("1 attempt · 4,200 tokens · $0.0041") == 180 + 20
    assert len(answer.content) < 100_000
    assert " style=" not in answer.text
