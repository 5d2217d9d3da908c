"""What a run came to. Pure functions of what its rows say."""

from collections.abc import Mapping, Sequence
from typing import Any

from domain.review import Issue
from domain.vocabulary import Step, TaskStatus
from repository.contents import Tally
from repository.tables import ContentRow


def outcome(tally: Tally) -> tuple[TaskStatus, Step, str | None]:
    """Final status, step and error message: some failed is a partial failure, none succeeded a failure."""
    if tally.completed == tally.total:
        return TaskStatus.COMPLETED, Step.COMPLETED, None
    if tally.completed:
        message = f"{tally.failed} of {tally.total} contents failed."
        return TaskStatus.PARTIAL_FAILURE, Step.COMPLETED, message
    return TaskStatus.FAILED, Step.FAILED, f"All {tally.total} contents failed."


def other_language(user_request: Mapping[str, Any] | None, written: Mapping[str, int]) -> list[Issue]:
    """A warning for each language that tutorials are written in although another was asked for."""
    asked = ((user_request or {}).get("preferences") or {}).get("primary_language") or ""
    return [
        Issue(
            severity="warning",
            category="language",
            issue=f"{count} tutorials are written in {language!r}; {asked!r} was asked for",
            suggestion="Use a model that writes that language.",
        )
        for language, count in written.items()
        if asked and language.split("-")[0] != asked.split("-")[0]
    ]


def execution_summary(
    tally: Tally,
    failed: Sequence[ContentRow],
    warnings: Sequence[Issue],
    *,
    tokens: int,
    cost: float,
) -> dict[str, Any]:
    """What the task's row keeps; `seconds` from request to end, `cost` in US dollars."""
    return {
        "total": tally.total,
        "completed": tally.completed,
        "failed": tally.failed,
        "skipped": tally.total - tally.completed - tally.failed,
        "seconds": round(tally.seconds, 3),
        "tokens": tokens,
        "cost": cost,
        "failures": [
            {"concept_id": row.concept_id, "content_type": row.content_type, "reason": row.last_error} for row in failed
        ],
        "warnings": [issue.model_dump(mode="json") for issue in warnings],
    }
