"""A roadmap that is written, for changes of it."""

from collections.abc import AsyncIterator

import pytest

from domain.vocabulary import TaskStatus
from nodes.authors.briefs import AuthorRole
from orchestrator.orchestrator import Orchestrator
from orchestrator.settings import Settings
from tests.orchestrator.editing.course import Recorded, linear_algebra, new_svd
from tests.support.authors import LESSON


@pytest.fixture
def author() -> Recorded:
    numbers = iter(range(1, 1000))
    return Recorded(
        {
            AuthorRole.FRAMEWORK: lambda _, __: linear_algebra(),
            AuthorRole.NEW_PARTS: new_svd,
            AuthorRole.TUTORIAL: lambda _, __: LESSON.model_copy(update={"summary": f"Written {next(numbers)}."}),
        }
    )


@pytest.fixture
async def orchestrator(settings: Settings, author: Recorded) -> AsyncIterator[Orchestrator]:
    async with Orchestrator.open(settings, author=author) as orchestrator:
        yield orchestrator


@pytest.fixture
async def roadmap_id(orchestrator: Orchestrator, author: Recorded) -> str:
    task = await orchestrator.wait((await orchestrator.create("understand PCA")).task_id)
    assert task.status is TaskStatus.COMPLETED, task.error_message
    author.forget()
    return task.roadmap_id or ""
