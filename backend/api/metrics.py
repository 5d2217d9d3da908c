"""What Prometheus reads."""

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from backend.auth import OperatorDep
from backend.errors import documented
from backend.middleware.metrics import Requests, exposition
from backend.resources import OrchestratorDep
from domain.errors import DatabaseUnavailable

router = APIRouter(tags=["operations"])


class MetricsAnswer(Response):
    media_type = CONTENT_TYPE_LATEST


@router.get("/metrics", response_class=MetricsAnswer, responses=documented())
async def read_metrics(request: Request, _: OperatorDep, orchestrator: OrchestratorDep) -> MetricsAnswer:
    """Requests, runs, queue, models, webhooks; while the database is away only what this server knows itself."""
    requests: Requests = request.app.state.requests
    try:
        figures = await orchestrator.metrics.read()
    except DatabaseUnavailable:
        figures = None
    return MetricsAnswer(exposition(requests, figures))
