"""What a request gets handed: the orchestrator that the app's lifespan opened, and its settings."""

from typing import Annotated

from fastapi import Depends, Request

from orchestrator import Orchestrator, Settings


def orchestrator(request: Request) -> Orchestrator:
    """It runs nothing itself: every request of a route is `detach=True`."""
    opened: Orchestrator = request.app.state.orchestrator
    return opened


def settings(request: Request) -> Settings:
    effective: Settings = request.app.state.settings
    return effective


OrchestratorDep = Annotated[Orchestrator, Depends(orchestrator)]
SettingsDep = Annotated[Settings, Depends(settings)]
