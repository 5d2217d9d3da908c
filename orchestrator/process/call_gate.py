"""The gate in front of calls to authors: one per process, closed when the process is asked to stop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Final

from domain.errors import Superseded
from orchestrator.process.lease import HeldRun, Lease

POLL_INTERVAL_SECONDS: Final = 0.2
"""Seconds between two checks of a lease that has to be renewed first."""


class Gate:
    """Lets calls start while it is open and the lease is fresh, and counts calls in flight."""

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        self._open = asyncio.Event()
        self._open.set()
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._calls = 0

    def close(self) -> None:
        """Let no call start from now on. Calls in flight may end."""
        self._open.clear()

    @property
    def is_closed(self) -> bool:
        return not self._open.is_set()

    async def quiet(self) -> None:
        """Wait until no call is in flight and every answer is committed."""
        await self._quiet.wait()

    @asynccontextmanager
    async def call(self, run: HeldRun) -> AsyncIterator[None]:
        """Hold the gate for one call, from before it starts until its answer is committed. Raises Superseded."""
        await self._open.wait()
        while not self._lease.is_fresh and not run.lost:
            await asyncio.sleep(POLL_INTERVAL_SECONDS)
            await self._open.wait()
        if run.lost:
            raise Superseded("Another attempt owns this task.")
        self._calls += 1
        self._quiet.clear()
        try:
            yield
        finally:
            self._calls -= 1
            if not self._calls:
                self._quiet.set()


@dataclass(frozen=True, slots=True)
class RunPermit:
    """The gate for one run (see nodes/ledger/ledger.py: Permit)."""

    gate: Gate
    run: HeldRun

    def call(self) -> AbstractAsyncContextManager[None]:
        return self.gate.call(self.run)
