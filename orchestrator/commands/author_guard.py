"""Which author may continue a run, and whether it can follow words.

The offline author never continues what a chat model began: the roadmap would be half of each.
"""

from collections.abc import Sequence

from domain.authors import RULES
from domain.errors import InvalidInput
from domain.text.instructions import BY_RULES
from domain.vocabulary import ContentType, TaskType
from orchestrator.resources import OrchestratorResources
from repository.db.database import Session
from repository.runs.calls import models_that_answered, plan_author
from repository.runs.recovery import unknown_types
from repository.tables.runs import TaskRow


async def begun_by_a_model(session: Session, task_id: str, author: str) -> str | None:
    """Return why `author` cannot continue a task, as one line, or None if it can. Any model continues any other's."""
    models = sorted(await models_that_answered(session, task_id) - {RULES}) if author == RULES else []
    if not models:
        return None
    return (
        f"Task {task_id} was begun by {', '.join(models)}, and the offline author does not go on with it: set "
        f"ROADMAP_MODEL, then `roadmap resume {task_id}`."
    )


async def check_author(session: Session, task_id: str, author: str) -> None:
    """Check that `author` can continue a task. Raises InvalidInput."""
    if reason := await begun_by_a_model(session, task_id, author):
        raise InvalidInput(reason)


async def check_types(session: Session, task: TaskRow) -> None:
    """Check that this program can write the contents that a task would go on with. Raises InvalidInput."""
    types = await unknown_types(session, task.task_id)
    if task.task_type not in set(TaskType):
        types = [task.content_type or task.task_type]
    if types:
        raise InvalidInput(
            f"Task {task.task_id} writes contents of type {', '.join(types)}, which this program does not have. "
            "Install the package that declares it, or leave it to a worker that has it: "
            f"`roadmap resume {task.task_id} --detach`."
        )


async def words_need_a_model(
    session: Session, resources: OrchestratorResources, roadmap_id: str, *, detach: bool
) -> bool:
    """Return whether rules will write for this request, so that words cannot be followed.

    A process that does not run the task and names no model cannot know who will write: it expects the author of the
    plan to continue.
    """
    if detach or not resources.can_run:
        return resources.settings.model is None and await plan_author(session, roadmap_id) == RULES
    return resources.author.kind == "rules"


def refuse_words(content_types: Sequence[ContentType]) -> None:
    """Refuse instructions for contents, which rules write as a whole. Raises InvalidInput."""
    names = ", ".join(content_types)
    raise InvalidInput(
        f"{BY_RULES}, each of them with `roadmap modify`. Instructions for {names} cannot be followed: leave them out, "
        "or set ROADMAP_MODEL."
    )
