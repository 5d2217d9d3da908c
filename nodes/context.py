"""The context of a node. The orchestrator opens one for each attempt of a task, and all its nodes share it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from domain.vocabulary import SecondLook, Step
from nodes.contents.lesson_signals import LessonSignals
from nodes.ledger.ledger import Ledger
from repository.db.database import Database, Session
from repository.db.fence import Fence, fenced_transaction
from repository.runs.events import EventWriter
from repository.runs.tasks import enter_step

if TYPE_CHECKING:
    from nodes.verification.code.runner import CodeRunner
    from nodes.verification.links import LinkChecker
    from nodes.verification.search import Finder

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RunContext:
    """Values and services for the nodes. Nodes pass the fence on without reading it, and refer to roadmaps only."""

    roadmap_id: str
    user_id: str
    base_version: int
    """The framework_version on which this run's framework builds; 0 for a creation."""
    instructions: str
    """For all contents of a retry; empty in a modification, whose wishes are for single contents."""
    content_step: Step
    """Value of `current_step` while contents are written."""
    max_concepts: int
    weeks: float | None
    """From the day of the request to the deadline; None without a deadline. Not counted from today, so that a
    resumed run has the same briefs as before."""
    any_language: bool
    """Whether the author writes every language."""
    second_look: SecondLook
    """Which contents are read again before they are saved."""
    links: "LinkChecker | None"
    """None where links are not checked."""
    search: "Finder | None"
    """None where there is no search."""
    code: "CodeRunner | None"
    """None where no code of lessons is run."""
    database: Database
    fence: Fence
    ledger: Ledger
    events: EventWriter
    lessons: LessonSignals = field(default_factory=LessonSignals)
    short_lessons: bool = True
    """Whether a concept is one lesson whatever its plan says."""
    lesson_id: str | None = None
    """The only lesson that is written again; None: the whole tutorial."""

    async def commit(self, work: Callable[[Session], Awaitable[T]]) -> T:
        """Run `work` in a fenced transaction. Raises Superseded when this attempt no longer owns the task."""
        return await fenced_transaction(self.database, self.fence, work)

    async def enter(self, step: Step) -> None:
        """Record that a node begins, in the row and then as an event. The first statement of a node."""
        await self.commit(lambda session: enter_step(session, self.fence, step))
        self.tell("step_started", step=step)

    def tell(self, event_type: str, **payload: Any) -> None:
        """Append an event; the writer commits it shortly after."""
        self.events.append(event_type, payload)
