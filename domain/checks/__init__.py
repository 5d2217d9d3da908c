"""Checks of what authors write. Messages are worded for the author, who gets them back."""

from domain.checks.expected import Expected
from domain.checks.framework import check_draft, check_framework
from domain.checks.review import check_review

__all__ = ["Expected", "check_draft", "check_framework", "check_review"]
