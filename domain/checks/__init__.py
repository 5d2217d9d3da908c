"""Checks of authors' answers by code. Messages are objections that are sent back to the author.

Their wording is part of ledger keys, so a change of it makes resumed runs buy repairs again.
"""

from domain.checks.expected import Expected
from domain.checks.framework import check_draft, check_framework
from domain.checks.review import check_review

__all__ = ["Expected", "check_draft", "check_framework", "check_review"]
