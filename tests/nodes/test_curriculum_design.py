"""How a framework is asked for: the ledger decides before what a process knows about its model does."""

from collections.abc import Sequence
from typing import Any

import pytest

from domain.errors import AnswerRejected, ModelUnavailable
from nodes.authors.briefs import AuthorRole, Brief
from nodes.authors.port import CUT_OFF, AuthorAnswer, CallFailed, NoRoom
from nodes.curriculum_design import designed
from repository.db.database import Database
from repository.db.fence import Fence
from tests.nodes.ledger.test_ledger import INTENT_BRIEF
from tests.support.authors import INTENT, Reply, ScriptedAuthor
from tests.support.content_process import context_of
from tests.support.rows import fence_of, started


class CutOff(ScriptedAuthor):
    """Its frameworks never fit into an answer."""

    async def write(self, brief: Brief[Any], objections: Sequence[str] = ()) -> AuthorAnswer:
        answer = await super().write(brief, objections)
        if brief.role is AuthorRole.FRAMEWORK:
            return AuthorAnswer({"text": "{"}, self.name, 10, 5, 0.5, "length", problem=CUT_OFF)
        return answer


def no_room(_: Brief[Any], __: Sequence[str]) -> Any:
    raise NoRoom("no room", model="m", outcome="failed: no room", transient=False)


def away(_: Brief[Any], __: Sequence[str]) -> Any:
    raise CallFailed("away", model="m", outcome="failed 400", transient=False)


async def design(database: Database, fence: Fence, author: ScriptedAuthor) -> list[AuthorRole]:
    """Design as a process that starts now; return what was asked, also when the process ends early."""
    context = await context_of(database, fence, author, limit=1)
    try:
        await designed(context, INTENT_BRIEF.request, INTENT)
    except ModelUnavailable:
        author.asked.append((AuthorRole.INTENT, "ended"))
    return [role for role, _ in author.asked]


def author(most_concepts: int | None, **replies: Reply) -> ScriptedAuthor:
    return ScriptedAuthor({AuthorRole(role): reply for role, reply in replies.items()}, most_concepts=most_concepts)


async def test_a_run_that_began_in_parts_goes_on_in_parts_although_another_process_knows_of_more_room(
    database: Database,
) -> None:
    fence = fence_of(await started(database))
    assert await design(database, fence, author(1, stage=away)) == [
        AuthorRole.OUTLINE,
        AuthorRole.STAGE,
        AuthorRole.INTENT,
    ]
    assert await design(database, fence, author(None)) == [AuthorRole.STAGE]
    assert await design(database, fence, author(1)) == []


async def test_a_framework_that_was_bought_is_used_although_another_process_knows_of_less_room(
    database: Database,
) -> None:
    fence = fence_of(await started(database))
    assert await design(database, fence, author(None)) == [AuthorRole.FRAMEWORK]
    assert await design(database, fence, author(1)) == []


async def test_a_framework_without_room_is_asked_for_in_parts(database: Database) -> None:
    fence = fence_of(await started(database))
    asked = await design(database, fence, author(None, framework=no_room))
    assert asked == [AuthorRole.FRAMEWORK, AuthorRole.OUTLINE, AuthorRole.STAGE]
    assert await design(database, fence, author(None)) == []


async def test_a_framework_that_is_always_cut_off_is_asked_for_in_parts_and_never_again_as_a_whole(
    database: Database,
) -> None:
    fence = fence_of(await started(database))
    author = CutOff({AuthorRole.OUTLINE: away})
    assert (await design(database, fence, author))[:4] == [*3 * [AuthorRole.FRAMEWORK], AuthorRole.OUTLINE]
    assert await design(database, fence, CutOff()) == [AuthorRole.OUTLINE, AuthorRole.STAGE]


async def test_a_framework_that_is_wrong_in_other_ways_still_fails(database: Database) -> None:
    fence = fence_of(await started(database))
    with pytest.raises(AnswerRejected):
        await design(database, fence, author(None, framework=lambda _, __: {"title": "no stages"}))
