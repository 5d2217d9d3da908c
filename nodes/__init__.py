"""The steps of a run: (state, runtime) -> update. Which step follows which is the orchestrator's business."""

import runpy
from pathlib import Path

runpy.run_path(str(Path(__file__).parents[1] / "domain" / "siblings.py"))["require_siblings"]("domain", "repository")
