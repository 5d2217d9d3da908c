"""Open the orchestrator for one command: settings, logs on stderr, one event loop."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from orchestrator import Orchestrator
    from orchestrator.settings import Settings

T = TypeVar("T")


def read_settings() -> "Settings":
    """Load the effective settings and send logs to stderr from now on. Raises InvalidInput."""
    from cli.terminal.logs import log_to_stderr
    from orchestrator.settings import load_settings

    settings = load_settings()
    log_to_stderr(settings.log_level)
    return settings


def read_run_settings() -> "Settings":
    """Load the settings of a command that reads or runs roadmaps. Raises Misconfigured for an unusable plug-in too."""
    settings = read_settings()
    _check_plugins()
    return settings


def _check_plugins() -> None:
    """Load every part of the content types that other packages declare, so that none fails in the middle of a run."""
    from domain.content_plugins import PLUGINS, check_names

    check_names()
    if PLUGINS:
        from nodes.contents.generators import GENERATORS
        from rendering.documents.content_forms import CONTENT_FORMS

        assert GENERATORS.keys() == CONTENT_FORMS.keys()


def with_orchestrator(action: "Callable[[Orchestrator], Awaitable[T]]") -> T:
    """Return the result of `action`, which gets an orchestrator that cannot run graphs."""
    from orchestrator import Orchestrator

    settings = read_run_settings()

    async def run() -> T:
        async with Orchestrator.open(settings, kind="reader") as orchestrator:
            return await action(orchestrator)

    return asyncio.run(run())
