"""Commit a content: its next version, or why there is none."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic

from domain.course.lesson_use import LESSON
from domain.parts import with_stored_parts
from domain.vocabulary import ContentType
from nodes.authors.briefs import C
from nodes.authors.reading.gate import storable_text
from nodes.contents.lesson_signals import Lesson
from nodes.context import RunContext
from nodes.ledger.requests import Answered
from nodes.state import as_json
from repository.contents.contents import SavedVersion, fail_content, save_version
from repository.db.database import Session
from repository.db.group_commit import SharedCommits, Work


@dataclass(slots=True)
class ContentStore(Generic[C]):
    """Stores the text of one content as its next version."""

    context: RunContext
    concept_id: str
    content_type: ContentType
    shared: SharedCommits
    finish: Callable[[C], C]
    """Applied to an answer before it is stored."""
    lesson_hash: str | None = None
    """Of the lesson that the content is made from; None where it is made without one."""
    saved: SavedVersion | None = None
    """The version that was written; None before, and where another task has claimed the content since."""
    lesson: Lesson | None = None
    """The content that was written, where that is a lesson."""

    def begin(self) -> None:
        self.tell("content_started")

    async def write(self, session: Session, answered: Answered[C]) -> None:
        content = self.finish(answered.value)
        payload = as_json(content)
        self.saved = await save_version(
            session,
            self.context.fence,
            self.context.roadmap_id,
            self.concept_id,
            self.content_type,
            payload,
            answered.call,
            with_stored_parts(answered.doubts, answered.value, content),
            None if answered.code is None else with_stored_parts(answered.code, answered.value, content),
            self.lesson_hash,
        )
        if self.saved is not None and self.content_type is LESSON:
            self.lesson = Lesson.of(payload, self.saved.payload_hash)

    async def commit(self, work: Work) -> None:
        await self.shared.commit(self.concept_id, work)

    async def fail(self, reason: str) -> None:
        """Commit that the run could not write the content. The reason may quote anything from outside."""
        reason = storable_text(reason)
        context = self.context
        await context.commit(
            lambda session: fail_content(
                session, context.fence, context.roadmap_id, self.concept_id, self.content_type, reason
            )
        )
        self.tell("content_failed", reason=reason)

    def tell(self, event_type: str, **payload: Any) -> None:
        self.context.tell(event_type, concept_id=self.concept_id, content_type=self.content_type, **payload)
