"""The orchestrator: requests, runs and reads roadmaps. docs/python.md shows how programs use it.

`Orchestrator` and `Settings` are imported on first use, since their imports take a second.
"""

import runpy
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from orchestrator.orchestrator import Orchestrator
    from orchestrator.settings import Settings

__all__ = ["Orchestrator", "Settings"]

runpy.run_path(str(Path(__file__).parents[1] / "domain" / "siblings.py"))["require_siblings"](
    "domain", "repository", "nodes"
)


def __getattr__(name: str) -> Any:
    if name == "Orchestrator":
        from orchestrator.orchestrator import Orchestrator

        return Orchestrator
    if name == "Settings":
        from orchestrator.settings import Settings

        return Settings
    raise AttributeError(name)
