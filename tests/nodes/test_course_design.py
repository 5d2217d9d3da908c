"""The course book of a run: what is asked for and kept, what a kill leaves, and what is said where there is none."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, cast

import pytest
from langgraph.runtime import Runtime
from sqlalchemy import text

from domain.course.book import CourseBook, LessonPlan
from domain.editing.review import Issue, Validation
from domain.errors import ModelDenied
from domain.framework import Concept, Framework, Module, Stage
from nodes.authors.briefs import AuthorRole, Brief, ConceptPlansBrief
from nodes.authors.port import CUT_OFF, AuthorAnswer, CallFailed, NoRoom
from nodes.authors.prompting.prompts import prompt_for
from nodes.course_design import MAX_CONCEPTS_PER_CALL, course_design
from nodes.state import RunState, as_json
from repository.db.database import Database, execute
from repository.db.fence import Fence
from repository.ledger.calls import known_answers
from repository.roadmaps.roadmaps import accept_framework, get_roadmap_metadata
from tests.support.authors import Reply, ScriptedAuthor, default_reply, nothing
from tests.support.commit_gate import CommitGate
from tests.support.content_process import Events, context_of
from tests.support.limits import HANG_SECONDS
from tests.support.rows import fence_of, reserved, started

REQUEST = {"preferences": {"learning_goal": "chess", "primary_language": "en"}}
WARNING = Issue(severity="warning", category="gap", issue="“C1” is thin.", suggestion="Add a game")


def structure(*stages: int, hours: float = 2.0) -> Framework:
    """Return a framework whose stages have these numbers of concepts."""
    made = []
    for stage, concepts in enumerate(stages, start=1):
        ids = [f"c-{stage}-1-{number}" for number in range(1, concepts + 1)]
        parts = [Concept(concept_id=one, name=f"N{one}", estimated_hours=hours) for one in ids]
        module = Module(module_id=f"m-{stage}-1", name=f"M{stage}", concepts=parts)
        made.append(Stage(stage_id=f"s-{stage}", name=f"S{stage}", order=stage, modules=[module]))
    return Framework(roadmap_id="r-1", title="T", stages=made)


def validated(*issues: Issue) -> dict[str, Any]:
    return as_json(Validation(is_valid=True, issues=list(issues), validation_summary=""))


def state_of(framework: Framework, **more: Any) -> RunState:
    base = {"request": REQUEST, "framework": as_json(framework), "validation": validated(WARNING)}
    return cast(RunState, {**base, **more})


async def design(
    database: Database,
    fence: Fence,
    author: ScriptedAuthor,
    state: RunState,
    told: Events,
    *,
    base_version: int = 0,
    short: bool = False,
) -> RunState:
    """Run the node as a process that starts now; return the state after it."""
    context = await context_of(database, fence, author, limit=5)
    context = replace(context, base_version=base_version, max_concepts=60, short_lessons=short, events=cast(Any, told))
    update = await course_design(state, Runtime(context=context))
    return cast(RunState, {**state, **update})


@pytest.fixture
async def fence(database: Database) -> Fence:
    await reserved(database)
    return fence_of(await started(database))


def book_in(state: RunState) -> CourseBook:
    return CourseBook.model_validate(state["course_book"])


async def test_a_book_takes_one_call_and_one_for_each_stage_side_by_side(database: Database, fence: Fence) -> None:
    author, told = ScriptedAuthor(latencies={AuthorRole.CONCEPT_PLANS: 0.2}), Events()
    after = await design(database, fence, author, state_of(structure(2, 1)), told)
    book = book_in(after)
    assert [role for role, _ in author.asked] == [AuthorRole.COURSE_BOOK, *2 * [AuthorRole.CONCEPT_PLANS]]
    assert author.most_at_once == 2
    assert [plan.concept_id for plan in book.concepts] == ["c-1-1-1", "c-1-1-2", "c-2-1-1"]
    assert [outcome.outcome_id for outcome in book.concepts[0].outcomes] == ["o1", "o2", "o3"]
    assert [term.term for term in book.glossary] == ["move"]
    assert book.warnings == ["“C1” is thin. Add a game"]
    assert told.types() == ["course_designed"]
    assert after["validation"] == validated(WARNING)
    async with database.transaction() as session:
        assert (await get_roadmap_metadata(session, "r-1")).course_book == after["course_book"], "saved as a draft"


async def test_a_stage_that_is_too_large_for_one_answer_is_planned_in_several(database: Database, fence: Fence) -> None:
    author = ScriptedAuthor()
    after = await design(database, fence, author, state_of(structure(MAX_CONCEPTS_PER_CALL + 1)), Events())
    assert len(author.asked) == 1 + 2
    assert len(book_in(after).concepts) == MAX_CONCEPTS_PER_CALL + 1


async def test_the_lessons_of_a_book_fill_the_hours_whatever_their_author_wrote(
    database: Database, fence: Fence
) -> None:
    def short(brief: Brief[Any], _: Sequence[str]) -> Any:
        plans = default_reply(brief).model_dump(mode="json")
        for plan in plans["plans"]:
            plan["lessons"] = [{"title": "All of it", "minutes": 10}]
        return plans

    author = ScriptedAuthor({AuthorRole.CONCEPT_PLANS: short})
    after = await design(database, fence, author, state_of(structure(1)), Events())
    lessons = book_in(after).concepts[0].lessons
    assert len(author.asked) == 1 + 3, "the author is told twice"
    assert [lesson.minutes for lesson in lessons] == [40, 40, 40]
    assert [lesson.lesson_id for lesson in lessons] == ["l1", "l2", "l3"]


async def test_where_every_concept_is_one_lesson_no_chain_is_asked_for_or_planned(
    database: Database, fence: Fence
) -> None:
    def without_lessons(brief: Brief[Any], _: Sequence[str]) -> Any:
        assert '"lessons"' not in json.dumps(prompt_for(brief).schema)
        assert "names no `lessons`" in prompt_for(brief).user
        plans = default_reply(brief).model_dump(mode="json")
        return {"plans": [{name: item for name, item in plan.items() if name != "lessons"} for plan in plans["plans"]]}

    author = ScriptedAuthor({AuthorRole.CONCEPT_PLANS: without_lessons})
    before = await design(database, fence, author, state_of(structure(1)), Events(), short=True)
    assert len(author.asked) == 2
    assert book_in(before).concepts[0].lessons == [LessonPlan(lesson_id="l1", title="Nc-1-1-1", minutes=120)]
    longer = cast(RunState, {**before, "framework": as_json(structure(1, hours=3.0))})
    after = await design(database, fence, author, longer, Events(), short=True)
    assert [lesson.minutes for lesson in book_in(after).concepts[0].lessons] == [180]


def away(_: Brief[Any], __: Sequence[str]) -> Any:
    raise CallFailed("away", model="m", outcome="failed 400", transient=False)


@pytest.mark.parametrize(("reply", "calls"), [(nothing, 3), (away, 1)])
async def test_an_unreadable_book_is_a_warning_and_ends_no_run(
    database: Database, fence: Fence, reply: Reply, calls: int
) -> None:
    author, told = ScriptedAuthor({AuthorRole.COURSE_BOOK: reply}), Events()
    after = await design(database, fence, author, state_of(structure(2, 1)), told)
    assert "course_book" not in after
    assert [issue["category"] for issue in after["validation"]["issues"]] == ["gap", "no_course_book"]
    assert after["validation"]["is_valid"]
    assert told.types() == ["course_not_designed"]
    assert len(author.asked) == calls, "without a book no plans are asked for"


async def test_a_book_that_was_given_up_is_not_bought_again_by_the_next_process(
    database: Database, fence: Fence
) -> None:
    state, author = state_of(structure(1)), ScriptedAuthor({AuthorRole.COURSE_BOOK: nothing})
    first = await design(database, fence, author, state, Events())
    assert await design(database, fence, author, state, Events()) == first
    assert len(author.asked) == 3


async def test_concepts_without_a_plan_are_named_and_the_others_keep_theirs(database: Database, fence: Fence) -> None:
    def second_stage_fails(brief: Brief[Any], _: Sequence[str]) -> Any:
        assert isinstance(brief, ConceptPlansBrief)
        return {"plans": []} if brief.concept_ids == ["c-2-1-1"] else default_reply(brief)

    author = ScriptedAuthor({AuthorRole.CONCEPT_PLANS: second_stage_fails})
    after = await design(database, fence, author, state_of(structure(2, 1)), Events())
    assert [plan.concept_id for plan in book_in(after).concepts] == ["c-1-1-1", "c-1-1-2"]
    [issue] = [one for one in after["validation"]["issues"] if one["category"] == "no_concept_plan"]
    assert "c-2-1-1" in issue["issue"]


class NarrowAuthor(ScriptedAuthor):
    """Has room for one plan in an answer, and says so or is cut off."""

    cuts = False

    async def write(self, brief: Brief[Any], objections: Sequence[str] = ()) -> AuthorAnswer:
        answer = await super().write(brief, objections)
        if not isinstance(brief, ConceptPlansBrief) or len(brief.concept_ids) == 1:
            return answer
        if self.cuts:
            return AuthorAnswer({"text": "{"}, self.name, 10, 5, 0.5, "length", problem=CUT_OFF)
        raise NoRoom("no room", model="m", outcome="failed: no room", transient=False)


@pytest.mark.parametrize("cuts", [False, True])
async def test_plans_without_room_are_asked_for_in_halves_and_bought_once(
    database: Database, fence: Fence, cuts: bool
) -> None:
    author = NarrowAuthor()
    author.cuts = cuts
    state = state_of(structure(2))
    after = await design(database, fence, author, state, Events())
    assert len(book_in(after).concepts) == 2
    other = ScriptedAuthor()
    assert await design(database, fence, other, state, Events()) == after
    assert other.asked == [], "a process with more room goes on in halves"


async def test_a_denied_model_ends_the_run_after_what_is_paid_for_is_committed(
    database: Database, fence: Fence
) -> None:
    def denied(brief: Brief[Any], _: Sequence[str]) -> Any:
        assert isinstance(brief, ConceptPlansBrief)
        if brief.concept_ids == ["c-1-1-1"]:
            raise CallFailed("no money", model="m", outcome="failed 402", denied=True)
        return default_reply(brief)

    state, author = state_of(structure(1, 1)), ScriptedAuthor({AuthorRole.CONCEPT_PLANS: denied})
    author.latency = 0.05
    with pytest.raises(ModelDenied):
        await design(database, fence, author, state, Events())
    again = ScriptedAuthor()
    after = await design(database, fence, again, state, Events())
    assert again.asked == [(AuthorRole.CONCEPT_PLANS, None)]
    assert len(book_in(after).concepts) == 2


async def test_an_edit_asks_for_new_and_changed_concepts_and_keeps_the_rest_byte_for_byte(
    database: Database, fence: Fence
) -> None:
    before = await design(database, fence, ScriptedAuthor(), state_of(structure(2, 2)), Events())
    edited = structure(3, 1)  # c-1-1-3 is new, c-2-1-2 is gone
    edited.stages[0].modules[0].concepts[1].name = "Another"
    edited.stages[1].modules[0].concepts[0].estimated_hours = 1.0
    wanted: list[list[str]] = []

    def plans(brief: Brief[Any], _: Sequence[str]) -> Any:
        assert isinstance(brief, ConceptPlansBrief)
        wanted.append(brief.concept_ids)
        assert brief.former == [book_in(before).plan_of("c-1-1-2")]
        prompt = prompt_for(brief).user
        assert "keep what still holds letter by letter" in prompt
        assert prompt.count("can judge c-1-1-2") == 1
        assert "Call it another name." in prompt
        return default_reply(brief)

    author = ScriptedAuthor({AuthorRole.CONCEPT_PLANS: plans})
    asked = ["Call it another name."]
    round_two = cast(RunState, {**before, "framework": as_json(edited), "validation": validated(), "asked_for": asked})
    after = await design(database, fence, author, round_two, Events())
    assert wanted == [["c-1-1-2", "c-1-1-3"]]
    assert author.times_asked()[AuthorRole.COURSE_BOOK, None] == 0
    old, new = book_in(before), book_in(after)
    assert [plan.concept_id for plan in new.concepts] == ["c-1-1-1", "c-1-1-2", "c-1-1-3", "c-2-1-1"]
    assert after["course_book"]["concepts"][0] == before["course_book"]["concepts"][0]
    assert (new.glossary, new.example, new.tools) == (old.glossary, old.example, old.tools)
    moved, kept = new.plan_of("c-2-1-1"), old.plan_of("c-2-1-1")
    assert moved is not None
    assert kept is not None
    assert moved.outcomes == kept.outcomes
    assert sum(lesson.minutes for lesson in moved.lessons) == 60, "other hours need no call"
    assert new.warnings == []


async def test_a_concept_without_a_plan_is_named_in_every_version_of_a_draft(database: Database, fence: Fence) -> None:
    def no_second(brief: Brief[Any], _: Sequence[str]) -> Any:
        plans = default_reply(brief).model_dump(mode="json")["plans"]
        return {"plans": [plan for plan in plans if plan["concept_id"] != "c-1-1-2"]}

    author = ScriptedAuthor({AuthorRole.CONCEPT_PLANS: no_second})
    state = await design(database, fence, author, state_of(structure(2)), Events())
    for edited in (structure(3), structure(3)):  # the second round has the same structure
        fresh = cast(RunState, {**state, "framework": as_json(edited), "validation": validated()})
        state = await design(database, fence, ScriptedAuthor(), fresh, Events())
        [warning] = Validation.model_validate(state["validation"]).issues
        assert "no plan for c-1-1-2," in warning.issue


async def accepted_with(database: Database, framework: Framework, book: CourseBook | None) -> None:
    async with database.transaction() as session:
        await accept_framework(session, framework, expected_version=0, book=book)


async def test_a_modification_of_a_roadmap_without_a_book_buys_none(database: Database, fence: Fence) -> None:
    await accepted_with(database, structure(1), None)
    author, told = ScriptedAuthor(), Events()
    state = state_of(structure(2), modifies=True)
    assert await design(database, fence, author, state, told, base_version=1) == state
    assert (author.asked, told.appended) == ([], [])


async def test_a_modification_goes_on_with_the_book_of_the_accepted_structure(database: Database, fence: Fence) -> None:
    made = book_in(await design(database, fence, ScriptedAuthor(), state_of(structure(1)), Events()))
    await accepted_with(database, structure(1), made)
    author = ScriptedAuthor()
    after = await design(database, fence, author, state_of(structure(2), modifies=True), Events(), base_version=1)
    assert author.asked == [(AuthorRole.CONCEPT_PLANS, None)]
    assert book_in(after).concepts[0] == made.concepts[0]
    async with database.transaction() as session:
        stored = (await get_roadmap_metadata(session, "r-1")).course_book
    assert stored == as_json(made), "the draft of a modification stays in its task"


async def test_rules_are_asked_for_no_book(database: Database, fence: Fence) -> None:
    author = ScriptedAuthor(kind="rules")
    assert "course_book" not in await design(database, fence, author, state_of(structure(1)), Events())
    assert author.asked == []


async def test_hostile_texts_of_an_author_are_kept_as_texts_or_left_out(database: Database, fence: Fence) -> None:
    def hostile(_: Brief[Any], __: Sequence[str]) -> Any:
        return {
            "glossary": [
                {"term": "<b>x</b>\x00", "meaning": "</course>\n<script>alert(1)</script> \ud83d"},
                {"term": "twice", "meaning": "first"},
                {"term": "Twice", "meaning": "second"},
                {"term": "empty", "meaning": " "},
            ],
            "project": {
                "title": "P",
                "steps": [{"stage_id": "s-9", "task": "?"}, {"stage_id": "S1", "task": "Do it."}],
            },
        }

    after = await design(
        database, fence, ScriptedAuthor({AuthorRole.COURSE_BOOK: hostile}), state_of(structure(1)), Events()
    )
    book = book_in(after)
    assert [(term.term, term.meaning) for term in book.glossary] == [
        ("<b>x</b>", "</course> <script>alert(1)</script>"),
        ("twice", "first"),
    ]
    assert book.project is not None
    assert [(step.stage_id, step.task) for step in book.project.steps] == [("s-1", "Do it.")]


async def test_a_huge_book_is_refused(database: Database, fence: Fence) -> None:
    def huge(_: Brief[Any], __: Sequence[str]) -> Any:
        return {"glossary": [{"term": f"t{number}", "meaning": "x" * 3000} for number in range(100)]}

    author = ScriptedAuthor({AuthorRole.COURSE_BOOK: huge})
    after = await design(database, fence, author, state_of(structure(1)), Events())
    assert "course_book" not in after
    assert "at most 20000" in after["validation"]["issues"][-1]["issue"]


def _cancel(running: "asyncio.Task[RunState]") -> None:
    running.cancel()


@pytest.mark.parametrize("after", [False, True])
async def test_killed_at_any_commit_a_book_buys_no_committed_answer_twice(
    database: Database, database_url: str, fence: Fence, after: bool
) -> None:
    state = state_of(structure(1, 1))
    for commit in range(1, 50):
        author = ScriptedAuthor()
        async with CommitGate(database_url, commit, after).open() as gate:
            dying = Database(gate.url)
            running = asyncio.create_task(design(dying, fence, author, state, Events()))
            gate.kill = partial(_cancel, running)
            await asyncio.wait([running], timeout=HANG_SECONDS)
            survived = not running.cancelled() and running.exception() is None
            await dying.close()
        async with database.transaction() as session:
            committed = len(await known_answers(session, fence.task_id))
        bought = ScriptedAuthor()
        await design(database, fence, bought, state, Events())
        assert len(bought.asked) == 3 - committed, f"commit {commit}"
        if survived:
            assert commit > 3, "every call was committed, and every commit was tried"
            return
        async with database.transaction() as session:
            await execute(session, text("DELETE FROM model_calls"), {})
    pytest.fail("the node never came to its end")
