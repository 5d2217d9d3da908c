"""Checks of a review: its issues must be actionable."""

from typing import Final

from domain.editing.review import StructureReview

_MIN_LETTERS: Final = 4


def check_review(review: StructureReview) -> list[str]:
    """Return the objections to a review. A critical issue without a text would block a run for no known reason."""
    return [
        f"Issue {number} is critical and does not say what is wrong ({issue.issue[:40]!r}). "
        "Say it in a sentence, or leave the issue out."
        for number, issue in enumerate(review.issues, start=1)
        if issue.severity == "critical" and sum(map(str.isalpha, issue.issue)) < _MIN_LETTERS
    ]
