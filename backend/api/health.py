"""Health checks: whether the process is alive, and whether it is ready."""

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from backend.dependencies import OrchestratorDep
from backend.errors import RETRY_AFTER

router = APIRouter(tags=["operations"])


class Health(BaseModel):
    status: Literal["ok"]


class ReadinessResponse(BaseModel):
    status: Literal["ready", "not ready"]
    database: bool
    migrations: bool
    detail: str | None = None


@router.get("/healthz")
async def read_health() -> Health:
    """The process is alive."""
    return Health(status="ok")


@router.get(
    "/readyz", responses={503: {"model": ReadinessResponse, "description": "Not ready; `detail` gives the reason."}}
)
async def read_readiness(response: Response, orchestrator: OrchestratorDep) -> ReadinessResponse:
    """The database answers and has the newest revision."""
    readiness = await orchestrator.readiness()
    if not readiness.ready:
        response.status_code = 503
        response.headers["Retry-After"] = str(RETRY_AFTER)
    return ReadinessResponse(
        status="ready" if readiness.ready else "not ready",
        database=readiness.database,
        migrations=readiness.migrations,
        detail=readiness.detail,
    )
