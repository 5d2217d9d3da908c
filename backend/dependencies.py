"""FastAPI dependencies: the orchestrator of the app, its settings, and its rendered tutorials."""

from typing import Annotated

from fastapi import Depends, Request

from backend.tutorials import Tutorials
from orchestrator import Orchestrator, Settings


def orchestrator(request: Request) -> Orchestrator:
    """Return the app's orchestrator. It executes no runs: every route requests them with `detach=True`."""
    opened: Orchestrator = request.app.state.orchestrator
    return opened


def settings(request: Request) -> Settings:
    effective: Settings = request.app.state.settings
    return effective


def tutorials(request: Request) -> Tutorials:
    opened: Tutorials = request.app.state.tutorials
    return opened


OrchestratorDep = Annotated[Orchestrator, Depends(orchestrator)]
SettingsDep = Annotated[Settings, Depends(settings)]
TutorialsDep = Annotated[Tutorials, Depends(tutorials)]
