"""Arguments and options shared by several commands."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from domain.errors import InvalidInput

if TYPE_CHECKING:
    from orchestrator.commands.run_request import ReviewRequest


class Language(StrEnum):
    """A language of exported documents, one of `rendering.languages.translation.LANGUAGES`."""

    ENGLISH = "en"
    CHINESE = "zh"


Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else.")]
RoadmapId = Annotated[str, typer.Argument(metavar="ROADMAP_ID", help="ID from `roadmap list`.")]
TaskId = Annotated[str, typer.Argument(metavar="TASK_ID", help="ID from `roadmap tasks`.")]
NewUser = Annotated[
    str | None, typer.Option("--user", metavar="ID", help="User who makes the request (default: local).")
]
Detach = Annotated[bool, typer.Option("--detach", help="Return at once; a worker runs it (see `roadmap worker`).")]
OfUser = Annotated[str | None, typer.Option("--user", metavar="ID", help="Only entries of this user.")]
Limit = Annotated[int, typer.Option("--limit", metavar="N", min=1, max=1000, help="Maximum number of entries.")]
After = Annotated[
    str | None, typer.Option("--after", metavar="CURSOR", help="Start after this entry: `next` of the previous page.")
]
Review = Annotated[bool, typer.Option("--review", help="Wait for approval before generating contents.")]
ReviewTimeout = Annotated[
    float | None,
    typer.Option("--review-timeout", metavar="SECONDS", help="Cancel the run if the review is not answered in time."),
]

MAX_REVIEW_TIMEOUT_SECONDS = 366 * 86_400.0


def review_request(review: bool, timeout: float | None) -> "ReviewRequest | None":
    """Combine --review and --review-timeout; None without --review. Raises InvalidInput."""
    from orchestrator.commands.run_request import ReviewRequest

    if timeout is not None and not review:
        raise InvalidInput("--review-timeout requires --review")
    if timeout is not None and not 0 < timeout <= MAX_REVIEW_TIMEOUT_SECONDS:
        raise InvalidInput(
            f"--review-timeout: must be greater than 0 and at most {MAX_REVIEW_TIMEOUT_SECONDS:.0f} seconds"
        )
    return ReviewRequest(timeout) if review else None
