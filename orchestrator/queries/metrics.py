"""Figures for whoever watches the system, read from rows without reading their history."""

from typing import NamedTuple

from repository.db.database import Session
from repository.runs import totals
from repository.runs.totals import ActiveTotal, CallTotal, RunTotal


class Metrics(NamedTuple):
    active: list[ActiveTotal]
    runs: list[RunTotal]
    """Ever ended."""
    calls: list[CallTotal]
    """Ever made."""
    processes: dict[str, int]
    """By kind, those that live."""
    waiting: int
    """Messages to webhooks that did not arrive yet."""
    longest_wait: float
    """Of the oldest of them, in seconds."""


async def read_figures(session: Session) -> Metrics:
    waiting, longest_wait = await totals.waiting_deliveries(session)
    return Metrics(
        active=await totals.active_totals(session),
        runs=await totals.run_totals(session),
        calls=await totals.call_totals(session),
        processes=await totals.live_processes(session),
        waiting=waiting,
        longest_wait=longest_wait,
    )
