"""The material of a change: the accepted structure with its book, versions of contents, learned concepts."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.course.book import CourseBook
from domain.editing.contents import ContentEdit, PastVersions, Versions, content_changes, numbers_of
from domain.editing.review import Issue
from domain.framework import Framework
from domain.vocabulary import ContentType
from nodes.context import RunContext
from nodes.state import RunState
from repository.contents.reverts import version_history
from repository.db.database import Session
from repository.roadmaps import learning
from repository.roadmaps.books import parse_book
from repository.roadmaps.roadmaps import framework_of, get_roadmap_metadata

LEARNED = "learned"
"""Category of the warning about learned contents that would be written again. It makes a run ask a person."""
MAX_NAMED = 5
"""Concepts that a warning names."""


@dataclass(frozen=True, slots=True)
class Material:
    """The rows from which a change starts."""

    accepted: Framework | None = None
    """The accepted structure that a modification changes; None in a creation."""
    book: CourseBook | None = None
    """Of the accepted structure; None where it has none, and in a creation."""
    history: Sequence[PastVersions] = ()
    learned: frozenset[str] = frozenset()
    """Ids of the concepts that the owner of the roadmap has marked as learned."""

    @property
    def versions(self) -> Versions:
        return numbers_of(self.history)

    @property
    def several(self) -> list[PastVersions]:
        """The contents of which more than one version exists."""
        return [past for past in self.history if len(past.versions) > 1]


async def material_of(context: RunContext) -> Material:
    """Read the material of a run. A creation has none."""
    if context.base_version == 0:
        return Material()

    async def read(session: Session) -> Material:
        roadmap = await get_roadmap_metadata(session, context.roadmap_id)
        done = await learning.done(session, context.user_id, [context.roadmap_id])
        history = await version_history(session, context.roadmap_id)
        book = parse_book(roadmap.course_book)
        return Material(framework_of(roadmap), book, history, frozenset(done[context.roadmap_id]))

    return await context.commit(read)


def edits_in(state: RunState) -> list[ContentEdit]:
    """Return what the proposal does with contents."""
    return [ContentEdit.model_validate(edit) for edit in state.get("content_edits", [])]


def words_in(state: RunState) -> list[str]:
    """Return all that a person has asked for in this run, oldest first."""
    feedback = state.get("feedback", "")
    return list(state.get("asked_for") or ([feedback] if feedback else []))


def learned_again(material: Material, framework: Framework, edits: Sequence[ContentEdit]) -> list[Issue]:
    """Return a warning that names the learned concepts whose contents would be written again; empty without any."""
    rewritten = content_changes(material.accepted, framework, edits, material.versions).rewritten
    names = {concept.concept_id: concept.name for concept in framework.concepts()}
    types: dict[str, list[str]] = {}
    for concept_id, content_type in rewritten:
        if concept_id in material.learned:
            types.setdefault(concept_id, []).append(content_type)
    if not types:
        return []
    named = [
        f"{names[concept_id]} ({concept_id}: {'all' if len(kinds) == len(ContentType) else ', '.join(kinds)})"
        for concept_id, kinds in list(types.items())[:MAX_NAMED]
    ]
    more = f" and {len(types) - MAX_NAMED} more" if len(types) > MAX_NAMED else ""
    return [
        Issue(
            severity="warning",
            category=LEARNED,
            location=next(iter(types)),
            issue=f"These concepts are marked as learned, and their contents would be written again: "
            f"{', '.join(named)}{more}",
            suggestion="Approve it to have them written again, or reject it and say what stays as it is.",
        )
    ]
