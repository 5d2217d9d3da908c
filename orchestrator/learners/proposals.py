"""The effect of the plan under review on contents, and its cost: shown where a person decides."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from domain.content_types import GENERATOR_OF
from domain.course.book import CourseBook
from domain.course.estimate import Variant
from domain.course.lesson_use import LESSON
from domain.editing.contents import ContentEdit, Key, content_changes, numbers_of
from domain.editing.review import Issue, Validation
from domain.errors import Conflict
from domain.text.parse_stored import read_stored
from domain.vocabulary import ContentType, TaskStatus
from orchestrator.learners.estimates import estimate_calls
from orchestrator.queries.structures import book_under_review, framework_under_review
from orchestrator.resources import OrchestratorResources
from repository.contents.reverts import version_history
from repository.db.database import Session
from repository.roadmaps import learning, roadmaps
from repository.runs import tasks
from repository.runs.events import events_of_type


class ProposedContent(BaseModel):
    """The effect on one content if the plan is approved."""

    concept_id: str
    concept: str
    """Name of the concept."""
    content_type: str
    wish: str = ""
    """The wish for it; empty: nothing in particular."""
    version: int | None = None
    """The version that is put back; null where it is written."""
    learned: bool = False
    """Whether the concept is marked as learned."""


class Proposal(BaseModel):
    """The effect of a plan on contents if it is approved, in learning order, and its cost."""

    task_id: str
    written: list[ProposedContent]
    """Contents of new concepts."""
    rewritten: list[ProposedContent]
    reverted: list[ProposedContent]
    warnings: list[Issue]
    """Of the validation of the plan."""
    calls: int
    """About, as the minutes and the dollars."""
    minutes: float
    dollars: float | None
    """Null where the price of a model is unknown."""


@dataclass(frozen=True, slots=True)
class _Found:
    proposal: Proposal
    asked: Sequence[Key]
    book: CourseBook | None


async def proposal_of(resources: OrchestratorResources, task_id: str, owner: str | None = None) -> Proposal:
    """Return what a run proposes. Buys nothing. Raises NotFound, and Conflict if it waits for no review."""
    found = await resources.database.persist(lambda session: _read(session, task_id, owner))
    if not found.asked:
        return found.proposal
    estimate = await _estimated(resources, found)
    return found.proposal.model_copy(
        update={"calls": estimate.calls, "minutes": estimate.minutes, "dollars": estimate.dollars}
    )


async def _read(session: Session, task_id: str, owner: str | None) -> _Found:
    task = await tasks.get_task(session, task_id, owner=owner)
    if task.status != TaskStatus.HUMAN_REVIEW_PENDING:
        raise Conflict(f"Task {task_id} waits for no review; it is {task.status}.")
    roadmap = await roadmaps.get_roadmap_metadata(session, task.roadmap_id or "")
    accepted = roadmaps.framework_of(roadmap) if roadmap.framework_version > 0 else None
    after = await framework_under_review(session, task, roadmap)
    edited = await events_of_type(session, task_id, "framework_edited")
    stored = edited[-1].payload.get("contents", []) if edited else []
    edits = [read_stored(ContentEdit, edit, f"what task {task_id} changed") for edit in stored]
    versions = numbers_of(await version_history(session, roadmap.roadmap_id))
    changes = content_changes(accepted, after, edits, versions)
    done = (await learning.done(session, roadmap.user_id, [roadmap.roadmap_id]))[roadmap.roadmap_id]
    validated = await events_of_type(session, task_id, "framework_validated")
    proposed = _Proposed(
        {concept.concept_id: concept.name for concept in after.concepts()},
        {edit.key: edit for edit in edits},
        frozenset(done),
    )
    proposal = Proposal(
        task_id=task_id,
        written=[proposed.content(key) for key in changes.written],
        rewritten=[proposed.content(key) for key in changes.rewritten],
        reverted=[proposed.content(edit.key) for edit in changes.reverted],
        warnings=_warnings(validated[-1].payload["validation"]) if validated else [],
        calls=0,
        minutes=0.0,
        dollars=0.0,
    )
    return _Found(proposal, changes.asked, await book_under_review(session, task, roadmap))


def _warnings(validation: Mapping[str, object]) -> list[Issue]:
    issues = Validation.model_validate(validation).issues
    return [issue for issue in issues if issue.severity == "warning"]


@dataclass(frozen=True, slots=True)
class _Proposed:
    names: Mapping[str, str]
    edits: Mapping[Key, ContentEdit]
    learned: frozenset[str]

    def content(self, key: Key) -> ProposedContent:
        edit = self.edits.get(key)
        return ProposedContent(
            concept_id=key[0],
            concept=self.names[key[0]],
            content_type=key[1],
            wish=edit.wish if edit else "",
            version=edit.version if edit else None,
            learned=key[0] in self.learned,
        )


async def _estimated(resources: OrchestratorResources, found: _Found) -> Variant:
    settings = resources.settings
    counts = Counter(content_type for _, content_type in found.asked)
    calls: dict[str, int] = {GENERATOR_OF[content_type]: counts[content_type] for content_type in ContentType}
    if settings.lessons == "full" and found.book is not None:
        plans = {plan.concept_id: plan for plan in found.book.concepts}
        lessons = [plans[key[0]].lessons for key in found.asked if key[1] == LESSON and key[0] in plans]
        calls[GENERATOR_OF[LESSON]] += sum(max(len(chain), 1) - 1 for chain in lessons)
    return await estimate_calls(resources, calls)
