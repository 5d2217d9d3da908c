"""Metrics for Prometheus."""

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from backend.auth import OperatorDep
from backend.dependencies import OrchestratorDep
from backend.middleware.request_metrics import RequestMetrics, exposition
from backend.openapi import documented
from domain.errors import DatabaseUnavailable

router = APIRouter(tags=["operations"])


class MetricsAnswer(Response):
    media_type = CONTENT_TYPE_LATEST


@router.get("/metrics", response_class=MetricsAnswer, responses=documented())
async def read_metrics(request: Request, _: OperatorDep, orchestrator: OrchestratorDep) -> MetricsAnswer:
    """Metrics of requests, runs, queue, models and webhooks; only of requests while the database is unavailable."""
    requests: RequestMetrics = request.app.state.requests
    try:
        figures = await orchestrator.metrics.read()
    except DatabaseUnavailable:
        figures = None
    return MetricsAnswer(exposition(requests, figures))
