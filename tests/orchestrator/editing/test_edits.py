"""Edits that mean it: wishes reach the contents that they name, and reviewers know them."""

import json

import pytest

from domain.editing.review import EditPlan, Issue, Operation, StructureReview
from domain.errors import Conflict, NotFound
from domain.vocabulary import ContentType, TaskStatus
from nodes.authors.briefs import AuthorRole, StructureReviewBrief
from orchestrator.orchestrator import Orchestrator
from orchestrator.settings import Settings
from repository.db.database import Database
from tests.orchestrator.editing.course import (
    EIGEN,
    LONG,
    PCA,
    SVD,
    TUTORIAL,
    WISH,
    Recorded,
    add_svd,
    decided,
    modified,
    newest,
    revert,
    rewrite,
    stored,
)


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
        ([rewrite(EIGEN, wish="x" * 20_001)], "longer than 20000"),
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


async def test_the_review_of_a_change_looks_at_the_warnings_of_the_accepted_roadmap_again(
    settings: Settings, author: Recorded
) -> None:
    gap = Issue(severity="warning", category="gap", issue="No endings", suggestion="Add one.")
    first = StructureReview(overall_score=80, issues=[gap], validation_summary="Fine.")
    author.replies = {**author.replies, AuthorRole.STRUCTURE_REVIEW: lambda *_: first}
    author.plan(add_svd())
    async with Orchestrator.open(settings, author=author) as orchestrator:
        task = await orchestrator.wait((await orchestrator.create("understand PCA")).task_id)
        await modified(orchestrator, task.roadmap_id or "")
    [created, changed] = [brief for brief in author.briefs if isinstance(brief, StructureReviewBrief)]
    assert created.earlier_issues == []
    assert [issue.issue for issue in changed.earlier_issues] == ["No endings. Add one."]
    assert created.max_concepts == settings.max_concepts
