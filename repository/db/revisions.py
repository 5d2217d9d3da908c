"""Loading and running the alembic revisions in the folder `migrations` beside this package.

They are loaded by path, since applications often have a package `migrations` of their own.
"""

import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from alembic.config import Config

SCRIPTS: Final = Path(__file__).parents[2] / "migrations"
_NAME: Final = SCRIPTS.name
_ID: Final = re.compile(r'^revision = "(.+)"$', re.MULTILINE)
_LOADING: Final = threading.RLock()
_OURS: Final[dict[str, ModuleType]] = {}
"""Loaded once, so that the exceptions of revisions have the same classes for every caller."""


def revision_ids() -> tuple[str, ...]:
    """Return the ids of all revisions, oldest first, without loading any of them."""
    files = sorted((SCRIPTS / "versions").glob("[0-9]*.py"))
    return tuple(found[1] for file in files if (found := _ID.search(file.read_text(encoding="utf-8"))))


@contextmanager
def own_migrations() -> Iterator[None]:
    """Let `import migrations` import our package, and restore the previous meaning at the end.

    Keep the block short: another thread that imports its own `migrations` in the meantime would get ours.
    """
    with _LOADING:
        others = _unload()
        sys.modules.update(_OURS or {_NAME: _package()})
        try:
            if not _OURS:
                _execute(sys.modules[_NAME])
            yield
        finally:
            _OURS.update(_unload())
            sys.modules.update(others)


def run(config: "Config", target: str, *, down: bool) -> None:
    """Move the database of `config` to a revision."""
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(config)
    with own_migrations():
        list(scripts.walk_revisions())  # loads all of them

    def steps(present: Any, _context: Any) -> Any:
        return (scripts._downgrade_revs if down else scripts._upgrade_revs)(target, present)

    with EnvironmentContext(config, scripts, fn=steps, destination_rev=target):
        scripts.run_env()


def _unload() -> dict[str, ModuleType]:
    """Remove the package `migrations` and its modules from sys.modules and return them."""
    names = [name for name in sys.modules if name == _NAME or name.startswith(f"{_NAME}.")]
    return {name: sys.modules.pop(name) for name in names}


def _package() -> ModuleType:
    spec = spec_from_file_location(_NAME, SCRIPTS / "__init__.py", submodule_search_locations=[str(SCRIPTS)])
    assert spec is not None
    return module_from_spec(spec)


def _execute(package: ModuleType) -> None:
    assert package.__spec__ is not None
    assert package.__spec__.loader is not None
    package.__spec__.loader.exec_module(package)
