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


def with_orchestrator(action: "Callable[[Orchestrator], Awaitable[T]]") -> T:
    """Return the result of `action`, which gets an orchestrator that cannot run graphs."""
    from orchestrator import Orchestrator

    settings = read_settings()

    async def run() -> T:
        async with Orchestrator.open(settings, kind="reader") as orchestrator:
            return await action(orchestrator)

    return asyncio.run(run())
