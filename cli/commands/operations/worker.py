"""`roadmap worker`: run queued tasks until a signal arrives."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cli.options import Json
from cli.output.stdio import echo_err, print_json
from cli.session import read_run_settings
from cli.terminal.signals import end_at_once, handle_signals

if TYPE_CHECKING:
    from orchestrator import Settings
    from orchestrator.start_report import StartReport

MAX_SIGNALS: Final = 2
"""The first signal lets calls in flight finish, the second cancels them and requeues, a third ends the process."""


def worker(
    concurrency: Annotated[
        int, typer.Option(metavar="N", min=1, max=1000, help="Maximum number of concurrent runs.")
    ] = 10,
    json: Json = False,
    report_to: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Run queued tasks until stopped. Ctrl-C or SIGTERM puts unfinished runs back into the queue.

    The first signal lets calls in flight finish, for up to ROADMAP_GRACE seconds; the second cancels them.
    """
    from cli.terminal.logs import log_to_stderr
    from orchestrator.start_report import StartReport

    report = StartReport(report_to)
    with report.failures():
        settings = read_run_settings()
        if "log_level" not in settings.model_fields_set:
            log_to_stderr("info")  # a worker logs its work by default
        worker_id = asyncio.run(_work(settings, concurrency, report, leave_stopped=report_to is not None))
    echo_err("Stopped; unfinished runs are back in the queue.")
    if json:
        print_json({"worker_id": worker_id})


async def _work(settings: "Settings", concurrency: int, report: "StartReport", *, leave_stopped: bool) -> str:
    from orchestrator import Orchestrator

    async with Orchestrator.open(settings, kind="worker", leave_stopped=leave_stopped) as orchestrator:
        worker = orchestrator.worker(concurrency)
        loop = asyncio.get_running_loop()
        received: list[int] = []

        def stop() -> None:
            if len(received) == 1:
                echo_err("Stopping: calls in flight may finish; press again to cancel them.")
            worker.stop()

        def handle(number: int) -> None:
            received.append(number)
            if len(received) > MAX_SIGNALS:
                end_at_once(number, "ended at once; another worker takes over its runs within seconds")
            loop.call_soon_threadsafe(stop)

        with handle_signals(handle):
            echo_err(
                f"Worker {orchestrator.worker_id} runs up to {concurrency} tasks concurrently; stop it with Ctrl-C."
            )
            report.ready()
            await worker.work()
        return orchestrator.worker_id
