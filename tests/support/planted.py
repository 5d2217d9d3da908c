"""Folders of an application that has packages of the same names as ours; what of them is executed leaves a trace."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

PACKAGES: Final = ("orchestrator", "nodes", "repository", "migrations", "domain", "backend", "cli", "rendering")
TRACE: Final = "executed"


def plant(folder: Path, names: Iterable[str] = PACKAGES, modules: Iterable[str] = ()) -> None:
    """Packages with `__init__` and `__main__`, and single modules, each of which prints and writes its name."""
    for name in names:
        (folder / name).mkdir(parents=True)
        for file in ("__init__", "__main__"):
            (folder / name / f"{file}.py").write_text(_source(folder, f"{name}.{file}"))
    for name in modules:
        (folder / f"{name}.py").write_text(_source(folder, name))


def _source(folder: Path, name: str) -> str:
    return f"print('foreign {name}')\nopen({str(folder / TRACE)!r}, 'a').write({name!r} + ' ')\n"


def executed(folder: Path) -> str:
    """What of the planted files was executed."""
    trace = folder / TRACE
    return trace.read_text() if trace.exists() else ""
