"""The worker: runs what the queue holds until it is asked to stop."""

import asyncio
import signal
from typing import TYPE_CHECKING, Annotated

import typer

from cli.opening import read_settings
from cli.output import tell

if TYPE_CHECKING:
    from orchestrator import Settings


def worker(
    concurrency: Annotated[int, typer.Option(metavar="N", min=1, max=1000, help="Runs at once.")] = 10,
) -> None:
    """Run queued tasks until stopped; SIGTERM and Ctrl-C hand unfinished ones back."""
    asyncio.run(_work(read_settings(), concurrency))


async def _work(settings: "Settings", concurrency: int) -> None:
    from orchestrator import Orchestrator

    async with Orchestrator.open(settings, kind="worker") as orchestrator:
        worker = orchestrator.worker(concurrency)

        def stop() -> None:
            tell("Stopping: calls in flight may end; once more stops at once.")
            worker.stop()

        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop)
        tell(f"Worker {orchestrator.worker_id} runs up to {concurrency} tasks at once; Ctrl-C stops it.")
        await worker.work()
    tell("Stopped; nothing was lost.")
