"""The HTTP backend: routes thin over the orchestrator, one place for who may do what, one for errors."""

import runpy
from pathlib import Path

runpy.run_path(str(Path(__file__).parents[1] / "domain" / "siblings.py"))["require_siblings"](
    "domain", "repository", "nodes", "orchestrator", "rendering"
)
