"""Opening the orchestrator for one command: settings, logs on stderr, one event loop."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from domain.errors import RunFailed

if TYPE_CHECKING:
    from nodes.authors.port import Answer, Brief, Usage
    from orchestrator import Orchestrator
    from orchestrator.settings import Settings

T = TypeVar("T")


class NoAuthor:
    """For commands that run nothing: a model that cannot be used must not keep anybody from reading or asking."""

    name = "none"
    most_concepts: int | None = None

    def most(self, brief: "Brief[Any]", objections: Sequence[str] = ()) -> "Usage":
        raise NotImplementedError("nobody asks it")

    async def write(self, brief: "Brief[Any]", objections: Sequence[str] = ()) -> "Answer":  # noqa: ARG002
        raise RunFailed("this command runs nothing; start it again without --detach, or start a worker")


def read_settings() -> "Settings":
    """The effective settings; from here on logs go to stderr. Raises InvalidInput."""
    from cli.logs import log_to_stderr
    from orchestrator.settings import load_settings

    settings = load_settings()
    log_to_stderr(settings.log_level)
    return settings


def ask(question: "Callable[[Orchestrator], Awaitable[T]]") -> T:
    """The answer of an orchestrator that runs nothing."""
    from orchestrator import Orchestrator

    settings = read_settings()

    async def answer() -> T:
        async with Orchestrator.open(settings, author=NoAuthor()) as orchestrator:
            return await question(orchestrator)

    return asyncio.run(answer())
