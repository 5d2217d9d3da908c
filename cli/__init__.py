"""The command `roadmap`: parse arguments, call the orchestrator, print results.

If a foreign package hides one of ours, importing this package ends the program with one line: the script of the
command imports it before any of our code could catch the error.
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
