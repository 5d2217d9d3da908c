"""What every author does: the offline one and the scripted one of the tests."""

import asyncio
import json
from typing import Any, Final

import pytest

from domain.content_types import objections_to
from domain.contents import OpenQuestion, Quiz, Resources, Tutorial
from domain.course.book import ConceptPlan, CourseBook, LessonPlan, Outcome
from domain.editing.review import EditPlan, Issue, Operation, Position
from domain.framework import Outline, StageOutline
from domain.request import LearningRequest, Preferences
from nodes.authors.briefs import (
    AuthorRole,
    Brief,
    ConceptPlansBrief,
    CourseBookBrief,
    EditPlanBrief,
    FrameworkBrief,
    IntentBrief,
    LessonBrief,
    LessonCritiqueBrief,
    NewPartsBrief,
    OutlineBrief,
    QuizBrief,
    QuizCritiqueBrief,
    QuizKeyBrief,
    ResourcesBrief,
    StageBrief,
    StructureReviewBrief,
    TutorialBrief,
)
from nodes.authors.port import Author
from nodes.authors.reading.answers import storable_answer
from nodes.offline.author import OfflineAuthor
from tests.support.authors import INTENT, ScriptedAuthor
from tests.support.limits import HANG_SECONDS
from tests.support.rows import framework

PREFERENCES: Final = Preferences(learning_goal="learn to play chess")
REQUEST: Final = LearningRequest(preferences=PREFERENCES)
FRAMEWORK: Final = framework()
OUTLINE: Final = Outline(
    title="Chess", stages=[StageOutline(name=name, description="", concepts=2) for name in ("Rules", "Openings")]
)
CONTENT: Final = {
    "preferences": PREFERENCES,
    "roadmap_title": FRAMEWORK.title,
    "stage_name": "S",
    "module_name": "M",
    "concept": FRAMEWORK.concepts()[1],
    "prerequisite_names": ["C1"],
    "instructions": "add concept Endgames to M",
}
PLAN: Final = ConceptPlan(
    concept_id="c-1-1-2",
    outcomes=[Outcome(outcome_id="o1", text="can castle")],
    lessons=[LessonPlan(lesson_id=f"l{number}", title=f"Part {number}", minutes=30) for number in (1, 2)],
)
ADDING: Final = Operation(
    action="add", target_type="concept", position=Position(parent_id="m-1-1"), values={"name": "Endgames"}
)
BRIEFS: Final[list[Brief[Any]]] = [
    IntentBrief(request=REQUEST),
    FrameworkBrief(request=REQUEST, intent=INTENT, max_concepts=12),
    OutlineBrief(request=REQUEST, intent=INTENT, max_concepts=12),
    StageBrief(request=REQUEST, intent=INTENT, outline=OUTLINE, index=1, max_concepts=2, earlier=["Rules"]),
    StructureReviewBrief(request=REQUEST, intent=INTENT, framework=FRAMEWORK),
    EditPlanBrief(
        preferences=PREFERENCES,
        framework=FRAMEWORK,
        issues=[Issue(severity="critical", category="structure", location="m-1-1", issue="thin", suggestion="more")],
        max_concepts=12,
    ),
    EditPlanBrief(
        preferences=PREFERENCES,
        framework=FRAMEWORK,
        issues=[],
        feedback="add a concept about endgames",
        max_concepts=12,
    ),
    NewPartsBrief(
        preferences=PREFERENCES, framework=FRAMEWORK, plan=EditPlan(feedback_summary="", operations=[ADDING])
    ),
    CourseBookBrief(request=REQUEST, framework=FRAMEWORK, warnings=["“C2” is long. Split it."]),
    ConceptPlansBrief(
        preferences=PREFERENCES, framework=FRAMEWORK, book=CourseBook(), concept_ids=["c-1-1-1", "c-1-1-2"]
    ),
    QuizKeyBrief(
        preferences=PREFERENCES,
        concept=FRAMEWORK.concepts()[1],
        questions=[OpenQuestion(question_id="q1", question_type="true_false", question="?", options=["yes", "no"])],
    ),
    LessonCritiqueBrief(**CONTENT, written={"title": "Castling", "content": "The king moves two squares."}),
    QuizCritiqueBrief(**CONTENT, written={"questions": []}),
    TutorialBrief(**CONTENT),
    LessonBrief(**CONTENT, plan=PLAN, index=1),
    ResourcesBrief(**CONTENT),
    QuizBrief(**CONTENT),
]
each_brief = pytest.mark.parametrize("brief", BRIEFS, ids=lambda brief: type(brief).__name__)


@pytest.fixture(params=[OfflineAuthor, ScriptedAuthor])
def author(request: pytest.FixtureRequest) -> Author:
    made: Author = request.param()
    return made


def test_no_role_is_left_out() -> None:
    assert {brief.role for brief in BRIEFS} == set(AuthorRole)


@each_brief
async def test_every_brief_is_answered_in_its_shape(author: Author, brief: Brief[Any]) -> None:
    answer = await author.write(brief)
    value = brief.shape.model_validate(answer.content)
    if isinstance(value, Tutorial | Resources | Quiz):
        assert objections_to(value) == []
    assert answer.model == author.name
    assert answer.problem is None
    most = author.most(brief)
    assert 0 <= answer.tokens_in <= most.tokens_in
    assert 0 <= answer.tokens_out <= most.tokens_out
    assert answer.cost is not None
    assert most.cost is not None
    assert 0 <= answer.cost <= most.cost


@each_brief
async def test_an_answer_can_be_kept_as_it_is(author: Author, brief: Brief[Any]) -> None:
    """The ledger stores it as JSON; what came back from there must be what was checked."""
    answer = await author.write(brief)
    assert json.loads(json.dumps(answer.content)) == answer.content
    assert storable_answer(answer) == answer


@each_brief
async def test_the_same_brief_twice_is_answered_alike_and_left_as_it_was(author: Author, brief: Brief[Any]) -> None:
    before = brief.model_dump_json()
    first, second = await author.write(brief), await author.write(brief)
    assert first.content == second.content
    assert brief.model_dump_json() == before


@each_brief
async def test_objections_do_not_silence_an_author(author: Author, brief: Brief[Any]) -> None:
    answer = await author.write(brief, ["title: Field required.", "There is no question."])
    brief.shape.model_validate(answer.content)


async def test_calls_at_once_do_not_mix(author: Author) -> None:
    alone = [(await author.write(brief)).content for brief in BRIEFS]
    together = await asyncio.gather(*(author.write(brief) for brief in BRIEFS * 5))
    assert [answer.content for answer in together] == alone * 5


async def test_a_plan_touches_nothing_that_does_not_exist(author: Author) -> None:
    ids = {"s-1", "m-1-1", *(concept.concept_id for concept in FRAMEWORK.concepts())}
    for brief in BRIEFS:
        if isinstance(brief, EditPlanBrief):
            plan = EditPlan.model_validate((await author.write(brief)).content)
            assert {operation.target_id for operation in plan.operations} - {None} <= ids


async def test_a_call_that_is_cancelled_does_not_spoil_the_next(author: Author) -> None:
    for _ in range(3):
        call = asyncio.ensure_future(author.write(BRIEFS[0]))
        await asyncio.sleep(0)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
    await author.write(BRIEFS[0])


def test_an_author_carried_into_another_event_loop_does_not_hang(author: Author) -> None:
    """Clients that were made in one loop and used in another once hung."""

    async def call() -> None:
        async with asyncio.timeout(HANG_SECONDS):
            await author.write(BRIEFS[-1])

    for _ in range(2):
        asyncio.run(call())
