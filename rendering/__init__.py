"""Rendering for people: documents, drawings and text. It imports the domain only, never storage or runs."""

import runpy
from pathlib import Path

runpy.run_path(str(Path(__file__).parents[1] / "domain" / "siblings.py"))["require_siblings"]("domain")
