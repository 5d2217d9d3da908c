"""The result of checking a content: findings, each of a rule and of a kind."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T")


class Kind(StrEnum):
    """Consequence of a finding for the answer."""

    BROKEN = "broken"
    """The answer never counts."""
    DOUBT = "doubt"
    """The author is asked again; what is left after the repairs is recorded with the content and shown."""
    HINT = "hint"
    """For people who judge authors; the answer counts."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a rule found in a content."""

    kind: Kind
    rule: str
    """The name of the rule, such as `tutorial.size`."""
    message: str
    """Worded for the author."""
    part: str | None = None
    """The id of the question, or of the section or lesson, that it is about; None for the whole content."""


def broken(rule: str, message: str, part: str | None = None) -> Finding:
    return Finding(Kind.BROKEN, rule, message, part)


def doubt(rule: str, message: str, part: str | None = None) -> Finding:
    return Finding(Kind.DOUBT, rule, message, part)


def hint(rule: str, message: str, part: str | None = None) -> Finding:
    return Finding(Kind.HINT, rule, message, part)


def breaking(rule: str, check: Callable[[T], Iterable[str]]) -> Callable[[T], list[Finding]]:
    """Return a check of which every message is a finding that keeps an answer from counting."""
    return lambda answer: [broken(rule, message) for message in check(answer)]


def objections(findings: Iterable[Finding]) -> list[str]:
    """Return the messages of the findings that an author is asked to mend."""
    return [finding.message for finding in findings if finding.kind is not Kind.HINT]
