"""For who runs the server: is the process alive, is it of use."""

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
