"""Repairs of an author's former answer, by authors that can; others write the whole answer again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.checks.findings import Finding, Kind, doubt, objections
from nodes.authors.port import Author, AuthorAnswer, RepairingAuthor, Usage
from nodes.ledger.requests import AuthorRequest, rejection, shaped, walk
from repository.ledger.calls import KnownAnswer

LOOK = "look"
"""The rule of what a closer look found."""


@dataclass(frozen=True, slots=True)
class Former:
    """An answer that was rejected although it has the shape of its brief."""

    content: dict[str, Any]
    findings: list[Finding]
    """What its author is asked to mend."""


def former_answer(known: Mapping[str, KnownAnswer], request: AuthorRequest[Any], round_: int) -> Former | None:
    """Return the last rejected answer of a round if parts of it can be repaired.

    What rules find is found again, also after a restart. What a closer look found is known by its words alone then,
    without the parts that it is about.
    """
    rejected = walk(known, request, round_).rejected if request.brief.partial is not None else []
    if not rejected:
        return None
    _, answer = rejected[-1]
    value, _ = shaped(request, answer.answer)
    if value is None:
        return None
    found = list(request.check(value))
    if answer.objection != rejection(objections(found)):
        found = list(answer.findings) or [doubt(LOOK, answer.objection or "It was found wanting.")]
    return Former(value.model_dump(mode="json"), [finding for finding in found if finding.kind is not Kind.HINT])


def most_of(author: Author, request: AuthorRequest[Any], told: Sequence[str], former: Former | None) -> Usage:
    """Return the most that a call can use. `told`: the problems of earlier answers."""
    most_for_repair = getattr(author, "most_for_repair", None)
    if former is None or most_for_repair is None:
        return author.most(request.brief, told)
    most: Usage = most_for_repair(request.brief, former.content, former.findings)
    return most


async def ask_author(
    author: Author, request: AuthorRequest[Any], told: Sequence[str], former: Former | None
) -> AuthorAnswer:
    """Ask for a repair of the former answer where there is one and its author can, else for a whole answer."""
    if former is not None and isinstance(author, RepairingAuthor):
        return await author.repair(request.brief, former.content, former.findings)
    return await author.write(request.brief, told)
