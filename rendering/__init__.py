"""What is shown to people, in words and in shapes, for whoever shows it; knows the domain, not where it is stored."""

import runpy
from pathlib import Path

runpy.run_path(str(Path(__file__).parents[1] / "domain" / "siblings.py"))["require_siblings"]("domain")
