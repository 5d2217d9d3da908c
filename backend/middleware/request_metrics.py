"""Prometheus metrics: requests of the server processes, and metrics from the database.

Requests are counted in memory or, if PROMETHEUS_MULTIPROC_DIR names a folder (`serve --processes` sets it), in that
folder, where any process can add up those of all processes. They start at zero with the server. Metrics from the
database are the same from every server and never start again.
"""

import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import psutil
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.vocabulary import ACTIVE, FINAL, TaskType
from orchestrator.queries.metrics import Metrics

SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
METHODS: Final = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}


class RequestMetrics:
    """Answered requests and open streams of this process."""

    def __init__(self) -> None:
        self._own = CollectorRegistry()
        self._answered = Counter(
            "roadmap_http_requests", "Requests answered.", ["method", "route", "status"], registry=self._own
        )
        self._seconds = Histogram(
            "roadmap_http_request_seconds",
            "Seconds until the response began.",
            ["method", "route"],
            buckets=SECONDS,
            registry=self._own,
        )
        self.streams = Gauge(
            "roadmap_http_streams", "Open event streams.", registry=self._own, multiprocess_mode="livesum"
        )

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        self._answered.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def registry(self) -> CollectorRegistry:
        """Return the registry: of all processes if they share a folder, else of this one."""
        folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
        if folder is None:
            return self._own
        _drop_gauges_of_dead_processes(Path(folder))
        shared = CollectorRegistry()
        MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
        return shared


def _drop_gauges_of_dead_processes(folder: Path) -> None:
    """Remove the open streams of killed processes; their counters stay."""
    for path in folder.glob("gauge_live*_*.db"):
        process_id = path.stem.rpartition("_")[2]
        if not psutil.pid_exists(int(process_id)):
            path.unlink(missing_ok=True)


class MetricsMiddleware:
    """Counts the requests of the app (plain ASGI). It runs inside the HTTP guard."""

    def __init__(self, app: ASGIApp, *, requests: RequestMetrics) -> None:
        self._app = app
        self._requests = requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        counted = False

        def count(status: int) -> None:
            nonlocal counted
            if not counted:
                counted = True
                method = scope["method"] if scope["method"] in METHODS else "other"
                self._requests.count(method, _template(scope), status, time.perf_counter() - began)

        async def counting(message: Message) -> None:
            if message["type"] == "http.response.start":
                count(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, counting)
        except Exception:
            count(500)  # the HTTP guard answers so
            raise


def _template(scope: Scope) -> str:
    """Return the declared path of the route: real paths contain ids, and each would be a series of its own."""
    # FastAPI keeps the prefix of an included router separate from the route.
    route = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    return getattr(route, "path", None) or "none"


def exposition(requests: RequestMetrics, figures: Metrics | None) -> bytes:
    """Return all metrics in the text format; `figures` is None while the database is unavailable."""
    rows = CollectorRegistry()
    rows.register(_Rows(figures))
    return generate_latest(requests.registry()) + generate_latest(rows)


class _Rows(Collector):
    def __init__(self, figures: Metrics | None) -> None:
        self._figures = figures

    def collect(self) -> Iterable[Metric]:
        yield _gauge("roadmap_database_up", "Whether the database answers.", float(self._figures is not None))
        if self._figures is not None:
            yield from _of_tasks(self._figures)
            yield from _of_models(self._figures)
            yield _gauge("roadmap_webhook_deliveries_waiting", "Deliveries that are pending.", self._figures.waiting)
            yield _gauge(
                "roadmap_webhook_oldest_seconds",
                "Age of the oldest of them.",
                self._figures.longest_wait,
            )


def _of_tasks(figures: Metrics) -> Iterator[Metric]:
    active = GaugeMetricFamily("roadmap_tasks_active", "Active tasks.", labels=["task_type", "status"])
    now = {(total.task_type, total.status): total for total in figures.active}
    for task_type in TaskType:
        for status in sorted(ACTIVE):
            total = now.get((task_type, status))
            active.add_metric([task_type, status], total.tasks if total else 0)
    yield active
    queued = [total for total in figures.active if total.status == "pending"]
    yield _gauge("roadmap_queue_depth", "Tasks that wait for a worker.", sum(total.tasks for total in queued))
    oldest = max((total.oldest for total in queued), default=0.0)
    yield _gauge("roadmap_queue_oldest_seconds", "Age of the oldest of them.", oldest)
    ended = CounterMetricFamily("roadmap_runs_finished", "Runs that have ended.", labels=["task_type", "status"])
    ever = {(total.task_type, total.status): total.runs for total in figures.runs}
    for task_type in TaskType:
        for status in sorted(FINAL):
            ended.add_metric([task_type, status], ever.get((task_type, status), 0))
    yield ended
    processes = GaugeMetricFamily("roadmap_processes_live", "Processes with a valid lease.", labels=["kind"])
    for kind, number in {"worker": 0, **figures.processes}.items():
        processes.add_metric([kind], number)
    yield processes


def _of_models(figures: Metrics) -> Iterator[Metric]:
    calls = CounterMetricFamily("roadmap_model_calls", "Calls to a model.", labels=["model", "outcome"])
    tokens = CounterMetricFamily("roadmap_model_tokens", "Tokens of model calls.", labels=["model", "direction"])
    cost = CounterMetricFamily(
        "roadmap_model_cost_dollars", "US dollars paid for calls whose price is known.", labels=["model"]
    )
    unpriced = CounterMetricFamily(
        "roadmap_model_unpriced_calls", "Calls whose price is unknown: the cost leaves them out.", labels=["model"]
    )
    estimated = CounterMetricFamily(
        "roadmap_model_estimated_calls", "Calls whose tokens are an estimate.", labels=["model"]
    )
    seconds = CounterMetricFamily("roadmap_model_seconds", "Seconds spent waiting for a model.", labels=["model"])
    for total in figures.calls:
        calls.add_metric([total.model, "answered"], total.calls - total.failed)
        calls.add_metric([total.model, "failed"], total.failed)
        tokens.add_metric([total.model, "in"], total.tokens_in)
        tokens.add_metric([total.model, "out"], total.tokens_out)
        cost.add_metric([total.model], total.cost)
        unpriced.add_metric([total.model], total.unpriced_calls)
        estimated.add_metric([total.model], total.estimated_calls)
        seconds.add_metric([total.model], total.seconds)
    yield from (calls, tokens, cost, unpriced, estimated, seconds)


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)
