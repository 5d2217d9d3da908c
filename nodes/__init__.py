"""Steps of a run: (state, runtime) -> update. orchestrator/graphs/ decides which step follows which."""

import runpy
from pathlib import Path

runpy.run_path(str(Path(__file__).parents[1] / "domain" / "siblings.py"))["require_siblings"]("domain", "repository")
