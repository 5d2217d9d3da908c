"""Edits that mean it: wishes reach the contents that they name, reviewers know them, and what is put back is exact."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from domain.editing.review import Decision, EditPlan, NewPart, NewParts, Operation, Position
from domain.errors import Conflict, InvalidInput, NotFound
from domain.framework import ConceptDraft, FrameworkDraft, ModuleDraft, StageDraft
from domain.vocabulary import ContentType, TaskStatus, TaskType
from nodes.authors.port import AuthorAnswer, AuthorRole, Brief, ContentBrief, EditPlanBrief
from nodes.authors.prompting.prompts import prompt_for
from orchestrator.commands.run_request import ReviewRequest
from orchestrator.orchestrator import Orchestrator
from orchestrator.queries.status import TaskView
from orchestrator.settings import Settings
from repository.db.database import Database, execute
from tests.support.authors import LESSON, ScriptedAuthor, concept_plans
from tests.support.commit_gate import CommitGate
from tests.support.limits import HANG_SECONDS
from tests.support.processes import broken_promises

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


@pytest.fixture
def author() -> Recorded:
    numbers = iter(range(1, 1000))
    return Recorded(
        {
            AuthorRole.FRAMEWORK: lambda _, __: linear_algebra(),
            AuthorRole.NEW_PARTS: new_svd,
            AuthorRole.TUTORIAL: lambda _, __: LESSON.model_copy(update={"summary": f"Written {next(numbers)}."}),
        }
    )


@pytest.fixture
async def orchestrator(settings: Settings, author: Recorded) -> AsyncIterator[Orchestrator]:
    async with Orchestrator.open(settings, author=author) as orchestrator:
        yield orchestrator


@pytest.fixture
async def roadmap_id(orchestrator: Orchestrator, author: Recorded) -> str:
    task = await orchestrator.wait((await orchestrator.create("understand PCA")).task_id)
    assert task.status is TaskStatus.COMPLETED, task.error_message
    author.forget()
    return task.roadmap_id or ""


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


async def test_the_words_reach_the_contents_that_they_name_and_no_other(
    orchestrator: Orchestrator, roadmap_id: str, author: Recorded, database: Database
) -> None:
    before = await stored(database, roadmap_id)
    author.plan(add_svd(), rewrite(EIGEN, wish="Show the power method."))
    task = await modified(orchestrator, roadmap_id)
    assert task.status is TaskStatus.COMPLETED, task.error_message
    contents = [(concept, prompt) for _, concept, prompt in author.prompts if concept is not None]
    assert {concept for concept, _ in contents} == {EIGEN, SVD}
    for concept, prompt in contents:
        own = json.loads(prompt.split("<data>")[1].split("</data>")[0])
        assert ("SVD" in json.dumps(own)) is (concept == SVD)
        assert "Leave everything else" not in prompt
        assert own.get("wishes") == ("Show the power method." if concept == EIGEN else None)
    after = await stored(database, roadmap_id)
    assert before.items() <= after.items()
    assert {key for key in after.keys() - before.keys() if key[0] != SVD} == {(EIGEN, "tutorial", 2)}
    wishes = await orchestrator.wishes.of(roadmap_id, EIGEN, TUTORIAL)
    assert [(wish.wish, wish.task_id) for wish in wishes] == [("Show the power method.", task.task_id)]
    assert not await orchestrator.wishes.of(roadmap_id, SVD, TUTORIAL)


async def test_every_prompt_of_the_change_holds_the_words_and_whole_descriptions(
    orchestrator: Orchestrator, roadmap_id: str, author: Recorded
) -> None:
    author.plan(add_svd(), rewrite(EIGEN, wish="Show the power method."))
    task = await modified(orchestrator, roadmap_id, review=True)
    feedback = "Und die SVD bitte mit einem Foto von 8 × 8 Punkten; 不要矩阵范数"
    author.plans = [EditPlan(feedback_summary="", operations=[rewrite(PCA, wish="Kein Wort zur SVD.", types=["quiz"])])]
    task = await decided(orchestrator, task, feedback)
    assert task.status is TaskStatus.HUMAN_REVIEW_PENDING
    roles = (AuthorRole.EDIT_PLAN, AuthorRole.STRUCTURE_REVIEW, AuthorRole.NEW_PARTS)
    for prompt in author.of(*roles):
        assert WISH in prompt
        assert LONG in prompt
    again = [prompt for prompt in author.of(*roles[:2]) if feedback in prompt]
    assert len(again) == 2
    for prompt in again:
        data = json.loads(prompt.split("<data>")[1].split("</data>")[0])
        assert data["asked_for"] == [WISH, feedback]
        names = [[one["name"] for one in data[name]["stages"][0]["modules"][0]["concepts"]]
                 for name in ("accepted_roadmap", "roadmap")]  # fmt: skip
        assert [len(names[0]), len(names[1])] == [3, 4]
        assert "Show the power method." in json.dumps(data["content_changes"])
    assert "thrown out" in again[1]


async def test_a_new_concept_comes_with_its_plan_in_one_call(
    orchestrator: Orchestrator, roadmap_id: str, author: Recorded
) -> None:
    author.plan(add_svd())
    assert (await modified(orchestrator, roadmap_id)).status is TaskStatus.COMPLETED
    assert [role for role, concept, _ in author.prompts if concept is None] == [
        AuthorRole.EDIT_PLAN,
        AuthorRole.NEW_PARTS,
        AuthorRole.STRUCTURE_REVIEW,
    ]
    book = await orchestrator.structures.book(roadmap_id)
    plan = book.plan_of(SVD) if book else None
    assert plan is not None
    assert [outcome.text for outcome in plan.outcomes] == ["can explain SVD", "can use SVD", "can judge SVD"]


async def test_exactly_as_it_was_is_exact_and_buys_no_content(
    orchestrator: Orchestrator, roadmap_id: str, author: Recorded, database: Database
) -> None:
    author.plan(rewrite(EIGEN, wish="Show the power method.", types=["tutorial", "quiz"]))
    await modified(orchestrator, roadmap_id)
    author.forget()
    author.plan(revert(EIGEN, 1, "tutorial", "quiz"))
    task = await modified(orchestrator, roadmap_id, "Die Lektion über Eigenwerte genau so wie sie war.")
    assert task.status is TaskStatus.COMPLETED, task.error_message
    assert [role for role, _ in author.asked] == [AuthorRole.EDIT_PLAN]
    assert [(one.concept_id, one.content_type, [past.wish for past in one.versions])
            for brief in author.briefs if isinstance(brief, EditPlanBrief) for one in brief.versions] == [
        (EIGEN, "quiz", ["", "Show the power method."]),
        (EIGEN, "tutorial", ["", "Show the power method."]),
    ]  # fmt: skip
    versions = await stored(database, roadmap_id)
    for content_type in ("tutorial", "quiz"):
        assert versions[EIGEN, content_type, 3] == versions[EIGEN, content_type, 1]
    assert versions[EIGEN, "tutorial", 2] != versions[EIGEN, "tutorial", 1]
    roadmap = await orchestrator.roadmap(roadmap_id)
    assert roadmap.framework_version == 1, "no structure has changed"
    assert not [one for one in roadmap.contents if one.concept_id == EIGEN and one.content_type is QUIZ
                and one.out_of_date]  # fmt: skip
    wishes = await orchestrator.wishes.of(roadmap_id, EIGEN, TUTORIAL)
    assert [wish.withdrawn_at is not None for wish in wishes] == [True]
    assert await broken_promises(database) == []


async def test_a_person_puts_a_version_back_without_a_model(
    orchestrator: Orchestrator, roadmap_id: str, author: Recorded, database: Database
) -> None:
    author.plan(rewrite(EIGEN, wish="Shorter."))
    await modified(orchestrator, roadmap_id)
    author.forget()
    row = await orchestrator.revert(roadmap_id, EIGEN, TUTORIAL, 1)
    again = await orchestrator.revert(roadmap_id, EIGEN, TUTORIAL, 1)
    assert (row.version, again.version, author.asked) == (3, 3, [])
    [task, *_] = await orchestrator.tasks.page(roadmap_id=roadmap_id)
    assert (task.task_type, task.status, task.concept_id) == (TaskType.RETRY_TUTORIAL, TaskStatus.COMPLETED, EIGEN)
    assert row.task_id == task.task_id
    assert await broken_promises(database) == []
    versions = await stored(database, roadmap_id)
    assert versions[EIGEN, "tutorial", 3] == versions[EIGEN, "tutorial", 1]
    for version in (0, 7):
        with pytest.raises(NotFound, match="no version"):
            await orchestrator.revert(roadmap_id, EIGEN, TUTORIAL, version)
    for version in (-1, 2**40):
        with pytest.raises(InvalidInput, match="version"):
            await orchestrator.revert(roadmap_id, EIGEN, TUTORIAL, version)
    with pytest.raises(NotFound, match="no concept"):
        await orchestrator.revert(roadmap_id, "c-9-9-9", TUTORIAL, 1)


async def test_nothing_is_put_back_while_a_run_works_on_the_content(
    orchestrator: Orchestrator, roadmap_id: str, author: Recorded
) -> None:
    author.plan(rewrite(EIGEN, wish="Shorter."))
    await modified(orchestrator, roadmap_id)
    author.latencies[AuthorRole.TUTORIAL] = 30
    retry = await orchestrator.retry(roadmap_id, EIGEN, TUTORIAL)
    with pytest.raises(Conflict, match=retry.task_id):
        await orchestrator.revert(roadmap_id, EIGEN, TUTORIAL, 1)
    author.plans.clear()
    author.plan(revert(EIGEN, 1))
    task = await modified(orchestrator, roadmap_id, "as it was")
    assert task.status is TaskStatus.FAILED
    assert "Nothing was changed" in (task.error_message or "")
    assert "\n" not in (task.error_message or "")
    await orchestrator.cancel(retry.task_id)
    await orchestrator.resume(task.task_id)
    assert (await orchestrator.wait(task.task_id)).status is TaskStatus.COMPLETED
    assert (await newest(orchestrator, roadmap_id))[EIGEN, TUTORIAL] == 3


async def test_a_change_that_is_rejected_and_cancelled_changes_nothing_and_stores_no_wish(
    orchestrator: Orchestrator, roadmap_id: str, author: Recorded, database: Database
) -> None:
    before = await orchestrator.roadmap(roadmap_id), await stored(database, roadmap_id)
    author.plan(add_svd(), rewrite(EIGEN, wish="Show the power method."))
    task = await modified(orchestrator, roadmap_id, review=True)
    await orchestrator.cancel(task.task_id)
    assert (await orchestrator.roadmap(roadmap_id), await stored(database, roadmap_id)) == before
    assert not await orchestrator.wishes.of(roadmap_id, EIGEN, TUTORIAL)


async def test_feedback_takes_an_earlier_wish_back_and_replaces_another(
    orchestrator: Orchestrator, roadmap_id: str, author: Recorded
) -> None:
    author.plan(rewrite(EIGEN, PCA, wish="With a picture."))
    task = await modified(orchestrator, roadmap_id, review=True)
    author.plans = [
        EditPlan(feedback_summary="", operations=[revert(PCA, 1), rewrite(EIGEN, wish="With two pictures.")])
    ]
    task = await decided(orchestrator, task, "PCA bleibt, wie es ist; zwei Bilder bei den Eigenwerten")
    proposal = await orchestrator.proposal(task.task_id)
    assert [(one.concept_id, one.content_type, one.wish) for one in proposal.rewritten] == [
        (EIGEN, "tutorial", "With two pictures.")
    ]
    assert not proposal.reverted, "it is the newest version already"
    await decided(orchestrator, task)
    assert {key: version for key, version in (await newest(orchestrator, roadmap_id)).items() if version > 1} == {
        (EIGEN, TUTORIAL): 2
    }
    assert not await orchestrator.wishes.of(roadmap_id, PCA, TUTORIAL)


REMOVE_PCA = Operation(action="remove", target_type="concept", target_id=PCA)


@pytest.mark.parametrize(
    ("operations", "words"),
    [
        ([rewrite("c-9-9-9", wish="x")], "no concept “c-9-9-9”"),
        ([rewrite("", wish="x")], "names no concept"),
        ([rewrite(EIGEN, wish="x", types=[])], "`content_types` is empty"),
        ([rewrite(EIGEN, wish="x", types=["poem"])], "“poem” is no content type"),
        ([rewrite(EIGEN, wish="x" * 4001)], "longer than 4000"),
        ([revert(EIGEN, 7)], "has no version 7; its newest version is 1"),
        ([revert(EIGEN, None)], "`version` is missing"),
        ([revert("c-1-1-9", 1)], "no concept “c-1-1-9”"),
        ([rewrite(EIGEN, wish="x"), revert(EIGEN, 1)], "does something else with the tutorial of c-1-1-2"),
        ([], "would leave the roadmap as it is"),
    ],
)
async def test_what_is_unclear_is_objected_to_and_changes_nothing(
    orchestrator: Orchestrator, roadmap_id: str, author: Recorded, operations: list[Operation], words: str
) -> None:
    before = await orchestrator.roadmap(roadmap_id)
    author.plan(*operations)
    task = await modified(orchestrator, roadmap_id, "make it better")
    assert task.status is TaskStatus.FAILED
    assert (task.error_message or "").startswith("Nothing was changed. ")
    assert "\n" not in (task.error_message or "")
    assert words in author.of(AuthorRole.EDIT_PLAN)[-1]
    assert await orchestrator.roadmap(roadmap_id) == before


@pytest.mark.parametrize("operations", [[REMOVE_PCA, rewrite(PCA, wish="x")], [rewrite(PCA, wish="x"), REMOVE_PCA]])
async def test_a_removed_concept_is_not_written_again(
    orchestrator: Orchestrator, roadmap_id: str, author: Recorded, operations: list[Operation]
) -> None:
    author.plan(*operations)
    task = await modified(orchestrator, roadmap_id, "drop PCA")
    assert task.status is TaskStatus.COMPLETED
    warnings = [issue["issue"] for issue in (task.execution_summary or {})["warnings"]]
    assert any("after this plan" in warning for warning in warnings)
    assert not await orchestrator.wishes.of(roadmap_id, PCA, TUTORIAL)
    assert {concept for _, concept, _ in author.prompts if concept} == set()


async def test_two_wishes_for_one_content_are_both_followed(
    orchestrator: Orchestrator, roadmap_id: str, author: Recorded
) -> None:
    author.plan(rewrite(EIGEN, wish="Kürzer."), rewrite("Eigenvalues", wish="用图示", types=["lesson"]))
    await modified(orchestrator, roadmap_id)
    [prompt] = author.of(AuthorRole.TUTORIAL)
    assert json.loads(prompt.split("<data>")[1].split("</data>")[0])["wishes"] == "Kürzer.\n用图示"


async def test_what_is_learned_is_named_and_not_bought_again_unasked(
    orchestrator: Orchestrator, roadmap_id: str, author: Recorded
) -> None:
    user = (await orchestrator.roadmap(roadmap_id)).user_id
    await orchestrator.learning.mark(roadmap_id, EIGEN, user, done=True)
    author.plan(rewrite(EIGEN, PCA, wish="With a picture."))
    task = await modified(orchestrator, roadmap_id, "pictures, please")
    assert task.status is TaskStatus.HUMAN_REVIEW_PENDING, "nobody asked for a review, but something is learned"
    assert not author.of(AuthorRole.TUTORIAL)
    proposal = await orchestrator.proposal(task.task_id)
    assert [issue.category for issue in proposal.warnings] == ["learned"]
    assert "Eigenvalues (c-1-1-2: tutorial)" in proposal.warnings[0].issue
    assert "PCA" not in proposal.warnings[0].issue
    assert [(one.concept_id, one.learned) for one in proposal.rewritten] == [(EIGEN, True), (PCA, False)]
    author.plans = [EditPlan(feedback_summary="", operations=[revert(EIGEN, 1)])]
    task = await decided(orchestrator, task, "I know eigenvalues, leave them")
    assert task.status is TaskStatus.HUMAN_REVIEW_PENDING, "what was rejected is shown again"
    task = await decided(orchestrator, task)
    assert task.status is TaskStatus.COMPLETED
    assert [concept for role, concept, _ in author.prompts if role is AuthorRole.TUTORIAL] == [PCA]


async def test_a_proposal_has_its_price_and_ends_with_its_review(
    orchestrator: Orchestrator, roadmap_id: str, author: Recorded
) -> None:
    author.plan(add_svd(), rewrite(EIGEN, wish="Shorter."))
    task = await modified(orchestrator, roadmap_id, review=True)
    proposal = await orchestrator.proposal(task.task_id)
    assert [(one.concept, one.content_type) for one in proposal.written] == [
        ("SVD", content_type) for content_type in ContentType
    ]
    assert [(one.concept, one.content_type, one.wish) for one in proposal.rewritten] == [
        ("Eigenvalues", "tutorial", "Shorter.")
    ]
    assert proposal.calls >= 4
    assert proposal.minutes > 0
    task = await decided(orchestrator, task)
    with pytest.raises(Conflict, match="waits for no review"):
        await orchestrator.proposal(task.task_id)
    with pytest.raises(NotFound):
        await orchestrator.proposal("nope")


@pytest.mark.slow
@pytest.mark.parametrize("step", [6, pytest.param(1, marks=pytest.mark.soak, id="all")])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_killed_at_any_commit_a_change_goes_on_and_does_everything_once(
    settings: Settings, database: Database, database_url: str, author: Recorded, after: bool, step: int
) -> None:
    async with Orchestrator.open(settings, author=author) as orchestrator:
        task = await orchestrator.wait((await orchestrator.create("understand PCA")).task_id)
        roadmap_id = task.roadmap_id or ""
        author.plan(rewrite(EIGEN, wish="Shorter."))
        await modified(orchestrator, roadmap_id)
    for number, commit in enumerate(range(1, 200, step)):
        author.forget()
        wish = f"Wish {number}."
        author.plan(revert(EIGEN, 1 + number % 2), rewrite(PCA, wish=wish))
        async with Orchestrator.open(settings, author=author) as orchestrator:
            before = await newest(orchestrator, roadmap_id)
            asked = await orchestrator.modify(roadmap_id, wish, detach=True)
        async with CommitGate(database_url, commit, after).open() as gate:
            dying = settings.model_copy(update={"database_url": SecretStr(gate.url), "database_patience": 0.1})
            running = asyncio.create_task(_resumed(dying, author, asked.task_id))
            gate.kill = partial(_cancel, running)
            await asyncio.wait([running], timeout=HANG_SECONDS)
        async with Orchestrator.open(settings, author=author) as orchestrator:
            ended = await orchestrator.task(asked.task_id)
            survived = ended.status is TaskStatus.COMPLETED
            if not survived:
                await _live_no_more(database, asked.task_id)
                await orchestrator.resume(asked.task_id)
                ended = await orchestrator.wait(asked.task_id)
            assert ended.status is TaskStatus.COMPLETED, f"commit {commit}: {ended.error_message}"
            now = await newest(orchestrator, roadmap_id)
            grown = {key: version - before[key] for key, version in now.items() if version != before[key]}
            assert grown == {(EIGEN, TUTORIAL): 1, (PCA, TUTORIAL): 1}, f"commit {commit}"
            held = [one.wish for one in await orchestrator.wishes.of(roadmap_id, PCA, TUTORIAL)]
            assert held == [f"Wish {earlier}." for earlier in range(number + 1)]
            assert await broken_promises(database) == [], f"commit {commit}"
        if survived and gate.commits < commit:
            assert commit > 8, "the commits of a whole run were tried"
            return
    pytest.fail("the run never came to its end")


async def _resumed(settings: Settings, author: Recorded, task_id: str) -> None:
    async with Orchestrator.open(settings, author=author) as orchestrator:
        await orchestrator.resume(task_id)
        await orchestrator.wait(task_id)


async def _live_no_more(database: Database, task_id: str) -> None:
    """End the lease of the process that died with this task."""
    async with database.transaction() as session:
        statement = """
            UPDATE workers SET alive_until = '-infinity', timeout = -1e9
            WHERE worker_id = (SELECT worker_id FROM roadmap_tasks WHERE task_id = :task_id)"""
        await execute(session, text(statement), {"task_id": task_id})


def _cancel(task: "asyncio.Task[None]") -> None:
    task.cancel()
