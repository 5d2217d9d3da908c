"""Commands that start a run. Each builds a request; cli/foreground.py starts and follows the run."""

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.learning.pace import local_zone
from cli.foreground import run_and_follow
from cli.inputs import language_note, read_request, read_retry_request, validate_id
from cli.options import Detach, Json, NewUser, Review, ReviewTimeout, RoadmapId, TaskId, review_request
from cli.output.outcome import FIELDS_OF_A_RUN
from cli.output.stdio import echo_err, print_json, print_text
from cli.session import with_orchestrator
from domain.vocabulary import ContentType
from rendering.text.text import one_line

if TYPE_CHECKING:
    from domain.course.estimate import Estimate
    from domain.request import LearningRequest
    from orchestrator import Orchestrator
    from orchestrator.queries.status import TaskView


def create(
    goal: Annotated[str | None, typer.Argument(metavar="GOAL", help="Learning goal, in any language.")] = None,
    level: Annotated[str | None, typer.Option(metavar="LEVEL", help="beginner, intermediate or advanced.")] = None,
    hours_per_week: Annotated[str | None, typer.Option(metavar="N", help="Hours of study per week, 1 to 168.")] = None,
    motivation: Annotated[str | None, typer.Option(metavar="TEXT", help="Reason for learning it.")] = None,
    background: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What the learner knows and has done so far.")
    ] = None,
    deadline: Annotated[
        str | None, typer.Option(metavar="WORDS", help="Deadline, e.g. 2027-06-30 or `in 3 months`.")
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="Language of the contents, e.g. `en` (default: that of the goal)."),
    ] = None,
    user: NewUser = None,
    request: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Read the request as JSON, `-` for stdin; options override its fields."),
    ] = None,
    review: Review = False,
    review_timeout: ReviewTimeout = None,
    estimate: Annotated[bool, typer.Option("--estimate", help="Say about what it takes, and create nothing.")] = False,
    detach: Detach = False,
    json: Json = False,
) -> None:
    """Create a roadmap with all its contents."""
    review_stop = review_request(review, review_timeout)
    learning_request = read_request(
        goal,
        request,
        {
            "current_level": level,
            "available_hours_per_week": hours_per_week,
            "motivation": motivation,
            "career_background": background,
            "target_deadline": deadline,
            "primary_language": language,
            "user_id": user,
        },
    )
    if estimate:
        _print_estimate(learning_request, json=json)
        return

    async def begin(orchestrator: "Orchestrator") -> "TaskView":
        from orchestrator.commands.request_context import Terms

        task = await orchestrator.create(
            learning_request, review=review_stop, detach=detach, terms=Terms(time_zone=local_zone())
        )
        if language is None and request is None and (note := language_note(learning_request)):
            echo_err(note)
        return task

    run_and_follow(begin, detach=detach, json=json)


def _print_estimate(request: "LearningRequest", *, json: bool) -> None:
    from rendering.text.estimate_text import estimate_lines

    async def read(orchestrator: "Orchestrator") -> "Estimate":
        from orchestrator.commands.request_context import Terms

        return await orchestrator.estimate(request, terms=Terms(time_zone=local_zone()))

    estimate = with_orchestrator(read)
    if json:
        print_json(estimate.model_dump(mode="json"))
    else:
        print_text("\n".join([*estimate_lines(estimate), "Nothing was created."]))


def retry(
    roadmap_id: RoadmapId,
    concept_id: Annotated[str, typer.Argument(metavar="CONCEPT_ID", help="ID from `roadmap show`.")],
    content_type: Annotated[ContentType, typer.Argument(metavar="CONTENT_TYPE", help="Content to generate again.")],
    lesson: Annotated[
        str | None, typer.Option(metavar="ID", help="Only this lesson of the tutorial, such as l2.")
    ] = None,
    instructions: Annotated[str | None, typer.Option(metavar="TEXT", help="What to do differently this time.")] = None,
    user: NewUser = None,
    request: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Read {preferences?, instructions?} as JSON, `-` for stdin.",
        ),
    ] = None,
    detach: Detach = False,
    json: Json = False,
) -> None:
    """Generate one content again. A finished version stays readable until the new one is complete."""
    roadmap, concept = validate_id(roadmap_id, "roadmap"), validate_id(concept_id, "concept")
    retry_request = read_retry_request(request, instructions=instructions, user=user, lesson_id=lesson)
    run_and_follow(
        lambda orchestrator: orchestrator.retry(roadmap, concept, content_type, retry_request, detach=detach),
        detach=detach,
        json=json,
    )


def retry_failed(
    roadmap_id: RoadmapId,
    content_type: Annotated[
        list[ContentType] | None,
        typer.Option("--content-type", metavar="T", help="Only this type of content; may be repeated."),
    ] = None,
    out_of_date: Annotated[
        bool, typer.Option("--out-of-date", help="Also those made from another lesson than the newest one.")
    ] = False,
    user: NewUser = None,
    detach: Detach = False,
    json: Json = False,
) -> None:
    """Generate all failed or stale contents in one run. A content is stale if no live run will finish it.

    With nothing to do, the command says so and exits 0. With --json, all fields but roadmap_id are null then.
    """
    roadmap = validate_id(roadmap_id, "roadmap")
    types = list(dict.fromkeys(content_type or ContentType))
    retry_request = read_retry_request(None, user=user)
    due = "has failed, is stale or out of date" if out_of_date else "has failed or is stale"

    def nothing() -> None:
        if json:
            print_json({**dict.fromkeys(FIELDS_OF_A_RUN), "roadmap_id": roadmap})
        else:
            print_text(f"Roadmap {one_line(roadmap)}: nothing {due}; there is nothing to do.")

    def begin(orchestrator: "Orchestrator") -> "Awaitable[TaskView | None]":
        return orchestrator.retry_failed(roadmap, types, retry_request, out_of_date=out_of_date, detach=detach)

    run_and_follow(begin, detach=detach, json=json, nothing=nothing)


def resume(task_id: TaskId, detach: Detach = False, json: Json = False) -> None:
    """Resume a run. It may have failed, been cancelled, be stale or wait in the queue."""
    identifier = validate_id(task_id, "task")
    run_and_follow(lambda orchestrator: orchestrator.resume(identifier, detach=detach), detach=detach, json=json)
