"""Opening the orchestrator for one command: settings, logs on stderr, one event loop."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from orchestrator import Orchestrator
    from orchestrator.settings import Settings

T = TypeVar("T")


def read_settings() -> "Settings":
    """The effective settings; from here on logs go to stderr. Raises InvalidInput."""
    from cli.terminal.logs import log_to_stderr
    from orchestrator.settings import load_settings

    settings = load_settings()
    log_to_stderr(settings.log_level)
    return settings


def ask(question: "Callable[[Orchestrator], Awaitable[T]]") -> T:
    """The answer of an orchestrator that runs nothing."""
    from orchestrator import Orchestrator

    settings = read_settings()

    async def answer() -> T:
        async with Orchestrator.open(settings, kind="reader") as orchestrator:
            return await question(orchestrator)

    return asyncio.run(answer())
