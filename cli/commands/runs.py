"""Commands that start a run. Each says what is wanted; cli/foreground.py does the rest."""

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.pace import local_zone
from cli.foreground import run_and_follow
from cli.inputs import language_note, read_request, read_retry_request, validate_id
from cli.options import Detach, Json, NewUser, Review, ReviewTimeout, RoadmapId, TaskId, review_request
from cli.output.outcome import FIELDS_OF_A_RUN
from cli.output.stdio import echo_err, print_json, print_text
from domain.vocabulary import ContentType
from rendering.text.text import one_line

if TYPE_CHECKING:
    from orchestrator import Orchestrator
    from orchestrator.queries.status import TaskView


def create(
    goal: Annotated[str | None, typer.Argument(metavar="GOAL", help="What is to be learned, in any language.")] = None,
    level: Annotated[str | None, typer.Option(metavar="LEVEL", help="beginner, intermediate or advanced.")] = None,
    hours_per_week: Annotated[str | None, typer.Option(metavar="N", help="Hours of study a week, 1 to 168.")] = None,
    motivation: Annotated[str | None, typer.Option(metavar="TEXT", help="Why it is to be learned.")] = None,
    background: Annotated[str | None, typer.Option(metavar="TEXT", help="What the learner has done so far.")] = None,
    deadline: Annotated[
        str | None, typer.Option(metavar="WORDS", help="By when, as 2027-06-30 or `in 3 months`; it is said back.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(metavar="CODE", help="Language of the contents, as `en`; else the goal's.")
    ] = None,
    user: NewUser = None,
    request: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="A request as JSON, `-` for standard input; options override its fields."),
    ] = None,
    review: Review = False,
    review_timeout: ReviewTimeout = None,
    detach: Detach = False,
    json: Json = False,
) -> None:
    """Create a roadmap with all its contents."""
    stop = review_request(review, review_timeout)
    wanted = read_request(
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
    if language is None and request is None and (note := language_note(wanted)):
        echo_err(note)

    def begin(orchestrator: "Orchestrator") -> "Awaitable[TaskView]":
        from orchestrator.commands.request_context import Terms

        return orchestrator.create(wanted, review=stop, detach=detach, terms=Terms(time_zone=local_zone()))

    run_and_follow(begin, detach=detach, json=json)


def retry(
    roadmap_id: RoadmapId,
    concept_id: Annotated[str, typer.Argument(metavar="CONCEPT_ID", help="As `roadmap show` shows it.")],
    content_type: Annotated[ContentType, typer.Argument(metavar="CONTENT_TYPE", help="What to make anew.")],
    instructions: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What should be different this time.")
    ] = None,
    user: NewUser = None,
    request: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="JSON as {preferences?, instructions?}, `-` for standard input; preferences replace the creation's.",
        ),
    ] = None,
    detach: Detach = False,
    json: Json = False,
) -> None:
    """Make one content anew. It may be a finished one, which stays readable until the new version is there."""
    roadmap, concept = validate_id(roadmap_id, "roadmap"), validate_id(concept_id, "concept")
    wanted = read_retry_request(request, instructions=instructions, user=user)
    run_and_follow(
        lambda orchestrator: orchestrator.retry(roadmap, concept, content_type, wanted, detach=detach),
        detach=detach,
        json=json,
    )


def retry_failed(
    roadmap_id: RoadmapId,
    content_type: Annotated[
        list[ContentType] | None, typer.Option("--content-type", metavar="T", help="Only this type; may be repeated.")
    ] = None,
    user: NewUser = None,
    detach: Detach = False,
    json: Json = False,
) -> None:
    """Make what failed or is stale in one run. Stale is what no live run will ever finish.

    Where there is nothing to do, it says so and exits 0; the document of --json is then that of a run whose fields
    are all null, but for roadmap_id.
    """
    roadmap = validate_id(roadmap_id, "roadmap")
    types = list(dict.fromkeys(content_type or ContentType))
    wanted = read_retry_request(None, user=user)

    def nothing() -> None:
        if json:
            print_json({**dict.fromkeys(FIELDS_OF_A_RUN), "roadmap_id": roadmap})
        else:
            print_text(f"Roadmap {one_line(roadmap)}: nothing has failed or is stale, so there is nothing to do.")

    def begin(orchestrator: "Orchestrator") -> "Awaitable[TaskView | None]":
        return orchestrator.retry_failed(roadmap, types, wanted, detach=detach)

    run_and_follow(begin, detach=detach, json=json, nothing=nothing)


def resume(task_id: TaskId, detach: Detach = False, json: Json = False) -> None:
    """Let a run go on from where it stopped. It may have failed, been cancelled, wait in the queue, or be stale."""
    identifier = validate_id(task_id, "task")
    run_and_follow(lambda orchestrator: orchestrator.resume(identifier, detach=detach), detach=detach, json=json)
