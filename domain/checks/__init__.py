"""Checks of authors' answers by code. Messages are objections that are sent back to the author.

Their wording is part of ledger keys, so a change of it makes resumed runs buy repairs again.
"""

from typing import assert_never

from domain.checks.expected import Expected
from domain.checks.framework import check_draft, check_framework
from domain.checks.quiz import check_quiz
from domain.checks.resources import check_resources
from domain.checks.review import check_review
from domain.checks.tutorial import check_tutorial
from domain.contents import Content, Quiz, Resources, Tutorial

__all__ = ["Expected", "check_content", "check_draft", "check_framework", "check_review"]

_NOTHING_SPECIAL = Expected()


def check_content(content: Content, expected: Expected = _NOTHING_SPECIAL) -> list[str]:
    """Return the objections to a content; empty if it is accepted."""
    match content:
        case Tutorial():
            return list(check_tutorial(content, expected))
        case Resources():
            return list(check_resources(content))
        case Quiz():
            return list(check_quiz(content))
        case _:
            assert_never(content)
