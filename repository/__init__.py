"""Persistence: the only package with SQL. Functions take the session of a transaction that their caller opened."""

import runpy
from pathlib import Path

runpy.run_path(str(Path(__file__).parents[1] / "domain" / "siblings.py"))["require_siblings"]("domain")
