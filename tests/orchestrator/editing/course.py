"""A course on linear algebra, changes of it, and an author that plans them and keeps every prompt."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from domain.editing.review import Decision, EditPlan, NewPart, NewParts, Operation, Position
from domain.framework import ConceptDraft, FrameworkDraft, ModuleDraft, StageDraft
from domain.vocabulary import ContentType
from nodes.authors.briefs import AuthorRole, Brief, ContentBrief, EditPlanBrief
from nodes.authors.port import AuthorAnswer
from nodes.authors.prompting.prompts import prompt_for
from orchestrator.commands.run_request import ReviewRequest
from orchestrator.orchestrator import Orchestrator
from orchestrator.queries.status import TaskView
from repository.db.database import Database, execute
from tests.support.authors import ScriptedAuthor, concept_plans

EIGEN, PCA, SVD = "c-1-1-2", "c-1-1-3", "c-1-1-4"
WISH = (
    "Add a concept about SVD before PCA, with the compression of one small image. In the lesson on eigenvalues show "
    "the power method. Leave everything else exactly as it is."
)
LONG = "It is about directions that a matrix only stretches. " * 12 + "It ends here."
TUTORIAL, QUIZ = ContentType.TUTORIAL, ContentType.QUIZ


def linear_algebra() -> FrameworkDraft:
    concepts = [
        ConceptDraft(name="Vectors and matrices", description="Rows, columns, products.", estimated_hours=1),
        ConceptDraft(name="Eigenvalues", description=LONG, estimated_hours=1, prerequisites=["Vectors and matrices"]),
        ConceptDraft(name="PCA", description="Axes of spread.", estimated_hours=1, prerequisites=["Eigenvalues"]),
    ]
    module = ModuleDraft(name="From matrices to PCA", description="", concepts=concepts)
    return FrameworkDraft(
        title="Linear algebra for PCA", stages=[StageDraft(name="Tools", description="", modules=[module])]
    )


def add_svd(index: int = 2) -> Operation:
    return Operation(
        action="add",
        target_type="concept",
        position=Position(parent_id="m-1-1", index=index),
        values={"name": "SVD"},
        reason="The singular value decomposition, with one small image.",
    )


def rewrite(*concept_ids: str, wish: str = "", types: Sequence[str] = ("tutorial",)) -> Operation:
    return Operation(
        action="rewrite", target_type="concept", concept_ids=list(concept_ids), content_types=list(types), wish=wish
    )


def revert(concept_id: str, version: int | None, *types: str) -> Operation:
    return Operation(
        action="revert",
        target_type="concept",
        target_id=concept_id,
        content_types=list(types or ("tutorial",)),
        version=version,
    )


def new_svd(_: Brief[Any], __: Sequence[str]) -> NewParts:
    svd = ConceptDraft(name="SVD", description="Singular values of an image.", estimated_hours=1)
    plan = concept_plans({"SVD": 60}).plans[0]
    lessons = [plan.lessons[0].model_copy(update={"minutes": 60})]
    return NewParts(parts=[NewPart(operation=0, concept=svd, plans=[plan.model_copy(update={"lessons": lessons})])])


@dataclass
class Recorded(ScriptedAuthor):
    """Plans what `plans` say, one after another, and keeps every prompt as a model would get it."""

    plans: list[EditPlan] = field(default_factory=list)
    prompts: list[tuple[AuthorRole, str | None, str]] = field(default_factory=list)
    briefs: list[Brief[Any]] = field(default_factory=list)

    async def write(self, brief: Brief[Any], objections: Sequence[str] = ()) -> AuthorAnswer:
        concept = brief.concept.concept_id if isinstance(brief, ContentBrief) else None
        self.prompts.append((brief.role, concept, prompt_for(brief, objections).user))
        self.briefs.append(brief)
        if isinstance(brief, EditPlanBrief) and self.plans:
            answer = self.plans[0] if len(self.plans) == 1 else self.plans.pop(0)
            self.replies = {**self.replies, AuthorRole.EDIT_PLAN: lambda _, __: answer}
        return await super().write(brief, objections)

    def of(self, *roles: AuthorRole) -> list[str]:
        return [prompt for role, _, prompt in self.prompts if role in roles]

    def plan(self, *operations: Operation) -> None:
        self.plans.append(EditPlan(feedback_summary="As asked.", operations=list(operations)))

    def forget(self) -> None:
        for told in (self.prompts, self.briefs, self.asked, self.plans):
            told.clear()


async def modified(orchestrator: Orchestrator, roadmap_id: str, words: str = WISH, *, review: bool = False) -> TaskView:
    request = await orchestrator.modify(roadmap_id, words, review=ReviewRequest() if review else None)
    return await orchestrator.wait(request.task_id)


async def decided(orchestrator: Orchestrator, task: TaskView, feedback: str = "") -> TaskView:
    await orchestrator.review(task.task_id, Decision(approved=not feedback, feedback=feedback))
    return await orchestrator.wait(task.task_id)


async def stored(database: Database, roadmap_id: str) -> dict[tuple[str, str, int], str]:
    """Return every version as the text that PostgreSQL has for it."""
    statement = text("""
        SELECT concept_id, content_type, version,
            concat_ws('|', payload::text, payload_hash, lesson_hash, author, doubts::text, code_report::text) AS row
        FROM content_versions WHERE roadmap_id = :roadmap_id""")
    async with database.transaction() as session:
        rows = await execute(session, statement, {"roadmap_id": roadmap_id})
        return {(row.concept_id, row.content_type, row.version): row.row for row in rows}


async def newest(orchestrator: Orchestrator, roadmap_id: str) -> dict[tuple[str, ContentType], int]:
    contents = (await orchestrator.roadmap(roadmap_id)).contents
    return {(content.concept_id, content.content_type): content.version for content in contents}
