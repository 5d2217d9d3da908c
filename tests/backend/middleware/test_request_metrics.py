from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from backend.middleware.request_metrics import RequestMetrics, exposition
from domain.vocabulary import Role, TaskStatus
from orchestrator.commands.transitions import end
from orchestrator.settings import Settings
from repository.db.database import Database
from repository.ledger.calls import record_call
from tests.backend.conftest import Serve, served
from tests.support.http_server import http_server
from tests.support.rows import BOUGHT, fence_of, started


async def values(client: httpx.AsyncClient) -> dict[str, float]:
    """By name and labels, as a scraper reads them."""
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    return {
        sample.name + "".join(f" {name}={value}" for name, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def test_requests_are_counted_by_route_and_not_by_path(client: httpx.AsyncClient) -> None:
    """A series for each id that anybody ever asked for once filled the memory of a scraper."""
    for number in range(3):
        await client.get(f"/api/v1/tasks/none-{number}")
    for path in ("/nowhere", "/wp-admin.php"):
        await client.get(path)
    await client.request("BREW", "/api/v1/tasks")
    seen = await values(client)
    assert seen["roadmap_http_requests_total method=GET route=/api/v1/tasks/{task_id} status=404"] == 3
    assert seen["roadmap_http_requests_total method=GET route=none status=404"] == 2
    assert seen["roadmap_http_request_seconds_count method=GET route=/api/v1/tasks/{task_id}"] == 3
    assert any(name.startswith("roadmap_http_requests_total method=other") for name in seen)


async def test_figures_of_the_rows_outlast_a_restart_of_the_server(database: Database, settings: Settings) -> None:
    task = await started(database)
    await started(database, "t-2", roadmap_id="r-2", status=TaskStatus.PENDING, worker_id=None)
    async with database.transaction() as session:
        await record_call(session, fence_of(task), BOUGHT)
        unknown = replace(BOUGHT, key="k-2", model="ours", cost=None, estimated=True)
        await record_call(session, fence_of(task), unknown)
    for _ in range(2):
        async with served(settings) as client:
            seen = await values(client)
        assert seen["roadmap_database_up"] == 1
        assert seen["roadmap_tasks_active status=processing task_type=creation"] == 1
        assert seen["roadmap_tasks_active status=pending task_type=retry_quiz"] == 0
        assert (seen["roadmap_queue_depth"], seen["roadmap_processes_live kind=worker"]) == (1, 0)
        assert 0 <= seen["roadmap_queue_oldest_seconds"] < 60
        assert seen["roadmap_model_calls_total model=someone outcome=answered"] == 1
        assert seen["roadmap_model_tokens_total direction=in model=someone"] == 10
        assert seen["roadmap_model_cost_dollars_total model=someone"] == 0.5
        assert seen["roadmap_model_unpriced_calls_total model=someone"] == 0
        assert seen["roadmap_model_unpriced_calls_total model=ours"] == 1
        assert seen["roadmap_model_estimated_calls_total model=ours"] == 1
        assert seen["roadmap_model_cost_dollars_total model=ours"] == 0
    async with database.transaction() as session:
        await end(session, fence_of(task), TaskStatus.COMPLETED, None)
    async with served(settings) as client:
        seen = await values(client)
    assert seen["roadmap_runs_finished_total status=completed task_type=creation"] == 1
    assert seen["roadmap_tasks_active status=processing task_type=creation"] == 0


async def test_a_scrape_is_for_admins(serve: Serve, bearer: Callable[..., Awaitable[dict[str, str]]]) -> None:
    client = await serve(auth="token")
    assert (await client.get("/metrics")).status_code == 401
    for role, status in ((Role.LEARNER, 403), (Role.SERVICE, 403), (Role.ADMIN, 200)):
        assert (await client.get("/metrics", headers=await bearer("ann", role))).status_code == status


def test_metrics_show_an_unavailable_database_as_a_value() -> None:
    text = exposition(RequestMetrics(), None).decode()
    assert "roadmap_database_up 0.0" in text
    assert "roadmap_queue_depth" not in text


async def test_an_open_stream_is_seen_and_its_seconds_are_those_until_it_began(
    database: Database, settings: Settings
) -> None:
    await started(database)
    async with http_server(settings) as client:
        async with client.stream("GET", "/api/v1/tasks/t-1/stream"):
            assert (await values(client))["roadmap_http_streams"] == 1
        seen = await values(client)
    assert seen["roadmap_http_request_seconds_count method=GET route=/api/v1/tasks/{task_id}/stream"] == 1


async def test_the_alerts_of_the_document_are_about_figures_that_there_are(client: httpx.AsyncClient) -> None:
    document = (Path(__file__).parents[3] / "docs" / "operations.md").read_text()
    text = (await client.get("/metrics")).text
    named = {word.strip("`(") for word in document.split() if word.strip("`(").startswith("roadmap_")}
    for name in {word.partition("{")[0].partition("[")[0].rstrip("`,.:;)") for word in named}:
        assert f"# TYPE {name.removesuffix('_total').removesuffix('_bucket')}" in text, name
