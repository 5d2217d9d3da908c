"""Arguments and options that several commands share."""

from typing import TYPE_CHECKING, Annotated

import typer

from domain.errors import InvalidInput

if TYPE_CHECKING:
    from orchestrator.commands.run_request import ReviewRequest

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, and nothing else there.")]
RoadmapId = Annotated[str, typer.Argument(metavar="ROADMAP_ID", help="As `roadmap list` shows it.")]
TaskId = Annotated[str, typer.Argument(metavar="TASK_ID", help="As `roadmap tasks` shows it.")]
NewUser = Annotated[str | None, typer.Option("--user", metavar="ID", help="Whose it is (default: local).")]
Detach = Annotated[bool, typer.Option("--detach", help="Only ask for it: a worker runs it (see `roadmap worker`).")]
OfUser = Annotated[str | None, typer.Option("--user", metavar="ID", help="Only what belongs to this user.")]
Limit = Annotated[int, typer.Option("--limit", metavar="N", min=1, max=1000, help="The most to show at once.")]
After = Annotated[
    str | None, typer.Option("--after", metavar="CURSOR", help="Go on where the last page ended (its `next`).")
]
Review = Annotated[bool, typer.Option("--review", help="Stop for a person's approval before contents are made.")]
ReviewTimeout = Annotated[
    float | None, typer.Option("--review-timeout", metavar="SECONDS", help="Cancel a review nobody answers by then.")
]

MAX_REVIEW_TIMEOUT_SECONDS = 366 * 86_400.0


def review_request(review: bool, timeout: float | None) -> "ReviewRequest | None":
    """What --review and --review-timeout ask for. Raises InvalidInput."""
    from orchestrator.commands.run_request import ReviewRequest

    if timeout is not None and not review:
        raise InvalidInput("--review-timeout goes with --review")
    if timeout is not None and not 0 < timeout <= MAX_REVIEW_TIMEOUT_SECONDS:
        raise InvalidInput(
            f"--review-timeout: must be more than 0 and at most {MAX_REVIEW_TIMEOUT_SECONDS:.0f} seconds"
        )
    return ReviewRequest(timeout) if review else None
