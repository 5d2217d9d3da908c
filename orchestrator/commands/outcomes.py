"""The result of a run: status, message and summary. Pure functions of its rows."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from domain.content_types import CONTENT_SPECS
from domain.course.lesson_use import LESSON, NEEDS_LESSON
from domain.editing.review import Issue
from domain.errors import BudgetSpent, ModelUnavailable
from domain.vocabulary import TaskStatus
from repository.contents.contents import ContentCounts
from repository.ledger.calls import TaskUsage
from repository.tables.roadmaps import ContentRow

Cause = Literal["model_unavailable", "budget_spent"]
"""Cause of a run that ended early, if an operator can fix it."""


def cause_of(error: Exception) -> Cause | None:
    """Return the cause of a run that `error` has ended."""
    match error:
        case ModelUnavailable():
            return "model_unavailable"
        case BudgetSpent():
            return "budget_spent"
        case _:
            return None


def consequences(failed: Sequence[ContentRow]) -> list[ContentRow]:
    """Return the contents that failed only because the same run could not write their lesson."""
    lessons = {row.concept_id for row in failed if row.content_type == LESSON}
    return [row for row in failed if row.concept_id in lessons and (row.last_error or "").startswith(NEEDS_LESSON)]


def outcome(counts: ContentCounts, failed: Sequence[ContentRow]) -> tuple[TaskStatus, str | None]:
    """Return final status and error message: a partial failure if some contents failed, a failure if all did."""
    if counts.completed == counts.total:
        return TaskStatus.COMPLETED, None
    following = len(consequences(failed))
    if counts.completed:
        more = (
            f"; {following} more {'needs its lesson' if following == 1 else 'need their lessons'}" if following else ""
        )
        return TaskStatus.PARTIAL_FAILURE, f"{counts.failed - following} of {counts.total} contents failed{more}."
    if failed and counts.total - following == 1:
        return TaskStatus.FAILED, next(row.last_error for row in failed if row not in consequences(failed))
    return TaskStatus.FAILED, f"All {counts.total} contents failed."


def execution_summary(
    user_request: Mapping[str, Any] | None,
    counts: ContentCounts,
    failed: Sequence[ContentRow],
    languages: Mapping[str, int],
    warnings: Sequence[Issue],
    spent: TaskUsage,
    *,
    cause: Cause | None = None,
) -> dict[str, Any]:
    """Return the summary that the row of the task keeps.

    `seconds`: how long workers held the run; `waited`: seconds that its reviews waited for answers. `cost` is in US
    dollars, and a lower bound if there are `unpriced_calls`, whose price is unknown. Tokens of `estimated_calls` are
    estimates. `skipped` contents were held by other runs when a batch was requested, or lacked their lesson.
    `needs_lesson` contents failed only because the run could not write their lesson: `failed` and `failures` count that
    cause once, at the lesson, and `completed`, `failed` and `needs_lesson` make `total`.
    """
    following = consequences(failed)
    return {
        "total": counts.total,
        "completed": counts.completed,
        "failed": counts.failed - len(following),
        "needs_lesson": len(following),
        "skipped": (user_request or {}).get("skipped", 0),
        "seconds": round(counts.seconds, 3),
        "waited": round(counts.waited, 3),
        "tokens": spent.tokens,
        "cost": spent.cost,
        "unpriced_calls": spent.unpriced_calls,
        "estimated_calls": spent.estimated_calls,
        "cause": cause,
        "failures": [
            {"concept_id": row.concept_id, "content_type": row.content_type, "reason": row.last_error}
            for row in failed
            if all(row is not other for other in following)
        ],
        "warnings": [issue.model_dump(mode="json") for issue in [*warnings, *other_language(user_request, languages)]],
    }


def other_language(user_request: Mapping[str, Any] | None, written: Mapping[str, int]) -> list[Issue]:
    """Return a warning for each language in which contents were written although another was requested."""
    nouns = {spec.noun for spec in CONTENT_SPECS.values() if spec.declares_language}
    contents = f"{nouns.pop()}s" if len(nouns) == 1 else "contents"
    language_asked = ((user_request or {}).get("preferences") or {}).get("primary_language") or ""
    return [
        Issue(
            severity="warning",
            category="language",
            issue=f"{count} {contents} are written in {language!r}; {language_asked!r} was asked for",
            suggestion="Use a model that writes that language.",
        )
        for language, count in written.items()
        if language_asked and language.split("-")[0] != language_asked.split("-")[0]
    ]
