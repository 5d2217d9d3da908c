"""The studio's threads are real runs. The server is played by LangGraph's own saver; test_studio in e2e starts it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from domain.editing.review import Decision
from domain.errors import Conflict, InvalidInput, ModelUnavailable, NotFound, Superseded
from domain.vocabulary import TaskStatus, TaskType
from nodes.authors.briefs import AuthorRole
from orchestrator.orchestrator import Orchestrator
from orchestrator.queries.status import TaskView
from orchestrator.settings import Settings
from orchestrator.studio import graphs
from orchestrator.studio.graphs import StudioGraph, concept_graph, creation_graph, retry_graph
from orchestrator.studio.runs import StudioRuns
from tests.support.authors import ScriptedAuthor

ROOT = Path(__file__).parents[3]
CHESS: dict[str, Any] = {"request": {"preferences": {"learning_goal": "chess"}}}
THREAD: RunnableConfig = {"configurable": {"thread_id": "a thread of the server"}}


@pytest.fixture
def author() -> ScriptedAuthor:
    return ScriptedAuthor()


@pytest.fixture
async def runs(settings: Settings, author: ScriptedAuthor) -> AsyncIterator[StudioRuns]:
    runs = StudioRuns(settings, author=author)
    yield runs
    await runs.close()


@pytest.fixture
async def elsewhere(settings: Settings, author: ScriptedAuthor) -> AsyncIterator[Orchestrator]:
    """Another process, as far as the rows can tell."""
    async with Orchestrator.open(settings, author=author) as orchestrator:
        yield orchestrator


def served(graph: StudioGraph) -> StudioGraph:
    """As the server runs it."""
    graph.checkpointer = InMemorySaver()
    return graph


async def task_of(graph: StudioGraph, elsewhere: Orchestrator) -> TaskView:
    return await elsewhere.task((await graph.aget_state(THREAD)).values["task_id"])


async def test_a_thread_is_a_run_that_is_not_taken_over_and_ends_with_its_last_node(
    runs: StudioRuns, elsewhere: Orchestrator
) -> None:
    graph = served(creation_graph(runs))
    await graph.ainvoke(CHESS, THREAD, interrupt_before=["curriculum_design"])
    task = await task_of(graph, elsewhere)
    assert (task.status, task.live, task.task_type) == (TaskStatus.PROCESSING, True, TaskType.CREATION)
    with pytest.raises(Conflict, match="is running"):
        await elsewhere.resume(task.task_id)
    ended = await graph.ainvoke(None, THREAD)
    task = await task_of(graph, elsewhere)
    assert (ended["status"], task.status) == ("completed", TaskStatus.COMPLETED)
    assert task.execution_summary is not None
    assert task.execution_summary["completed"] == 6
    story = [event.type for event in await elsewhere.events.page(task.task_id)]
    assert story[:3] == ["run_requested", "run_started", "step_started"]
    assert story[-1] == "run_finished"
    assert story.count("content_completed") == 6


@pytest.mark.slow
@pytest.mark.parametrize(
    "node", ["intent_analysis", "structure_validation", "content_generation", "quiz_generation", "finish_run"]
)
async def test_a_run_of_a_dead_studio_goes_on_elsewhere_and_buys_nothing_again(
    runs: StudioRuns, elsewhere: Orchestrator, author: ScriptedAuthor, node: str
) -> None:
    graph = served(creation_graph(runs))
    await graph.ainvoke(CHESS, THREAD, interrupt_before=[node])
    task = await task_of(graph, elsewhere)
    await runs.close()
    assert not (await elsewhere.task(task.task_id)).live
    await elsewhere.resume(task.task_id)
    task = await elsewhere.wait(task.task_id)
    assert task.status is TaskStatus.COMPLETED
    assert set(author.times_asked().values()) == {1}
    roadmap = await elsewhere.roadmap(task.roadmap_id or "")
    assert roadmap.framework_version == 1


async def test_a_new_studio_takes_up_the_threads_of_one_that_died(
    settings: Settings, runs: StudioRuns, elsewhere: Orchestrator, author: ScriptedAuthor
) -> None:
    graph = served(creation_graph(runs))
    await graph.ainvoke(CHESS, THREAD, interrupt_before=["content_generation"])
    await runs.close()
    restarted = StudioRuns(settings, author=author)
    again = creation_graph(restarted)
    again.checkpointer = graph.checkpointer
    await again.ainvoke(None, THREAD)
    await restarted.close()
    assert (await task_of(graph, elsewhere)).status is TaskStatus.COMPLETED
    assert set(author.times_asked().values()) == {1}


async def test_a_review_is_asked_once_and_answered_once_through_the_server(
    runs: StudioRuns, elsewhere: Orchestrator
) -> None:
    graph = served(creation_graph(runs))
    waiting = await graph.ainvoke({**CHESS, "wants_review": True}, THREAD)
    assert waiting["__interrupt__"][0].value["framework"]["title"] == "Scripted"
    assert (await task_of(graph, elsewhere)).status is TaskStatus.HUMAN_REVIEW_PENDING
    again = await graph.ainvoke(Command(resume={"approved": False}), THREAD)  # a rejection without words
    assert again["__interrupt__"]
    task = await task_of(graph, elsewhere)
    assert task.status is TaskStatus.HUMAN_REVIEW_PENDING
    await graph.ainvoke(Command(resume={"approved": True}), THREAD)
    task = await task_of(graph, elsewhere)
    assert task.status is TaskStatus.COMPLETED
    reviews = [event for event in await elsewhere.events.page(task.task_id) if event.type.startswith("review_")]
    assert [event.type for event in reviews] == ["review_requested", "review_decided"]
    assert (reviews[1].payload["decision"], reviews[1].payload["by"]) == ("approved", "studio")


@pytest.mark.slow
async def test_a_rejection_through_the_server_leads_round_again(runs: StudioRuns, elsewhere: Orchestrator) -> None:
    graph = served(creation_graph(runs))
    await graph.ainvoke({**CHESS, "wants_review": True}, THREAD)
    await graph.ainvoke(Command(resume={"approved": False, "feedback": "shorter"}), THREAD)
    task = await task_of(graph, elsewhere)
    assert task.status is TaskStatus.HUMAN_REVIEW_PENDING
    story = [event.type for event in await elsewhere.events.page(task.task_id)]
    assert story.count("review_requested") == 2


async def test_a_run_whose_review_is_answered_elsewhere_goes_on_there_and_the_thread_fails(
    runs: StudioRuns, elsewhere: Orchestrator, author: ScriptedAuthor
) -> None:
    graph = served(creation_graph(runs))
    await graph.ainvoke({**CHESS, "wants_review": True}, THREAD)
    task = await task_of(graph, elsewhere)
    await elsewhere.review(task.task_id, Decision(approved=True, by="ann"))
    assert (await elsewhere.wait(task.task_id)).status is TaskStatus.COMPLETED
    assert set(author.times_asked().values()) == {1}
    story = [event.type for event in await elsewhere.events.page(task.task_id)]
    assert story.count("review_requested") == 1
    with pytest.raises(Conflict, match="is completed"):
        await graph.ainvoke(Command(resume={"approved": True}), THREAD)


async def test_a_node_that_fails_leaves_the_run_where_it_was(
    runs: StudioRuns, elsewhere: Orchestrator, author: ScriptedAuthor
) -> None:
    def fail(*_: object) -> Any:
        raise ModelUnavailable("The model is away.")

    author.replies = {AuthorRole.FRAMEWORK: fail}
    graph = served(creation_graph(runs))
    with pytest.raises(ModelUnavailable):
        await graph.ainvoke(CHESS, THREAD)
    task = await task_of(graph, elsewhere)
    assert (task.status, task.live) == (TaskStatus.PROCESSING, True)
    author.replies = {}
    await graph.ainvoke(None, THREAD)
    task = await task_of(graph, elsewhere)
    assert (task.status, task.attempt) == (TaskStatus.COMPLETED, 2)
    story = [event.payload.get("step") for event in await elsewhere.events.page(task.task_id)]
    assert story.count("intent_analysis") == 1
    assert story.count("curriculum_design") == 2


@pytest.mark.slow
async def test_a_run_cancelled_elsewhere_is_not_revived_by_its_next_node(
    runs: StudioRuns, elsewhere: Orchestrator
) -> None:
    graph = served(creation_graph(runs))
    await graph.ainvoke(CHESS, THREAD, interrupt_before=["curriculum_design"])
    task = await task_of(graph, elsewhere)
    await elsewhere.cancel(task.task_id)
    with pytest.raises(Superseded):
        await graph.ainvoke(None, THREAD)
    assert (await elsewhere.task(task.task_id)).status is TaskStatus.CANCELLED
    await graph.ainvoke(None, THREAD)
    assert (await elsewhere.task(task.task_id)).status is TaskStatus.COMPLETED


@pytest.mark.slow
async def test_a_fork_buys_again_only_what_was_changed(
    runs: StudioRuns, elsewhere: Orchestrator, author: ScriptedAuthor
) -> None:
    graph = served(creation_graph(runs))
    await graph.ainvoke(CHESS, THREAD, interrupt_before=["content_generation"])
    past = {moment.next: moment.config async for moment in graph.aget_state_history(THREAD)}
    await graph.ainvoke(None, past["intent_analysis",], interrupt_before=["content_generation"])
    assert author.times_asked()[AuthorRole.INTENT, None] == author.times_asked()[AuthorRole.FRAMEWORK, None] == 1
    request = {"preferences": {"learning_goal": "chess endgames"}}
    changed = await graph.aupdate_state(past["intent_analysis",], {"request": request})
    await graph.ainvoke(None, changed)
    assert author.times_asked()[AuthorRole.INTENT, None] == author.times_asked()[AuthorRole.FRAMEWORK, None] == 2
    assert (await task_of(graph, elsewhere)).status is TaskStatus.COMPLETED
    with pytest.raises(Conflict, match="is completed"):
        await graph.ainvoke(None, past["intent_analysis",])
    assert len(await elsewhere.tasks.page()) == 1
    await graph.ainvoke(None, past["request_run",])
    assert [task.status for task in await elsewhere.tasks.page()] == [TaskStatus.COMPLETED] * 2


async def test_a_second_input_makes_no_second_run_out_of_the_state_of_the_first(runs: StudioRuns) -> None:
    graph = served(creation_graph(runs))
    await graph.ainvoke(CHESS, THREAD)
    with pytest.raises(Conflict, match="another thread"):
        await graph.ainvoke(CHESS, THREAD)


async def test_a_jump_to_the_review_of_a_run_without_one_parks_nothing_and_runs_on_to_nothing(
    runs: StudioRuns, elsewhere: Orchestrator
) -> None:
    graph = served(creation_graph(runs))
    await graph.ainvoke(CHESS, THREAD, interrupt_before=["content_generation"])
    with pytest.raises(InvalidInput, match="leads to no review"):
        await graph.ainvoke(Command(goto="human_review"), THREAD)
    task = await task_of(graph, elsewhere)
    assert task.status is TaskStatus.PROCESSING
    story = [event.type for event in await elsewhere.events.page(task.task_id)]
    assert not {"content_started", "review_requested"} & set(story)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "contents"), [(retry_graph, ["quiz"]), (concept_graph, ["quiz", "resources", "tutorial"])]
)
async def test_a_batch_makes_new_versions_of_the_requested_contents_only(
    runs: StudioRuns, elsewhere: Orchestrator, make: Any, contents: list[str]
) -> None:
    created = await elsewhere.wait((await elsewhere.create("chess")).task_id)
    graph = served(make(runs))
    wanted = {"roadmap_id": created.roadmap_id, "concept_id": "c-1-1-1", "instructions": "shorter"}
    if make is retry_graph:
        wanted["content_type"] = "quiz"
    ended = await graph.ainvoke(wanted, THREAD)
    assert ended["status"] == "completed"
    newest = await elsewhere.contents.newest(created.roadmap_id or "")
    again = sorted((row.concept_id, row.content_type) for row in newest if row.version == 2)
    assert again == [("c-1-1-1", content_type) for content_type in contents]


async def test_a_request_that_is_refused_leaves_no_task(runs: StudioRuns, elsewhere: Orchestrator) -> None:
    created = await elsewhere.wait((await elsewhere.create("chess")).task_id)
    graph = served(concept_graph(runs))
    with pytest.raises(NotFound, match="no concept c-9-9-9"):
        await graph.ainvoke({"roadmap_id": created.roadmap_id, "concept_id": "c-9-9-9"}, THREAD)
    assert len(await elsewhere.tasks.page()) == 1


async def test_the_configuration_of_the_server_names_the_factories_there_are() -> None:
    named = json.loads((ROOT / "langgraph.json").read_text())["graphs"]
    there = {name: f"orchestrator.studio.graphs:{name}" for name in ("creation", "concept", "retry")}
    assert named == there
    for factory in (graphs.creation, graphs.concept, graphs.retry):
        assert (await factory()).checkpointer is None, "the server brings its own"
