"""For who runs the server: is the process alive, is it of use."""

from fastapi import APIRouter, Response

from backend.api.schemas import Health, ReadinessResponse
from backend.errors import RETRY_AFTER
from backend.resources import OrchestratorDep

router = APIRouter(tags=["operations"])


@router.get("/healthz")
async def read_health() -> Health:
    """The process answers."""
    return Health(status="ok")


@router.get(
    "/readyz", responses={503: {"model": ReadinessResponse, "description": "Not of use now; `detail` says why."}}
)
async def read_readiness(response: Response, orchestrator: OrchestratorDep) -> ReadinessResponse:
    """The database answers, and is at the newest revision."""
    found = await orchestrator.readiness()
    if not found.ready:
        response.status_code = 503
        response.headers["Retry-After"] = str(RETRY_AFTER)
    return ReadinessResponse(
        status="ready" if found.ready else "not ready",
        database=found.database,
        migrations=found.migrations,
        detail=found.detail,
    )
