"""The HTTP backend: thin routes over the orchestrator. Permissions are in auth.py, errors in errors.py."""

import runpy
from pathlib import Path

runpy.run_path(str(Path(__file__).parents[1] / "domain" / "siblings.py"))["require_siblings"](
    "domain", "repository", "nodes", "orchestrator", "rendering"
)
