"""Check that the packages beside this one are ours, and not those of an application with the same names.

The `__init__` of each package runs this file by its path, since `domain` may already be a foreign package.
"""

import os
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]


class ForeignPackageError(ImportError):
    """Folders of an application shadow packages of this program."""


def check_siblings(*names: str) -> None:
    """Raise ForeignPackageError if one of these packages is not ours, without importing any.

    The message has one line, which names every foreign folder.
    """
    foreign = [place for name in names if (place := _foreign(name)) is not None]
    if foreign:
        raise ForeignPackageError(
            f"foreign packages hide those of roadmap-orchestrator ({ROOT}): {', '.join(foreign)}; "
            "rename them, or keep the folder they are in out of sys.path and PYTHONPATH"
        )


def require_siblings(*names: str) -> None:
    """Check these packages and import them, so that a later change of `sys.path` cannot replace them."""
    check_siblings(*names)
    for name in names:
        import_module(name)


def _foreign(name: str) -> str | None:
    """Return the location of the package of this name if it is not ours; None also if it does not exist."""
    loaded = sys.modules.get(name)
    try:
        spec = find_spec(name)
    except ValueError:  # a module without a spec, created at run time
        return f"the module {name}" if loaded is not None else None
    if spec is None:
        return None
    folders = list(spec.submodule_search_locations or [])
    if any(_is_same(folder, ROOT / name) for folder in folders[:1]):
        return None
    return str(folders[0] if folders else spec.origin)


def _is_same(folder: str, ours: Path) -> bool:
    try:
        return os.path.samefile(folder, ours)
    except OSError:
        return False
