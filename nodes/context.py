"""What a node may use: opened by the orchestrator for one attempt of one task, the same for all its nodes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from domain.vocabulary import Step
from nodes.ledger.ledger import Ledger
from repository.db.database import Database, Session
from repository.db.fence import Fence, fenced_transaction
from repository.runs.events import EventWriter
from repository.runs.tasks import enter_step

if TYPE_CHECKING:
    from nodes.verification.links import LinkChecker
    from nodes.verification.search import Finder

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RunContext:
    """The fence is opaque to nodes: they pass it on, and name roadmaps only."""

    roadmap_id: str
    user_id: str
    base_version: int
    """The framework_version that this run's own framework comes after; 0 for a creation."""
    instructions: str
    content_step: Step
    """What `current_step` reads while contents are made."""
    max_concepts: int
    weeks: float | None
    """From the day of the request to the deadline; None where there is none. Never the clock: a resumed run is to ask
    what it asked before."""
    any_language: bool
    """The author can write whatever language is asked for."""
    second_opinion: bool
    """A model of its own answers each quiz again, without the key."""
    links: "LinkChecker | None"
    """Looks at links; None where nobody does."""
    search: "Finder | None"
    """Finds pages; None where there is no search."""
    database: Database
    fence: Fence
    ledger: Ledger
    events: EventWriter

    async def commit(self, work: Callable[[Session], Awaitable[T]]) -> T:
        """Raises Superseded when the attempt is another's."""
        return await fenced_transaction(self.database, self.fence, work)

    async def enter(self, step: Step) -> None:
        """The first line of a node: the row says where the run is, the story follows."""
        await self.commit(lambda session: enter_step(session, self.fence, step))
        self.tell("step_started", step=step)

    def tell(self, event_type: str, **payload: Any) -> None:
        """An event that will be committed soon."""
        self.events.append(event_type, payload)
