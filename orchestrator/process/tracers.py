"""Tracers that are found by their usual environment variables, and their last traces at the end of a process.

LangSmith (LANGSMITH_TRACING) is attached by LangChain itself, OpenTelemetry by nodes/ledger. Both send in the
background, so that a run never waits for them.
"""

import asyncio
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from domain.logs import get_log

if TYPE_CHECKING:
    from langchain_core.callbacks import BaseCallbackHandler

FLUSH_TIMEOUT_SECONDS: Final = 3.0
"""How long the end of a process waits for traces that are not sent yet."""
_LANGSMITH_TIMEOUT_MS: Final = (1000, 3000)
"""Time to connect to LangSmith, and to read its answer."""
_POLL_SECONDS: Final = 0.02

_log = get_log(__name__)


def usual_callbacks() -> "list[BaseCallbackHandler]":
    """Return the handler of Langfuse where its keys are set and its package is installed; prepare LangSmith."""
    from langsmith.utils import tracing_is_enabled

    if tracing_is_enabled():
        _bound_langsmith()
    if not (os.environ.get("LANGFUSE_PUBLIC_KEY") and os.environ.get("LANGFUSE_SECRET_KEY")):
        return []
    try:
        from langfuse.langchain import CallbackHandler
    except ImportError:
        _log.warning("langfuse keys are set, but langfuse is not installed; runs are not traced there")
        return []
    return [CallbackHandler()]


def _bound_langsmith() -> None:
    """Limit what the client of LangSmith waits for: its thread keeps a process alive until its last request ends.

    A client that the program has made before stays as it is.
    """
    from langsmith.run_trees import get_cached_client
    from langsmith.utils import LangSmithRetry

    get_cached_client(timeout_ms=_LANGSMITH_TIMEOUT_MS, retry_config=LangSmithRetry(total=0))


async def flush_tracers() -> None:
    """Send the traces that are left. Gives up after FLUSH_TIMEOUT_SECONDS: traces are lost then, nothing else."""
    threads = [threading.Thread(target=_quietly, args=[flush], daemon=True) for flush in _flushes()]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + FLUSH_TIMEOUT_SECONDS
    while any(thread.is_alive() for thread in threads) and time.monotonic() < deadline:
        await asyncio.sleep(_POLL_SECONDS)
    if any(thread.is_alive() for thread in threads):
        _log.warning("the last traces could not be sent in time", seconds=FLUSH_TIMEOUT_SECONDS)


def _flushes() -> Iterator[Callable[[], None]]:
    """Yield the flush of each tracer that this process has used; imports nothing."""
    tracers = sys.modules.get("langchain_core.tracers.langchain")
    utils = sys.modules.get("langsmith.utils")
    if tracers is not None and utils is not None and utils.tracing_is_enabled():
        yield tracers.wait_for_all_tracers
    langfuse = sys.modules.get("langfuse")
    if langfuse is not None and os.environ.get("LANGFUSE_PUBLIC_KEY"):
        yield lambda: langfuse.get_client().flush()


def _quietly(flush: Callable[[], None]) -> None:
    try:
        flush()
    except Exception as error:  # of other people's code; a trace is never worth a run
        _log.warning("traces could not be sent", reason=type(error).__name__)
