"""Stepping: a real run, looked at, changed, rewound and gone on with, that buys nothing twice."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from domain.editing.review import Decision
from domain.errors import InvalidInput, ModelUnavailable, Superseded
from domain.vocabulary import ContentStatus, Step, TaskStatus
from nodes.authors.briefs import AuthorRole
from orchestrator.commands.run_request import ReviewRequest
from orchestrator.execution.stepper import Stepper
from orchestrator.orchestrator import Orchestrator
from orchestrator.settings import Settings
from tests.orchestrator.workers.test_worker import working
from tests.support.authors import ScriptedAuthor


@pytest.fixture
def author() -> ScriptedAuthor:
    return ScriptedAuthor()


@pytest.fixture
async def orchestrator(settings: Settings, author: ScriptedAuthor) -> AsyncIterator[Orchestrator]:
    async with Orchestrator.open(settings, author=author, kind="stepper") as orchestrator:
        yield orchestrator


@pytest.fixture
async def stepper(orchestrator: Orchestrator) -> AsyncIterator[Stepper]:
    task = await orchestrator.create("chess")
    async with orchestrator.step(task.task_id) as stepper:
        yield stepper


async def until(stepper: Stepper, node: Step) -> None:
    while node not in await stepper.next_nodes():
        await stepper.advance()


async def test_a_run_stops_before_every_node_and_is_a_real_run_meanwhile(
    orchestrator: Orchestrator, stepper: Stepper
) -> None:
    seen = []
    while not await stepper.is_at_end():
        seen.append((await stepper.next_nodes())[0])
        await stepper.advance()
    assert seen == [
        "init",
        "intent_analysis",
        "curriculum_design",
        "structure_validation",
        "course_design",
        "content_generation",
        "tutorial_generation",
    ]
    task = await orchestrator.task(stepper.task.task_id)
    assert (task.status, task.live) == (TaskStatus.PROCESSING, True)
    await stepper.quit()
    task = await orchestrator.task(stepper.task.task_id)
    assert task.status is TaskStatus.COMPLETED
    assert (await orchestrator.events.page(task.task_id))[0].sequence == 1


async def test_it_shows_what_the_last_node_changed(stepper: Stepper) -> None:
    await until(stepper, Step.CURRICULUM_DESIGN)
    await stepper.advance()
    assert set(await stepper.changes()) == {"framework", "repairs", "edit_rounds"}


async def test_going_back_and_on_buys_nothing_again(stepper: Stepper, author: ScriptedAuthor) -> None:
    await until(stepper, Step.CONTENT_GENERATION)
    await stepper.back(3)
    assert await stepper.next_nodes() == ("curriculum_design",)
    await until(stepper, Step.CONTENT_GENERATION)
    assert set(author.times_asked().values()) == {1}


async def test_a_changed_input_is_another_question(stepper: Stepper, author: ScriptedAuthor) -> None:
    await until(stepper, Step.STRUCTURE_VALIDATION)
    await stepper.back(1)
    await stepper.set("request", '{"preferences": {"learning_goal": "chess for children"}}')
    assert await stepper.next_nodes() == ("curriculum_design",), "a change does not move the run"
    await stepper.advance()
    assert author.times_asked()[AuthorRole.FRAMEWORK, None] == 2


async def test_going_back_past_an_accepted_framework_makes_a_new_version_with_new_ids(
    orchestrator: Orchestrator, stepper: Stepper
) -> None:
    while not await stepper.is_at_end():
        await stepper.advance()
    moments = await stepper.history()
    number = next(moment.number for moment in moments if moment.next_nodes == ("curriculum_design",))
    await stepper.back(number)
    while not await stepper.is_at_end():
        await stepper.advance()
    await stepper.quit()
    assert stepper.task.status == TaskStatus.COMPLETED
    assert stepper.task.roadmap_id is not None
    roadmap = await orchestrator.roadmap(stepper.task.roadmap_id)
    assert roadmap.framework is not None
    assert roadmap.framework_version == 2
    assert [concept.concept_id for concept in roadmap.framework.concepts()] == ["c-2-1-1", "c-2-1-2"]
    assert {content.concept_id for content in roadmap.contents} == {"c-2-1-1", "c-2-1-2"}
    assert {content.status for content in roadmap.contents} == {ContentStatus.COMPLETED}
    assert len(await orchestrator.contents.newest(stepper.task.roadmap_id, "c-1-1-1")) == 3, (
        "the old ones stay in the history"
    )


async def test_leaving_cancels_the_run_and_it_can_be_resumed(
    settings: Settings, orchestrator: Orchestrator, author: ScriptedAuthor
) -> None:
    task = await orchestrator.create("chess")
    async with orchestrator.step(task.task_id) as stepper:
        await until(stepper, Step.STRUCTURE_VALIDATION)
        await stepper.quit()
    assert (await orchestrator.task(task.task_id)).status is TaskStatus.CANCELLED
    async with Orchestrator.open(settings, author=author) as runner:
        await runner.resume(task.task_id)
        assert (await runner.wait(task.task_id)).status is TaskStatus.COMPLETED
    assert set(author.times_asked().values()) == {1}


@pytest.mark.slow
async def test_a_run_whose_stepper_died_is_stale_and_not_taken_over(settings: Settings, author: ScriptedAuthor) -> None:
    async with Orchestrator.open(settings, author=author, kind="stepper") as dying:
        task = await dying.create("chess")
        async with dying.step(task.task_id) as stepper:
            await until(stepper, Step.STRUCTURE_VALIDATION)
    async with working(settings, author), Orchestrator.open(settings, author=author, kind="stepper") as orchestrator:
        await asyncio.sleep(3)
        stale = await orchestrator.task(task.task_id)
        assert (stale.status, stale.live) == (TaskStatus.PROCESSING, False)
        await orchestrator.resume(task.task_id)
        async with orchestrator.step(task.task_id) as stepper:
            assert await stepper.next_nodes() == ("structure_validation",), "it goes on from where it stopped"
            await stepper.advance([])
            await stepper.quit()
        assert (await orchestrator.task(task.task_id)).status is TaskStatus.COMPLETED
    assert set(author.times_asked().values()) == {1}


async def test_a_failing_step_raises_and_the_run_stays_where_it_was(stepper: Stepper, author: ScriptedAuthor) -> None:
    def fail(_: object, __: object) -> dict[str, object]:
        raise ModelUnavailable("the model hung up")

    await until(stepper, Step.CURRICULUM_DESIGN)
    author.replies = {AuthorRole.FRAMEWORK: fail}
    with pytest.raises(ModelUnavailable):
        await stepper.advance()
    assert await stepper.next_nodes() == ("curriculum_design",)
    author.replies = {}
    await stepper.advance()
    assert await stepper.next_nodes() == ("structure_validation",)


async def test_a_node_that_is_stopped_can_be_run_again(stepper: Stepper, author: ScriptedAuthor) -> None:
    author.latency = 30
    await stepper.advance()
    for _ in range(2):
        running = asyncio.create_task(stepper.advance())
        while not author.running:
            await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert await stepper.next_nodes() == ("intent_analysis",)
    author.latency = 0
    await stepper.advance([])
    assert await stepper.is_at_end()


async def test_a_run_that_is_stopped_before_its_first_checkpoint_still_has_its_input(stepper: Stepper) -> None:
    running = asyncio.create_task(stepper.advance())
    await asyncio.sleep(0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await stepper.advance()
    assert "request" in await stepper.state()


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("framework", '{"roadmap_id": "another"}', "The roadmap_id of the framework must be"),
        ("framework", "[]", "framework: "),
        ("edit_rounds", "-1", "edit_rounds: "),
        ("wants_review", '"perhaps"', "wants_review: "),
        ("request", '{"preferences": {"learning_goal": ""}}', "request.preferences.learning_goal: "),
        ("feedback", '"a\\u0000"', "NUL"),
        ("feedback", '"\\ud800"', "JSON"),
        ("validation", '{"overall_score": NaN}', "JSON"),
        ("feedback", "[" * 100_000, "JSON"),
    ],
)
async def test_a_value_by_hand_is_held_to_its_shape(stepper: Stepper, key: str, value: str, said: str) -> None:
    """Human edits were not validated again."""
    await until(stepper, Step.STRUCTURE_VALIDATION)
    before = await stepper.state()
    with pytest.raises(InvalidInput, match=said):
        await stepper.set(key, value)
    assert await stepper.state() == before


async def test_a_broken_framework_is_refused_where_it_would_not_be_validated_again(stepper: Stepper) -> None:
    await until(stepper, Step.STRUCTURE_VALIDATION)
    empty = json.dumps({"roadmap_id": stepper.task.roadmap_id, "stages": []})
    await stepper.set("framework", empty)
    await stepper.back(1)
    await until(stepper, Step.CONTENT_GENERATION)
    with pytest.raises(InvalidInput, match="no concept"):
        await stepper.set("framework", empty)


async def test_what_cannot_be_done_is_said_and_changes_nothing(stepper: Stepper) -> None:
    with pytest.raises(InvalidInput, match="Nothing has run yet"):
        await stepper.set("feedback", '"x"')
    await until(stepper, Step.STRUCTURE_VALIDATION)
    before = await stepper.state()
    with pytest.raises(InvalidInput, match="no key 'nope'"):
        await stepper.set("nope", "1")
    with pytest.raises(InvalidInput, match="JSON"):
        await stepper.set("feedback", "{")
    for number in (0, 99):
        with pytest.raises(InvalidInput, match="steps to go back"):
            await stepper.back(number)
    assert await stepper.state() == before


async def test_a_stepped_run_that_is_cancelled_elsewhere_stops(settings: Settings, orchestrator: Orchestrator) -> None:
    task = await orchestrator.create("chess")
    async with Orchestrator.open(settings, author=ScriptedAuthor()) as other:
        with pytest.raises(Superseded):
            async with orchestrator.step(task.task_id) as stepper:
                await stepper.advance()
                await other.cancel(task.task_id)
                await asyncio.sleep(5)
        assert (await other.task(task.task_id)).status is TaskStatus.CANCELLED


@pytest.mark.parametrize("approved", [True, False])
async def test_a_decision_that_no_worker_has_taken_counts_for_the_stepper(
    orchestrator: Orchestrator, approved: bool
) -> None:
    """The same review was once asked for again, as if nobody had answered it."""
    task = await orchestrator.create("chess", review=ReviewRequest())
    async with orchestrator.step(task.task_id) as stepper:
        await stepper.advance([])
    await orchestrator.review(task.task_id, Decision(approved=approved, feedback="shorter"), detach=True)
    await orchestrator.resume(task.task_id)
    async with orchestrator.step(task.task_id) as stepper:
        assert await stepper.next_nodes() == (Step.HUMAN_REVIEW,)
        await stepper.advance()
        expected = Step.CONTENT_GENERATION if approved else Step.EDIT_PLAN_ANALYSIS
        assert await stepper.next_nodes() == (expected,)
        assert (await stepper.state())["approved"] is approved
        await stepper.quit()


async def test_a_rejection_counts_also_after_going_back_past_an_accepted_framework(
    settings: Settings, orchestrator: Orchestrator
) -> None:
    """The contents of what had been accepted were once written, as if nobody had rejected it."""
    task = await orchestrator.create("chess", review=ReviewRequest())
    async with orchestrator.step(task.task_id) as stepper:
        await stepper.advance([])
    await orchestrator.review(task.task_id, Decision(approved=True), detach=True)
    await orchestrator.resume(task.task_id)
    async with orchestrator.step(task.task_id) as stepper:
        await until(stepper, Step.TUTORIAL_GENERATION)
        moments = await stepper.history()
        await stepper.back(next(moment.number for moment in moments if moment.next_nodes == (Step.HUMAN_REVIEW,)))
        await stepper.advance([])
    await orchestrator.review(task.task_id, Decision(approved=False, feedback="shorter"), detach=True)
    async with working(settings, ScriptedAuthor()):
        async for event in orchestrator.follow(task.task_id):
            if event.type == "review_requested" and event.payload["round"] == 3:
                break
    steps = [
        event.payload["step"] for event in await orchestrator.events.page(task.task_id) if event.type == "step_started"
    ]
    assert Step.EDIT_PLAN_ANALYSIS in steps


async def test_a_run_that_was_left_after_going_back_past_an_accepted_framework_goes_on_from_there(
    settings: Settings, orchestrator: Orchestrator
) -> None:
    task = await orchestrator.create("chess")
    async with orchestrator.step(task.task_id) as stepper:
        await until(stepper, Step.TUTORIAL_GENERATION)
        moments = await stepper.history()
        await stepper.back(next(moment.number for moment in moments if moment.next_nodes == (Step.CURRICULUM_DESIGN,)))
        await stepper.quit()
    await orchestrator.resume(task.task_id, detach=True)
    async with working(settings, ScriptedAuthor()):
        task = await orchestrator.wait(task.task_id)
    assert (task.status, task.roadmap_id is not None) == (TaskStatus.COMPLETED, True)
    assert (await orchestrator.roadmap(task.roadmap_id or "")).framework_version == 2
