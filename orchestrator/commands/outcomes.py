"""What a run came to. Pure functions of what its rows say."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from domain.editing.review import Issue
from domain.errors import BudgetSpent, ModelUnavailable
from domain.vocabulary import TaskStatus
from repository.roadmaps.contents import Tally
from repository.runs.calls import Bill
from repository.tables.roadmaps import ContentRow

Cause = Literal["model_unavailable", "budget_spent"]
"""Why a run ended before its end, where somebody can do something about it."""


def cause_of(error: Exception) -> Cause | None:
    match error:
        case ModelUnavailable():
            return "model_unavailable"
        case BudgetSpent():
            return "budget_spent"
        case _:
            return None


def outcome(tally: Tally, failed: Sequence[ContentRow]) -> tuple[TaskStatus, str | None]:
    """Final status and error message: some failed is a partial failure, none succeeded a failure."""
    if tally.completed == tally.total:
        return TaskStatus.COMPLETED, None
    if tally.completed:
        return TaskStatus.PARTIAL_FAILURE, f"{tally.failed} of {tally.total} contents failed."
    if tally.total == 1 and failed:
        return TaskStatus.FAILED, failed[0].last_error
    return TaskStatus.FAILED, f"All {tally.total} contents failed."


def execution_summary(
    user_request: Mapping[str, Any] | None,
    tally: Tally,
    failed: Sequence[ContentRow],
    languages: Mapping[str, int],
    warnings: Sequence[Issue],
    spent: Bill,
    *,
    cause: Cause | None = None,
) -> dict[str, Any]:
    """What the task's row keeps; `seconds` for which workers held it, those that reviews `waited` to be answered,
    `cost` in US dollars: a lower bound where there are `unpriced_calls`, whose price nobody knows. Tokens of
    `estimated_calls` are estimates.

    `skipped` contents were held by other runs when a batch was requested.
    """
    return {
        "total": tally.total,
        "completed": tally.completed,
        "failed": tally.failed,
        "skipped": (user_request or {}).get("skipped", 0),
        "seconds": round(tally.seconds, 3),
        "waited": round(tally.waited, 3),
        "tokens": spent.tokens,
        "cost": spent.cost,
        "unpriced_calls": spent.unpriced_calls,
        "estimated_calls": spent.estimated_calls,
        "cause": cause,
        "failures": [
            {"concept_id": row.concept_id, "content_type": row.content_type, "reason": row.last_error} for row in failed
        ],
        "warnings": [issue.model_dump(mode="json") for issue in [*warnings, *other_language(user_request, languages)]],
    }


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
