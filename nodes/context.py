"""What a node may use: opened by the orchestrator for one attempt of one task, the same for all its nodes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from domain.vocabulary import Step
from nodes.authors.ledger import Ledger
from repository.database import Database, Session
from repository.events import EventWriter
from repository.tasks import Fence, enter_step, hold_task


@dataclass(frozen=True, slots=True)
class RunContext:
    """The fence is opaque to nodes: they pass it on, and name roadmaps only."""

    roadmap_id: str
    user_id: str
    framework_version: int
    """Of the roadmap when this attempt started; 0 until a framework was accepted."""
    instructions: str
    max_concepts: int
    database: Database
    fence: Fence
    ledger: Ledger
    events: EventWriter

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Session]:
        """A transaction that begins with the fence. Raises Superseded when the attempt is another's."""
        async with self.database.transaction() as session:
            await hold_task(session, self.fence)
            yield session

    async def enter(self, step: Step) -> None:
        """The first line of a node: the row says where the run is, the story follows."""
        async with self.transaction() as session:
            await enter_step(session, self.fence, step)
        self.tell("step_started", step=step)

    def tell(self, event_type: str, **payload: Any) -> None:
        """An event that will be committed soon."""
        self.events.append(event_type, payload)
