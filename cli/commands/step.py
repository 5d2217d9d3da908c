"""`roadmap step`: execute a run node by node. cli/terminal/shell.py has the commands of the prompt."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.learning.pace import local_zone
from cli.inputs import read_request, read_retry_request, validate_id
from cli.options import NewUser, Review, RoadmapId, TaskId
from cli.output.outcome import answers_to_review
from cli.output.stdio import echo_err, print_text
from cli.session import read_run_settings
from domain.vocabulary import ContentType, TaskStatus
from rendering.text.text import one_line

if TYPE_CHECKING:
    from cli.terminal.prompt import Conversation
    from orchestrator import Orchestrator
    from orchestrator.commands.run_request import ReviewRequest
    from orchestrator.queries.status import TaskView
    from orchestrator.settings import Settings
    from repository.tables.runs import TaskRow

step = typer.Typer(
    name="step",
    help="Execute a run node by node. Inspect and change its state, go back, continue. Also reads a pipe.",
    rich_markup_mode=None,
    no_args_is_help=True,
)

Request = Callable[["Orchestrator"], Awaitable["TaskView"]]


@step.command("create")
def step_create(
    goal: Annotated[str, typer.Argument(metavar="GOAL", help="Learning goal, in any language.")],
    level: Annotated[str | None, typer.Option(metavar="LEVEL", help="beginner, intermediate or advanced.")] = None,
    hours_per_week: Annotated[str | None, typer.Option(metavar="N", help="Hours of study per week, 1 to 168.")] = None,
    user: NewUser = None,
    review: Review = False,
) -> None:
    """Step the creation of a roadmap."""
    options = {"current_level": level, "available_hours_per_week": hours_per_week, "user_id": user}
    request = read_request(goal, None, options)

    def begin(orchestrator: "Orchestrator") -> "Awaitable[TaskView]":
        from orchestrator.commands.request_context import Terms

        return orchestrator.create(request, review=_review(review), terms=Terms(time_zone=local_zone()))

    _step(begin)


@step.command("retry")
def step_retry(
    roadmap_id: RoadmapId,
    concept_id: Annotated[str, typer.Argument(metavar="CONCEPT_ID", help="ID from `roadmap show`.")],
    content_type: Annotated[ContentType, typer.Argument(metavar="CONTENT_TYPE", help="Content to generate again.")],
    instructions: Annotated[str | None, typer.Option(metavar="TEXT", help="What to do differently this time.")] = None,
    user: NewUser = None,
) -> None:
    """Step the retry of one content."""
    roadmap, concept = validate_id(roadmap_id, "roadmap"), validate_id(concept_id, "concept")
    request = read_retry_request(None, instructions=instructions, user=user)
    _step(lambda orchestrator: orchestrator.retry(roadmap, concept, content_type, request))


@step.command("modify")
def step_modify(
    roadmap_id: RoadmapId,
    instructions: Annotated[str, typer.Argument(metavar="INSTRUCTIONS", help="What to change, in words.")],
    user: NewUser = None,
    review: Review = False,
) -> None:
    """Step a modification of the framework."""
    from domain.request import usable_words

    roadmap, words = validate_id(roadmap_id, "roadmap"), usable_words("INSTRUCTIONS", instructions)
    user_id = read_retry_request(None, user=user).user_id
    _step(lambda orchestrator: orchestrator.modify(roadmap, words, user_id=user_id, review=_review(review)))


@step.command("resume")
def step_resume(task_id: TaskId) -> None:
    """Step a run that is stale, cancelled or failed."""
    identifier = validate_id(task_id, "task")
    _step(lambda orchestrator: orchestrator.resume(identifier))


def _review(is_requested: bool) -> "ReviewRequest | None":
    from orchestrator.commands.run_request import ReviewRequest

    return ReviewRequest() if is_requested else None


def _step(request: Request) -> None:
    from cli.terminal.prompt import Conversation

    settings = read_run_settings()
    conversation = Conversation()
    conversation.run(_run_shell(settings, request, conversation))


async def _run_shell(settings: "Settings", request: Request, conversation: "Conversation") -> None:
    from cli.terminal.shell import Shell, leave
    from orchestrator import Orchestrator

    async with Orchestrator.open(settings, kind="stepper") as orchestrator:
        task = await request(orchestrator)
        print_text(f"Task {task.task_id} of roadmap {task.roadmap_id}: {task.task_type}, node by node.")
        print_text("`help` lists the commands.")
        async with orchestrator.step(task.task_id) as stepper:
            try:
                await Shell(orchestrator, stepper, conversation).run()
            finally:
                await leave(stepper)
        _print_end(stepper.task)


def _print_end(task: "TaskRow") -> None:
    print_text(
        f"Task {task.task_id} is {task.status}.{f' {one_line(task.error_message)}' if task.error_message else ''}"
    )
    echo_err("Next:")
    for command in _next_commands(task):
        echo_err(f"  roadmap {command}")


def _next_commands(task: "TaskRow") -> Sequence[str]:
    match task.status:
        case TaskStatus.COMPLETED:
            return [f"show {task.roadmap_id}"]
        case TaskStatus.HUMAN_REVIEW_PENDING:
            return [f"show {task.roadmap_id}", *answers_to_review(task.task_id, (task.review or {}).get("round"))]
        case _:
            return [f"step resume {task.task_id}", f"resume {task.task_id}"]
