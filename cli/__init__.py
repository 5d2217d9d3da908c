"""The command `roadmap`: reads arguments, asks the orchestrator, writes answers. Imports are late.

Importing it beside foreign packages that hide ours ends the program with one line: it is a command, and its script
imports this package before any code of ours could catch an error.
"""

import runpy
import sys
from pathlib import Path

try:
    runpy.run_path(str(Path(__file__).parents[1] / "domain" / "siblings.py"))["check_siblings"](
        "domain", "repository", "nodes", "orchestrator", "rendering", "backend"
    )
except ImportError as error:
    print(f"roadmap: {error}", file=sys.stderr)
    raise SystemExit(2) from None
