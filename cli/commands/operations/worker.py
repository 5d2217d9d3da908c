"""The worker: runs what the queue holds until it is asked to stop."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cli.options import Json
from cli.output.stdio import echo_err, print_json
from cli.session import read_settings
from cli.terminal.signals import end_at_once, signals_go_to

if TYPE_CHECKING:
    from orchestrator import Settings
    from orchestrator.start_report import StartReport

MAX_SIGNALS: Final = 2
"""The first lets calls in flight end, the second cuts them and hands back, the next one ends the process."""


def worker(
    concurrency: Annotated[int, typer.Option(metavar="N", min=1, max=1000, help="Runs at once.")] = 10,
    json: Json = False,
    report_to: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Run what is queued until stopped. Ctrl-C and SIGTERM hand unfinished runs back to the queue.

    The first signal lets calls in flight end, for ROADMAP_GRACE seconds; the second one cuts them.
    """
    from cli.terminal.logs import log_to_stderr
    from orchestrator.start_report import StartReport

    report = StartReport(report_to)
    with report.failures():
        settings = read_settings()
        if "log_level" not in settings.model_fields_set:
            log_to_stderr("info")  # whoever runs a worker wants to see it work
        worker_id = asyncio.run(_work(settings, concurrency, report, leave_stopped=report_to is not None))
    echo_err("Stopped; nothing was lost.")
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
                echo_err("Stopping: calls in flight may end; once more cuts them.")
            worker.stop()

        def asked(number: int) -> None:
            received.append(number)
            if len(received) > MAX_SIGNALS:
                end_at_once(number, "ended at once: what was running is taken over within seconds")
            loop.call_soon_threadsafe(stop)

        with signals_go_to(asked):
            echo_err(f"Worker {orchestrator.worker_id} runs up to {concurrency} tasks at once; Ctrl-C stops it.")
            report.ready()
            await worker.work()
        return orchestrator.worker_id
